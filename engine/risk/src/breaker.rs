//! The breaker: ends the run when equity fell too far from its peak, or too far within one day.

use types::{Money, Rate, Rounding, Time};

/// How much may be lost. `None` switches a rule off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BreakerLimits {
    /// Share of the highest equity so far.
    pub max_drawdown: Option<Rate>,
    /// Share of the equity at the start of the UTC day.
    pub max_daily_loss: Option<Rate>,
}

/// Which rule tripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// Too far below the peak.
    Drawdown,
    /// Too much lost today.
    DailyLoss,
}

/// Watches equity; trips once and stays tripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    limits: BreakerLimits,
    peak: Money,
    /// Equity below which the drawdown rule trips.
    drawdown_floor: Option<Money>,
    day: i64,
    day_floor: Option<Money>,
    tripped: bool,
}

const DAY_NANOS: i64 = 86_400_000_000_000;

impl Trip {
    /// The trip in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Drawdown => "stopped by the breaker: drawdown over risk.max_drawdown",
            Self::DailyLoss => "stopped by the breaker: loss of the day over risk.max_daily_loss",
        }
    }
}

impl Breaker {
    /// A breaker for an account that starts with `capital`.
    #[must_use]
    pub fn new(limits: BreakerLimits, capital: Money) -> Self {
        let drawdown_floor = floor(capital, limits.max_drawdown);
        Self { limits, peak: capital, drawdown_floor, day: i64::MIN, day_floor: None, tripped: false }
    }

    /// Takes in the equity; says which rule tripped, once.
    #[inline]
    pub fn observe(&mut self, time: Time, equity: Money) -> Option<Trip> {
        if self.limits.max_drawdown.is_some() && equity > self.peak {
            self.peak = equity;
            self.drawdown_floor = floor(equity, self.limits.max_drawdown);
        }
        if self.limits.max_daily_loss.is_some() {
            let day = time.nanos().div_euclid(DAY_NANOS);
            if day != self.day {
                self.day = day;
                self.day_floor = floor(equity, self.limits.max_daily_loss);
            }
        }
        if self.tripped {
            return None;
        }
        let below = |floor: Option<Money>| floor.is_some_and(|floor| equity < floor);
        let trip = match (below(self.drawdown_floor), below(self.day_floor)) {
            (true, _) => Trip::Drawdown,
            (false, true) => Trip::DailyLoss,
            (false, false) => return None,
        };
        self.tripped = true;
        Some(trip)
    }
}

/// What is left of `of` after losing the share `loss`. A share that can't be computed trips at once.
fn floor(of: Money, loss: Option<Rate>) -> Option<Money> {
    let loss = loss?;
    let lost = of.at_rate(loss, Rounding::Up).and_then(|lost| of.minus(lost));
    Some(lost.unwrap_or(of))
}
