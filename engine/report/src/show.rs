//! Values as text for people.

use jiff::Timestamp;
use types::{Money, Time};

use crate::Value;
use crate::curve::DAY;

/// A moment in UTC: a date alone at midnight.
pub(crate) fn time(time: Time) -> String {
    match Timestamp::from_nanosecond(i128::from(time.nanos())) {
        Ok(instant) if time.nanos() % DAY == 0 => instant.strftime("%Y-%m-%d").to_string(),
        Ok(instant) => instant.strftime("%Y-%m-%dT%H:%M:%S%.fZ").to_string(),
        Err(_) => time.nanos().to_string(),
    }
}

/// Days between two moments.
#[expect(clippy::cast_precision_loss, reason = "a length of time needs no more than 53 bits")]
pub(crate) fn days(from: Time, to: Time) -> f64 {
    (to.nanos() - from.nanos()) as f64 / DAY as f64
}

/// Money with thousands set apart and two decimals, or as many as it takes to show something.
pub(crate) fn money(money: Money) -> String {
    let cents = types::div_round(money.units(), 10_000_000_000_000_000, types::Rounding::HalfEven);
    if cents == 0 && money != Money::ZERO {
        return money.to_string();
    }
    let (sign, cents) = (if cents < 0 { "−" } else { "" }, cents.unsigned_abs());
    format!("{sign}{}.{:02}", grouped(cents / 100), cents % 100)
}

/// A whole number with thousands set apart by thin gaps.
pub(crate) fn grouped(value: u128) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A float with a proper minus sign, which nothing but zeros does not get; a dash where it is not defined.
pub(crate) fn number(value: Option<f64>, decimals: usize) -> String {
    let Some(value) = value else { return "—".to_owned() };
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|digit| matches!(digit, '0' | '.')) => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// A metric's value.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Amount(amount) => money(*amount),
        Value::Ratio(ratio) => number(*ratio, 3),
        Value::Share(share) => match share {
            Some(share) => format!("{} %", number(Some(share * 100.0), 2)),
            None => "—".to_owned(),
        },
        Value::Count(count) => grouped(u128::from(*count)),
        Value::Days(days) => match days {
            Some(days) => format!("{} d", number(Some(*days), 1)),
            None => "—".to_owned(),
        },
    }
}

/// A ratio with two decimals, or a share in percent with one.
pub(crate) fn ratio_or_share(value: Option<f64>, share: bool) -> String {
    match value {
        Some(value) if share => format!("{} %", number(Some(value * 100.0), 1)),
        _ => number(value, 2),
    }
}
