//! When shares are set anew, and how equity moves with them. Between two rebalances a child's equity is its own doing.

use sdk::{Bar, BuildError, Money, Rate, Rounding, Time, View, whole};
use serde::{Deserialize, Serialize};

use crate::allocation::{among_known, bounded, inverse_volatility, risk_parity, stepped, within};
use crate::child::{Child, State};
use crate::curve::{FullMarks, covariance};
use crate::params::{Allocation, Params, RebalanceUnit};

/// What the parameters come to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    allocation: Allocation,
    /// Every so many bars; 0 for not by bars.
    bars: u32,
    /// Every so many nanoseconds.
    nanos: Option<i64>,
    /// The configured shares, by child.
    weights: Vec<Rate>,
    /// What is divided: their sum, in 10⁻⁹.
    budget: i64,
    min: f64,
    max: f64,
    most: f64,
    full: FullMarks,
}

/// Where in the interval we are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clock {
    /// Bars since the last rebalance.
    bars: u32,
    #[serde(with = "sdk::state::exact")]
    due: Option<Time>,
    /// Whether the curves have a sample since the last rebalance.
    sampled: bool,
}

impl Plan {
    /// Checks the weights.
    ///
    /// # Errors
    /// [`BuildError`] for a weight out of range, or weights that come to more than 1.
    pub(crate) fn new(params: &Params) -> Result<Self, BuildError> {
        let weights: Result<Vec<Rate>, BuildError> =
            params.child.iter().map(crate::ChildParams::share).collect();
        let weights = weights?;
        let budget = weights.iter().fold(0_i64, |sum, weight| sum.saturating_add(weight.nanos()));
        if budget > Rate::ONE {
            let sum = sdk::Number::scaled(budget, 9);
            let what = format!("the weights come to {sum}; they may come to at most 1");
            return Err(BuildError::new("weight", what));
        }
        let by_bars = params.rebalance_unit == RebalanceUnit::Bars;
        Ok(Self {
            allocation: params.allocation,
            bars: if by_bars { params.rebalance_interval } else { 0 },
            nanos: params.interval_nanos(),
            weights,
            budget,
            min: params.min_weight.to_f64(),
            max: params.max_weight.to_f64(),
            most: params.max_weight_change.to_f64(),
            full: FullMarks {
                profit: params.full_mark_return_pct.to_f64() / 100.0,
                sharpe: params.full_mark_sharpe.to_f64(),
            },
        })
    }

    /// The share of each child at the start.
    pub(crate) fn start(&self) -> Vec<Rate> {
        if self.allocation == Allocation::Equal {
            let count = i64::try_from(self.weights.len()).unwrap_or(i64::MAX).max(1);
            return vec![Rate::from_nanos(self.budget / count); self.weights.len()];
        }
        self.weights.clone()
    }

    /// Sets shares anew and moves equity to match. A child that is shut off keeps what it has until it is flat, and the
    /// others divide what that leaves; then it keeps its configured share (`fixed`), or gives all to the others.
    pub(crate) fn carry_out(&self, children: &mut [Child], view: &View<'_>) {
        let Some(room) = self.room(children, view.equity) else { return };
        let shares = self.shares(children, room);
        for (child, share) in children.iter_mut().zip(shares) {
            if child.memory.state == State::Closing {
                continue;
            }
            let Ok(old) = child.equity() else { continue };
            let Ok(new) = view.equity.at_rate(share, Rounding::Down) else { continue };
            let moved = new.minus(old).and_then(|by| child.memory.ledger.cash.plus(by));
            let Ok(cash) = moved else { continue };
            child.memory.ledger.cash = cash;
            child.memory.share = share;
            child.memory.curve.transfer(old, new);
            child.memory.floor = child.memory.floor.map(|floor| {
                scaled(floor, old, new).or_else(|| Child::floor_of(child.max_loss, new)).unwrap_or(floor)
            });
        }
    }

    /// What there is to divide, in 10⁻⁹ of equity: less than the budget by what children hold that are being closed. `None`
    /// where nothing can be divided: without equity, where they hold more than the budget, or their worth can't be told.
    fn room(&self, children: &[Child], equity: Money) -> Option<i64> {
        if equity <= Money::ZERO {
            return None;
        }
        let mut closing = children.iter().filter(|child| child.memory.state == State::Closing);
        let kept = closing.try_fold(Money::ZERO, |sum, child| sum.plus(child.equity()?)).ok()?;
        if kept <= Money::ZERO {
            return Some(self.budget);
        }
        // Rounded down in money and then in parts of it, so that all together is never more than there is.
        let budget = equity.at_rate(Rate::from_nanos(self.budget), Rounding::Down).ok()?;
        let left = budget.minus(kept).ok().filter(|left| *left >= Money::ZERO)?;
        let nano = equity.units().div_euclid(i128::from(Rate::ONE)).checked_add(1)?;
        Some(i64::try_from(left.units().checked_div(nano)?).ok()?.min(self.budget))
    }

    /// The new share of each child, of `room` in sum at most; that of one that is being closed is not used.
    fn shares(&self, children: &[Child], room: i64) -> Vec<Rate> {
        if self.allocation == Allocation::Fixed {
            return self.fixed(children, room);
        }
        let active: Vec<&Child> = children.iter().filter(|child| child.is_trading()).collect();
        let mut weights = self.parts(&active, room).into_iter();
        let share = |child: &Child| {
            let weight = if child.is_trading() { weights.next().unwrap_or(0.0) } else { 0.0 };
            let nanos = whole(weight * self.budget as f64, Rounding::Down);
            Rate::from_nanos(nanos.unwrap_or(0).clamp(0, self.budget))
        };
        children.iter().map(share).collect()
    }

    /// The weights; smaller in proportion where they are more than there is room for.
    fn fixed(&self, children: &[Child], room: i64) -> Vec<Rate> {
        let kept = |(child, _): &(&Child, &Rate)| child.memory.state != State::Closing;
        let others = children.iter().zip(&self.weights).filter(kept).map(|(_, weight)| weight.nanos());
        let sum = i128::from(others.fold(0_i64, i64::saturating_add));
        let share = |weight: &Rate| {
            let part = (i128::from(weight.nanos()) * i128::from(room)).checked_div(sum);
            let part = part.and_then(|part| i64::try_from(part).ok()).unwrap_or(0);
            Rate::from_nanos(part.min(weight.nanos()))
        };
        self.weights.iter().map(share).collect()
    }

    /// The parts of the budget that those which trade are to have, of `room` in sum at most.
    fn parts(&self, active: &[&Child], room: i64) -> Vec<f64> {
        let budget = self.budget.max(1) as f64;
        let free = room as f64 / budget;
        let equal = vec![free / active.len().max(1) as f64; active.len()];
        if matches!(self.allocation, Allocation::Equal | Allocation::Fixed) {
            return equal;
        }
        // Parts of the whole budget and not of what the active ones have: what one that is shut off had reaches the others
        // in steps, and is nobody's until then.
        let current: Vec<f64> =
            active.iter().map(|child| child.memory.share.nanos() as f64 / budget).collect();
        let raw = match self.allocation {
            Allocation::Performance => {
                let scores: Vec<_> =
                    active.iter().map(|child| child.memory.curve.score(&self.full)).collect();
                among_known(&scores, &current)
            }
            Allocation::RiskParity => match risk_parity(&matrix(active)) {
                Some(weights) => weights,
                None => by_volatility(active, &current),
            },
            Allocation::Fixed | Allocation::Equal | Allocation::InverseVolatility => {
                by_volatility(active, &current)
            }
        };
        let target: Vec<f64> =
            bounded(&raw, self.min, self.max).into_iter().map(|weight| weight * free).collect();
        within(stepped(&current, &target, self.most), free)
    }
}

impl Clock {
    /// Takes in a moment, with the bar of the main instrument that closed at it; says whether it is time.
    pub(crate) fn strikes(&mut self, plan: &Plan, now: Time, bar: Option<&Bar>) -> bool {
        if bar.is_some() {
            self.bars = self.bars.saturating_add(1);
            self.sampled = true;
        }
        if plan.bars > 0 && self.bars >= plan.bars {
            self.bars = 0;
            return true;
        }
        let Some(every) = plan.nanos else { return false };
        let Some(due) = self.due else {
            self.due = Some(Time::from_nanos(now.nanos().saturating_add(every)));
            return false;
        };
        let late = now.nanos().saturating_sub(due.nanos());
        if late < 0 {
            return false;
        }
        // What was missed is not made up for.
        let into = late.rem_euclid(every.max(1));
        self.due = Some(Time::from_nanos(now.nanos().saturating_sub(into).saturating_add(every)));
        true
    }

    /// Whether curves had no sample since this was last asked: on a tape without bars, rebalances are their samples.
    pub(crate) fn is_without_sample(&mut self) -> bool {
        !std::mem::take(&mut self.sampled)
    }
}

/// The covariances of all children's returns; a child whose returns can't be measured leaves no answer.
fn matrix(active: &[&Child]) -> Vec<Vec<f64>> {
    let entry =
        |one: &&Child, other: &&Child| covariance(&one.memory.curve, &other.memory.curve).unwrap_or(0.0);
    active.iter().map(|one| active.iter().map(|other| entry(one, other)).collect()).collect()
}

fn by_volatility(active: &[&Child], current: &[f64]) -> Vec<f64> {
    let volatilities: Vec<_> = active.iter().map(|child| child.memory.curve.deviation()).collect();
    inverse_volatility(&volatilities, current)
}

/// `money` × new / old, with the quotient taken to 10⁻⁹; `None` where that is no sensible number.
fn scaled(money: Money, old: Money, new: Money) -> Option<Money> {
    if old <= Money::ZERO || new <= Money::ZERO {
        return None;
    }
    // Cut to 10⁻⁹ of a unit first, so that the product fits.
    let [old, new] = [old, new].map(|money| money.units() / i128::from(Rate::ONE));
    let quotient = new.checked_mul(i128::from(Rate::ONE))?.checked_div(old)?;
    money.at_rate(Rate::from_nanos(i64::try_from(quotient).ok()?), Rounding::Down).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_time_strikes_once_for_what_it_missed() {
        let params =
            Params { rebalance_interval: 2, rebalance_unit: RebalanceUnit::Minutes, ..Params::default() };
        let plan = Plan::new(&params).unwrap();
        let mut clock = Clock::default();
        let minute = 60_000_000_000;
        let strikes: Vec<i64> = [0, 1, 2, 3, 9, 10, 11, 12]
            .into_iter()
            .filter(|at| clock.strikes(&plan, Time::from_nanos(at * minute), None))
            .collect();
        assert_eq!(strikes, [2, 9, 10, 12]);
        assert!(clock.is_without_sample());
    }

    #[test]
    fn a_clock_of_bars_counts_those_of_the_main_instrument() {
        let plan = Plan::new(&Params { rebalance_interval: 3, ..Params::default() }).unwrap();
        let mut clock = Clock::default();
        let bar = Bar::default();
        let strikes: Vec<usize> =
            (1..=9).filter(|at| clock.strikes(&plan, Time::EPOCH, (at % 2 == 0).then_some(&bar))).collect();
        assert_eq!(strikes, [6]);
        assert!(!clock.is_without_sample());
        assert!(clock.is_without_sample());
    }

    #[test]
    fn a_floor_moves_with_what_is_given_or_taken() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        assert_eq!(scaled(money("80"), money("100"), money("150")), Some(money("120")));
        assert_eq!(scaled(money("80"), money("0"), money("150")), None);
    }
}
