//! How much: a share of equity scaled by volatility, what a bar and a day may add, and orders that resize what is held.

use sdk::{
    BuildError, ClientOrderId, Intents, Market, Mode, Money, OrderReport, Qty, Rate, ReportKind, Rounding,
    Side, Time, View, Wish, orderable, percent, whole,
};
use serde::{Deserialize, Serialize};

use crate::advisor::Live;
use crate::params::Params;
use sdk::stance::Leg;

/// The slot of orders that add to what is held.
const ADD: u32 = 4;
/// The slot of orders that take off what is held.
const TRIM: u32 = 5;

const DAY: i64 = 86_400_000_000_000;

/// The share of equity that a position is to have: `size`, and less where the market moves more than the target per
/// bar.
pub(crate) fn share(live: &Live, volatility: Option<f64>) -> Option<Rate> {
    let target = live.target_volatility_pct.to_f64() / 100.0;
    let scale = match volatility {
        Some(moves) if target > 0.0 && moves > target => target / moves,
        _ => 1.0,
    };
    whole(live.size.to_f64() * scale * 1e9, Rounding::Down).map(Rate::from_nanos)
}

/// Bounds on what may be opened and added, and from when on a position is resized.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    bar: Option<Rate>,
    day: Option<Rate>,
    /// Difference to the wanted size, as a share of it.
    rebalance: Option<Rate>,
}

impl Bounds {
    /// # Errors
    /// [`BuildError`] for a percentage that is too fine.
    pub(crate) fn new(params: &Params) -> Result<Self, BuildError> {
        Ok(Self {
            bar: percent("max_bar_turnover_pct", params.max_bar_turnover_pct)?,
            day: percent("max_daily_turnover_pct", params.max_daily_turnover_pct)?,
            rebalance: percent("rebalance_pct", params.rebalance_pct)?,
        })
    }

    /// Whether a held position is ever resized.
    pub(crate) const fn resizes(&self) -> bool {
        self.rebalance.is_some()
    }

    /// The lots that may be opened or added now; `None` without a bound.
    pub(crate) fn budget(&self, turnover: &Turnover, market: &Market, view: &View<'_>) -> Option<Qty> {
        let of_equity = |share: Rate| view.equity.at_rate(share, Rounding::Down).unwrap_or(Money::ZERO);
        let bar = self.bar.map(of_equity);
        let day = self.day.map(|share| of_equity(share).minus(turnover.opened).unwrap_or(Money::ZERO));
        let money = bar.into_iter().chain(day).min()?.max(Money::ZERO);
        let lots = market.last.and_then(|last| market.instrument.lots_for(money, last, Rounding::Down).ok());
        Some(lots.unwrap_or(Qty::ZERO))
    }
}

/// What was opened and added since midnight UTC, by its fills; all of it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Turnover {
    day: i64,
    #[serde(with = "sdk::state::exact")]
    opened: Money,
}

impl Default for Turnover {
    fn default() -> Self {
        Self { day: 0, opened: Money::ZERO }
    }
}

impl Turnover {
    /// Begins anew with the day.
    pub(crate) const fn roll(&mut self, now: Time) {
        let day = now.nanos().div_euclid(DAY);
        if day != self.day {
            self.day = day;
            self.opened = Money::ZERO;
        }
    }

    /// Takes in a fill of an order that opened or added.
    pub(crate) fn hear(&mut self, report: &OrderReport, view: &View<'_>) {
        let opens = report.id.slot == Leg::Entry as u32 || report.id.slot == ADD;
        let (ReportKind::Filled(fill), true) = (&report.kind, opens) else { return };
        self.roll(report.time);
        let worth = view
            .market(report.instrument)
            .and_then(|market| market.instrument.notional(fill.price, fill.qty).ok());
        // What does not fit is more than any bound.
        self.opened =
            worth.and_then(|worth| self.opened.plus(worth).ok()).unwrap_or(Money::from_units(i128::MAX));
    }
}

/// The order that resizes what is held, while it is out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Resize {
    #[serde(with = "sdk::state::exact")]
    out: Option<(ClientOrderId, Qty)>,
}

impl Resize {
    /// Sends an order that brings what is held nearer to `wanted` lots on its side, where they differ by enough: what
    /// it takes off is reduce-only and knows no bound, what it adds stays within `budget`.
    pub(crate) fn towards(
        &mut self,
        wanted: Qty,
        budget: Option<Qty>,
        bounds: &Bounds,
        market: &Market,
        view: &View<'_>,
        intents: &mut Intents,
    ) {
        let (Some(band), Some(last), None) = (bounds.rebalance, market.last, self.out) else { return };
        let held = market.position.qty;
        let Some(closing) = Side::closing(held) else { return };
        let missing = wanted.lots().saturating_sub(held.abs().lots());
        let least = i128::from(wanted.lots()) * i128::from(band.nanos()) / i128::from(Rate::ONE);
        if missing == 0 || i128::from(missing.abs()) < least {
            return;
        }
        let instrument = market.instrument.id();
        let (slot, wish) = if missing < 0 {
            (TRIM, Wish::market(instrument, closing, Qty::from_lots(-missing)).reducing())
        } else {
            let add = budget.map_or(Qty::from_lots(missing), |most| most.min(Qty::from_lots(missing)));
            let add = orderable(&market.instrument, last, add);
            let Some(add) = add.filter(|_| view.mode == Mode::Running) else { return };
            (ADD, Wish::market(instrument, closing.opposite(), add))
        };
        self.out = Some((intents.place(slot, wish), wish.qty));
    }

    /// Takes the order back: something else is wanted.
    pub(crate) fn withdraw(&self, intents: &mut Intents) {
        // It counts as out until its end is reported.
        if let Some((id, _)) = self.out {
            intents.cancel(id);
        }
    }

    /// Takes in a report.
    pub(crate) fn hear(&mut self, report: &OrderReport) {
        let Some((id, open)) = self.out.filter(|(id, _)| *id == report.id) else { return };
        self.out = match &report.kind {
            ReportKind::Filled(fill) if fill.qty < open => {
                Some((id, Qty::from_lots(open.lots().saturating_sub(fill.qty.lots()))))
            }
            ReportKind::Filled(_) => None,
            kind if kind.ends_order() => None,
            _ => self.out,
        };
    }
}

#[cfg(test)]
mod tests {
    use sdk::{Amount, Fill, Liquidity, Number, Position, Price};
    use testkit::Lab;

    use super::*;

    /// A fill that no sum can hold leaves nothing of the day, and the next day begins anew.
    #[test]
    fn what_does_not_fit_is_more_than_any_bound() -> Result<(), Box<dyn std::error::Error>> {
        let lab = Lab::new()?;
        let mut market = Market::new(lab.instrument()?);
        market.last = Some(Price::from_ticks(10_000));
        market.position = Position::FLAT;
        let id = ClientOrderId { run: 0, strategy: 0, slot: ADD, generation: 1 };
        let instrument = market.instrument.id();
        let markets = [market];
        let view = View { now: Time::EPOCH, markets: &markets, equity: lab.capital, mode: Mode::Running };
        let [market] = &markets;
        let params = Params { max_daily_turnover_pct: Number::whole(100), ..Params::default() };
        let bounds = Bounds::new(&params)?;
        let mut turnover = Turnover::default();
        let mut fill = |ticks: i64, lots: i64, nanos: i64| {
            let kind = ReportKind::Filled(Fill {
                side: Side::Buy,
                price: Price::from_ticks(ticks),
                qty: Qty::from_lots(lots),
                liquidity: Liquidity::Taker,
                fee: Amount { asset: lab.spec.quote, money: Money::ZERO },
                trade: 1,
            });
            turnover.hear(&OrderReport { time: Time::from_nanos(nanos), id, instrument, kind }, &view);
            bounds.budget(&turnover, market, &view)
        };
        // Of 10 000, 4 000 are used: 60 at 100.
        assert_eq!(fill(10_000, 40_000, 0), Some(Qty::from_lots(60_000)));
        assert_eq!(fill(i64::MAX, i64::MAX, 1), Some(Qty::ZERO));
        assert_eq!(fill(10_000, 1, 2), Some(Qty::ZERO));
        assert_eq!(fill(10_000, 40_000, DAY), Some(Qty::from_lots(60_000)));
        Ok(())
    }
}
