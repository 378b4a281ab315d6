//! `multi_strategy` with somebody who checks its books against the account at every event.

use std::collections::BTreeMap;

use multi_strategy::{MultiStrategy, Params};
use sdk::{
    BuildError, ClientOrderId, Event, Intent, Intents, Mode, Money, OrderKind, Qty, ReportKind, RestoreError,
    Rounding, Setup, Side, Strategy, SubAccount, TimeInForce, View, WarmUp, Wish, state,
};
use serde::{Deserialize, Serialize};

pub(crate) struct Probe {
    inner: MultiStrategy,
    capital: Money,
    tally: Tally,
}

/// What the venue told, counted apart.
#[derive(Serialize, Deserialize)]
struct Tally {
    #[serde(with = "sdk::state::exact")]
    fees: Money,
    #[serde(with = "sdk::state::exact")]
    funding: Money,
    #[serde(skip)]
    live: BTreeMap<ClientOrderId, (Wish, Qty)>,
    /// `live` as it is saved.
    live_saved: Vec<(String, u32, bool, i64, i64, i64)>,
}

pub(crate) fn build(params: Params, setup: &Setup) -> Result<Probe, BuildError> {
    let tally =
        Tally { fees: Money::ZERO, funding: Money::ZERO, live: BTreeMap::new(), live_saved: Vec::new() };
    Ok(Probe { inner: MultiStrategy::build(params, setup)?, capital: setup.capital, tally })
}

fn sum(all: impl Iterator<Item = Money>) -> Money {
    all.fold(Money::ZERO, |sum, one| sum.plus(one).unwrap())
}

impl Probe {
    fn count(&mut self, view: &View<'_>, event: &Event) {
        match event {
            Event::Funding { instrument, funding } => {
                let market = view.market(*instrument).unwrap();
                let Some(price) = funding.mark.or(market.last) else { return };
                let worth = market.instrument.notional(price, market.position.qty).unwrap();
                let paid = worth.at_rate(funding.rate, Rounding::Up).unwrap();
                self.tally.funding = self.tally.funding.plus(paid).unwrap();
            }
            Event::Order(report) => {
                if let ReportKind::Filled(fill) = &report.kind {
                    let fees = view.market(report.instrument).unwrap().instrument.fees();
                    let price = fees.asset_price.unwrap_or_else(|| "1".parse().unwrap());
                    let whole = 10_i128.pow(price.scale().into());
                    let worth =
                        sdk::div_round(fill.fee.money.units() * price.mantissa(), whole, Rounding::Up);
                    self.tally.fees = self.tally.fees.plus(Money::from_units(worth)).unwrap();
                    if let Some((_, open)) = self.tally.live.get_mut(&report.id) {
                        *open = Qty::from_lots(open.lots() - fill.qty.lots());
                    }
                    self.tally.live.retain(|_, (_, open)| open.lots() > 0);
                } else if report.kind.ends_order() {
                    self.tally.live.remove(&report.id);
                }
            }
            _ => {}
        }
    }

    /// What goes out, and that none of it meets what a sibling has in the venue's book.
    fn watch(&mut self, view: &View<'_>, event: &Event, intents: &Intents) -> bool {
        let mut places = false;
        for intent in intents.as_slice() {
            let Intent::Place(id, wish) = intent else { continue };
            places = true;
            assert!(wish.qty.lots() > 0, "{wish:?}");
            let market = view.market(wish.instrument).unwrap();
            if wish.reduce_only {
                let held = market.position.qty;
                assert_eq!(Side::closing(held), Some(wish.side), "it would not shrink the whole: {wish:?}");
            }
            let mut lies = false;
            if let Some((price, true)) = resting(wish) {
                let [bid, ask] = [market.bid.or(market.last), market.ask.or(market.last)].map(Option::unwrap);
                let takes = if wish.side == Side::Buy { price >= ask } else { price <= bid };
                lies = !takes;
                for (other, (resting_wish, _)) in &self.tally.live {
                    let Some((theirs, true)) = resting(resting_wish) else { continue };
                    let meets = if wish.side == Side::Buy { price >= theirs } else { price <= theirs };
                    let same = other.slot == id.slot
                        || resting_wish.side == wish.side
                        || resting_wish.instrument != wish.instrument;
                    assert!(
                        same || takes || !meets,
                        "{id:?} {wish:?} meets {other:?} {resting_wish:?} {event:?} {bid:?} {ask:?} {:?}\n{:#?}",
                        market.last,
                        intents.as_slice()
                    );
                }
            }
            // One that takes is gone at once, or rejected.
            if lies {
                self.tally.live.insert(*id, (*wish, wish.qty));
            }
        }
        places
    }

    fn check(&self, view: &View<'_>, places: bool) {
        let standings = self.inner.standings().unwrap();
        let mut marks = Money::ZERO;
        for (at, market) in view.markets.iter().enumerate() {
            let held =
                |positions: &Vec<sdk::Position>| positions.get(at).map_or(0, |position| position.qty.lots());
            let sum: i64 = standings.iter().map(|child| held(&child.positions)).sum();
            assert_eq!(sum, market.position.qty.lots(), "positions come to the account's");
            if let Some(last) = market.last {
                marks = marks.plus(market.instrument.notional(last, market.position.qty).unwrap()).unwrap();
            }
        }
        assert_eq!(sum(standings.iter().map(|child| child.fees)), self.tally.fees, "fees");
        assert_eq!(sum(standings.iter().map(|child| child.funding)), self.tally.funding, "funding");
        // What the children made in cash is what the account made in cash: realised profit less cost, fees and funding.
        let made = standings.iter().map(|child| {
            let cost = sum(child.positions.iter().map(|position| position.cost));
            child.realised.minus(cost).unwrap().minus(child.fees).unwrap().minus(child.funding).unwrap()
        });
        let account = view.equity.minus(marks).unwrap().minus(self.capital).unwrap();
        assert_eq!(sum(made), account, "profit");
        let equity = sum(standings.iter().map(|child| child.equity));
        let cash = sum(standings.iter().map(|child| child.cash));
        assert_eq!(equity, cash.plus(marks).unwrap(), "equity is cash and what is held");
        assert!(equity <= view.equity, "children have {equity} of {}: {standings:?}", view.equity);
        let shown = self.inner.accounts(view.markets).unwrap();
        let part =
            |one: &SubAccount| one.realised.plus(one.unrealised).and_then(|sum| sum.minus(one.fees)).unwrap();
        let made = sum(shown.iter().map(|one| part(one).plus(one.funding).unwrap()));
        assert_eq!(
            made,
            view.equity.minus(self.capital).unwrap(),
            "what a report shows is the account's profit"
        );
        let idle = view.markets.iter().all(|market| {
            market.open_buy.is_zero() && market.open_sell.is_zero() && market.closing.is_zero()
        });
        if idle && !places {
            assert_eq!(
                sum(standings.iter().map(|child| child.reserved)),
                Money::ZERO,
                "reserved with nothing out"
            );
        }
        // Once the whole is flat for good, so is every child. (A fill that comes later still is the account's, and somebody's.)
        for (at, market) in view.markets.iter().enumerate() {
            let flat =
                |child: &multi_strategy::Standing| child.positions.get(at).is_none_or(|held| held.is_flat());
            if view.mode == Mode::Stopped && market.position.is_flat() {
                assert!(standings.iter().all(flat), "{standings:?}");
            }
        }
    }
}

/// The price of an order that lies in the book, and whether it does.
fn resting(wish: &Wish) -> Option<(sdk::Price, bool)> {
    let OrderKind::Limit { price, tif } = wish.kind else { return None };
    Some((price, matches!(tif, TimeInForce::GoodTillCancel | TimeInForce::PostOnly)))
}

impl Strategy for Probe {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        self.count(view, event);
        self.inner.on_event(view, event, intents);
        assert!(!intents.overflowed());
        let deaf = matches!(view.mode, Mode::Stopping | Mode::Stopped);
        assert!(!deaf || !intents.as_slice().iter().any(|intent| matches!(intent, Intent::Place(..))));
        let places = self.watch(view, event, intents);
        self.check(view, places);
    }

    fn warm_up(&self) -> WarmUp {
        self.inner.warm_up()
    }

    fn save(&self) -> Vec<u8> {
        let live = self.tally.live.iter().filter_map(|(id, (wish, open))| {
            let (price, true) = resting(wish)? else { return None };
            let buy = wish.side == Side::Buy;
            Some((id.to_string(), wish.instrument.0, buy, wish.qty.lots(), price.ticks(), open.lots()))
        });
        let tally = Tally {
            live: BTreeMap::new(),
            live_saved: live.collect(),
            fees: self.tally.fees,
            funding: self.tally.funding,
        };
        let inner = String::from_utf8(self.inner.save()).unwrap();
        state::save("probed", 1, &(), &(tally, inner))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        let (mut tally, inner): (Tally, String) = state::restore("probed", 1, &(), bytes)?;
        for (id, instrument, buy, lots, ticks, open) in std::mem::take(&mut tally.live_saved) {
            let side = if buy { Side::Buy } else { Side::Sell };
            let (instrument, qty) = (sdk::InstrumentId(instrument), Qty::from_lots(lots));
            let wish = Wish::limit(instrument, side, qty, sdk::Price::from_ticks(ticks));
            tally.live.insert(id.parse().unwrap(), (wish, Qty::from_lots(open)));
        }
        self.tally = tally;
        self.inner.restore(inner.as_bytes())
    }
}
