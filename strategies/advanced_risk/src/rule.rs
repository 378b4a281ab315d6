//! The rule: events in, the smallest quantity that every limit allows out.

use sdk::{
    BuildError, Event, Money, Order, Qty, RestoreError, RiskRule, Setup, Verdict, View, WarmUp, state,
};
use serde::{Deserialize, Serialize};

use crate::allocation::{Allocation, Shares};
use crate::case::{Bound, Case, Ruling};
use crate::correlation::CorrelationCap;
use crate::exposure::{KellyCap, VolatilityTarget};
use crate::history::{History, Span};
use crate::ladder::{Ladder, Standing};
use crate::loss::LossLimit;
use crate::stress::StressLimit;
use crate::{BeforeReady, Params};

const ID: &str = "advanced_risk";
const LAYOUT: u32 = 1;
const NO_PRICE: &str =
    "a price is missing, or a worth does not fit, so that no limit can be held (advanced_risk)";

/// The rule. See the crate's page.
#[derive(Debug, Clone)]
pub struct AdvancedRisk {
    params: Params,
    /// How many returns each history keeps.
    keep: usize,
    lambda: f64,
    ladder: Option<Ladder>,
    loss: Option<LossLimit>,
    volatility: Option<VolatilityTarget>,
    kelly: Option<KellyCap>,
    correlation: Option<CorrelationCap>,
    allocation: Option<Allocation>,
    stress: Option<StressLimit>,
    memory: Memory,
}

/// What a restart needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Memory {
    /// By instrument id.
    histories: Vec<History>,
    standing: Standing,
    shares: Shares,
}

impl AdvancedRisk {
    /// Builds the rule for all instruments of the run.
    ///
    /// # Errors
    /// [`BuildError`] for parameters that contradict each other, or scenarios that don't fit the run.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        params.check()?;
        let markets = setup.instruments.iter().map(|instrument| instrument.id().index() + 1).max();
        Ok(Self {
            keep: Span::new(&params).keep(),
            lambda: params.ewma_lambda.to_f64(),
            ladder: Ladder::new(&params)?,
            loss: LossLimit::new(&params),
            volatility: VolatilityTarget::new(&params),
            kelly: KellyCap::new(&params),
            correlation: CorrelationCap::new(&params),
            allocation: Allocation::new(&params),
            stress: StressLimit::new(&params, setup)?,
            memory: Memory {
                histories: vec![History::default(); markets.unwrap_or(0)],
                standing: Standing::new(setup.capital),
                shares: Shares::new(),
            },
            params,
        })
    }

    /// The bound of every limit that is on and has one, in the order of the crate's page.
    fn bounds(&self, case: &Case) -> impl Iterator<Item = Bound> {
        let Memory { histories, standing, shares } = &self.memory;
        let left = self.ladder.map_or(1.0, |ladder| ladder.left(standing));
        let rulings: [Option<Ruling>; 7] = [
            self.ladder.map(|ladder| Ok(ladder.judge(case, standing))),
            self.loss.map(|loss| loss.judge(case, histories)),
            self.volatility.map(|volatility| volatility.judge(case, histories)),
            self.kelly.map(|kelly| kelly.judge(case, histories)),
            self.correlation.map(|correlation| correlation.judge(case, histories)),
            self.allocation.map(|allocation| allocation.judge(case, shares, left)),
            self.stress.as_ref().map(|stress| stress.judge(case)),
        ];
        let refuses = self.params.before_ready == BeforeReady::Refuse;
        let bound = move |ruling: Ruling| ruling.unwrap_or_else(|why| refuses.then_some(unknown(why)));
        rulings.into_iter().flatten().filter_map(bound)
    }
}

impl RiskRule for AdvancedRisk {
    fn on_event(&mut self, view: &View<'_>, event: &Event) {
        let memory = &mut self.memory;
        if let Some(ladder) = self.ladder {
            ladder.take_in(&mut memory.standing, view, event);
        }
        let Event::Bar { instrument, bar } = event else { return };
        let Some(history) = memory.histories.get_mut(instrument.index()) else { return };
        history.take_in(bar, self.keep, self.lambda);
        if let Some(allocation) = self.allocation {
            allocation.take_in(&mut memory.shares, &memory.histories);
        }
    }

    fn judge(&self, view: &View<'_>, order: &Order) -> Verdict {
        let Some(case) = Case::new(view, order) else {
            return match self.params.before_ready {
                BeforeReady::Pass => Verdict::Pass,
                BeforeReady::Refuse => refusal(&unknown(NO_PRICE)),
            };
        };
        // Of bounds that allow the same, the first one is told.
        let tightest = self.bounds(&case).reduce(|one, next| if next.opens < one.opens { next } else { one });
        match tightest {
            Some(bound) if bound.opens < case.opens => {
                let left = case.closes.saturating_add(bound.opens);
                if left > 0 {
                    Verdict::Shrink { qty: Qty::from_lots(left), why: bound.why }
                } else {
                    refusal(&bound)
                }
            }
            _ => Verdict::Pass,
        }
    }

    fn warm_up(&self) -> WarmUp {
        WarmUp { bars: self.params.min_history.saturating_add(1), ticks: 0 }
    }

    fn save(&self) -> Vec<u8> {
        state::save(ID, LAYOUT, &self.params, &self.memory)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        let saved: Memory = state::restore(ID, LAYOUT, &self.params, bytes)?;
        let (was, is) = (saved.histories.len(), self.memory.histories.len());
        if was != is {
            return Err(RestoreError(format!("it is of {was} instruments, this run has {is}")));
        }
        let histories = saved.histories.iter().all(|history| history.is_sound(self.keep));
        if !(histories && saved.standing.is_sound() && saved.shares.is_sound(is)) {
            return Err(RestoreError("it holds numbers that this rule never writes".to_owned()));
        }
        self.memory = saved;
        Ok(())
    }
}

/// Nothing may be opened, because something is not known.
const fn unknown(why: &'static str) -> Bound {
    Bound { opens: 0, why, limit: 0.0, actual: 0.0 }
}

fn refusal(bound: &Bound) -> Verdict {
    Verdict::Refuse { why: bound.why, limit: money(bound.limit), actual: money(bound.actual) }
}

/// An estimate as money, to eight decimals: the rest of its digits mean nothing.
fn money(units: f64) -> Money {
    const STEP: i128 = 10_i128.pow(Money::SCALE as u32 - 8);
    Money::from_units(((units / STEP as f64).round() as i128).saturating_mul(STEP))
}
