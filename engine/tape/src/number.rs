//! Decimal text to whole numbers, fast for plain digits and exact for everything else.

use types::{Decimal, DecimalError, Rounding, div_round};

/// `mantissa × 10^-decimals`, without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Number {
    pub(crate) mantissa: i64,
    pub(crate) decimals: u8,
    /// Whether the text was floating-point noise (16 digits or more) that was brought back to 15 digits.
    pub(crate) snapped: bool,
}

/// Digits that a 64-bit float holds for certain; what goes beyond is noise of its printing.
const CERTAIN_DIGITS: u32 = 15;

/// Reads a number. Plain digits with at most one point take the short way.
#[inline]
pub(crate) fn parse(text: &[u8]) -> Result<Number, DecimalError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 16 {
        return parse_slowly(text);
    }
    let (mut all, mut significant, mut seen, mut decimals) = (0_i64, 0_i64, 0_u8, 0_u8);
    let mut point = false;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            all = all * 10 + i64::from(digit);
            seen += u8::from(point);
            if digit != 0 || !point {
                (significant, decimals) = (all, seen);
            }
        } else if *byte == b'.' && !point {
            point = true;
        } else {
            return parse_slowly(text);
        }
    }
    if digits.len() == 1 && point {
        return Err(DecimalError::Empty);
    }
    Ok(Number { mantissa: if negative { -significant } else { significant }, decimals, snapped: false })
}

#[cold]
fn parse_slowly(text: &[u8]) -> Result<Number, DecimalError> {
    let text = std::str::from_utf8(text).map_err(|_| DecimalError::Malformed)?.trim();
    let (value, snapped) = match text.parse::<Decimal>() {
        Ok(value) => (value, false),
        Err(DecimalError::TooLong) => (rounded_text(text)?, true),
        Err(error) => return Err(error),
    };
    let surplus = digits_of(value).saturating_sub(CERTAIN_DIGITS);
    let noise = value.scale() > 0 && surplus > 0;
    let value = if noise { shortened(value, surplus.min(u32::from(value.scale())))? } else { value };
    let mantissa = i64::try_from(value.mantissa()).map_err(|_| DecimalError::TooLong)?;
    Ok(Number { mantissa, decimals: value.scale(), snapped: snapped || noise })
}

/// As [`parse`], and every digit counts: nothing is taken for noise, and what can't be held is refused.
#[inline]
pub(crate) fn exact(text: &[u8]) -> Result<Number, DecimalError> {
    if text.len() <= 16 {
        return parse(text);
    }
    let text = std::str::from_utf8(text).map_err(|_| DecimalError::Malformed)?;
    let value: Decimal = text.parse()?;
    let mantissa = i64::try_from(value.mantissa()).map_err(|_| DecimalError::TooLong)?;
    Ok(Number { mantissa, decimals: value.scale(), snapped: false })
}

/// Drops `surplus` decimals, rounding half-even.
fn shortened(value: Decimal, surplus: u32) -> Result<Decimal, DecimalError> {
    let power = 10_i128.checked_pow(surplus).ok_or(DecimalError::TooLong)?;
    let scale = value.scale().saturating_sub(u8::try_from(surplus).unwrap_or(u8::MAX));
    Decimal::new(div_round(value.mantissa(), power, Rounding::HalfEven), scale)
}

/// A text with more decimals than are held: its digits are rounded to the certain ones before the point is moved.
fn rounded_text(text: &str) -> Result<Decimal, DecimalError> {
    let (body, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().map_err(|_| DecimalError::Malformed)?;
    let end = body
        .find('.')
        .map_or(body.len(), |point| body.len().min(point + 1 + usize::from(Decimal::MAX_SCALE)));
    let value: Decimal = body.get(..end).ok_or(DecimalError::TooLong)?.parse()?;
    let surplus = digits_of(value).saturating_sub(CERTAIN_DIGITS).min(u32::from(value.scale()));
    let value = shortened(value, surplus)?;
    let scale = u8::try_from(i32::from(value.scale()) - exponent).map_err(|_| DecimalError::TooLong)?;
    Decimal::new(value.mantissa(), scale)
}

fn digits_of(value: Decimal) -> u32 {
    value.mantissa().unsigned_abs().checked_ilog10().map_or(0, |log| log + 1)
}

/// `number` as a count of `10^-scale`; `None` when it does not fit. `scale` is not below its decimals.
#[inline]
pub(crate) fn at_scale(number: Number, scale: u8) -> Option<i64> {
    let missing = scale.checked_sub(number.decimals)?;
    number.mantissa.checked_mul(*POWERS.get(usize::from(missing))?)
}

/// Powers of ten that fit.
#[expect(clippy::indexing_slicing, reason = "worked out by the compiler, which would refuse a bad index")]
pub(crate) const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < 19 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

#[cfg(test)]
mod tests {
    use super::*;

    fn number(mantissa: i64, decimals: u8, snapped: bool) -> Number {
        Number { mantissa, decimals, snapped }
    }

    #[test]
    fn numbers_keep_their_significant_decimals() {
        for (text, expected) in [
            ("87129.20000000", number(871_292, 1, false)),
            ("100", number(100, 0, false)),
            ("0.00141342", number(141_342, 8, false)),
            ("-0.5", number(-5, 1, false)),
            ("5.", number(5, 0, false)),
            (".25", number(25, 2, false)),
            ("1e-5", number(1, 5, false)),
            ("0.09946999000000001", number(9_946_999, 8, true)),
            ("0.016984990000000002", number(1_698_499, 8, true)),
            ("7.000000000000001e-06", number(7, 6, true)),
            ("6.999999999999999e-06", number(7, 6, true)),
            ("2012.25343589", number(201_225_343_589, 8, false)),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_exact_number_keeps_every_digit_or_is_refused() {
        for (text, expected) in [
            ("123456789.12345678", Ok(number(12_345_678_912_345_678, 8, false))),
            ("100000000.00000000", Ok(number(100_000_000, 0, false))),
            ("0.30000000000000004", Ok(number(30_000_000_000_000_004, 17, false))),
            ("99999999999999999999", Err(DecimalError::TooLong)),
            ("0.1234567890123456789", Err(DecimalError::TooLong)),
            ("NaN", Err(DecimalError::Malformed)),
        ] {
            assert_eq!(exact(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "-", ".", "NaN", "nan", "inf", "1,5", "1.2.3", "--1", "99999999999999999999", "abc", "1_0"]
        {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
