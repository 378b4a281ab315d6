//! The advisor outside: what it may change, and that a wrong, late or missing answer changes nothing in trading.

use std::error::Error;

use sdk::{Bar, Event, InstrumentId, Signal, Time};
use testkit::{Lab, random_bars};

use crate::tape::model;

const MINUTE: i64 = 60_000_000_000;
const ID: InstrumentId = InstrumentId(0);

/// A signal that comes with the close of this bar and holds for so many minutes.
fn signal(bar: i64, source: &str, name: &str, value: &str, minutes: i64) -> Result<Event, Box<dyn Error>> {
    let time = Time::from_nanos(bar * MINUTE);
    let valid_until = Time::from_nanos((bar + minutes) * MINUTE);
    let (source, name, value) = (source.parse()?, name.parse()?, value.parse()?);
    Ok(Event::Signal { instrument: ID, signal: Signal { time, source, name, value, valid_until } })
}

/// What a run did: the commands that answered each event that is no signal, and what its record says of signals.
struct Ran {
    commands: Vec<String>,
    said: Vec<String>,
}

/// Runs bars with the signals right after the bars that close when they come.
fn run(params: &str, bars: &[Bar], signals: &[Event]) -> Result<Ran, Box<dyn Error>> {
    let mut events: Vec<Event> = bars.iter().map(|bar| Event::Bar { instrument: ID, bar: *bar }).collect();
    events.extend(signals);
    events.sort_by_key(Event::time);
    let params = format!("{}direction = 'both'\n{params}", model("roc_5", 0.2)?);
    let outcome = Lab::new()?.run_events("ai_strategy", &params, bars.first(), events, bars.len())?;
    let journal = outcome.journal.ok_or("no journal")?;
    let mut commands = Vec::new();
    for entry in journal.entries() {
        if matches!(entry.event, Event::Signal { .. }) {
            assert!(entry.commands.is_empty(), "a signal raises no order: {entry:?}");
        } else {
            commands.push(format!("{:?}", entry.commands));
        }
    }
    let said = outcome.record.notes.iter().map(|note| note.text.to_string());
    let said = said.filter_map(|text| text.strip_prefix("signal from ").map(str::to_owned)).collect();
    Ok(Ran { commands, said })
}

const LISTENS: &str = "advisor = 'apply'\nadvisor_source = 'oracle'\n";

#[test]
fn wrong_late_and_missing_answers_change_nothing() -> Result<(), Box<dyn Error>> {
    let bars = random_bars(11, 300, 100_000);
    let plain = run(LISTENS, &bars, &[])?;
    assert!(plain.commands.iter().any(|commands| commands != "[]"));
    let cases = [
        (("stranger", "bias", "1", 500), "refused: it is not from advisor_source"),
        (("oracle", "bias", "1", -1), "refused: it came after its valid_until"),
        (("oracle", "bias", "1.01", 500), "refused: its value is out of range"),
        (("oracle", "bias", "-7", 500), "refused: its value is out of range"),
        (("oracle", "confidence", "0.49", 500), "refused: its value is out of range"),
        (("oracle", "confidence", "1", 500), "refused: its value is out of range"),
        (("oracle", "size", "0", 500), "refused: its value is out of range"),
        (("oracle", "size", "1.5", 500), "refused: its value is out of range"),
        (("oracle", "stop_loss_pct", "5", 500), "refused: its name is no changeable parameter, and not bias"),
        (("oracle", "direction", "1", 500), "refused: its name is no changeable parameter, and not bias"),
    ];
    let mut signals = Vec::new();
    for (at, ((source, name, value, minutes), _)) in (70..).step_by(10).zip(&cases) {
        signals.push(signal(at, source, name, value, *minutes)?);
    }
    let ran = run(LISTENS, &bars, &signals)?;
    assert_eq!(ran.commands, plain.commands);
    for (said, (case, expected)) in ran.said.iter().zip(&cases) {
        assert!(said.ends_with(expected), "{case:?}: {said}");
    }
    assert_eq!(ran.said.len(), cases.len());
    Ok(())
}

#[test]
fn without_permission_good_answers_change_nothing() -> Result<(), Box<dyn Error>> {
    let bars = random_bars(11, 300, 100_000);
    let signals = [signal(70, "oracle", "bias", "1", 500)?, signal(90, "oracle", "size", "0.1", 500)?];
    let plain = run("", &bars, &[])?;
    for (permission, expected) in [
        ("advisor = 'off'", "passed over: the strategy does not listen to signals"),
        ("advisor = 'propose'", "proposed; the configuration does not let it be applied"),
    ] {
        let ran = run(permission, &bars, &signals)?;
        assert_eq!(ran.commands, plain.commands, "{permission}");
        assert!(
            ran.said.len() == 2 && ran.said.iter().all(|said| said.ends_with(expected)),
            "{:?}",
            ran.said
        );
    }
    // With it they do.
    let ran = run("advisor = 'apply'", &bars, &signals)?;
    assert_ne!(ran.commands, plain.commands);
    assert!(ran.said.len() == 2 && ran.said.iter().all(|said| said.ends_with("applied")), "{:?}", ran.said);
    // And they do the same again.
    assert_eq!(run("advisor = 'apply'", &bars, &signals)?.commands, ran.commands);
    Ok(())
}

/// With "apply", what would make positions larger than configured is refused, and the same or less taken; a proposal may
/// ask for more, as it changes nothing.
#[test]
fn no_advice_makes_positions_larger_than_configured() -> Result<(), Box<dyn Error>> {
    let bars = random_bars(11, 300, 100_000);
    let sized = "size = 0.2\ntarget_volatility_pct = 0.2\n";
    let apply = format!("{sized}advisor = 'apply'");
    let plain = run(&apply, &bars, &[])?;
    let said = |params: &str, name: &str, value: &str| -> Result<(bool, String), Box<dyn Error>> {
        let ran = run(params, &bars, &[signal(70, "oracle", name, value, 500)?])?;
        let [said] = &ran.said[..] else { return Err(format!("{:?}", ran.said).into()) };
        Ok((ran.commands == plain.commands, said.clone()))
    };
    let target = "target_volatility_pct";
    for (name, value) in [("size", "0.21"), ("size", "1"), (target, "0.21"), (target, "100"), (target, "0")] {
        let (same, said) = said(&apply, name, value)?;
        let why =
            "refused: it makes positions larger than configured; only a change of the configuration may";
        assert!(same && said.ends_with(why), "{name} {value}: {said}");
    }
    for (name, value, expected) in
        [("size", "0.20", true), ("size", "0.1", false), (target, "0.200", true), (target, "0.01", false)]
    {
        let (same, said) = said(&apply, name, value)?;
        assert!(same == expected && said.ends_with("applied"), "{name} {value}: {said}");
    }
    for (name, value) in [("size", "0.21"), (target, "0")] {
        let (same, said) = said(&format!("{sized}advisor = 'propose'"), name, value)?;
        assert!(same && said.contains(": proposed; "), "{name} {value}: {said}");
    }
    // Where none is set, any target makes them smaller.
    let ran = run("advisor = 'apply'", &bars, &[signal(70, "oracle", target, "5", 500)?])?;
    assert!(ran.said.iter().all(|said| said.ends_with("applied")), "{:?}", ran.said);
    Ok(())
}

/// The bars from the first one on at which two runs order differently.
fn differ(one: &Ran, two: &Ran) -> Option<usize> {
    one.commands.iter().zip(&two.commands).position(|(one, two)| one != two)
}

/// A size for twenty minutes holds for the entries of these, and the configured one after them.
#[test]
fn an_answer_holds_until_its_time_is_over() -> Result<(), Box<dyn Error>> {
    // The market turns every fourth minute, by a per cent.
    let mut bars = random_bars(1, 140, 100_000);
    for (at, bar) in (0_i64..).zip(&mut bars) {
        let price =
            |at: i64| sdk::Price::from_ticks(if at.div_euclid(4) % 2 == 0 { 100_000 } else { 101_000 });
        (bar.open, bar.close) = (price(at - 1), price(at));
        (bar.high, bar.low) = (bar.open.max(bar.close), bar.open.min(bar.close));
    }
    let lots = |ran: &Ran| -> Vec<String> {
        let entries = ran.commands.iter().filter(|commands| commands.contains("reduce_only: false"));
        let qty = |commands: &String| {
            let entry = commands.split("Place").find(|order| order.contains("reduce_only: false"))?;
            Some(entry.split("qty: Qty(").nth(1)?.split(')').next()?.to_owned())
        };
        entries.filter_map(qty).collect()
    };
    let small = |lots: &String| lots.len() <= 3;
    let plain = run("advisor = 'apply'", &bars, &[])?;
    let ran = run("advisor = 'apply'", &bars, &[signal(80, "oracle", "size", "0.05", 20)?])?;
    let (usual, changed) = (lots(&plain), lots(&ran));
    assert!(usual.len() > 8 && !usual.iter().any(small), "{usual:?}");
    let first = changed.iter().position(small).ok_or("no small one")?;
    let last = changed.iter().rposition(small).ok_or("no small one")?;
    assert!(first > 0 && last + 1 < changed.len(), "{changed:?}");
    assert!(changed.get(first..=last).is_some_and(|middle| middle.iter().all(small)), "{changed:?}");
    // Twenty minutes of eight a turn either way: about five of them.
    assert!((4..=6).contains(&(last + 1 - first)), "{changed:?}");
    assert!(differ(&plain, &ran) > Some(80), "{:?}", differ(&plain, &ran));
    Ok(())
}

/// A bias moves the log-odds by at most `advisor_bias`: what was just below the threshold is entered, what is far
/// below is not.
#[test]
fn a_bias_shifts_and_is_bounded() -> Result<(), Box<dyn Error>> {
    let bars = |percent: i64| -> Vec<Bar> {
        let mut bars = random_bars(1, 80, 100_000);
        for (at, bar) in bars.iter_mut().enumerate() {
            // The only move of all; at bar 70.
            let close = sdk::Price::from_ticks(if at < 70 { 100_000 } else { 100_000 + 1_000 * percent });
            (bar.open, bar.high, bar.low, bar.close) = (close, close, close, close);
        }
        bars
    };
    let ordered = |ran: &Ran| ran.commands.iter().any(|commands| commands != "[]");
    let signals = [signal(60, "oracle", "bias", "1", 500)?];
    // 0.2 × 1 % = 0.2; 70 % is ln(7/3) = 0.847; a bias of 1 adds 0.7, and then it is enough.
    let params = "advisor = 'apply'\nconfidence = 0.7\nadvisor_bias = 0.7";
    assert!(!ordered(&run(params, &bars(1), &[])?) && ordered(&run(params, &bars(1), &signals)?));
    // With half of that it is not.
    assert!(!ordered(&run("advisor = 'apply'\nconfidence = 0.7\nadvisor_bias = 0.35", &bars(1), &signals)?));
    Ok(())
}
