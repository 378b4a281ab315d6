//! One value of a parameter, exact, with one way to write it.

use std::cmp::Ordering;
use std::fmt;

use types::Decimal;

/// One value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number, exact.
    Number(Decimal),
    /// A word, of a choice.
    Word(String),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// The order of two numbers, exact; `None` where one is no number.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => Some(compare(*one, *two)),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

/// The order of two decimals, also where no common scale holds both.
pub(crate) fn compare(one: Decimal, two: Decimal) -> Ordering {
    let scale = one.scale().max(two.scale());
    match (one.at_scale(scale), two.at_scale(scale)) {
        (Ok(one), Ok(two)) => one.cmp(&two),
        // What does not fit is further from zero than what does.
        (Err(_), _) => one.mantissa().cmp(&0),
        (_, Err(_)) => 0.cmp(&two.mantissa()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_put_in_order_whatever_their_scale() -> Result<(), types::DecimalError> {
        let huge = format!("1{}", "0".repeat(37));
        for (one, two, order) in [
            ("1", "2", Ordering::Less),
            ("0.5", "0.50", Ordering::Equal),
            ("-0.5", "-0.51", Ordering::Greater),
            (huge.as_str(), "0.000000000000000001", Ordering::Greater),
            ("0.000000000000000001", huge.as_str(), Ordering::Less),
            (&format!("-{huge}"), "0.000000000000000001", Ordering::Less),
        ] {
            assert_eq!(compare(one.parse()?, two.parse()?), order, "{one} {two}");
        }
        Ok(())
    }
}
