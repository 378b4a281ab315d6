//! One strategy, one market, and the orders it wished for. The test says what fills, what fails, and when.

use sdk::{
    Amount, CancelReason, ClientOrderId, Event, Fill, Intent, Intents, Liquidity, Market, Mode, Money,
    OrderKind, OrderReport, Price, Qty, RejectReason, ReportKind, Setup, Side, Strategy, Time, Trade, View,
    Wish,
};
use testkit::Lab;

use crate::{Martingale, Params};
use sdk::layers::Leg;

/// An order that was wished for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sent {
    pub(super) id: ClientOrderId,
    pub(super) leg: Leg,
    pub(super) wish: Wish,
    pub(super) open: i64,
    /// No further report but a late fill can follow.
    pub(super) over: bool,
    pub(super) cancelled: bool,
}

pub(super) struct World {
    pub(super) martingale: Martingale,
    pub(super) market: Market,
    pub(super) mode: Mode,
    pub(super) now: i64,
    pub(super) sent: Vec<Sent>,
    /// What the last event led to, and the remarks so far.
    pub(super) wishes: Vec<Intent>,
    pub(super) notes: Vec<&'static str>,
    pub(super) equity: Money,
    intents: Intents,
}

/// The laboratory's setup: ticks of 0.01, lots of 0.001, an account of 10 000.
pub(super) fn setup() -> Setup {
    Lab::new().and_then(|lab| lab.setup(None)).unwrap()
}

/// A hundred, then twice as much each time, two percent apart, closed at a gain of five percent or a loss of twenty.
pub(super) fn params() -> Params {
    let whole = sdk::Number::whole;
    Params {
        risk_decay: false,
        max_levels: 4,
        take_profit: whole(5),
        stop_loss: whole(20),
        trailing_stop: whole(0),
        cooldown: 0,
        trend_filter: false,
        ..Params::default()
    }
}

impl World {
    pub(super) fn new(params: Params) -> Self {
        let setup = setup();
        let market = Market::new(setup.instrument().unwrap().clone());
        Self {
            martingale: Martingale::build(params, &setup).unwrap(),
            market,
            mode: Mode::Running,
            now: 0,
            sent: Vec::new(),
            wishes: Vec::new(),
            notes: Vec::new(),
            equity: Money::from_units(10_i128.pow(22)),
            intents: Intents::new(0, 0),
        }
    }

    /// A trade at a price in the quote asset's hundredths, so many seconds after the last event.
    pub(super) fn trade(&mut self, after: i64, cents: i64) {
        self.now += after * 1_000_000_000;
        let (time, price) = (Time::from_nanos(self.now), Price::from_ticks(cents));
        self.market.last = Some(price);
        let trade = Trade { time, price, qty: Qty::from_lots(1), taker: None };
        self.tell(&Event::Trade { instrument: self.market.instrument.id(), trade });
    }

    /// The order sent last for a leg.
    pub(super) fn last(&self, leg: Leg) -> Sent {
        *self.sent.iter().rfind(|sent| sent.leg == leg).unwrap()
    }

    /// Fills lots of an order, whether or not it still works.
    pub(super) fn fill(&mut self, id: ClientOrderId, lots: i64, cents: i64) {
        let price = Price::from_ticks(cents);
        let sent = self.sent.iter_mut().find(|sent| sent.id == id).unwrap();
        sent.open -= lots;
        sent.over |= sent.open <= 0;
        let side = sent.wish.side;
        self.move_position(side, lots, price);
        let fee = Amount { asset: self.market.instrument.quote(), money: Money::ZERO };
        let fill =
            Fill { side, price, qty: Qty::from_lots(lots), liquidity: Liquidity::Taker, fee, trade: 0 };
        self.report(id, ReportKind::Filled(fill));
    }

    /// Fills all that is open of the order sent last for a leg.
    pub(super) fn fill_whole(&mut self, leg: Leg, cents: i64) {
        let Sent { id, open, .. } = self.last(leg);
        self.fill(id, open, cents);
    }

    pub(super) fn reject(&mut self, id: ClientOrderId) {
        self.end(id, ReportKind::Rejected(RejectReason::BadQuantity));
    }

    pub(super) fn expire(&mut self, id: ClientOrderId) {
        self.end(id, ReportKind::Cancelled(CancelReason::Expired));
    }

    pub(super) fn end(&mut self, id: ClientOrderId, kind: ReportKind) {
        for sent in self.sent.iter_mut().filter(|sent| sent.id == id) {
            sent.over |= kind.ends_order();
        }
        self.report(id, kind);
    }

    /// A closed one-minute bar that stood still.
    pub(super) fn bar(&mut self, cents: i64) {
        let open_time = Time::from_nanos(self.now);
        self.now += 60_000_000_000;
        let (close_time, price) = (Time::from_nanos(self.now), Price::from_ticks(cents));
        self.market.last = Some(price);
        let [open, high, low, close] = [price; 4];
        let bar = sdk::Bar { open_time, close_time, open, high, low, close, volume: Qty::from_lots(1) };
        self.tell(&Event::Bar { instrument: self.market.instrument.id(), bar });
    }

    /// Changes the position without a report, as a stranger would.
    pub(super) fn move_position(&mut self, side: Side, lots: i64, price: Price) {
        let held = self.market.position.qty.lots();
        let after = held + lots * side.sign();
        let qty = Qty::from_lots(lots * side.sign());
        let worth = self.market.instrument.notional(price, qty).unwrap();
        let position = &mut self.market.position;
        position.cost = match after {
            0 => Money::ZERO,
            _ if held.signum() != after.signum() => {
                self.market.instrument.notional(price, Qty::from_lots(after)).unwrap()
            }
            _ if held.signum() == side.sign() || held == 0 => position.cost.plus(worth).unwrap(),
            _ => position.cost.share(after.abs().into(), held.abs(), sdk::Rounding::HalfEven).unwrap(),
        };
        position.qty = Qty::from_lots(after);
    }

    /// The wishes of the last event, cancels included, in a word each.
    pub(super) fn said(&self) -> Vec<String> {
        let words = |intent: &Intent| match intent {
            Intent::Place(id, wish) => {
                let how = match wish.kind {
                    OrderKind::Market => "market".to_owned(),
                    OrderKind::Limit { price, .. } => format!("@ {}", price.ticks()),
                    OrderKind::StopMarket { trigger } => format!("stop {}", trigger.ticks()),
                };
                let reduce = if wish.reduce_only { " reduce" } else { "" };
                let (leg, side, lots) = (Leg::of(id.slot), wish.side.text(), wish.qty.lots());
                format!("{leg:?}: {side} {lots} {how}{reduce}")
            }
            Intent::Cancel(id) => format!("cancel {:?}", Leg::of(id.slot)),
            Intent::Stop(why) | Intent::Note(why) => (*why).to_owned(),
        };
        self.wishes.iter().map(words).collect()
    }

    /// Everything that must be so after any event.
    pub(super) fn check(&self) {
        let held = self.market.position.qty;
        let memory = &self.martingale.memory;
        assert_eq!(memory.levels == 0, held.is_zero(), "a position has levels, and levels a position");
        for intent in &self.wishes {
            let Intent::Place(id, wish) = intent else { continue };
            if let Leg::Entry(level) = Leg::of(id.slot) {
                assert!(
                    !wish.reduce_only && self.mode == Mode::Running && self.martingale.plan.wants(wish.side)
                );
                assert!(level < 4, "never more than max_levels");
                assert_ne!(Some(wish.side), Side::closing(held), "it adds, and does not turn");
            } else {
                assert!(wish.reduce_only, "an exit can only close");
                assert_eq!(Some(wish.side), Side::closing(held));
                assert!(wish.qty <= held.abs(), "no exit is for more than what is held");
            }
        }
    }

    fn report(&mut self, id: ClientOrderId, kind: ReportKind) {
        let (time, instrument) = (Time::from_nanos(self.now), self.market.instrument.id());
        self.tell(&Event::Order(OrderReport { time, id, instrument, kind }));
    }

    fn tell(&mut self, event: &Event) {
        let markets = [self.market.clone()];
        let view =
            View { now: Time::from_nanos(self.now), markets: &markets, equity: self.equity, mode: self.mode };
        self.intents.clear();
        self.martingale.on_event(&view, event, &mut self.intents);
        self.wishes = self.intents.as_slice().to_vec();
        for intent in &self.wishes {
            match *intent {
                Intent::Place(id, wish) => self.sent.push(Sent {
                    id,
                    leg: Leg::of(id.slot),
                    wish,
                    open: wish.qty.lots(),
                    over: false,
                    cancelled: false,
                }),
                Intent::Cancel(id) => {
                    for sent in self.sent.iter_mut().filter(|sent| sent.id == id) {
                        sent.cancelled = true;
                    }
                }
                Intent::Note(text) | Intent::Stop(text) => self.notes.push(text),
            }
        }
    }
}
