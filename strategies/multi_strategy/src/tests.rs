//! What only the inside can show: reports that come late or against expectation, books that overflow, and saved states
//! that can't be taken up.

use sdk::{
    Amount, Answer, Bar, BuildError, CancelReason, ClientOrderId, Event, Fill, InstrumentId, Intent, Intents,
    Interest, Liquidity, Market, Mode, Money, OrderReport, Price, Qty, ReportKind, RestoreError, Setup, Side,
    Signal, Strategy, Time, View, Wish,
};
use testkit::Lab;

use crate::child::State;
use crate::order::Out;
use crate::{MultiStrategy, Params};

#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Nothing {}

/// Counts events, and remembers that.
struct Counter(u8);

impl Strategy for Counter {
    fn on_event(&mut self, _: &View<'_>, _: &Event, _: &mut Intents) {
        self.0 += 1;
    }

    fn save(&self) -> Vec<u8> {
        // No text.
        vec![0xFF, self.0]
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError> {
        let [0xFF, count] = *state else { return Err(RestoreError("no counter".to_owned())) };
        self.0 = count;
        Ok(())
    }
}

fn counter(_: Nothing, _: &Setup) -> Result<Counter, BuildError> {
    Ok(Counter(0))
}

sdk::register_strategy! {
    id: "counter",
    summary: "for this test",
    tier: sdk::Tier::Free,
    params: Nothing,
    build: counter,
}

/// Wants a timer.
struct Clocked;

impl Strategy for Clocked {
    fn interest(&self) -> Interest {
        Interest { every: Some(1_000_000_000), ..Interest::default() }
    }

    fn on_event(&mut self, _: &View<'_>, _: &Event, _: &mut Intents) {}
}

fn clocked(_: Nothing, _: &Setup) -> Result<Clocked, BuildError> {
    Ok(Clocked)
}

mod registered_clocked {
    sdk::register_strategy! {
        id: "clocked",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::Nothing,
        build: super::clocked,
    }
}

#[test]
fn what_wants_a_timer_can_not_be_held() {
    let params: Params = toml::from_str("child = [{ id = 'clocked', weight = 0.5 }]").unwrap();
    let said = MultiStrategy::build(params, &Lab::new().unwrap().setup(None).unwrap()).err().unwrap();
    assert!(said.to_string().contains("a timer, which are not handed on"), "{said}");
}

fn two() -> MultiStrategy {
    let params = "child = [{ id = 'counter', weight = 0.5 }, { id = 'counter', weight = 0.5 }]";
    let params: Params = toml::from_str(params).unwrap();
    MultiStrategy::build(params, &Lab::new().unwrap().setup(None).unwrap()).unwrap()
}

fn bar(parent: &mut MultiStrategy) -> Vec<Intent> {
    let price = Price::from_ticks(10_000);
    let bar = Bar { open: price, high: price, low: price, close: price, ..Bar::default() };
    happens(parent, &Event::Bar { instrument: InstrumentId(0), bar }, Qty::ZERO)
}

/// An event, by which the account's position has changed; gives what the parent wishes.
fn happens(parent: &mut MultiStrategy, event: &Event, by: Qty) -> Vec<Intent> {
    happens_at(parent, event, by, Money::ZERO)
}

/// The same, to an account of this equity.
fn happens_at(parent: &mut MultiStrategy, event: &Event, by: Qty, equity: Money) -> Vec<Intent> {
    let mut market = Market::new(Lab::new().unwrap().instrument().unwrap());
    market.last = Some(Price::from_ticks(10_000));
    market.position.qty =
        parent.children.iter().fold(by, |sum, child| sum.plus(child.memory.ledger.qty(0)).unwrap());
    let view = View { now: Time::EPOCH, markets: &[market], equity, mode: Mode::Running };
    let mut intents = Intents::new(0, 0);
    parent.on_event(&view, event, &mut intents);
    intents.as_slice().to_vec()
}

fn report(id: ClientOrderId, kind: ReportKind) -> Event {
    Event::Order(OrderReport { time: Time::EPOCH, id, instrument: InstrumentId(0), kind })
}

fn filled(id: ClientOrderId, side: Side, lots: i64) -> (Event, Qty) {
    let fee = Amount { asset: "USDT".parse().unwrap(), money: Money::ZERO };
    let (price, qty) = (Price::from_ticks(10_000), Qty::from_lots(lots));
    let fill = Fill { side, price, qty, liquidity: Liquidity::Taker, fee, trade: 1 };
    (report(id, ReportKind::Filled(fill)), Qty::from_lots(lots * side.sign()))
}

/// Puts an order of the first child on the floor; gives what goes out with the next bar.
fn wishes(parent: &mut MultiStrategy, seq: u64, wish: Wish, opening: i64) -> (ClientOrderId, Wish) {
    let theirs = ClientOrderId { slot: 77, ..ClientOrderId::default() };
    let out = Out::new(seq, Some(theirs), wish, Qty::from_lots(opening));
    parent.children[0].memory.out.push(out);
    let intents = bar(parent);
    let [Intent::Place(id, wish)] = intents[..] else { panic!("{intents:?}") };
    (id, wish)
}

/// How many events the first child has seen.
fn seen(parent: &MultiStrategy) -> u8 {
    parent.children[0].strategy.save()[1]
}

#[test]
fn a_fill_that_comes_after_the_end_of_its_order_is_the_childs() {
    let mut parent = two();
    let (id, _) = wishes(&mut parent, 1, Wish::market(InstrumentId(0), Side::Buy, Qty::from_lots(5)), 5);
    assert_eq!(seen(&parent), 1, "the bar");
    happens(&mut parent, &report(id, ReportKind::Cancelled(CancelReason::Expired)), Qty::ZERO);
    assert_eq!(seen(&parent), 2, "the end");
    let (late, by) = filled(id, Side::Buy, 2);
    assert_eq!(happens(&mut parent, &late, by), []);
    assert_eq!(seen(&parent), 3, "the late fill");
    assert_eq!(parent.children[0].memory.seen[0].qty, Qty::from_lots(2));
    // Of an order that nobody knows: it is on the child's account, and closed again.
    let (strange, by) = filled(ClientOrderId { generation: 99, ..id }, Side::Buy, 3);
    let intents = happens(&mut parent, &strange, by);
    let closing = Wish::market(InstrumentId(0), Side::Sell, Qty::from_lots(3)).reducing();
    assert!(matches!(intents[..], [Intent::Place(_, wish)] if wish == closing), "{intents:?}");
    assert_eq!(seen(&parent), 3);
    assert_eq!(parent.children[0].memory.ledger.qty(0), Qty::from_lots(5));
}

#[test]
fn an_exit_that_the_venue_ends_for_want_of_a_position_goes_out_again_while_its_child_holds_one() {
    let mut parent = two();
    let (id, _) = wishes(&mut parent, 1, Wish::market(InstrumentId(0), Side::Buy, Qty::from_lots(5)), 5);
    let (fill, by) = filled(id, Side::Buy, 5);
    happens(&mut parent, &fill, by);
    let trigger = Price::from_ticks(9_000);
    let stop = Wish::stop(InstrumentId(0), Side::Sell, Qty::from_lots(5), trigger).reducing();
    let (id, sent) = wishes(&mut parent, 2, stop, 0);
    assert_eq!(sent, stop);
    let before = seen(&parent);
    let nothing = report(id, ReportKind::Cancelled(CancelReason::NothingToReduce));
    let intents = happens(&mut parent, &nothing, Qty::ZERO);
    let plain = Wish { reduce_only: false, ..stop };
    assert!(matches!(intents[..], [Intent::Place(_, wish)] if wish == plain), "{intents:?}");
    assert_eq!(seen(&parent), before, "to its child it goes on working");
}

#[test]
fn an_exit_waits_for_a_siblings_order_to_come_back_until_the_next_price_and_no_longer() {
    let mut parent = two();
    let main = InstrumentId(0);
    let (id, _) = wishes(&mut parent, 1, Wish::market(main, Side::Buy, Qty::from_lots(5)), 5);
    let (fill, by) = filled(id, Side::Buy, 5);
    happens(&mut parent, &fill, by);
    // The sibling bids where the price is; it was there before the price came.
    let bid = Wish::limit(main, Side::Buy, Qty::from_lots(3), Price::from_ticks(10_000));
    let resting = Out { rested: true, ..Out::new(2, Some(ClientOrderId::default()), bid, Qty::from_lots(3)) };
    parent.children[1].memory.out.push(resting);
    let [Intent::Place(ours, _)] = bar(&mut parent)[..] else { panic!("the bid") };
    let exit = Wish::market(main, Side::Sell, Qty::from_lots(5)).reducing();
    parent.children[0].memory.out.push(Out::new(3, Some(ClientOrderId::default()), exit, Qty::ZERO));
    assert_eq!(bar(&mut parent), [Intent::Cancel(ours)]);
    let saved = parent.save();
    // Without an answer it goes out whole at the next price.
    let intents = bar(&mut parent);
    assert!(matches!(intents[..], [Intent::Place(_, wish)] if wish == exit), "{intents:?}");
    // With one, three are crossed.
    let mut parent = two();
    parent.restore(&saved).unwrap();
    let intents =
        happens(&mut parent, &report(ours, ReportKind::Cancelled(CancelReason::Requested)), Qty::ZERO);
    let rest = Wish { qty: Qty::from_lots(2), ..exit };
    assert!(matches!(intents[..], [Intent::Place(_, wish)] if wish == rest), "{intents:?}");
    assert_eq!(parent.children[1].memory.seen[0].qty, Qty::from_lots(3));
}

#[test]
fn a_child_whose_books_overflow_is_closed_while_the_other_goes_on() {
    let mut parent = two();
    bar(&mut parent);
    let ledger = &mut parent.children[0].memory.ledger;
    ledger.cash = Money::from_units(i128::MAX);
    ledger.held = vec![sdk::Position { qty: Qty::from_lots(5), cost: Money::ZERO }];
    let intents = bar(&mut parent);
    assert_eq!(
        intents[0],
        Intent::Note("child 1 (counter): shut off: its books can't hold a number this large")
    );
    let closing = Wish::market(InstrumentId(0), Side::Sell, Qty::from_lots(5)).reducing();
    assert!(matches!(intents[1], Intent::Place(id, wish) if id.slot == 0 && wish == closing), "{intents:?}");
    assert_eq!(
        parent.children.iter().map(|child| child.memory.state).collect::<Vec<_>>(),
        [State::Closing, State::Trading]
    );
    let counts: Vec<Vec<u8>> = parent.children.iter().map(|child| child.strategy.save()).collect();
    assert_eq!(counts, [[0xFF, 1], [0xFF, 2]]);
}

#[test]
fn a_saved_state_comes_back_whole_or_not_at_all() {
    let mut parent = two();
    bar(&mut parent);
    bar(&mut parent);
    let saved = parent.save();
    let mut fresh = two();
    fresh.restore(&saved).unwrap();
    assert_eq!(fresh.save(), saved);
    // The second child's state is damaged: the first one's is not taken up either.
    let damaged = String::from_utf8(saved.clone()).unwrap();
    let at = damaged.rfind("[255,2]").unwrap();
    let damaged = format!("{}[254,2]{}", &damaged[..at], &damaged[at + 7..]);
    let mut other = two();
    bar(&mut other);
    let before = other.save();
    let error = other.restore(damaged.as_bytes()).unwrap_err().to_string();
    assert_eq!(error, "the saved state can't be restored: child 2 (counter): no counter");
    assert_eq!(other.save(), before);
    for cut in (0..saved.len()).step_by(7) {
        assert!(other.restore(&saved[..cut]).is_err());
    }
    assert_eq!(other.save(), before);
}

#[test]
fn it_is_made_of_its_children_and_needs_as_much_history_as_any_of_them() {
    let mut parent = two();
    assert_eq!(parent.parts(), ["counter", "counter"]);
    assert_eq!(parent.warm_up(), sdk::WarmUp::default());
    parent.params.child[0].regimes = vec![crate::Regime::Range];
    let setup = Lab::new().unwrap().setup(None).unwrap();
    let parent = MultiStrategy::build(parent.params, &setup).unwrap();
    // An average of 50 whose slope is over 5, and two more bars of dwell.
    assert_eq!(parent.warm_up(), sdk::WarmUp { bars: 57, ticks: 0 });
}

/// What the three children have after a rebalance at which the first one, which is being closed, has `closing`, the last one
/// 100, and the second one the rest of the account.
fn rebalanced(allocation: &str, closing: &str, account: &str) -> [String; 3] {
    let child = |weight: &str| format!("[[child]]\nid = 'counter'\nweight = {weight}\n");
    let children = ["0.5", "0.3", "0.2"].map(child).concat();
    let text = format!("allocation = '{allocation}'\nrebalance_interval = 1\nmin_weight = 0\n{children}");
    let setup = Lab::new().unwrap().setup(None).unwrap();
    let mut parent = MultiStrategy::build(toml::from_str(&text).unwrap(), &setup).unwrap();
    let [closing, account, last] = [closing, account, "100"].map(|text| text.parse::<Money>().unwrap());
    let second = account.minus(closing).unwrap().minus(last).unwrap();
    for (child, cash) in parent.children.iter_mut().zip([closing, second, last]) {
        child.memory.ledger.cash = cash;
    }
    let first = &mut parent.children[0].memory;
    first.state = State::Closing;
    // Its exit is on its way.
    let exit = Wish::market(InstrumentId(0), Side::Sell, Qty::from_lots(1)).reducing();
    first.out.push(Out::new(1, None, exit, Qty::ZERO));
    let price = Price::from_ticks(10_000);
    let bar = Bar { open: price, high: price, low: price, close: price, ..Bar::default() };
    happens_at(&mut parent, &Event::Bar { instrument: InstrumentId(0), bar }, Qty::ZERO, account);
    let each: Vec<Money> = parent.standings().unwrap().iter().map(|child| child.equity).collect();
    let sum = each.iter().fold(Money::ZERO, |sum, one| sum.plus(*one).unwrap());
    assert!(sum <= account, "{allocation}: {each:?} are more than {account}");
    [0, 1, 2].map(|at| each[at].to_string())
}

#[test]
fn what_a_child_keeps_until_it_is_flat_is_not_given_to_the_others_as_well() {
    for (allocation, closing, account, others) in [
        // 3000 are left, for weights of 3 to 2.
        ("fixed", "7000", "10000", ["1800", "1200"]),
        // 5000 of 9000 are left, which is more than the weights of the two.
        ("fixed", "4000", "9000", ["2700", "1800"]),
        // There is nothing to divide, and what the second one owes is not let off.
        ("fixed", "9000", "8000", ["-1100", "100"]),
        ("fixed", "-1000", "4000", ["1200", "800"]),
        ("equal", "7000", "10000", ["1500", "1500"]),
        ("equal", "4000", "8000", ["2000", "2000"]),
        ("equal", "-1000", "4000", ["2000", "2000"]),
        // Further than a step of 5 %: there is no more.
        ("inverse_volatility", "7000", "10000", ["1800", "1200"]),
        ("risk_parity", "7000", "10000", ["1800", "1200"]),
        ("performance", "9000", "8000", ["-1100", "100"]),
    ] {
        let [first, one, other] = rebalanced(allocation, closing, account);
        let near = |money: &str, expected: &str| {
            let [money, expected]: [f64; 2] = [money, expected].map(|text| text.parse().unwrap());
            money <= expected && expected - money < 0.001
        };
        assert_eq!(first, closing, "{allocation}");
        assert!(near(&one, others[0]) && near(&other, others[1]), "{allocation} {closing}: {one}, {other}");
    }
}

/// Answers every signal in one way.
struct Listener(Answer);

impl Strategy for Listener {
    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        if matches!(event, Event::Signal { .. }) {
            intents.answer(self.0);
        }
    }
}

#[test]
fn the_answer_by_which_most_came_of_a_signal_is_the_runs() {
    use Answer::{Applied, Proposed, Refused};
    let label = |text: &str| text.parse().unwrap();
    let (time, value) = (Time::EPOCH, "1".parse().unwrap());
    let signal = Signal { time, source: label("desk"), name: label("bias"), value, valid_until: time };
    let signal = Event::Signal { instrument: InstrumentId(0), signal };
    for (one, other, expected) in [
        (Applied, Proposed, Applied),
        (Proposed, Applied, Applied),
        (Applied, Refused("no"), Applied),
        (Refused("no"), Applied, Applied),
        (Refused("no"), Proposed, Proposed),
        (Refused("first"), Refused("second"), Refused("first")),
    ] {
        let mut parent = two();
        parent.children[0].strategy = Box::new(Listener(one));
        parent.children[1].strategy = Box::new(Listener(other));
        let market = Market::new(Lab::new().unwrap().instrument().unwrap());
        let view = View { now: time, markets: &[market], equity: Money::ZERO, mode: Mode::Running };
        let mut intents = Intents::new(0, 0);
        parent.on_event(&view, &signal, &mut intents);
        assert_eq!(intents.answered(), Some(expected), "{one:?} and {other:?}");
    }
}

#[test]
fn orders_are_numbered_on_after_a_restart_however_many_there_were() {
    let mut parent = two();
    bar(&mut parent);
    let text = String::from_utf8(parent.save()).unwrap();
    let late = text.replacen("\"generation\":1,", "\"generation\":4294967290,", 1);
    assert_ne!(late, text);
    parent.restore(late.as_bytes()).unwrap();
    let next = parent.children.iter().map(|child| child.intents.next_generation());
    assert_eq!(next.collect::<Vec<_>>(), [4_294_967_290, 1]);
}
