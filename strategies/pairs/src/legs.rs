//! How much of each market makes a pair: whole lots, rounded down, and both or neither.

use sdk::{Market, Money, Qty, Rate, Rounding, Size, orderable, whole};

use crate::params::{Neutral, Prices};
use crate::window::Point;

/// Worth of the second leg for one unit of worth of the first: the one place where the ratio leaves floating point,
/// rounded half-even to 10⁻⁹. `None` where that is nothing, or too much for any account.
pub(crate) fn worth(neutral: Neutral, prices: Prices, ratio: f64, point: Point) -> Option<Rate> {
    let share = match (neutral, prices) {
        (Neutral::Dollar, _) => 1.0,
        (Neutral::Beta, Prices::Log) => ratio,
        // Of units of the second market for one of the first, to worth for worth.
        (Neutral::Beta, Prices::Plain) => ratio * (1.0 + point.x) / (1.0 + point.y),
    };
    whole(share * 1e9, Rounding::HalfEven).filter(|nanos| *nanos > 0).map(Rate::from_nanos)
}

/// Lots of both legs at the last prices. Where a leg is larger than its venue's largest order, both are made smaller.
///
/// # Errors
/// Why neither can be sent, for the record of the run.
pub(crate) fn lots(
    markets: [&Market; 2],
    first: Size,
    worth: Rate,
    equity: Money,
) -> Result<[Qty; 2], &'static str> {
    const TOO_LARGE: &str = "the size of a leg is too large to be counted; neither leg is sent";
    const TOO_SMALL: &str = "a leg comes to less than the venue's smallest order; neither leg is sent";
    let [a, b] = markets.map(|market| &market.instrument);
    let [Some(price_a), Some(price_b)] = markets.map(|market| market.last) else {
        return Err("a market has no price yet; neither leg is sent");
    };
    let mut qty_a = first.lots(a, price_a, equity).map_err(|_| TOO_LARGE)?;
    qty_a = a.filters().max_qty.map_or(qty_a, |most| qty_a.min(most));
    let worth_a = a.notional(price_a, qty_a).map_err(|_| TOO_LARGE)?;
    let worth_b = worth_a.at_rate(worth, Rounding::Down).map_err(|_| TOO_LARGE)?;
    let mut qty_b = b.lots_for(worth_b, price_b, Rounding::Down).map_err(|_| TOO_LARGE)?;
    if let Some(most) = b.filters().max_qty.filter(|most| qty_b > *most) {
        qty_a = part(qty_a, most, qty_b);
        qty_b = most;
    }
    let taken = orderable(a, price_a, qty_a).zip(orderable(b, price_b, qty_b));
    taken.map(|(a, b)| [a, b]).ok_or(TOO_SMALL)
}

/// `qty` × `part` / `whole`, rounded down, for a part that is smaller than the whole.
fn part(qty: Qty, part: Qty, whole: Qty) -> Qty {
    let product = i128::from(qty.lots()) * i128::from(part.lots());
    let lots = product.checked_div(i128::from(whole.lots())).and_then(|lots| i64::try_from(lots).ok());
    lots.map_or(Qty::ZERO, Qty::from_lots)
}

#[cfg(test)]
mod tests {
    use sdk::Price;
    use testkit::{Lab, LabError};

    use super::*;

    /// Two markets at 100 and 40, tick 0.01; the first in lots of 0.001, the second in lots of 0.1 of at most 100.
    fn markets(min_notional: &str) -> Result<[Market; 2], LabError> {
        let mut lab = Lab::new()?;
        let mut two = lab.spec.clone();
        two.symbol = "TWOUSDT".to_owned();
        (two.lot_size, two.max_qty) = ("0.1".parse()?, "100".parse()?);
        two.min_notional = min_notional.parse()?;
        lab.others.push(two);
        let mut markets = lab.instruments()?.into_iter().map(Market::new);
        let mut one = |ticks| {
            let market = markets.next().unwrap();
            Market { last: Some(Price::from_ticks(ticks)), ..market }
        };
        Ok([one(10_000), one(4_000)])
    }

    fn legs(min_notional: &str, quote: &str, worth: i64) -> Result<Result<[i64; 2], &'static str>, LabError> {
        let [a, b] = &markets(min_notional)?;
        let size = Size::Quote(quote.parse()?);
        Ok(lots([a, b], size, Rate::from_nanos(worth), Money::ZERO).map(|legs| legs.map(Qty::lots)))
    }

    #[test]
    fn the_second_leg_follows_what_the_first_one_is_really_worth() -> Result<(), LabError> {
        // 1000 buys 10 units; 0.75 of that worth is 750, which buys 18.75 units of the second: 187 lots of 0.1.
        assert_eq!(legs("0", "1000", 750_000_000)?, Ok([10_000, 187]));
        // 1000.0999 buys 10 units as well.
        assert_eq!(legs("0", "1000.0999", 750_000_000)?, Ok([10_000, 187]));
        Ok(())
    }

    #[test]
    fn a_leg_over_its_venues_largest_order_makes_both_smaller() -> Result<(), LabError> {
        // 10000 and as much again would be 100 and 250 units; 100 are the most of the second, so the first gets 40.
        assert_eq!(legs("0", "10000", 1_000_000_000)?, Ok([40_000, 1_000]));
        Ok(())
    }

    #[test]
    fn where_one_leg_can_not_be_ordered_there_is_none() -> Result<(), LabError> {
        let too_small = "a leg comes to less than the venue's smallest order; neither leg is sent";
        assert_eq!(legs("0", "1000", 3_000_000)?, Err(too_small), "less than a lot");
        assert_eq!(legs("800", "1000", 750_000_000)?, Err(too_small), "750 under a smallest notional of 800");
        assert_eq!(legs("700", "1000", 750_000_000)?, Ok([10_000, 187]));
        let huge = legs("0", "99999999999999999999", 1_000_000_000)?;
        assert_eq!(huge, Err("the size of a leg is too large to be counted; neither leg is sent"));
        Ok(())
    }

    #[test]
    fn the_ratio_of_worth_is_one_the_slope_or_the_slope_in_units() {
        let point = Point { y: 1.0, x: 0.5 };
        let nanos = |neutral, prices, ratio| worth(neutral, prices, ratio, point).map(Rate::nanos);
        assert_eq!(nanos(Neutral::Dollar, Prices::Log, 7.0), Some(1_000_000_000));
        assert_eq!(nanos(Neutral::Beta, Prices::Log, 0.8), Some(800_000_000));
        // The first market has doubled and the second gained half: 0.8 × 1.5 / 2.
        assert_eq!(nanos(Neutral::Beta, Prices::Plain, 0.8), Some(600_000_000));
        for ratio in [0.0, -0.5, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(nanos(Neutral::Beta, Prices::Log, ratio), None, "{ratio}");
        }
    }
}
