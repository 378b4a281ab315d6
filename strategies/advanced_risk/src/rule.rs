//! The rule: returns in, verdicts out.

use std::collections::VecDeque;

use sdk::{
    BuildError, Event, InstrumentId, Market, Money, Order, Price, Qty, RestoreError, RiskRule, Setup, Side,
    Verdict, View, WarmUp,
};
use serde::{Deserialize, Serialize};

use crate::{BeforeReady, Params, value_at_risk};

const OVER: &str = "value at risk over max_var_pct of equity (advanced_risk)";
const NO_HISTORY: &str = "too few closed bars to know value at risk (advanced_risk, min_history)";

/// The rule. See the crate's page.
#[derive(Debug, Clone)]
pub struct AdvancedRisk {
    share: f64,
    confidence: f64,
    window: usize,
    min_history: usize,
    before_ready: BeforeReady,
    /// By instrument id.
    histories: Vec<History>,
}

/// One market's past.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct History {
    /// In ticks.
    last_close: Option<i64>,
    /// Simple returns from close to close, the newest last.
    returns: VecDeque<f64>,
}

/// What the positions gained or lost in each bar of the window, the newest first, in units of money.
struct Scenarios {
    without: Vec<f64>,
    /// By what one lot more changes it.
    per_lot: Vec<f64>,
}

impl AdvancedRisk {
    /// Builds the rule for all instruments of the run.
    ///
    /// # Errors
    /// [`BuildError`] when more history is needed than is kept.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        if params.min_history > params.window {
            let what = format!(
                "{} bars are needed, but only {} are kept; set it to at most window",
                params.min_history, params.window
            );
            return Err(BuildError::new("min_history", what));
        }
        let markets = setup.instruments.iter().map(|instrument| instrument.id().index() + 1).max();
        Ok(Self {
            share: params.max_var_pct.to_f64() / 100.0,
            confidence: params.confidence.to_f64(),
            window: params.window as usize,
            min_history: params.min_history as usize,
            before_ready: params.before_ready,
            histories: vec![History::default(); markets.unwrap_or(0)],
        })
    }

    /// The past results of what would be held, as far back as every market of it goes; `None` where that is too short.
    fn scenarios(&self, view: &View<'_>, order: &Order) -> Option<Scenarios> {
        let held =
            |market: &&Market| market.instrument.id() == order.instrument || !market.position.qty.is_zero();
        let histories = view.markets.iter().filter(held).map(|market| self.history(market.instrument.id()));
        let bars = histories.map(|history| history.map_or(0, |history| history.returns.len())).min()?;
        if bars < self.min_history {
            return None;
        }
        let mut found = Scenarios { without: vec![0.0; bars], per_lot: vec![0.0; bars] };
        for market in view.markets.iter().filter(held) {
            let id = market.instrument.id();
            let returns = self.history(id)?.returns.iter().rev();
            let price = market.last?;
            let lot = worth(market, price, Qty::from_lots(1))?;
            let mut lots = market.position.qty.lots() as f64;
            if id == order.instrument {
                let waiting = if order.side == Side::Buy { market.open_buy } else { market.open_sell };
                lots += (waiting.lots() * order.side.sign()) as f64;
                for (slot, one) in found.per_lot.iter_mut().zip(returns.clone()) {
                    *slot = one * lot * order.side.sign() as f64;
                }
            }
            for (slot, one) in found.without.iter_mut().zip(returns) {
                *slot += one * lot * lots;
            }
        }
        Some(found)
    }

    fn history(&self, id: InstrumentId) -> Option<&History> {
        self.histories.get(id.index())
    }
}

impl Scenarios {
    /// Value at risk with `lots` more, in units of money.
    fn with(&self, lots: i64, confidence: f64) -> f64 {
        let pairs = self.without.iter().zip(&self.per_lot);
        let mut results: Vec<f64> = pairs.map(|(without, lot)| without + lot * lots as f64).collect();
        value_at_risk(&mut results, confidence)
    }
}

impl RiskRule for AdvancedRisk {
    fn on_event(&mut self, _: &View<'_>, event: &Event) {
        let Event::Bar { instrument, bar } = event else { return };
        let Some(history) = self.histories.get_mut(instrument.index()) else { return };
        let close = bar.close.ticks();
        if let Some(last) = history.last_close.replace(close) {
            if history.returns.len() == self.window {
                history.returns.pop_front();
            }
            history.returns.push_back(close as f64 / last as f64 - 1.0);
        }
    }

    fn judge(&self, view: &View<'_>, order: &Order) -> Verdict {
        let Some(scenarios) = self.scenarios(view, order) else {
            return match self.before_ready {
                BeforeReady::Pass => Verdict::Pass,
                BeforeReady::Refuse => {
                    Verdict::Refuse { why: NO_HISTORY, limit: Money::ZERO, actual: Money::ZERO }
                }
            };
        };
        let limit = view.equity.units() as f64 * self.share;
        let within = |lots: i64| scenarios.with(lots, self.confidence) <= limit;
        let wished = order.qty.lots();
        if within(wished) {
            return Verdict::Pass;
        }
        // Of the quantities in between, the largest that halving finds: `fits` always stays within.
        let (mut fits, mut over) = (0, wished);
        while over - fits > 1 {
            let middle = fits.midpoint(over);
            if within(middle) { fits = middle } else { over = middle }
        }
        if fits == 0 {
            let actual = scenarios.with(wished, self.confidence);
            return Verdict::Refuse { why: OVER, limit: money(limit), actual: money(actual) };
        }
        Verdict::Shrink { qty: Qty::from_lots(fits), why: OVER }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: u32::try_from(self.min_history + 1).unwrap_or(u32::MAX), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        // Numbers and lists only: writing them can't fail.
        serde_json::to_vec(&self.histories).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError> {
        let saved: Vec<History> =
            serde_json::from_slice(state).map_err(|error| RestoreError(error.to_string()))?;
        if saved.len() != self.histories.len() {
            let what = format!("it is of {} instruments, this run has {}", saved.len(), self.histories.len());
            return Err(RestoreError(what));
        }
        self.histories = saved;
        Ok(())
    }
}

/// The notional of a quantity in units of money; `None` where it does not fit.
fn worth(market: &Market, price: Price, qty: Qty) -> Option<f64> {
    market.instrument.notional(price, qty).ok().map(|money| money.units() as f64)
}

/// An estimate as money, to eight decimals: the rest of its digits mean nothing.
fn money(units: f64) -> Money {
    const STEP: i128 = 10_i128.pow(Money::SCALE as u32 - 8);
    Money::from_units(((units / STEP as f64).round() as i128).saturating_mul(STEP))
}
