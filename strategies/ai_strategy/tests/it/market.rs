//! Which bars a strategy looks at: those of its first instrument, of its model's length, and what it says of others.

use std::error::Error;

use ai_strategy::{Kind, Model, Training, train};
use sdk::{Bar, Event, InstrumentId, Price, Qty, Quote, Signal, Time, Trade};
use testkit::{Lab, random_bars};

use crate::sample;
use crate::tape::model;

const MAIN: InstrumentId = InstrumentId(0);
const OTHER: InstrumentId = InstrumentId(1);
const LENGTH: &str = "the model was trained on bars of another length, so nothing is opened on these; \
                      give it such bars, or train one on these";
const FOREIGN: &str = "the model was trained on another symbol; its scores say nothing of this one, \
                       and only_unseen leaves no bar out here";

fn events(bars: &[Bar]) -> Vec<Event> {
    bars.iter().map(|bar| Event::Bar { instrument: MAIN, bar: *bar }).collect()
}

/// The commands at each event but those that are of the other instrument alone, and the notes.
struct Ran {
    commands: Vec<String>,
    notes: Vec<String>,
}

fn run(lab: &Lab, params: &str, bars: &[Bar], events: Vec<Event>) -> Result<Ran, Box<dyn Error>> {
    let count = events.len();
    let outcome = lab.run_events("ai_strategy", params, bars.first(), events, count)?;
    let mut commands = Vec::new();
    for entry in outcome.journal.ok_or("no journal")?.entries() {
        let foreign = match &entry.event {
            Event::Bar { instrument, .. }
            | Event::Trade { instrument, .. }
            | Event::Quote { instrument, .. }
            | Event::Signal { instrument, .. } => *instrument == OTHER,
            _ => false,
        };
        if foreign {
            assert!(entry.commands.is_empty(), "another instrument raises no order: {entry:?}");
        } else {
            commands.push(format!("{:?} {:?}", entry.event, entry.commands));
        }
    }
    Ok(Ran { commands, notes: outcome.record.notes.iter().map(|note| note.text.to_string()).collect() })
}

impl Ran {
    fn orders(&self) -> usize {
        self.commands.iter().filter(|commands| commands.contains("Place")).count()
    }

    fn count(&self, note: &str) -> usize {
        self.notes.iter().filter(|text| *text == note).count()
    }
}

/// A second instrument, whose bars, trades, quotes and signals come between: features, sizes and orders stay the same.
#[test]
fn another_instruments_events_change_nothing() -> Result<(), Box<dyn Error>> {
    let mut lab = Lab::new()?;
    let mut other = lab.spec.clone();
    other.symbol = "OTHERUSDT".to_owned();
    lab.others.push(other);
    let params = format!(
        "{}direction = 'both'\nstop_loss_pct = 1\ntarget_volatility_pct = 0.1\nrebalance_pct = 5\nadvisor = 'apply'",
        model("roc_5", 0.2)?
    );
    let bars = random_bars(11, 400, 100_000);
    let plain = run(&lab, &params, &bars, events(&bars))?;
    assert!(plain.orders() > 20, "{}", plain.orders());
    let mut all = events(&bars);
    for (at, bar) in random_bars(5, 400, 3_000).into_iter().enumerate() {
        let (time, price) = (bar.close_time, bar.close);
        let qty = Qty::from_lots(1_000);
        all.push(match at % 4 {
            0 => {
                let (ask, ask_qty, bid_qty) = (Price::from_ticks(price.ticks() + 1), qty, qty);
                Event::Quote { instrument: OTHER, quote: Quote { time, bid: price, bid_qty, ask, ask_qty } }
            }
            1 => Event::Trade { instrument: OTHER, trade: Trade { time, price, qty, taker: None } },
            _ => Event::Bar { instrument: OTHER, bar },
        });
    }
    let signal = Signal {
        time: Time::from_nanos(6_000_000_000_000),
        source: "oracle".parse()?,
        name: "bias".parse()?,
        value: "1".parse()?,
        valid_until: Time::from_nanos(i64::MAX),
    };
    all.push(Event::Signal { instrument: OTHER, signal });
    all.sort_by_key(Event::time);
    let ran = run(&lab, &params, &bars, all)?;
    assert_eq!(ran.commands, plain.commands);
    let refused =
        "signal from oracle: bias = 1: refused: it is about another instrument than the strategy's first";
    assert_eq!(ran.count(refused), 1, "{:?}", ran.notes);
    Ok(())
}

/// Bars of two minutes for a model of one: no order at all, and one note, even where the model shouts.
#[test]
fn on_bars_of_another_length_nothing_is_opened() -> Result<(), Box<dyn Error>> {
    let lab = Lab::new()?;
    let params = format!("{}direction = 'both'\nrebalance_pct = 1\nconfidence = 0.5", model("roc_1", 5.0)?);
    let bars = random_bars(3, 200, 100_000);
    let plain = run(&lab, &params, &bars, events(&bars))?;
    assert!(plain.orders() > 20 && plain.count(LENGTH) == 0, "{:?}", plain.notes);
    let stretch = |time: Time| Time::from_nanos(time.nanos() * 2);
    let slow: Vec<Bar> = bars
        .iter()
        .map(|bar| Bar { open_time: stretch(bar.open_time), close_time: stretch(bar.close_time), ..*bar })
        .collect();
    let ran = run(&lab, &params, &slow, events(&slow))?;
    assert_eq!((ran.orders(), &ran.notes[..]), (0, &[LENGTH.to_owned()][..]));
    // So it is with an ONNX model that says its length, and not with one that says none.
    let days = format!("model = '{}'\nconfidence = 0.5", sample::handed_over("model/mlp_btcusdt_1d.onnx")?);
    let ran = run(&lab, &days, &bars, events(&bars))?;
    assert_eq!((ran.orders(), ran.count(LENGTH), ran.count(FOREIGN)), (0, 1, 1), "{:?}", ran.notes);
    let silent = format!(
        "model = '{}'\nfeatures = ['roc_1', 'roc_5', 'rsi_14', 'from_sma_20']\nconfidence = 0.5",
        sample::handed_over("tests/reference/forest.onnx")?
    );
    let ran = run(&lab, &silent, &bars, events(&bars))?;
    assert!(ran.orders() > 0 && ran.count(LENGTH) + ran.count(FOREIGN) == 0, "{:?}", ran.notes);
    Ok(())
}

/// Where the bars change their length while something is held, it is closed when the model turns, and nothing is added.
#[test]
fn what_is_held_can_still_be_closed_on_such_bars() -> Result<(), Box<dyn Error>> {
    let lab = Lab::new()?;
    let params = format!("{}direction = 'both'\nrebalance_pct = 1", model("roc_1", 1.0)?);
    let mut bars = random_bars(1, 90, 100_000);
    for (at, bar) in (0_i64..).zip(&mut bars) {
        // Up by a per cent at bar 70, where it goes long; down at bar 80, where it goes out and not short.
        let close = Price::from_ticks(if (70..80).contains(&at) { 101_000 } else { 100_000 });
        (bar.open, bar.high, bar.low, bar.close) = (close, close, close, close);
        bar.volume = Qty::from_lots(1_000_000);
        if at >= 75 {
            bar.open_time = Time::from_nanos(bar.open_time.nanos() - 60_000_000_000);
        }
    }
    let ran = run(&lab, &params, &bars, events(&bars))?;
    let orders: Vec<&String> = ran.commands.iter().filter(|commands| commands.contains("Place")).collect();
    assert_eq!(orders.len(), 2, "{orders:?}");
    assert!(orders[0].contains("reduce_only: false") && orders[0].contains("side: Buy"), "{orders:?}");
    let sells = orders[1].matches("side: Sell").count();
    assert!(sells == 1 && orders[1].contains("reduce_only: true"), "{orders:?}");
    assert_eq!(ran.count(LENGTH), 1, "{:?}", ran.notes);
    Ok(())
}

/// What was learnt on one symbol is traded on another with a note, and `only_unseen` is about its own symbol's bars.
#[test]
fn a_model_of_another_symbol_is_said_once_and_knows_none_of_these_bars() -> Result<(), Box<dyn Error>> {
    let bars = random_bars(3, 400, 100_000);
    let training = Training { model: Kind::Logistic, ..Training::default() };
    let made =
        |symbol: &str| -> Result<Model, Box<dyn Error>> { Ok(train(training.clone(), symbol, &bars)?) };
    assert_eq!(made("TESTUSDT")?.interval_nanos, 60_000_000_000);
    let params = |model: &Model| -> Result<String, Box<dyn Error>> {
        Ok(format!("model = '''{}'''\nconfidence = 0.5\nonly_unseen = true", model.to_json()?))
    };
    let lab = Lab::new()?;
    // The bars up to the end of the training and no further.
    let (own, other) = (made("TESTUSDT")?, made("ELSEUSDT")?);
    let seen: Vec<Bar> =
        bars.iter().filter(|bar| bar.close_time.nanos() <= own.trained.to).copied().collect();
    let ran = run(&lab, &params(&own)?, &seen, events(&seen))?;
    assert_eq!((ran.orders(), ran.count(FOREIGN)), (0, 0), "{:?}", ran.notes);
    let ran = run(&lab, &params(&other)?, &seen, events(&seen))?;
    assert!(ran.orders() > 5, "{}", ran.orders());
    assert_eq!(ran.notes, [FOREIGN]);
    Ok(())
}
