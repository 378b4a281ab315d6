//! A fraction of two whole numbers, for prices that fall between ticks.

use std::cmp::Ordering;

use types::{Decimal, Price, Rounding, div_round};

/// `above / below` ticks, with `below` above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticks {
    above: i128,
    below: i128,
}

impl Ticks {
    /// The fraction in lowest terms with a positive lower part; `None` for a lower part of zero, and where it does not fit.
    pub(crate) fn new(above: i128, below: i128) -> Option<Self> {
        let divisor = divisor(above, below)?;
        let (above, below) = (above.checked_div(divisor)?, below.checked_div(divisor)?);
        match below {
            0 => None,
            1.. => Some(Self { above, below }),
            _ => Some(Self { above: above.checked_neg()?, below: below.checked_neg()? }),
        }
    }

    /// a·b / (c·d): shortened crosswise first, so that the products are as small as they can be.
    pub(crate) fn of_products([mut a, mut b]: [i128; 2], [mut c, mut d]: [i128; 2]) -> Option<Self> {
        for (above, below) in [(&mut a, &mut c), (&mut b, &mut d)] {
            shorten(above, below)?;
        }
        for (above, below) in [(&mut a, &mut d), (&mut b, &mut c)] {
            shorten(above, below)?;
        }
        Self::new(a.checked_mul(b)?, c.checked_mul(d)?)
    }

    /// To a whole tick, rounded as named; `None` outside a price's range.
    pub(crate) fn whole(self, rounding: Rounding) -> Option<Price> {
        i64::try_from(div_round(self.above, self.below, rounding)).ok().map(Price::from_ticks)
    }

    /// As a price with `decimals` decimals, half-even, for a tick of this size. `None` where it does not fit.
    pub(crate) fn decimal(self, tick: Decimal, decimals: u8) -> Option<Decimal> {
        let above = self.above.checked_mul(tick.mantissa())?;
        let digits = decimals.max(tick.scale()) - tick.scale();
        // Long division, one digit at a time: the product of the whole might not fit.
        let mut value = above.div_euclid(self.below);
        let mut rest = above.rem_euclid(self.below);
        for _ in 0..digits {
            let next = rest.checked_mul(10)?;
            value = value.checked_mul(10)?.checked_add(next.div_euclid(self.below))?;
            rest = next.rem_euclid(self.below);
        }
        let odd = value.rem_euclid(2) == 1;
        let up = rest > self.below - rest || (rest == self.below - rest && odd);
        Decimal::new(value.checked_add(i128::from(up))?, digits + tick.scale()).ok()
    }
}

impl Ord for Ticks {
    /// By whole parts and then by the reciprocals of the rests, as Euclid does: no product that might not fit.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut one, mut two) = (*self, *other);
        let mut turned = false;
        loop {
            let wholes = [one, two].map(|ratio| ratio.above.div_euclid(ratio.below));
            let rests = [one, two].map(|ratio| ratio.above.rem_euclid(ratio.below));
            let [whole, other_whole] = wholes;
            let [rest, other_rest] = rests;
            let found = whole.cmp(&other_whole).then(match (rest, other_rest) {
                (0, 0) => Ordering::Equal,
                (0, _) => Ordering::Less,
                (_, 0) => Ordering::Greater,
                _ => Ordering::Equal,
            });
            if found != Ordering::Equal || rest == 0 {
                return if turned { found.reverse() } else { found };
            }
            one = Self { above: one.below, below: rest };
            two = Self { above: two.below, below: other_rest };
            turned = !turned;
        }
    }
}

impl PartialOrd for Ticks {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The greatest common divisor; `None` for one that does not fit.
fn divisor(one: i128, two: i128) -> Option<i128> {
    let (mut one, mut two) = (one.unsigned_abs(), two.unsigned_abs());
    while two != 0 {
        (one, two) = (two, one % two);
    }
    i128::try_from(one.max(1)).ok()
}

fn shorten(above: &mut i128, below: &mut i128) -> Option<()> {
    let divisor = divisor(*above, *below)?;
    (*above, *below) = (*above / divisor, *below / divisor);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_compare_as_their_values_do() -> Result<(), &'static str> {
        let of = |above, below| Ticks::new(above, below).ok_or("a fraction");
        let huge = i128::MAX;
        for (one, two, order) in [
            (of(1, 3)?, of(2, 6)?, Ordering::Equal),
            (of(1, 3)?, of(1, 2)?, Ordering::Less),
            (of(-1, 3)?, of(-1, 2)?, Ordering::Greater),
            (of(7, 2)?, of(3, 1)?, Ordering::Greater),
            (of(huge, huge - 1)?, of(huge - 1, huge - 2)?, Ordering::Less),
        ] {
            assert_eq!(one.cmp(&two), order, "{one:?} {two:?}");
            assert_eq!(two.cmp(&one), order.reverse(), "{two:?} {one:?}");
        }
        assert_eq!(Ticks::new(1, 0), None);
        Ok(())
    }

    #[test]
    fn a_fraction_is_shown_half_even() -> Result<(), Box<dyn std::error::Error>> {
        for (above, below, tick, decimals, shown) in [
            (1, 3, "1", 4, "0.3333"),
            (2, 3, "1", 4, "0.6667"),
            (1, 8, "1", 2, "0.12"),
            (3, 8, "1", 2, "0.38"),
            (10, 3, "0.5", 2, "1.67"),
            (7, 2, "0.001", 2, "0.004"),
        ] {
            let ticks = Ticks::new(above, below).ok_or("a fraction")?;
            assert_eq!(ticks.decimal(tick.parse()?, decimals), Some(shown.parse()?), "{above}/{below}");
        }
        Ok(())
    }
}
