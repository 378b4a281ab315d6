//! The drawdown ladder: smaller orders after a fall of equity from its peak, none after a deeper one, until a pause is
//! over.

use sdk::{BuildError, Event, Money, Rate, Rounding, Time, View, div_round, percent};
use serde::{Deserialize, Serialize};

use crate::case::{Bound, Case};
use crate::params::Params;

const REDUCED: &str =
    "drawdown from the peak of equity has reached drawdown_reduce_pct: orders shrink (advanced_risk)";
const STOPPED: &str =
    "drawdown from the peak of equity has reached drawdown_stop_pct: nothing opens (advanced_risk)";
const MINUTE: i64 = 60_000_000_000;

/// The rungs of the ladder. All of it is whole numbers: no rounding decides on which rung we stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ladder {
    reduce: Option<Rate>,
    factor: Rate,
    /// Below this share of drawdown orders are whole again.
    back: Rate,
    stop: Option<Rate>,
    bars: u32,
    nanos: i64,
}

/// Where we stand on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    #[serde(with = "sdk::state::exact")]
    peak: Money,
    /// Peak less equity, as of the last event.
    #[serde(with = "sdk::state::exact")]
    fallen: Money,
    /// 0: orders are whole; 1: they shrink; 2: there are none.
    rung: u8,
    bars_left: u32,
    #[serde(with = "sdk::state::exact")]
    until: Time,
    /// When the last bar closed that was counted: bars of several instruments that close together are one.
    #[serde(with = "sdk::state::exact")]
    counted: Time,
}

impl Standing {
    pub(crate) const fn new(capital: Money) -> Self {
        let before = Time::from_nanos(i64::MIN);
        Self { peak: capital, fallen: Money::ZERO, rung: 0, bars_left: 0, until: before, counted: before }
    }

    /// Whether a ladder can have led here.
    pub(crate) const fn is_sound(&self) -> bool {
        self.rung <= 2
    }
}

impl Ladder {
    /// `None` where it is off.
    ///
    /// # Errors
    /// [`BuildError`] for a percentage or a factor with too many decimals.
    pub(crate) fn new(params: &Params) -> Result<Option<Self>, BuildError> {
        let reduce = percent("drawdown_reduce_pct", params.drawdown_reduce_pct)?;
        let stop = percent("drawdown_stop_pct", params.drawdown_stop_pct)?;
        let hysteresis = percent("drawdown_hysteresis_pct", params.drawdown_hysteresis_pct)?;
        let factor = Rate::from_decimal(params.drawdown_factor.decimal()).map_err(|_| {
            let what = format!("{} has more than nine decimals", params.drawdown_factor);
            BuildError::new("drawdown_factor", what)
        })?;
        let nanos = |rate: Option<Rate>| rate.map_or(0, Rate::nanos);
        Ok(reduce.or(stop).map(|_| Self {
            reduce,
            factor,
            back: Rate::from_nanos(nanos(reduce).saturating_sub(nanos(hysteresis))),
            stop,
            bars: params.cooldown_bars,
            nanos: i64::from(params.cooldown_minutes).saturating_mul(MINUTE),
        }))
    }

    /// Takes in what equity is at a price of the market. It does not look at reports of orders: a fill is told before
    /// the price that it was made at, and until then equity values it at the last one.
    pub(crate) fn take_in(&self, standing: &mut Standing, view: &View<'_>, event: &Event) {
        if matches!(event, Event::Order(_) | Event::Operator { .. }) {
            return;
        }
        if let Event::Bar { bar, .. } = event
            && bar.close_time > standing.counted
        {
            standing.counted = bar.close_time;
            standing.bars_left = standing.bars_left.saturating_sub(1);
        }
        let pauses = self.bars > 0 || self.nanos > 0;
        if standing.rung == 2 && pauses && standing.bars_left == 0 && view.now >= standing.until {
            (standing.peak, standing.rung) = (view.equity, 0);
        }
        standing.peak = standing.peak.max(view.equity);
        standing.fallen = standing.peak.minus(view.equity).unwrap_or(Money::from_units(i128::MAX));
        if standing.rung == 2 {
            return;
        }
        if self.reached(standing, self.stop) {
            standing.rung = 2;
            standing.bars_left = self.bars;
            standing.until = Time::from_nanos(view.now.nanos().saturating_add(self.nanos));
        } else if self.reached(standing, self.reduce) {
            standing.rung = 1;
        } else if standing.fallen < allowed(standing.peak, self.back) {
            standing.rung = 0;
        }
    }

    pub(crate) fn judge(&self, case: &Case, standing: &Standing) -> Option<Bound> {
        let (why, at, opens) = match standing.rung {
            0 => return None,
            1 => {
                let part = i128::from(case.opens) * i128::from(self.factor.nanos());
                let opens = div_round(part, i128::from(Rate::ONE), Rounding::Down);
                (REDUCED, self.reduce, i64::try_from(opens).unwrap_or(0))
            }
            _ => (STOPPED, self.stop, 0),
        };
        let limit = at.map_or(Money::ZERO, |at| allowed(standing.peak, at));
        let [limit, actual] = [limit, standing.fallen].map(|money| money.units() as f64);
        (opens < case.opens).then_some(Bound { opens, why, limit, actual })
    }

    fn reached(&self, standing: &Standing, at: Option<Rate>) -> bool {
        at.is_some_and(|at| standing.fallen >= allowed(standing.peak, at))
    }
}

/// The fall that is this share of the peak; none, where it can't be worked out or there is no peak above zero.
fn allowed(peak: Money, share: Rate) -> Money {
    peak.at_rate(share, Rounding::Up).unwrap_or(Money::ZERO).max(Money::ZERO)
}
