//! "Did you mean": the nearest of the words there are.

/// The known word nearest to `word`, when it is near enough to have been meant.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.into_iter().map(|other| (strsim::damerau_levenshtein(word, other), other));
    let (distance, other) = near.min()?;
    (distance <= 1 + word.len() / 3).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let known = ["short_period", "long_period", "direction"];
        assert_eq!(nearest("short_perid", known), Some("short_period"));
        assert_eq!(nearest("lnog_period", known), Some("long_period"));
        assert_eq!(nearest("leverage", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
