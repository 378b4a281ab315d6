//! When the whole grid ends: stop-loss, take-profit, trailing take-profit, and the two prices. Closing is the engine's.

use sdk::{Money, Overflow, Price, Rate, Rounding};

/// The bounds as they were asked for. A rate of zero is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) stop_loss: Rate,
    pub(crate) take_profit: Rate,
    pub(crate) trailing: Rate,
    /// The price at or below which the grid ends.
    pub(crate) low: Option<Price>,
    /// The price at or above which it ends.
    pub(crate) high: Option<Price>,
    /// Whether `high` is the loss.
    pub(crate) short: bool,
}

/// Watches equity and price. Bounds that are off lie at the end of their type, so the common case is four comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard {
    limits: Limits,
    low: Price,
    high: Price,
    /// Equity at or below which the grid ends.
    floor: Money,
    /// Equity at or above which it ends, or a new peak is noted.
    goal: Money,
    /// How far equity may fall from its peak, once that is followed.
    trail: Money,
    trailing: bool,
}

pub(crate) const STOP_LOSS: &str = "stop-loss: the loss since the grid's start reached stop_loss_pct";
pub(crate) const TAKE_PROFIT: &str = "take-profit: the profit since the grid's start reached take_profit_pct";
pub(crate) const TRAILING: &str =
    "trailing take-profit: the profit fell from its peak by trailing_take_profit_pct";
pub(crate) const STOP_PRICE: &str = "stop-loss: the price reached stop_loss_price";
pub(crate) const PROFIT_PRICE: &str = "take-profit: the price reached take_profit_price";

const NEVER_BELOW: Money = Money::from_units(i128::MIN);
const NEVER_ABOVE: Money = Money::from_units(i128::MAX);

impl Guard {
    /// A guard that watches prices; equity from [`Self::begin`] on.
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            low: limits.low.unwrap_or(Price::from_ticks(i64::MIN)),
            high: limits.high.unwrap_or(Price::from_ticks(i64::MAX)),
            floor: NEVER_BELOW,
            goal: NEVER_ABOVE,
            trail: Money::ZERO,
            trailing: false,
        }
    }

    /// Sets the bounds of equity from what it is now.
    ///
    /// # Errors
    /// [`Overflow`] when a bound does not fit into money.
    pub(crate) fn begin(&mut self, equity: Money) -> Result<(), Overflow> {
        let part = |rate| equity.at_rate(rate, Rounding::HalfEven);
        if self.limits.stop_loss > Rate::ZERO {
            self.floor = equity.minus(part(self.limits.stop_loss)?)?;
        }
        if self.limits.take_profit > Rate::ZERO {
            self.goal = equity.plus(part(self.limits.take_profit)?)?;
        }
        self.trail = part(self.limits.trailing)?;
        Ok(())
    }

    /// Holds equity and the prices that were visited against the bounds; says why the grid must end.
    #[inline]
    pub(crate) fn check(&mut self, equity: Money, low: Price, high: Price) -> Option<&'static str> {
        let inside = equity > self.floor && equity < self.goal && low > self.low && high < self.high;
        if inside { None } else { self.judge(equity, low, high) }
    }

    #[cold]
    fn judge(&mut self, equity: Money, low: Price, high: Price) -> Option<&'static str> {
        let (below, above) =
            if self.limits.short { (PROFIT_PRICE, STOP_PRICE) } else { (STOP_PRICE, PROFIT_PRICE) };
        if equity <= self.floor {
            return Some(if self.trailing { TRAILING } else { STOP_LOSS });
        }
        // A bar that visited both prices counts as the loss.
        let (is_low, is_high) = (low <= self.low, high >= self.high);
        if is_low && !(is_high && self.limits.short) {
            return Some(below);
        }
        if is_high {
            return Some(above);
        }
        if equity < self.goal {
            return None;
        }
        if self.limits.trailing == Rate::ZERO {
            return Some(TAKE_PROFIT);
        }
        self.follow(equity)
    }

    /// A new peak: the floor follows it, and never goes back.
    fn follow(&mut self, peak: Money) -> Option<&'static str> {
        let Ok(floor) = peak.minus(self.trail) else { return Some(TAKE_PROFIT) };
        self.trailing = true;
        self.floor = self.floor.max(floor);
        self.goal = Money::from_units(peak.units().saturating_add(1));
        None
    }

    /// What a restart needs: floor, goal, trail and whether a peak is followed.
    pub(crate) const fn state(&self) -> (Money, Money, Money, bool) {
        (self.floor, self.goal, self.trail, self.trailing)
    }

    /// This guard in the state that [`Self::state`] gave.
    pub(crate) const fn with_state(
        self,
        (floor, goal, trail, trailing): (Money, Money, Money, bool),
    ) -> Self {
        Self { floor, goal, trail, trailing, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(stop_loss: i64, take_profit: i64, trailing: i64) -> Limits {
        let rate = |percent: i64| Rate::from_nanos(percent * 10_000_000);
        Limits {
            stop_loss: rate(stop_loss),
            take_profit: rate(take_profit),
            trailing: rate(trailing),
            low: None,
            high: None,
            short: false,
        }
    }

    /// Feeds equities to a guard that began at 1000; gives the first verdict with the equity it fell at.
    fn first(limits: Limits, equities: &[i128]) -> Option<(i128, &'static str)> {
        let mut guard = Guard::new(limits);
        guard.begin(Money::from_units(1000)).unwrap();
        let price = Price::from_ticks(50);
        equities.iter().find_map(|units| {
            guard.check(Money::from_units(*units), price, price).map(|reason| (*units, reason))
        })
    }

    #[test]
    fn equity_ends_the_grid_at_its_bounds() {
        for (limits, equities, expected) in [
            (limits(10, 0, 0), &[901, 2000, 900][..], Some((900, STOP_LOSS))),
            (limits(0, 10, 0), &[0, 1099, 1100], Some((1100, TAKE_PROFIT))),
            (limits(0, 0, 0), &[-5000, 0, 5000], None),
            (limits(10, 10, 4), &[1099, 950, 1100, 1061, 1200, 1161, 1160], Some((1160, TRAILING))),
            (limits(10, 10, 4), &[1100, 1060], Some((1060, TRAILING))),
            (limits(10, 10, 4), &[1099, 1059, 900], Some((900, STOP_LOSS))),
        ] {
            assert_eq!(first(limits, equities), expected, "{limits:?} {equities:?}");
        }
    }

    #[test]
    fn a_bar_that_visits_both_prices_counts_as_the_loss() {
        let (low, high) = (Some(Price::from_ticks(40)), Some(Price::from_ticks(60)));
        for (short, from, to, expected) in [
            (false, 41, 59, None),
            (false, 40, 59, Some(STOP_PRICE)),
            (false, 41, 60, Some(PROFIT_PRICE)),
            (false, 40, 60, Some(STOP_PRICE)),
            (true, 40, 59, Some(PROFIT_PRICE)),
            (true, 41, 60, Some(STOP_PRICE)),
            (true, 40, 60, Some(STOP_PRICE)),
        ] {
            let mut guard = Guard::new(Limits { low, high, short, ..limits(0, 0, 0) });
            let said = guard.check(Money::ZERO, Price::from_ticks(from), Price::from_ticks(to));
            assert_eq!(said, expected, "short {short}, {from} to {to}");
        }
    }
}
