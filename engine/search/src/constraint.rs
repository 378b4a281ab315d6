//! Constraints: comparisons of parameters with each other and with values, such as `short_period < long_period`.

use std::cmp::Ordering;

use crate::{Axis, SpaceError, Value};

/// A comparison that a point must pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Constraint {
    left: Term,
    sign: Sign,
    right: Term,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// The value of the axis at this place.
    Axis(usize),
    Fixed(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    Other,
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [(&str, Sign); 6] = [
    ("<=", Sign::AtMost),
    (">=", Sign::AtLeast),
    ("==", Sign::Equal),
    ("!=", Sign::Other),
    ("<", Sign::Less),
    (">", Sign::Greater),
];

impl Constraint {
    /// Reads `name < name`, `name >= number`, `name != word` and the like.
    ///
    /// `fixed` are the parameters that are not searched over, with their values.
    pub(crate) fn parse(text: &str, axes: &[Axis], fixed: &[(String, Value)]) -> Result<Self, SpaceError> {
        let fail = |what: String| SpaceError::Constraint { text: text.to_owned(), what };
        let found = SIGNS.iter().find_map(|(mark, sign)| Some((text.split_once(mark)?, *sign)));
        let Some(((left, right), sign)) = found else {
            return Err(fail(
                "compares nothing; write it as `name < name`, with one of < <= > >= == !=".to_owned(),
            ));
        };
        let place = |word: &str| axes.iter().position(|axis| axis.name() == word);
        let read = |word: &str, other: &str| {
            if let Some(at) = place(word) {
                return Ok(Term::Axis(at));
            }
            if let Some((_, value)) = fixed.iter().find(|(name, _)| name == word) {
                return Ok(Term::Fixed(value.clone()));
            }
            if let Ok(number) = word.parse() {
                return Ok(Term::Fixed(Value::Number(number)));
            }
            // A word is a value where the parameter on the other side has it.
            let beside = place(other).and_then(|at| axes.get(at));
            let value = beside.and_then(|axis| axis.values().iter().find(|value| value.to_string() == word));
            if let Some(value) = value {
                return Ok(Term::Fixed(value.clone()));
            }
            let known = axes.iter().map(Axis::name).chain(fixed.iter().map(|(name, _)| name.as_str()));
            Err(SpaceError::Unknown {
                text: text.to_owned(),
                word: word.to_owned(),
                known: known.map(str::to_owned).collect(),
            })
        };
        let [left, right] = [left, right].map(|side| side.trim().trim_matches(['"', '\'']));
        let parsed = Self { left: read(left, right)?, sign, right: read(right, left)? };
        if !matches!((&parsed.left, &parsed.right), (Term::Axis(_), _) | (_, Term::Axis(_))) {
            return Err(fail("has no parameter that is searched over".to_owned()));
        }
        let numbers = |term: &Term| match term {
            Term::Axis(at) => axes.get(*at).is_some_and(|axis| axis.values().iter().all(is_number)),
            Term::Fixed(value) => is_number(value),
        };
        if !matches!(sign, Sign::Equal | Sign::Other) && !(numbers(&parsed.left) && numbers(&parsed.right)) {
            return Err(fail("puts words in an order; only == and != can compare them".to_owned()));
        }
        Ok(parsed)
    }

    /// Whether values, in the order of the axes, pass.
    pub(crate) fn allows(&self, values: &[&Value]) -> bool {
        let of = |term: &Term| match term {
            Term::Axis(at) => values.get(*at).map(|value| (*value).clone()),
            Term::Fixed(value) => Some(value.clone()),
        };
        let (Some(left), Some(right)) = (of(&self.left), of(&self.right)) else { return false };
        let order = left.compare(&right);
        match self.sign {
            Sign::Less => order == Some(Ordering::Less),
            Sign::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Sign::Greater => order == Some(Ordering::Greater),
            Sign::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Sign::Equal => left == right,
            Sign::Other => left != right,
        }
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Number(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::Decimal;

    type Failure = Box<dyn std::error::Error>;

    fn number(text: &str) -> Result<Value, types::DecimalError> {
        text.parse::<Decimal>().map(Value::Number)
    }

    fn axes() -> Result<Vec<Axis>, Failure> {
        let words = ["sma", "ema"].map(|word| Value::Word(word.to_owned())).to_vec();
        Ok(vec![
            Axis::range("short", "1".parse()?, "9".parse()?, "1".parse()?)?,
            Axis::range("long", "5".parse()?, "20".parse()?, "5".parse()?)?,
            Axis::list("method", words)?,
        ])
    }

    #[test]
    fn comparisons_are_exact() -> Result<(), Failure> {
        let (axes, fixed) = (axes()?, [("size".to_owned(), number("5")?)]);
        let word = |word: &str| Value::Word(word.to_owned());
        for (text, short, method, allowed) in [
            ("short < long", "9", "sma", true),
            ("short<long", "10", "sma", false),
            ("long >= 10.0", "1", "sma", true),
            ("10 > long", "1", "sma", false),
            ("short <= size", "5", "sma", true),
            ("short <= size", "6", "sma", false),
            ("method == sma", "1", "sma", true),
            ("method != 'sma'", "1", "sma", false),
            ("short == 1.0", "1", "sma", true),
        ] {
            let constraint = Constraint::parse(text, &axes, &fixed)?;
            let values = [number(short)?, number("10")?, word(method)];
            assert_eq!(constraint.allows(&values.iter().collect::<Vec<_>>()), allowed, "{text}");
        }
        Ok(())
    }

    #[test]
    fn what_compares_nothing_is_named() -> Result<(), Failure> {
        let axes = axes()?;
        for (text, said) in [
            ("short", "`short` compares nothing; write it as `name < name`, with one of < <= > >= == !="),
            ("shrt < long", "`shrt < long`: there is no parameter `shrt`; there are: short, long, method"),
            ("1 < 2", "`1 < 2` has no parameter that is searched over"),
            ("method < sma", "`method < sma` puts words in an order; only == and != can compare them"),
            ("method == wma", "`method == wma`: there is no parameter `wma`; there are: short, long, method"),
        ] {
            let error = Constraint::parse(text, &axes, &[]).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(said));
        }
        Ok(())
    }
}
