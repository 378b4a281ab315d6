//! The drawdown ladder: less exposure after a fall of equity from its peak, no opening after a deeper one, until a pause
//! is over.

use sdk::{BuildError, Event, Money, Rate, Rounding, Time, View, percent};
use serde::{Deserialize, Serialize};

use crate::case::{Bound, Case};
use crate::params::Params;

const REDUCED: &str = "drawdown from the peak of equity has reached drawdown_reduce_pct: exposure over drawdown_factor of max_gross times equity (advanced_risk)";
const STOPPED: &str =
    "drawdown from the peak of equity has reached drawdown_stop_pct: nothing opens (advanced_risk)";
const MINUTE: i64 = 60_000_000_000;

/// The rungs of the ladder. They are whole numbers: no rounding decides on which of them we stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ladder {
    reduce: Option<Rate>,
    /// What is left of every limit on exposure on the first rung.
    factor: f64,
    /// The exposure that this is of, × equity.
    max_gross: f64,
    /// Below this share of drawdown we are off the first rung again.
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
    /// 0: nothing is limited; 1: exposure is; 2: nothing opens.
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
    /// [`BuildError`] for a percentage with too many decimals.
    pub(crate) fn new(params: &Params) -> Result<Option<Self>, BuildError> {
        let reduce = percent("drawdown_reduce_pct", params.drawdown_reduce_pct)?;
        let stop = percent("drawdown_stop_pct", params.drawdown_stop_pct)?;
        let hysteresis = percent("drawdown_hysteresis_pct", params.drawdown_hysteresis_pct)?;
        let nanos = |rate: Option<Rate>| rate.map_or(0, Rate::nanos);
        Ok(reduce.or(stop).map(|_| Self {
            reduce,
            factor: params.drawdown_factor.to_f64(),
            max_gross: params.max_gross.to_f64(),
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
        match standing.rung {
            0 => None,
            1 => {
                let limit = self.left(standing) * self.max_gross * case.equity;
                case.hold(REDUCED, limit, |lots| case.gross(lots))
            }
            _ => {
                let limit = self.stop.map_or(Money::ZERO, |at| allowed(standing.peak, at));
                let [limit, actual] = [limit, standing.fallen].map(|money| money.units() as f64);
                (case.opens > 0).then_some(Bound { opens: 0, why: STOPPED, limit, actual })
            }
        }
    }

    /// What is left of a limit on exposure: all of it, or `drawdown_factor` on the first rung.
    pub(crate) const fn left(&self, standing: &Standing) -> f64 {
        if standing.rung == 1 { self.factor } else { 1.0 }
    }

    fn reached(&self, standing: &Standing, at: Option<Rate>) -> bool {
        at.is_some_and(|at| standing.fallen >= allowed(standing.peak, at))
    }
}

/// The fall that is this share of the peak; none, where it can't be worked out or there is no peak above zero.
fn allowed(peak: Money, share: Rate) -> Money {
    peak.at_rate(share, Rounding::Up).unwrap_or(Money::ZERO).max(Money::ZERO)
}
