//! The lookahead detector: sound runs pass, and what knows the future is caught at its first decision.
#![expect(clippy::expect_used, reason = "a helper of tests may stop where something is not as it should be")]

use grid as _;
use ledger::RecorderOptions;
use quantmesh_backtest::{BacktestSetup, EndOfRun, Lookahead, LookaheadError, lookahead};
use testkit::{Lab, LabError, random_bars};
use trend_following as _;
use types::{Bar, Event, InstrumentId, Label, Signal};

const CROSS: &str = "short_period = 2\nlong_period = 5";

fn tape(seed: u64) -> Vec<Event> {
    let bars = random_bars(seed, 300, 10_000);
    bars.into_iter().map(|bar| Event::Bar { instrument: InstrumentId(0), bar }).collect()
}

fn bars(tape: &[Event]) -> Vec<Bar> {
    let bar = |event: &Event| if let Event::Bar { bar, .. } = event { Some(*bar) } else { None };
    tape.iter().filter_map(bar).collect()
}

fn setup(id: &str, params: &str, tape: &[Event]) -> Result<BacktestSetup, LabError> {
    let lab = Lab::new()?;
    Ok(BacktestSetup {
        kernel: lab.kernel(id, params, bars(tape).first())?,
        execution: lab.execution,
        end: EndOfRun::CloseAtLastClose,
        opening_prints: false,
        recorder: RecorderOptions::default(),
        journal: false,
        replay: quantmesh_backtest::ReplaySetup::default(),
    })
}

fn label(text: &str) -> Label {
    text.parse().expect("a name")
}

/// What a model outside would say of a bar.
fn signal(bar: &Bar, percent: i64) -> Result<Signal, types::DecimalError> {
    Ok(Signal {
        time: bar.close_time,
        source: label("model"),
        name: label("height"),
        value: percent.to_string().parse()?,
        valid_until: bar.close_time,
    })
}

type Verdict = Result<Option<Lookahead>, LookaheadError<LabError>>;

#[test]
fn honest_strategies_pass() -> Result<(), Box<dyn std::error::Error>> {
    let grid = "spacing = 'geometric'\nspacing_pct = 1\nbuy_window_size = 5\nsell_window_size = 5\norder_quantity = 100";
    for seed in 0..4 {
        for (id, params) in [("trend_following", CROSS), ("grid", grid)] {
            let tape = tape(seed);
            let fills = Lab::new()?.run(id, params, &bars(&tape))?.record.totals.fills;
            assert!(fills > 5, "{id} trades, or it would prove nothing: {fills} fills");
            let mut runs = 0;
            let found = lookahead(&tape, 7, |part| {
                runs += 1;
                setup(id, params, part).map(|setup| (setup, part.to_vec()))
            });
            assert_eq!(found?, None, "{id}, seed {seed}");
            assert_eq!(runs, 8, "the whole and seven beginnings");
        }
    }
    Ok(())
}

/// The direction is chosen by where the price ends: the classic slip of a parameter that was fitted to the whole file.
#[test]
fn a_parameter_that_knows_the_end_is_caught() -> Result<(), Box<dyn std::error::Error>> {
    let direction = |part: &[Event]| {
        let bars = bars(part);
        let rises = bars.first().zip(bars.last()).is_some_and(|(first, last)| last.close > first.close);
        if rises { "long" } else { "short" }
    };
    let mut caught = 0;
    for seed in 0..6 {
        let tape = tape(seed);
        let found: Verdict = lookahead(&tape, 7, |part| {
            let params = format!("{CROSS}\ndirection = '{}'", direction(part));
            setup("trend_following", &params, part).map(|setup| (setup, part.to_vec()))
        });
        let changes = (1..8).any(|cut| direction(&tape[..300 * cut / 8]) != direction(&tape));
        let found = found?;
        assert_eq!(found.is_some(), changes, "seed {seed}");
        let Some(found) = found else { continue };
        caught += 1;
        let whole = found.whole.as_ref().ok_or("the whole run goes on")?;
        assert_eq!(whole.event, found.beginning.event, "both heard the same until then");
        assert_ne!(whole.commands, found.beginning.commands);
        let text = found.to_string();
        assert!(text.contains("made before the run knows what came later"), "{text}");
        assert!(text.contains("lots") && text.contains(&format!("first {} events", found.cut)), "{text}");
    }
    assert!(caught >= 2, "{caught} of 6 tapes turn");
    Ok(())
}

/// A signal scaled by the highest price of the tape: the feature itself differs, before any decision does.
#[test]
fn a_feature_that_is_scaled_by_the_future_is_caught() -> Result<(), Box<dyn std::error::Error>> {
    let tape = tape(3);
    let scaled = |part: &[Event]| -> Result<Vec<Event>, LabError> {
        let top = bars(part).iter().map(|bar| bar.high.ticks()).max().unwrap_or(1);
        let mut out = Vec::new();
        for event in part {
            out.push(*event);
            if let Event::Bar { instrument, bar } = event {
                let share = bar.close.ticks() * 100 / top;
                let signal = signal(bar, share).map_err(LabError::Number)?;
                out.push(Event::Signal { instrument: *instrument, signal });
            }
        }
        Ok(out)
    };
    let found: Verdict =
        lookahead(&tape, 5, |part| Ok((setup("trend_following", CROSS, part)?, scaled(part)?)));
    let found = found?.ok_or("it is caught")?;
    assert!(matches!(found.beginning.event, Event::Signal { .. }), "{found}");
    assert!(found.to_string().contains("the run over the whole tape heard Signal"), "{found}");
    Ok(())
}

#[test]
fn a_run_that_can_not_be_made_says_why() {
    let tape = tape(1);
    let found: Verdict = lookahead(&tape, 2, |part| {
        setup("trend_following", "short_period = 9\nlong_period = 2", part)
            .map(|setup| (setup, part.to_vec()))
    });
    assert!(matches!(found, Err(LookaheadError::Prepare(_))), "{found:?}");
}
