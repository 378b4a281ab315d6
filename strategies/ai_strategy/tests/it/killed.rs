//! A process that is killed while advice holds, and started anew from what was saved, decides as if nothing had happened.

use std::error::Error;

use schemars::JsonSchema;
use sdk::{BuildError, Event, InstrumentId, Intents, Setup, Signal, Strategy, Time, View};
use serde::{Deserialize, Serialize};
use testkit::{Lab, random_bars};

use crate::tape::model;

const MINUTE: i64 = 60_000_000_000;
const ID: InstrumentId = InstrumentId(0);

/// What is run, and when it is killed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Params {
    /// The parameters of the strategy that is killed, as TOML.
    inner: String,
    /// Killed before every event whose number is a multiple of this; 0 for never.
    every: u32,
    /// Whether the new one gets what the old one saved.
    restores: bool,
}

/// The strategy in a process that dies.
pub(crate) struct Killed {
    params: Params,
    setup: Setup,
    inner: Box<dyn Strategy>,
    events: u32,
}

impl Killed {
    fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        Ok(Self { inner: start(&params, setup)?, params, setup: setup.clone(), events: 0 })
    }
}

fn start(params: &Params, setup: &Setup) -> Result<Box<dyn Strategy>, BuildError> {
    let table = toml::from_str(&params.inner).map_err(|error| BuildError::new("inner", error.to_string()))?;
    let entry =
        setup.granted.get("ai_strategy").ok_or_else(|| BuildError::new("inner", "it is not linked"))?;
    entry.build(&table, setup)
}

impl Strategy for Killed {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        self.events += 1;
        if self.params.every > 0 && self.events.is_multiple_of(self.params.every) {
            let saved = self.inner.save();
            let restores = self.params.restores;
            let fresh = start(&self.params, &self.setup).ok();
            let fresh = fresh.and_then(|mut new| (!restores || new.restore(&saved).is_ok()).then_some(new));
            // An end is a difference, too.
            let Some(fresh) = fresh else { return intents.stop("it can't go on from what it saved") };
            self.inner = fresh;
        }
        self.inner.on_event(view, event, intents);
    }
}

sdk::register_strategy! {
    id: "killed",
    summary: "ai_strategy in a process that dies",
    tier: sdk::Tier::Free,
    params: Params,
    build: Killed::build,
}

fn say(bar: i64, name: &str, value: &str) -> Result<Event, Box<dyn Error>> {
    let [time, valid_until] = [bar, bar + 150].map(|bar| Time::from_nanos(bar * MINUTE));
    let (source, name, value) = ("oracle".parse()?, name.parse()?, value.parse()?);
    Ok(Event::Signal { instrument: ID, signal: Signal { time, source, name, value, valid_until } })
}

/// The commands at each event but those of signals, by its time.
fn decisions(every: u32, restores: bool, signals: &[Event]) -> Result<Vec<String>, Box<dyn Error>> {
    let bars = random_bars(11, 300, 100_000);
    let mut events: Vec<Event> = bars.iter().map(|bar| Event::Bar { instrument: ID, bar: *bar }).collect();
    events.extend(signals);
    events.sort_by_key(Event::time);
    let inner = format!(
        "{}direction = 'both'\nadvisor = 'apply'\nrebalance_pct = 5\nstop_loss_pct = 1",
        model("roc_5", 0.2)?
    );
    let params = toml::to_string(&Params { inner, every, restores })?;
    let outcome = Lab::new()?.run_events("killed", &params, bars.first(), events, bars.len())?;
    let journal = outcome.journal.ok_or("no journal")?;
    let others = journal.entries().iter().filter(|entry| !matches!(entry.event, Event::Signal { .. }));
    Ok(others.map(|entry| format!("{:?} {:?}", entry.event.time(), entry.commands)).collect())
}

#[test]
fn killed_while_advice_holds_it_goes_on_as_before() -> Result<(), Box<dyn Error>> {
    let signals = [say(80, "size", "0.11")?, say(90, "bias", "-0.8")?, say(100, "confidence", "0.6")?];
    let plain = decisions(0, true, &signals)?;
    // The advice matters.
    assert_ne!(plain, decisions(0, true, &[])?);
    assert!(plain.iter().filter(|said| said.contains("Place")).count() > 20);
    for every in [1, 2, 7, 97, 173] {
        let killed = decisions(every, true, &signals)?;
        let differs = plain.iter().zip(&killed).position(|(one, other)| one != other);
        assert_eq!((differs, plain.len()), (None, killed.len()), "every {every}");
    }
    // Without what was saved it would be another run.
    assert_ne!(plain, decisions(97, false, &signals)?);
    Ok(())
}
