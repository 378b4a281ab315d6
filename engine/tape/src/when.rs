//! Times in files: whole seconds to nanoseconds by their magnitude, or ISO dates in UTC.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::temporal::DateTimeParser};
use types::Time;

/// Reads a time.
#[inline]
pub(crate) fn parse(text: &[u8]) -> Option<Time> {
    let mut value = 0_i64;
    // Eighteen digits always fit, so nothing has to be checked on the way.
    if text.is_empty() || text.len() > 18 {
        return parse_long(text);
    }
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return parse_iso(text);
        }
        value = value * 10 + i64::from(digit);
    }
    in_unit(value)
}

/// A time from a count in the unit that its size tells.
#[inline]
pub(crate) fn in_unit(value: i64) -> Option<Time> {
    // Seconds reach 10¹¹ in the year 5138, milliseconds 10¹⁴, microseconds 10¹⁷: the ranges don't meet.
    let unit = match value {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    value.checked_mul(unit).map(Time::from_nanos)
}

/// Reads a time as files have it: an ISO date or time, in UTC where it names no zone, or a whole number since 1970 whose size
/// says whether it counts seconds, milliseconds, microseconds or nanoseconds.
#[must_use]
pub fn parse_text(text: &str) -> Option<Time> {
    parse(text.as_bytes())
}

/// Nanoseconds since 2001 have nineteen digits; anything else as long is a date.
#[cold]
fn parse_long(text: &[u8]) -> Option<Time> {
    let nanos = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    nanos.map(Time::from_nanos).or_else(|| parse_iso(text))
}

#[cold]
fn parse_iso(text: &[u8]) -> Option<Time> {
    static PARSER: DateTimeParser = DateTimeParser::new();
    let text = std::str::from_utf8(text).ok()?.trim();
    let instant = match PARSER.parse_timestamp(text) {
        Ok(instant) => instant,
        Err(_) => {
            let civil: DateTime = PARSER.parse_datetime(text).ok()?;
            TimeZone::UTC.to_timestamp(civil).ok()?
        }
    };
    i64::try_from(instant.as_nanosecond()).ok().map(Time::from_nanos)
}

/// A time for people, in UTC: a date alone at midnight, fractions only where there are some.
#[must_use]
pub fn show(time: Time) -> String {
    match Timestamp::from_nanosecond(i128::from(time.nanos())) {
        Ok(instant) if time.nanos() % 86_400_000_000_000 == 0 => instant.strftime("%Y-%m-%d").to_string(),
        Ok(instant) => instant.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
        Err(_) => format!("{} ns", time.nanos()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_time_is_the_same_time() {
        for text in [
            "1640995200",
            "1640995200000",
            "1640995200000000",
            "1640995200000000000",
            "2022-01-01",
            "2022-01-01 00:00:00",
            "2022-01-01T00:00:00Z",
            "2022-01-01T01:00:00+01:00",
            "2022-01-01 00:00:00.000+00:00",
        ] {
            assert_eq!(parse(text.as_bytes()).map(show), Some("2022-01-01".to_owned()), "{text}");
        }
        for text in ["", "yesterday", "2022-13-01", "-5"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
