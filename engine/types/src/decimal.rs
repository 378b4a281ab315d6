//! Exact decimal text at the rim: parse, print, and the named roundings. Nothing here is used per event.

use std::fmt;
use std::str::FromStr;

/// How an inexact result becomes a whole number. There is no default on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
    /// To the nearest, ties to the even neighbour.
    HalfEven,
}

/// An exact decimal number, `mantissa × 10^-scale`, with at most [`Decimal::MAX_SCALE`] decimals.
///
/// ```
/// use quantmesh_types::Decimal;
/// let tick: Decimal = "0.10".parse()?;
/// assert_eq!((tick.mantissa(), tick.scale()), (1, 1));
/// assert_eq!(tick.to_string(), "0.1");
/// # Ok::<(), quantmesh_types::DecimalError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

/// Why a text is not a decimal number this engine can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Empty, or only a sign.
    #[error("a number is missing")]
    Empty,
    /// Not a finite decimal number in plain or exponent form.
    #[error("not a plain decimal number (write digits with at most one point, such as 0.25)")]
    Malformed,
    /// More decimals or digits than can be held exactly.
    #[error("more digits than can be held exactly (at most {} decimals and 38 digits)", Decimal::MAX_SCALE)]
    TooLong,
    /// Not a whole multiple of the unit asked for.
    #[error("not a whole multiple of {unit}")]
    OffGrid {
        /// The tick, lot or other unit.
        unit: Decimal,
    },
}

impl Decimal {
    /// The most decimals a value can have.
    pub const MAX_SCALE: u8 = 18;
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };
    /// One.
    pub const ONE: Self = Self { mantissa: 1, scale: 0 };

    /// `mantissa × 10^-scale`, brought to its shortest form.
    ///
    /// # Errors
    /// [`DecimalError::TooLong`] when more than [`Self::MAX_SCALE`] decimals remain.
    pub fn new(mantissa: i128, scale: u8) -> Result<Self, DecimalError> {
        let (mut mantissa, mut scale) = (mantissa, scale);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        if scale > Self::MAX_SCALE { Err(DecimalError::TooLong) } else { Ok(Self { mantissa, scale }) }
    }

    /// The digits without their point; trailing zeros are gone.
    #[must_use]
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// The count of decimals.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// How many whole `unit`s this is.
    ///
    /// # Errors
    /// [`DecimalError::OffGrid`] when it is not a whole multiple, [`DecimalError::TooLong`] when the count
    /// leaves `i64`, [`DecimalError::Malformed`] when `unit` is zero.
    pub fn count_of(self, unit: Self) -> Result<i64, DecimalError> {
        let (numerator, denominator) = self.over(unit)?;
        if numerator % denominator != 0 {
            return Err(DecimalError::OffGrid { unit });
        }
        i64::try_from(numerator / denominator).map_err(|_| DecimalError::TooLong)
    }

    /// How many `unit`s this is, rounded as named.
    ///
    /// # Errors
    /// As [`Self::count_of`], but never [`DecimalError::OffGrid`].
    pub fn count_of_rounded(self, unit: Self, rounding: Rounding) -> Result<i64, DecimalError> {
        let (numerator, denominator) = self.over(unit)?;
        i64::try_from(div_round(numerator, denominator, rounding)).map_err(|_| DecimalError::TooLong)
    }

    /// This value as a whole count of `10^-scale`.
    ///
    /// # Errors
    /// [`DecimalError::TooLong`] when it has more decimals than `scale`, or leaves `i128`.
    pub fn at_scale(self, scale: u8) -> Result<i128, DecimalError> {
        let missing = scale.checked_sub(self.scale).ok_or(DecimalError::TooLong)?;
        10_i128
            .checked_pow(u32::from(missing))
            .and_then(|power| self.mantissa.checked_mul(power))
            .ok_or(DecimalError::TooLong)
    }

    /// Both numbers as whole counts of one common unit; the second is positive.
    fn over(self, unit: Self) -> Result<(i128, i128), DecimalError> {
        let scale = self.scale.max(unit.scale);
        let (numerator, denominator) = (self.at_scale(scale)?, unit.at_scale(scale)?);
        if denominator <= 0 { Err(DecimalError::Malformed) } else { Ok((numerator, denominator)) }
    }
}

/// `numerator / denominator`, rounded as named. `denominator` must be positive; zero gives zero.
#[must_use]
pub const fn div_round(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    if denominator <= 0 {
        return 0;
    }
    // One wide division is dear, two are twice as dear: the rest comes from the quotient.
    let towards_zero = numerator / denominator;
    let rest = numerator - towards_zero * denominator;
    let (floor, rest) = if rest < 0 { (towards_zero - 1, rest + denominator) } else { (towards_zero, rest) };
    let up = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfEven => rest > denominator - rest || (rest == denominator - rest && floor % 2 != 0),
    };
    if up { floor + 1 } else { floor }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (body, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (negative, digits) = match body.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, body.strip_prefix('+').unwrap_or(body)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(DecimalError::Empty);
        }
        let mut mantissa = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(DecimalError::Malformed);
            }
            mantissa = mantissa
                .checked_mul(10)
                .and_then(|m| m.checked_add(i128::from(digit)))
                .ok_or(DecimalError::TooLong)?;
        }
        let scale = i32::try_from(fraction.len()).map_err(|_| DecimalError::TooLong)? - exponent;
        shifted(if negative { -mantissa } else { mantissa }, scale)
    }
}

fn parse_exponent(text: &str) -> Result<i32, DecimalError> {
    match text.parse::<i32>() {
        Ok(exponent) if exponent.abs() <= 64 => Ok(exponent),
        Ok(_) => Err(DecimalError::TooLong),
        Err(_) => Err(DecimalError::Malformed),
    }
}

/// `mantissa × 10^-scale` for a scale of either sign.
fn shifted(mantissa: i128, scale: i32) -> Result<Decimal, DecimalError> {
    if mantissa == 0 {
        return Ok(Decimal::ZERO);
    }
    match u8::try_from(scale) {
        Ok(scale) => Decimal::new(mantissa, scale),
        Err(_) if scale < 0 => 10_i128
            .checked_pow(scale.unsigned_abs())
            .and_then(|power| mantissa.checked_mul(power))
            .map(|mantissa| Decimal { mantissa, scale: 0 })
            .ok_or(DecimalError::TooLong),
        Err(_) => Err(DecimalError::TooLong),
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = usize::from(self.scale);
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_in_and_comes_out_exactly() {
        for (text, shown) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("7.", "7"),
            ("-12.000001", "-12.000001"),
            ("1e3", "1000"),
            ("2.5E-4", "0.00025"),
            ("000.100", "0.1"),
            ("0.000000000000000001", "0.000000000000000001"),
        ] {
            assert_eq!(text.parse::<Decimal>().map(|d| d.to_string()), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn nonsense_is_named() {
        for (text, error) in [
            ("", DecimalError::Empty),
            ("-", DecimalError::Empty),
            (".", DecimalError::Empty),
            ("1.2.3", DecimalError::Malformed),
            ("NaN", DecimalError::Malformed),
            ("inf", DecimalError::Malformed),
            ("0x10", DecimalError::Malformed),
            ("1e999", DecimalError::TooLong),
            ("0.0000000000000000001", DecimalError::TooLong),
            ("999999999999999999999999999999999999999999", DecimalError::TooLong),
        ] {
            assert_eq!(text.parse::<Decimal>(), Err(error), "{text}");
        }
    }

    #[test]
    fn roundings_do_what_their_names_say() {
        for (n, d, down, up, even) in
            [(7, 2, 3, 4, 4), (5, 2, 2, 3, 2), (-5, 2, -3, -2, -2), (-7, 2, -4, -3, -4), (6, 3, 2, 2, 2)]
        {
            let all = [Rounding::Down, Rounding::Up, Rounding::HalfEven].map(|r| div_round(n, d, r));
            assert_eq!(all, [down, up, even], "{n}/{d}");
        }
    }

    #[test]
    fn counts_are_whole_or_refused() -> Result<(), DecimalError> {
        let (value, tick): (Decimal, Decimal) = ("100.25".parse()?, "0.5".parse()?);
        assert_eq!(value.count_of(tick), Err(DecimalError::OffGrid { unit: tick }));
        assert_eq!(value.count_of_rounded(tick, Rounding::Down), Ok(200));
        assert_eq!(value.count_of("0.01".parse()?), Ok(10_025));
        assert_eq!(value.count_of(Decimal::ZERO), Err(DecimalError::Malformed));
        Ok(())
    }
}
