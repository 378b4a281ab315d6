//! One parameter with the values that it may have.

use types::Decimal;

use crate::value::compare;
use crate::{SpaceError, Value};

/// The most values of one axis.
pub const MAX_VALUES: usize = 10_000;

/// Digits that a value of a logarithmic range is rounded to: neighbours differ by more, and a text stays short.
const DIGITS: usize = 4;

/// One parameter with the values that it may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    name: String,
    values: Vec<Value>,
    ordered: bool,
}

impl Axis {
    /// The values of a list, in its order.
    ///
    /// # Errors
    /// [`SpaceError`] for an empty list, a repeated value, or more than [`MAX_VALUES`].
    pub fn list(name: &str, values: Vec<Value>) -> Result<Self, SpaceError> {
        let fail = |what: String| Err(SpaceError::Axis { name: name.to_owned(), what });
        if values.is_empty() {
            return fail("has no value to try".to_owned());
        }
        if values.len() > MAX_VALUES {
            return fail(format!("has {} values, and {MAX_VALUES} are the most", values.len()));
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(again) = values.iter().find(|value| !seen.insert(*value)) {
            return fail(format!("has {again} twice"));
        }
        let rises = |(one, two): (&Value, &Value)| one.compare(two).is_some_and(std::cmp::Ordering::is_lt);
        let ordered = values.len() > 1 && values.iter().zip(values.iter().skip(1)).all(rises);
        Ok(Self { name: name.to_owned(), values, ordered })
    }

    /// `from`, `from + step` … up to `to`, which is among them where a whole number of steps leads there.
    ///
    /// # Errors
    /// [`SpaceError`] where `to` is below `from`, `step` is not above zero, or there are more than [`MAX_VALUES`].
    pub fn range(name: &str, from: Decimal, to: Decimal, step: Decimal) -> Result<Self, SpaceError> {
        let fail = |what: String| SpaceError::Axis { name: name.to_owned(), what };
        if step.mantissa() <= 0 {
            return Err(fail(format!("has a step of {step}; it must be above 0")));
        }
        if compare(to, from).is_lt() {
            return Err(fail(format!("goes from {from} to {to}; write the lower end first")));
        }
        let scale = from.scale().max(to.scale()).max(step.scale());
        let wide = |value: Decimal| value.at_scale(scale).map_err(|error| fail(error.to_string()));
        let (low, high, wide_step) = (wide(from)?, wide(to)?, wide(step)?);
        let steps = high.checked_sub(low).map(|span| span / wide_step);
        let count = steps.and_then(|steps| usize::try_from(steps).ok()).filter(|steps| *steps < MAX_VALUES);
        let Some(count) = count else {
            return Err(fail(format!(
                "from {from} to {to} by {step} has more than {MAX_VALUES} values; take a longer step"
            )));
        };
        let mut values = Vec::with_capacity(count + 1);
        let mut at = low;
        for _ in 0..=count {
            let value = Decimal::new(at, scale).map_err(|error| fail(error.to_string()))?;
            values.push(Value::Number(value));
            at = at.saturating_add(wide_step);
        }
        Self::list(name, values)
    }

    /// `points` values from `from` to `to` whose ratio to the next is always the same, rounded to four digits (to whole numbers
    /// where `whole`); what rounds to one value stands once.
    ///
    /// # Errors
    /// [`SpaceError`] unless 0 < `from` < `to` and there are 2 to [`MAX_VALUES`] points.
    pub fn log(
        name: &str,
        from: Decimal,
        to: Decimal,
        points: usize,
        whole: bool,
    ) -> Result<Self, SpaceError> {
        let fail = |what: String| SpaceError::Axis { name: name.to_owned(), what };
        if from.mantissa() <= 0 || compare(to, from).is_le() {
            return Err(fail(format!("is logarithmic from {from} to {to}; that needs 0 < from < to")));
        }
        if !(2..=MAX_VALUES).contains(&points) {
            return Err(fail(format!("has {points} points; there must be 2 to {MAX_VALUES}")));
        }
        let (low, high) = (float(from), float(to));
        let mut values = vec![from];
        for at in 1..points - 1 {
            #[expect(clippy::cast_precision_loss, reason = "a share of at most ten thousand points")]
            let share = at as f64 / (points - 1) as f64;
            let exact = low * (high / low).powf(share);
            let text = if whole { format!("{exact:.0}") } else { format!("{exact:.*e}", DIGITS - 1) };
            let value = text.parse().map_err(|error| fail(format!("{text}: {error}")))?;
            let last = values.last().copied().unwrap_or(from);
            if compare(value, last).is_gt() && compare(value, to).is_lt() {
                values.push(value);
            }
        }
        values.push(to);
        Self::list(name, values.into_iter().map(Value::Number).collect())
    }

    /// The parameter's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its values.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Whether the values are numbers that rise, so that neighbours are alike.
    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        self.ordered
    }
}

/// The nearest binary fraction, for the spacing of logarithmic ranges only.
fn float(value: Decimal) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(axis: Result<Axis, SpaceError>) -> String {
        match axis {
            Ok(axis) => axis.values().iter().map(Value::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn ranges_are_exact_lists() -> Result<(), types::DecimalError> {
        for (from, to, step, expected) in [
            ("5", "23", "6", "5 11 17 23"),
            ("0.1", "0.45", "0.1", "0.1 0.2 0.3 0.4"),
            ("-1", "1", "0.5", "-1 -0.5 0 0.5 1"),
            ("3", "3", "1", "3"),
            ("3", "2", "1", "`p` goes from 3 to 2; write the lower end first"),
            ("1", "2", "0", "`p` has a step of 0; it must be above 0"),
            ("0", "1", "0.0001", "`p` from 0 to 1 by 0.0001 has more than 10000 values; take a longer step"),
        ] {
            assert_eq!(shown(Axis::range("p", from.parse()?, to.parse()?, step.parse()?)), expected);
        }
        Ok(())
    }

    #[test]
    fn logarithmic_ranges_keep_their_ends_and_lose_what_rounds_together() -> Result<(), types::DecimalError> {
        for (from, to, points, whole, expected) in [
            ("1", "16", 5, true, "1 2 4 8 16"),
            ("1", "4", 6, true, "1 2 3 4"),
            ("0.001", "1", 4, false, "0.001 0.01 0.1 1"),
            ("0.1", "0.7", 3, false, "0.1 0.2646 0.7"),
            ("0", "1", 4, false, "`p` is logarithmic from 0 to 1; that needs 0 < from < to"),
            ("1", "2", 1, false, "`p` has 1 points; there must be 2 to 10000"),
        ] {
            assert_eq!(shown(Axis::log("p", from.parse()?, to.parse()?, points, whole)), expected);
        }
        Ok(())
    }

    #[test]
    fn only_rising_numbers_have_an_order() -> Result<(), Box<dyn std::error::Error>> {
        let numbers = |list: &[i128]| -> Result<Vec<Value>, types::DecimalError> {
            list.iter().map(|n| Decimal::new(*n, 0).map(Value::Number)).collect()
        };
        assert!(Axis::list("p", numbers(&[1, 2, 9])?)?.is_ordered());
        assert!(!Axis::list("p", numbers(&[1, 9, 2])?)?.is_ordered());
        assert!(!Axis::list("p", vec![Value::Flag(false), Value::Flag(true)])?.is_ordered());
        assert_eq!(shown(Axis::list("p", numbers(&[1, 2, 1])?)), "`p` has 1 twice");
        assert_eq!(shown(Axis::list("p", Vec::new())), "`p` has no value to try");
        Ok(())
    }
}
