//! What a new strategy may be called.

use sdk::Catalogue;

use crate::Failure;
use crate::failure::Kind;

/// Words of the language, of this edition or kept for a later one.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield", "union",
];

/// Crates that a strategy is built with, or that the compiler brings.
const CRATES: [&str; 11] = [
    "alloc",
    "core",
    "proc_macro",
    "program",
    "quantmesh",
    "schemars",
    "sdk",
    "serde",
    "std",
    "test",
    "testkit",
];

/// The longest: it becomes a folder, a package and a word in tables.
const LONGEST: usize = 40;

/// The package of a strategy.
pub(crate) fn package(id: &str) -> String {
    id.replace('_', "-")
}

/// Whether a strategy may have this id beside those of this binary.
pub(crate) fn check(id: &str, catalogue: &Catalogue) -> Result<(), Failure> {
    let refuse = |what: String| Err(Failure::new(Kind::Usage, format!("strategies new: `{id}` {what}")));
    if !is_snake_case(id) {
        let near = Some(snake_case(id)).filter(|near| is_snake_case(near));
        let near = near.map_or_else(|| "such as my_idea".to_owned(), |near| format!("such as `{near}`"));
        return refuse(format!(
            "can't be an id; ids are lower-case words with single underscores between them, {near}"
        ));
    }
    if id.len() > LONGEST {
        return refuse(format!("has {} letters; an id has at most {LONGEST}", id.len()));
    }
    if KEYWORDS.contains(&id) {
        return refuse(format!("is a word of the Rust language; take another, such as `{id}_strategy`"));
    }
    if CRATES.contains(&id) {
        return refuse(format!(
            "is the name of a crate that strategies are built with; take another, such as `my_{id}`"
        ));
    }
    if let Some(entry) = catalogue.get(id) {
        return refuse(format!(
            "is in this binary already, from {} {}, and two can't have one id; take another, such as `my_{id}`",
            entry.package, entry.version
        ));
    }
    Ok(())
}

fn is_snake_case(id: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.split('_').all(word)
}

/// What somebody who wrote this may have meant: `MyIdea`, `my-idea` and `My idea` are all `my_idea`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && !text.ends_with('_')) {
            text.push('_');
        }
        if c.is_ascii_alphanumeric() {
            text.push(c.to_ascii_lowercase());
        }
    }
    text.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(id: &str) -> String {
        let catalogue = Catalogue::from_entries([]).unwrap();
        check(id, &catalogue).map_or_else(|failure| failure.to_string(), |()| "good".to_owned())
    }

    #[test]
    fn names_are_snake_case_and_mean_nothing_else() {
        for good in ["my_idea", "x", "rsi_2", "close_over_mean"] {
            assert_eq!(said(good), "good", "{good}");
        }
        for (bad, near) in [
            ("MyIdea", "`my_idea`"),
            ("my-idea", "`my_idea`"),
            ("My Idea!", "`my_idea`"),
            ("my__idea", "`my_idea`"),
            ("_idea_", "`idea`"),
            ("2rsi", "my_idea"),
            ("", "my_idea"),
            ("../up", "`up`"),
        ] {
            assert_eq!(
                said(bad),
                format!(
                    "usage error: strategies new: `{bad}` can't be an id; ids are lower-case words with single underscores \
                     between them, such as {near}"
                )
            );
        }
        assert!(
            said("match")
                .contains("`match` is a word of the Rust language; take another, such as `match_strategy`")
        );
        assert!(said("sdk").contains("`sdk` is the name of a crate that strategies are built with"));
        assert!(said(&"a".repeat(41)).contains("has 41 letters; an id has at most 40"));
    }
}
