//! A licence that ends while a strategy runs, in simulated time: notice, warning, no new openings, exits work.

use quantmesh_kernel::Term;
use sdk::{
    BuildError, Event, Intents, Mode, OperatorVerb, Price, Qty, Setup, Side, Strategy, View, Wish,
    register_strategy,
};
use testkit::{Lab, LabError, check};
use types::{Bar, InstrumentId, Time};

/// Bids and asks one lot around the last price at every bar, and sells what it holds with bar 7.
struct Busy(u32);

#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {}

impl Strategy for Busy {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Event::Bar { instrument, bar } = event else { return };
        self.0 += 1;
        let Some(market) = view.market(*instrument) else { return };
        let held = market.position.qty;
        let lots = Qty::from_lots(1000);
        match self.0 {
            1 => drop(intents.place(0, Wish::market(*instrument, Side::Buy, lots))),
            // Two exits, of which only the first is covered by what is held, and an entry.
            2 => {
                let above = |ticks: i64| Price::from_ticks(bar.close.ticks() + ticks);
                intents.place(0, Wish::limit(*instrument, Side::Sell, lots, above(1_000)));
                intents.place(0, Wish::limit(*instrument, Side::Sell, lots, above(2_000)));
                intents.place(0, Wish::limit(*instrument, Side::Buy, lots, above(-1_000)));
            }
            6 => drop(intents.place(0, Wish::market(*instrument, Side::Buy, lots))),
            _ => {}
        }
        if view.mode == Mode::Lapsed && self.0 == 7 && held.lots() > 0 {
            intents.place(0, Wish::market(*instrument, Side::Sell, held).reducing());
        }
    }
}

fn build(_: Params, _: &Setup) -> Result<Busy, BuildError> {
    Ok(Busy(0))
}

register_strategy! {
    id: "busy",
    summary: "for this test",
    tier: sdk::Tier::Free,
    params: Params,
    build: build,
}

fn minute(n: i64) -> Time {
    Time::from_nanos(n * 60_000_000_000)
}

/// The laboratory's bar n closes at minute n.
fn lab(term: Term) -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    lab.term = term;
    Ok(lab)
}

fn bars() -> Vec<Bar> {
    let price = Price::from_ticks(10_000);
    let bar = |n| Bar {
        open_time: minute(n - 1),
        close_time: minute(n),
        open: price,
        high: price,
        low: price,
        close: price,
        volume: Qty::from_lots(1_000_000),
    };
    (1..=8).map(bar).collect()
}

#[test]
fn it_opens_nothing_new_and_may_still_close() -> Result<(), LabError> {
    let term = Term { notice: Some(minute(3)), warning: Some(minute(4)), end: Some(minute(5)) };
    check(
        &lab(term)?,
        "busy",
        "",
        "
        100 | buy 1 market
        100 | filled buy 1 @ 100; sell 1 @ 110; sell 1 @ 120; buy 1 @ 90
        100 |
        100 |
        100 | cancel sell 1 @ 120; cancel buy 1 @ 90; cancelled sell 1 @ 120; cancelled buy 1 @ 90
        100 | refused the strategy's licence has ended, and this order would open risk
        100 | sell 1 market reduce
        100 | filled sell 1 @ 100
        ",
    )
}

#[test]
fn it_says_so_before_and_when_it_ends() -> Result<(), LabError> {
    let term = Term { notice: Some(minute(3)), warning: Some(minute(4)), end: Some(minute(5)) };
    let outcome = lab(term)?.run("busy", "", &bars())?;
    let notes: Vec<_> = outcome.record.notes.iter().map(|note| (note.time, note.text.as_ref())).collect();
    let expected = [
        (minute(3), "the licence is about to end; `quantmesh licence show` says when"),
        (minute(4), "the licence ends soon: after that, no new positions"),
        (minute(5), "the licence has ended: no new positions, open ones may be closed"),
    ];
    assert_eq!(notes, expected);
    Ok(())
}

#[test]
fn one_that_has_already_ended_says_only_that() -> Result<(), LabError> {
    let term = Term { notice: Some(minute(-2)), warning: Some(minute(-1)), end: Some(minute(0)) };
    let outcome = lab(term)?.run("busy", "", &bars())?;
    let notes: Vec<_> = outcome.record.notes.iter().map(|note| note.text.as_ref()).collect();
    assert_eq!(notes, ["the licence has ended: no new positions, open ones may be closed"]);
    assert_eq!(outcome.record.totals.fills, 0);
    Ok(())
}

#[test]
fn nobody_resumes_it_and_the_replay_decides_the_same() -> Result<(), LabError> {
    let term = Term { end: Some(minute(2)), ..Term::default() };
    let lab = lab(term)?;
    let mut events: Vec<Event> = Vec::new();
    for bar in bars() {
        events.push(Event::Bar { instrument: InstrumentId(0), bar });
        for verb in [OperatorVerb::Pause, OperatorVerb::Resume] {
            events.push(Event::Operator { time: bar.close_time, verb });
        }
    }
    let count = events.len();
    let outcome = lab.run_events("busy", "", None, events, count)?;
    assert_eq!(outcome.record.totals.fills, 2, "the buy before the end, and the way out");
    let mut kernel = quantmesh_kernel::Kernel::new(lab.kernel("busy", "", None)?)?;
    let journal = outcome.journal.ok_or_else(|| LabError::NotLinked("journal".to_owned()))?;
    assert!(journal.replay(&mut kernel).is_ok());
    assert_eq!(kernel.mode(0), Some(Mode::Lapsed));
    Ok(())
}
