//! The contract that every strategy and every risk rule keeps, in this tree or not: what a user may rely on, tried on random
//! tapes with an unreliable exchange.
//!
//! A strategy ([`Contract::holds`]):
//!
//! - The defaults of its parameters are inside their ranges, and written out they mean what they mean unsaid.
//! - No sequence of events makes it panic, wish without end, or wish for more than the bound.
//! - Its orders are ones that the venue takes: no quantity, price or notional outside the instrument's filters. Every other tape
//!   runs where the venue is demanding.
//! - Paused, stopped, or out of licence, it wishes for nothing that opens risk, whether or not anybody would hear the wish.
//! - Saved and restored at any event, it decides what it would have decided anyway.
//! - The prices of a market that it does not trade change nothing of what it decides.
//!
//! A risk rule ([`Contract::rule_holds`]): its defaults and its restarts as above; it takes away from what opens, and from nothing
//! else.
//!
//! A tape is told by its seed alone. `seed % 3` is the kind of its events, `seed / 3 % 3` whether the exchange is reliable (0) or
//! not, `seed % 2` whether the venue is demanding (0) or not, `seed % 5` who else is there: a market of the run that the
//! strategy does not trade, in front of its own (3); one more in its hands than the laboratory has (0). `seed % 7` is 0 where
//! its licence ends on the way. Ninety tapes have every mixture of the first four, nine have each kind with and without faults.

mod rules;
mod run;
mod scene;
mod subject;

use std::fmt::Write;

use sdk::Registered;
use types::Command;

use crate::{Lab, LabError};
use scene::Scene;

/// What is tried.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Where. A usual instrument has the filters of a demanding venue in every other tape; one with filters of its own, or another
    /// lot, stays as it is.
    pub lab: Lab,
    /// How many random tapes.
    pub tapes: u64,
    /// How many market events each has.
    pub events: usize,
    /// The first tape's seed; the others follow it.
    pub seed: u64,
    /// Whether the strategy looks, on purpose, at markets that it places no order in. Then they may change what it decides.
    pub looks_around: bool,
}

/// A promise that was not kept, with what it takes to see it again.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The laboratory could not be set up.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// A default is outside its own range, or not what holds where nothing is written.
    #[error("{id}: the default parameters are refused: {what}")]
    Defaults {
        /// The strategy or rule.
        id: String,
        /// What is wrong with them.
        what: String,
    },
    /// On a tape.
    #[error("{id}: on the tape of seed {seed}, at event {event}: {what}")]
    Tape {
        /// The strategy or rule.
        id: String,
        /// The tape's seed.
        seed: u64,
        /// Which event, from 0.
        event: usize,
        /// What happened.
        what: String,
    },
}

/// The commands that answered each event of a tape and all that followed from it.
type Decisions = Vec<Vec<Command>>;

impl Contract {
    /// Twelve tapes of 400 events in the usual laboratory.
    ///
    /// # Errors
    /// As [`Lab::new`].
    pub fn new() -> Result<Self, LabError> {
        Ok(Self { lab: Lab::new()?, tapes: 12, events: 400, seed: 1, looks_around: false })
    }

    /// Tries all that a strategy keeps.
    ///
    /// # Errors
    /// [`Broken`] names the promise, the tape's seed and the event.
    pub fn holds(&self, id: &str, params: &str) -> Result<(), Broken> {
        let entry = self.entry(id)?;
        self.defaults(entry)?;
        for seed in self.seeds() {
            let scene = Scene::new(&self.lab, entry, params, seed, self.events)?;
            let plain = run::decisions(&scene, false, false)?;
            let restarted = run::decisions(&scene, true, false)?;
            same(id, seed, "a restart changes what it decides", [("without", &plain), ("with", &restarted)])?;
            self.minds_its_own(&scene, &plain)?;
        }
        Ok(())
    }

    /// Whether the prices of a market in its hands that it does not trade change anything. Its events still come, at the same
    /// times: what is due by then may be done at any event.
    fn minds_its_own(&self, scene: &Scene, plain: &Decisions) -> Result<(), Broken> {
        let Some(stranger) = scene.stranger.filter(|_| !self.looks_around) else { return Ok(()) };
        if plain.iter().flatten().any(|command| trades(command, stranger)) {
            return Ok(());
        }
        let still = run::decisions(scene, false, true)?;
        let what =
            "the prices of a market that it does not trade change what it decides (`looks_around` allows it)";
        same(scene.id, scene.seed, what, [("as they are", plain), ("where they stand still", &still)])
    }

    fn entry(&self, id: &str) -> Result<&'static Registered, LabError> {
        self.lab.setup(None)?.granted.get(id).ok_or_else(|| LabError::NotLinked(id.to_owned()))
    }

    fn seeds(&self) -> std::ops::Range<u64> {
        self.seed..self.seed.saturating_add(self.tapes)
    }

    /// The defaults that the schema shows stand in their ranges, and with all of them written out it starts, or refuses to, as
    /// with none.
    fn defaults(&self, entry: &Registered) -> Result<(), Broken> {
        let refused = |what: String| Broken::Defaults { id: entry.id.to_owned(), what };
        let table = written_out(entry).map_err(refused)?;
        entry.check(&table).map_err(|error| refused(error.to_string()))?;
        let setup = self.lab.setup(None)?;
        let starts = |table: &toml::Table| match entry.kind() {
            sdk::Kind::Strategy => entry.build(table, &setup).map(drop),
            sdk::Kind::RiskRule => entry.build_rule(table, &setup).map(drop),
        };
        let (unsaid, said) = (starts(&toml::Table::new()), starts(&table));
        if unsaid == said {
            return Ok(());
        }
        Err(refused(format!("with none of them written it says {unsaid:?}, with all of them {said:?}")))
    }
}

/// The defaults of a schema as a configuration would say them. Where a default is `null`, nothing stands.
fn written_out(entry: &Registered) -> Result<toml::Table, String> {
    let schema = (entry.schema)();
    let mut table = toml::Table::new();
    let properties = schema.as_value().get("properties").and_then(|properties| properties.as_object());
    for (key, property) in properties.into_iter().flatten() {
        let Some(default) = property.get("default").filter(|default| !default.is_null()) else { continue };
        let mut default = default.clone();
        let mut inner = vec![&mut default];
        while let Some(value) = inner.pop() {
            if value.is_object() {
                let Some(map) = value.as_object_mut() else { continue };
                map.retain(|_, value| !value.is_null());
                inner.extend(map.values_mut());
            } else if let Some(list) = value.as_array_mut() {
                inner.extend(list);
            }
        }
        let value = toml::Value::try_from(&default);
        table.insert(key.clone(), value.map_err(|error| format!("`{key}` is {default}: {error}"))?);
    }
    Ok(table)
}

const fn trades(command: &Command, market: types::InstrumentId) -> bool {
    matches!(command, Command::Place(order) if order.instrument.0 == market.0)
}

fn same(id: &str, seed: u64, what: &str, runs: [(&str, &Decisions); 2]) -> Result<(), Broken> {
    let [(_, one), (_, other)] = runs;
    let Some(event) = one.iter().zip(other).position(|(one, other)| one != other) else { return Ok(()) };
    let mut what = what.to_owned();
    for (name, run) in runs {
        let _ = write!(what, "\n  {name}: {:?}", run.get(event));
    }
    Err(Broken::Tape { id: id.to_owned(), seed, event, what })
}
