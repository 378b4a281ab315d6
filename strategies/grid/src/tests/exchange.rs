//! A small exchange for tests: fills what the price goes through, keeps its own count per slot, checks every wish.

mod checks;
mod wishes;

use std::collections::{BTreeMap, VecDeque};

use sdk::{
    Amount, Asset, Bar, CancelReason, Catalogue, ClientOrderId, Contract, Event, FeeSchedule, Fill, Funding,
    Instrument, InstrumentId, InstrumentSpec, Intent, Intents, Liquidity, Market, Mode, Money, OrderReport,
    Position, Price, Qty, Rate, ReportKind, Rounding, Setup, Side, Strategy, Time, Trade, View, Wish,
};

use crate::params::Params;
use crate::step::Grid;

/// TESTUSDT: tick 1, lot 0.001, maker fee 0.1 %, no filters; a test may change the specification.
pub(crate) fn spec() -> InstrumentSpec {
    let usdt: Asset = "USDT".parse().unwrap();
    let number = |text: &str| text.parse().unwrap();
    InstrumentSpec {
        symbol: "TESTUSDT".to_owned(),
        contract: Contract::Linear,
        base: "TEST".parse().unwrap(),
        quote: usdt,
        tick_size: number("1"),
        lot_size: number("0.001"),
        multiplier: number("1"),
        min_qty: number("0"),
        max_qty: number("0"),
        min_notional: number("0"),
        fees: FeeSchedule {
            maker: Rate::from_nanos(1_000_000),
            taker: Rate::from_nanos(2_000_000),
            asset: usdt,
            asset_price: None,
        },
    }
}

pub(crate) fn setup(spec: InstrumentSpec, price: Option<i64>) -> Setup {
    Setup {
        settlement: spec.quote,
        instruments: vec![Instrument::new(InstrumentId(0), spec).unwrap()],
        prices: vec![price.map(Price::from_ticks)],
        capital: "10000".parse().unwrap(),
        granted: Catalogue::from_entries([]).unwrap(),
    }
}

/// What can go wrong on the way, one chance in so many; 0 is never.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) part_fill: u64,
    pub(crate) refusal: u64,
    pub(crate) late_fill: u64,
    pub(crate) pause: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Working {
    id: ClientOrderId,
    wish: Wish,
    price: Price,
    open: i64,
}

/// The exchange with the grid on it.
pub(crate) struct Exchange {
    pub(crate) grid: Grid,
    pub(crate) market: Market,
    pub(crate) mode: Mode,
    pub(crate) equity: Money,
    /// What was wished for and what filled, in words, since it was last taken.
    pub(crate) said: Vec<String>,
    /// Fills so far.
    pub(crate) fills: u64,
    /// Late fills so far.
    pub(crate) late: u64,
    /// Lots held, by slot, as the exchange counts them.
    pub(crate) held: BTreeMap<u32, i64>,
    /// A twin that is rebuilt from the saved state before every event, and must wish for the same.
    twin: Option<(Params, Intents)>,
    faults: Faults,
    seed: u64,
    working: Vec<Working>,
    /// The position at the exchange; the grid sees its own with each report.
    position: i64,
    capacity: usize,
    tampered: bool,
    /// What the exchange's price is already, before the grid hears of it.
    pub(crate) ahead: Option<i64>,
    /// What the grid must believe to be live: an order is there until the grid heard of its end.
    believed: BTreeMap<ClientOrderId, Wish>,
    reports: VecDeque<OrderReport>,
    intents: Intents,
    cash: i128,
    now: i64,
    stopped: bool,
    /// The last price at the exchange.
    last_traded: Option<Price>,
}

impl Exchange {
    pub(crate) fn new(params: &Params, spec: InstrumentSpec, faults: Faults, seed: u64) -> Self {
        let setup = setup(spec, None);
        let grid = Grid::build(params.clone(), &setup).unwrap();
        Self {
            market: Market::new(setup.instruments[0].clone()),
            mode: Mode::Running,
            equity: setup.capital,
            said: Vec::new(),
            fills: 0,
            late: 0,
            held: BTreeMap::new(),
            twin: None,
            faults,
            seed: seed | 1,
            working: Vec::new(),
            position: 0,
            tampered: false,
            ahead: None,
            capacity: grid.slots.capacity(),
            grid,
            believed: BTreeMap::new(),
            reports: VecDeque::new(),
            intents: Intents::new(1, 0),
            cash: setup.capital.units(),
            now: 0,
            stopped: false,
            last_traded: None,
        }
    }

    /// From now on, a grid restored from the saved state has to wish for the same at every event.
    pub(crate) fn with_twin(mut self, params: &Params) -> Self {
        self.twin = Some((params.clone(), Intents::new(1, 0)));
        self
    }

    /// A bar: the price goes from the open to the first extreme, the other one and the close.
    pub(crate) fn bar(&mut self, open: i64, first: i64, second: i64, close: i64) {
        for to in [open, first, second, close] {
            self.fill(to);
        }
        // The grid hears of the fills first, with the last price from before the bar.
        self.deliver();
        self.market.last = Some(Price::from_ticks(close));
        let [open, low, high, close] =
            [open, first.min(second), first.max(second), close].map(Price::from_ticks);
        let (from, to) = (Time::from_nanos(self.now), Time::from_nanos(self.now + 1));
        self.now += 1;
        let bar = Bar { open_time: from, close_time: to, open, high, low, close, volume: Qty::ZERO };
        self.tell(&Event::Bar { instrument: InstrumentId(0), bar });
        self.deliver();
    }

    /// A trade at a price.
    pub(crate) fn trade(&mut self, price: i64) {
        self.now += 1;
        if self.chance(self.faults.pause) {
            self.mode = if self.mode == Mode::Running { Mode::Paused } else { Mode::Running };
        }
        self.fill(price);
        self.deliver();
        let price = Price::from_ticks(price);
        self.market.last = Some(price);
        let trade = Trade { time: Time::from_nanos(self.now), price, qty: Qty::from_lots(1), taker: None };
        self.tell(&Event::Trade { instrument: InstrumentId(0), trade });
        self.deliver();
    }

    /// Sets the clock forward.
    pub(crate) fn wait_until(&mut self, nanos: i64) {
        self.now = self.now.max(nanos);
    }

    /// A settlement of funding.
    pub(crate) fn funding(&mut self, rate: i64) {
        self.now += 1;
        let funding = Funding { time: Time::from_nanos(self.now), rate: Rate::from_nanos(rate), mark: None };
        self.tell(&Event::Funding { instrument: InstrumentId(0), funding });
        self.deliver();
    }

    pub(crate) fn take_said(&mut self) -> String {
        std::mem::take(&mut self.said).join("; ")
    }

    /// The grid's own count of a slot.
    pub(crate) fn grid_held(&self) -> BTreeMap<u32, i64> {
        let slots = self.grid.slots.iter().filter(|slot| slot.held != 0);
        slots.map(|slot| (u32::try_from(slot.at).unwrap(), slot.held)).collect()
    }

    /// The working order at a price.
    pub(crate) fn order_at(&self, price: i64) -> Working {
        *self.working.iter().find(|order| order.price.ticks() == price).unwrap()
    }

    /// Fills half of an order, whether or not it is still there.
    pub(crate) fn fill_half(&mut self, order: Working) {
        let working = self.working.iter().any(|other| other.id == order.id);
        self.late += u64::from(!working);
        self.execute(order, order.open / 2);
        if !working {
            self.working.retain(|other| other.id != order.id);
        }
        self.deliver();
    }

    /// Somebody else closes the position.
    pub(crate) fn tamper(&mut self) {
        self.position = 0;
        self.market.position = Position::FLAT;
        self.tampered = true;
    }

    /// Nothing goes wrong from now on.
    pub(crate) fn calm(&mut self) {
        self.faults = Faults::default();
        self.mode = Mode::Running;
    }

    pub(crate) fn live(&self) -> usize {
        self.believed.len()
    }

    /// A number below `bound`, xorshift64*.
    fn random(&mut self, bound: u64) -> u64 {
        self.seed ^= self.seed >> 12;
        self.seed ^= self.seed << 25;
        self.seed ^= self.seed >> 27;
        (self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn chance(&mut self, one_in: u64) -> bool {
        one_in > 0 && self.random(one_in) == 0
    }

    /// Fills every working order that a price of `to` goes through, best first.
    fn fill(&mut self, to: i64) {
        let to = Price::from_ticks(to);
        let mut met: Vec<Working> = self.working.clone();
        met.retain(|order| match order.wish.side {
            Side::Buy => to < order.price,
            Side::Sell => to > order.price,
        });
        met.sort_by_key(|order| order.price.ticks() * -order.wish.side.sign());
        for order in met {
            let part = order.open > 1 && self.chance(self.faults.part_fill);
            let lots = if part { order.open / 2 } else { order.open };
            self.execute(order, lots);
        }
        self.mark(to);
    }

    fn mark(&mut self, price: Price) {
        self.last_traded = Some(price);
        let worth = self.market.instrument.notional(price, Qty::from_lots(self.position)).unwrap();
        self.equity = Money::from_units(self.cash + worth.units());
    }

    fn execute(&mut self, order: Working, lots: i64) {
        let sign = order.wish.side.sign();
        let reducible = (-self.position * sign).max(0);
        let filled = if order.wish.reduce_only { lots.min(reducible) } else { lots };
        let report =
            |kind| OrderReport { time: Time::EPOCH, id: order.id, instrument: InstrumentId(0), kind };
        if filled > 0 {
            self.fills += 1;
            let notional = self.market.instrument.notional(order.price, Qty::from_lots(filled)).unwrap();
            let fee = notional.at_rate(self.market.instrument.fees().maker, Rounding::Up).unwrap();
            self.cash -= notional.units() * i128::from(sign) + fee.units();
            self.position += filled * sign;
            let asset = self.market.instrument.quote();
            let fill = Fill {
                side: order.wish.side,
                price: order.price,
                qty: Qty::from_lots(filled),
                liquidity: Liquidity::Maker,
                fee: Amount { asset, money: fee },
                trade: self.fills,
            };
            self.reports.push_back(report(ReportKind::Filled(fill)));
        }
        let left = order.open - filled;
        self.working.retain(|other| other.id != order.id);
        if filled < lots {
            self.reports.push_back(report(ReportKind::Cancelled(CancelReason::NothingToReduce)));
        } else if left > 0 {
            self.working.push(Working { open: left, ..order });
        }
    }

    /// Hands reports to the grid until nobody has anything more to say.
    fn deliver(&mut self) {
        let mut count = 0;
        while let Some(report) = self.reports.pop_front() {
            count += 1;
            assert!(count < 5_000, "the grid and the exchange never come to rest");
            if let ReportKind::Filled(fill) = &report.kind {
                let side = self.grid.ladder.entry_side(i64::from(report.id.slot)).unwrap();
                let lots = if fill.side == side { fill.qty.lots() } else { -fill.qty.lots() };
                let qty = self.market.position.qty.lots() + fill.qty.lots() * fill.side.sign();
                self.market.position = Position { qty: Qty::from_lots(qty), cost: Money::ZERO };
                *self.held.entry(report.id.slot).or_default() += lots;
                self.said.push(format!("{} filled {}", fill.side.text(), fill.price.ticks()));
            }
            self.believe(&report);
            self.tell(&Event::Order(report));
        }
        self.held.retain(|_, lots| *lots != 0);
        if !self.stopped {
            assert_eq!(self.grid_held(), self.held, "the slots' holdings");
            let sum: i64 = self.held.iter().map(|(at, lots)| lots * self.side(*at).sign()).sum();
            assert_eq!(sum, self.market.position.qty.lots(), "the sum of the slots is the position");
        }
    }

    fn side(&self, at: u32) -> Side {
        self.grid.ladder.entry_side(i64::from(at)).unwrap()
    }

    fn believe(&mut self, report: &OrderReport) {
        if report.kind.ends_order() {
            self.believed.remove(&report.id);
        }
        if let (ReportKind::Filled(fill), Some(wish)) = (&report.kind, self.believed.get_mut(&report.id)) {
            wish.qty = wish.qty.minus(fill.qty).unwrap();
            if wish.qty.is_zero() {
                self.believed.remove(&report.id);
            }
        }
    }

    fn tell(&mut self, event: &Event) {
        self.intents.clear();
        let view = View {
            now: event.time(),
            markets: std::slice::from_ref(&self.market),
            equity: self.equity,
            mode: self.mode,
        };
        let twin = self.twin.as_mut().map(|(params, intents)| {
            intents.clear();
            let mut twin =
                Grid::build(params.clone(), &setup(self.market.instrument.spec().clone(), None)).unwrap();
            twin.restore(&self.grid.save()).unwrap();
            assert_eq!(twin.save(), self.grid.save(), "what was restored is what was saved");
            twin.on_event(&view, event, intents);
            (twin.save(), intents.as_slice().to_vec())
        });
        self.grid.on_event(&view, event, &mut self.intents);
        if let Some((state, wishes)) = twin {
            assert_eq!(wishes, self.intents.as_slice(), "the restored grid wishes for the same");
            assert_eq!(
                String::from_utf8(state),
                String::from_utf8(self.grid.save()),
                "and stands where it stands"
            );
        }
        assert!(!self.intents.overflowed());
        let roomy = self.grid.slots.capacity() == self.capacity || self.late > 0;
        assert!(roomy, "room for slots was set aside at the start; {} are there", self.grid.slots.len());
        let wishes = self.intents.as_slice().to_vec();
        assert!(!self.stopped || wishes.is_empty(), "a wish after the stop: {wishes:?}");
        for intent in wishes {
            match intent {
                Intent::Place(id, wish) => self.place(id, wish, event),
                Intent::Cancel(id) => self.cancel(id),
                Intent::Stop(reason) => self.stop(reason),
                Intent::Note(text) => self.said.push(format!("note: {text}")),
            }
        }
        self.check_caps();
    }
}
