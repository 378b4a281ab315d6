//! One leg without the other: what becomes of it when reports come that no simulated exchange gives on purpose.
#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this file is tests, which may stop where something is not as it should be; clippy.toml allows it \
              in test functions only"
)]

use pairs::{Pairs, Params};
use sdk::{
    Amount, Bar, CancelReason, ClientOrderId, Event, Fill, Instrument, InstrumentId, Intent, Intents,
    Liquidity, Market, Mode, Money, Number, OrderReport, Price, Qty, RejectReason, ReportKind, Setup, Side,
    Strategy, Time, View, Wish,
};
use testkit::{Lab, LabError};

/// The strategy by hand: markets that say what fills say, and the orders that it wishes for.
struct Bench {
    pairs: Pairs,
    setup: Setup,
    markets: Vec<Market>,
    intents: Intents,
    mode: Mode,
    minute: i64,
}

const A: InstrumentId = InstrumentId(0);
const B: InstrumentId = InstrumentId(1);

fn params() -> Params {
    Params {
        lookback: 5,
        z_period: 5,
        entry_z: Number::scaled(15, 1),
        stop_z: Number::ZERO,
        max_bars: 0,
        leg_quote: Number::whole(1_000),
        ..Params::default()
    }
}

impl Bench {
    fn new() -> Result<Self, LabError> {
        let mut lab = Lab::new()?;
        let mut two = lab.spec.clone();
        (two.symbol, two.base) = ("TWOUSDT".to_owned(), "TWO".parse()?);
        lab.others.push(two);
        let setup = lab.setup(None)?;
        Ok(Self {
            pairs: Pairs::build(params(), &setup)?,
            markets: setup.instruments.iter().cloned().map(Market::new).collect(),
            setup,
            intents: Intents::new(0, 0),
            mode: Mode::Running,
            minute: 0,
        })
    }

    /// One that has just wished for both legs: to sell the first and to buy the second.
    fn entering() -> Result<(Self, [(ClientOrderId, Wish); 2]), LabError> {
        let mut bench = Self::new()?;
        for [a, b] in [[10_000, 5_000], [10_200, 5_100], [10_000, 5_000], [10_200, 5_100]] {
            assert!(bench.bars(a, b)?.is_empty());
        }
        let orders = bench.bars(10_300, 5_050)?;
        let [first, second] = orders[..] else { panic!("two orders and not {orders:?}") };
        assert_eq!((first.1.instrument, first.1.side), (A, Side::Sell));
        assert_eq!((second.1.instrument, second.1.side), (B, Side::Buy));
        Ok((bench, [first, second]))
    }

    /// An event after a restart; the orders it leads to.
    fn hear(&mut self, event: &Event) -> Result<Vec<(ClientOrderId, Wish)>, LabError> {
        let mut fresh = Pairs::build(params(), &self.setup)?;
        assert_eq!(fresh.restore(&self.pairs.save()), Ok(()));
        self.pairs = fresh;
        self.intents.clear();
        let (now, equity) = (event.time(), Money::ZERO);
        let view = View { now, markets: &self.markets, equity, mode: self.mode };
        self.pairs.on_event(&view, event, &mut self.intents);
        let orders = self.intents.as_slice().iter().filter_map(|intent| match intent {
            Intent::Place(id, wish) => Some((*id, *wish)),
            _ => None,
        });
        Ok(orders.collect())
    }

    fn bar(&mut self, instrument: InstrumentId, ticks: i64) -> Result<Vec<(ClientOrderId, Wish)>, LabError> {
        let price = Price::from_ticks(ticks);
        self.markets[instrument.index()].last = Some(price);
        let [open_time, close_time] = [0, 1].map(|at| Time::from_nanos((self.minute + at) * 60_000_000_000));
        let bar = Bar {
            open_time,
            close_time,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::ZERO,
        };
        self.hear(&Event::Bar { instrument, bar })
    }

    /// A minute of both markets.
    fn bars(&mut self, a: i64, b: i64) -> Result<Vec<(ClientOrderId, Wish)>, LabError> {
        let mut orders = self.bar(A, a)?;
        orders.extend(self.bar(B, b)?);
        self.minute += 1;
        Ok(orders)
    }

    fn report(&mut self, order: &(ClientOrderId, Wish), kind: ReportKind) -> Result<(), LabError> {
        let time = Time::from_nanos(self.minute * 60_000_000_000);
        let report = OrderReport { time, id: order.0, instrument: order.1.instrument, kind };
        let orders = self.hear(&Event::Order(report))?;
        assert!(orders.is_empty(), "no answer before the next price: {orders:?}");
        Ok(())
    }

    fn fill(&mut self, order: &(ClientOrderId, Wish), lots: i64) -> Result<(), LabError> {
        let Wish { instrument, side, .. } = order.1;
        let market = &mut self.markets[instrument.index()];
        let held = market.position.qty.lots() + side.sign() * lots;
        market.position.qty = Qty::from_lots(held);
        let fee = Amount { asset: market.instrument.quote(), money: Money::ZERO };
        let (price, qty) = (market.last.unwrap_or_default(), Qty::from_lots(lots));
        let fill = Fill { side, price, qty, liquidity: Liquidity::Taker, fee, trade: 1 };
        self.report(order, ReportKind::Filled(fill))
    }

    fn cancelled(&self) -> Vec<ClientOrderId> {
        let cancels = self.intents.as_slice().iter().filter_map(|intent| match intent {
            Intent::Cancel(id) => Some(*id),
            _ => None,
        });
        cancels.collect()
    }

    fn held(&self) -> [i64; 2] {
        [A, B].map(|id| self.markets[id.index()].position.qty.lots())
    }
}

fn closing(instrument: InstrumentId, side: Side, lots: i64) -> Wish {
    Wish::market(instrument, side, Qty::from_lots(lots)).reducing()
}

fn wishes(orders: &[(ClientOrderId, Wish)]) -> Vec<Wish> {
    orders.iter().map(|order| order.1).collect()
}

const REJECTED: ReportKind = ReportKind::Rejected(RejectReason::BadQuantity);

#[test]
fn a_leg_that_is_filled_while_the_other_is_rejected_is_closed_at_the_next_price() -> Result<(), LabError> {
    let (mut bench, [first, second]) = Bench::entering()?;
    bench.fill(&first, 9_708)?;
    bench.report(&second, REJECTED)?;
    assert_eq!(bench.held(), [-9_708, 0]);
    let orders = bench.bar(A, 10_300)?;
    assert_eq!(wishes(&orders), [closing(A, Side::Buy, 9_708)]);
    bench.fill(&orders[0], 9_708)?;
    assert_eq!(bench.held(), [0, 0]);
    // The spread is as far away as before, but this pair was given up.
    assert!(bench.bar(B, 5_050)?.is_empty());
    bench.minute += 1;
    assert!(bench.bars(10_300, 5_050)?.is_empty());
    Ok(())
}

#[test]
fn the_order_of_the_reports_does_not_matter() -> Result<(), LabError> {
    let (mut bench, [first, second]) = Bench::entering()?;
    bench.report(&first, REJECTED)?;
    assert_eq!(bench.cancelled(), [second.0], "the other entry is taken back");
    // The cancel is too late.
    bench.fill(&second, second.1.qty.lots())?;
    let orders = bench.bar(A, 10_300)?;
    assert_eq!(wishes(&orders), [closing(B, Side::Sell, second.1.qty.lots())]);
    Ok(())
}

#[test]
fn a_leg_that_is_filled_in_part_and_then_ends_takes_the_other_with_it() -> Result<(), LabError> {
    for end in [CancelReason::Expired, CancelReason::MadeSmaller] {
        let (mut bench, [first, second]) = Bench::entering()?;
        bench.fill(&first, 9_708)?;
        bench.fill(&second, 5_000)?;
        bench.report(&second, ReportKind::Cancelled(end))?;
        let orders = bench.bar(A, 10_300)?;
        assert_eq!(wishes(&orders), [closing(A, Side::Buy, 9_708), closing(B, Side::Sell, 5_000)]);
    }
    Ok(())
}

#[test]
fn a_rejected_exit_is_tried_again_at_the_next_price_even_while_paused() -> Result<(), LabError> {
    let (mut bench, [first, second]) = Bench::entering()?;
    let lots = second.1.qty.lots();
    bench.fill(&first, 9_708)?;
    bench.fill(&second, lots)?;
    bench.mode = Mode::Paused;
    let orders = bench.bars(9_000, 5_050)?;
    let both = [closing(A, Side::Buy, 9_708), closing(B, Side::Sell, lots)];
    assert_eq!(wishes(&orders), both);
    bench.fill(&orders[0], 4_000)?;
    bench.report(&orders[0], ReportKind::Cancelled(CancelReason::Expired))?;
    bench.report(&orders[1], REJECTED)?;
    let again = bench.bar(B, 5_050)?;
    assert_eq!(wishes(&again), [closing(A, Side::Buy, 5_708), closing(B, Side::Sell, lots)]);
    Ok(())
}

#[test]
fn a_late_fill_of_an_order_that_has_ended_is_closed() -> Result<(), LabError> {
    let (mut bench, [first, second]) = Bench::entering()?;
    bench.report(&first, REJECTED)?;
    bench.report(&second, ReportKind::Cancelled(CancelReason::Requested))?;
    bench.fill(&second, 300)?;
    assert_eq!(wishes(&bench.bar(A, 10_300)?), [closing(B, Side::Sell, 300)]);
    Ok(())
}

#[test]
fn a_late_fill_of_an_earlier_pair_unbalances_the_one_that_is_held_and_closes_it() -> Result<(), LabError> {
    let (mut bench, [first, second]) = Bench::entering()?;
    let lots = second.1.qty.lots();
    bench.fill(&first, 9_708)?;
    bench.fill(&second, lots)?;
    assert!(bench.bars(10_350, 5_050)?.is_empty(), "whole and held");
    let earlier = ClientOrderId { generation: 1_000, ..first.0 };
    bench.fill(&(earlier, first.1), 500)?;
    let orders = bench.bar(A, 10_350)?;
    assert_eq!(wishes(&orders), [closing(A, Side::Buy, 10_208), closing(B, Side::Sell, lots)]);
    Ok(())
}

#[test]
fn nothing_is_opened_while_paused_and_nothing_is_wished_for_while_the_engine_stops() -> Result<(), LabError> {
    let mut bench = Bench::new()?;
    bench.mode = Mode::Paused;
    for [a, b] in [[10_000, 5_000], [10_200, 5_100], [10_000, 5_000], [10_200, 5_100], [10_300, 5_050]] {
        assert!(bench.bars(a, b)?.is_empty());
    }
    // The opportunity was not used up by the pause.
    bench.mode = Mode::Running;
    assert_eq!(bench.bars(10_400, 5_050)?.len(), 2);
    let (mut bench, [first, second]) = Bench::entering()?;
    bench.fill(&first, 9_708)?;
    bench.report(&second, REJECTED)?;
    bench.mode = Mode::Stopping;
    assert!(bench.bar(A, 10_300)?.is_empty());
    // Started again with what was saved then, it goes on with what it had to do.
    bench.mode = Mode::Running;
    assert_eq!(wishes(&bench.bar(B, 5_050)?), [closing(A, Side::Buy, 9_708)]);
    Ok(())
}

#[test]
fn what_can_not_work_is_refused_with_the_numbers() -> Result<(), LabError> {
    let setup = Bench::new()?.setup;
    let refused = |change: fn(&mut Params)| {
        let mut params = Params::default();
        change(&mut params);
        Pairs::build(params, &setup).map(|_| ()).unwrap_err().to_string()
    };
    for (change, expected) in [
        ((|p| p.exit_z = Number::whole(2)) as fn(&mut Params), "exit_z: 2 must be below entry_z, which is 2"),
        (
            |p| p.stop_z = Number::scaled(15, 1),
            "stop_z: 1.5 must be above entry_z, which is 2; 0 is for none",
        ),
        (
            |p| p.z_period = 5,
            "entry_z: 2 must be below 2.00: over z_period = 5 bars no z-score is larger than the square root of \
             z_period - 1; take more bars or a smaller bound",
        ),
        (
            |p| p.z_period = 10,
            "stop_z: 4 must be below 3.00: over z_period = 10 bars no z-score is larger than the square root of \
             z_period - 1; take more bars or a smaller bound",
        ),
        (
            |p| p.leg_equity = Number::ZERO,
            "leg_quote: leg_quote and leg_equity are both 0; one of them must be above",
        ),
    ] {
        assert_eq!(refused(change), expected);
    }
    // Frozen deviations can be exceeded by any number.
    let frozen = Params { z_period: 10, freeze: pairs::Freeze::All, ..Params::default() };
    assert!(Pairs::build(frozen, &setup).is_ok());
    Ok(())
}

#[test]
fn a_run_without_two_instruments_of_one_quote_is_refused() -> Result<(), Box<dyn std::error::Error>> {
    let bench = Bench::new()?;
    let with = |instruments: Vec<Instrument>| {
        let setup = Setup { instruments, ..bench.setup.clone() };
        Pairs::build(Params::default(), &setup).map(|_| ()).unwrap_err().to_string()
    };
    let mut other = bench.setup.instruments[1].spec().clone();
    other.quote = "EUR".parse()?;
    let other = Instrument::new(B, other)?;
    let first = bench.setup.instruments[0].clone();
    assert_eq!(
        with(vec![]),
        "instrument: a pair takes two instruments, and the run names none; add two [[instrument]]"
    );
    assert_eq!(
        with(vec![first.clone()]),
        "instrument: a pair takes two instruments, and there is only TESTUSDT; add another [[instrument]], or another symbol \
         to strategy.instruments"
    );
    assert_eq!(
        with(vec![first, other]),
        "instrument: TESTUSDT is quoted in USDT and TWOUSDT in EUR, so their worth can't be set against each other; name two \
         [[instrument]] with the same quote"
    );
    Ok(())
}
