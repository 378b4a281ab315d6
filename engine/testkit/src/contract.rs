//! The contract that every strategy keeps, in this tree or not: what a user may rely on, tried on random tapes with an
//! unreliable exchange.
//!
//! - The defaults of its parameters are inside their ranges, and it starts with them.
//! - No sequence of events makes it panic, wish without end, or wish for more than the bound.
//! - Its orders are ones that the venue takes: no quantity, price or notional outside the instrument's filters.
//! - Paused, it wishes for nothing that opens risk.
//! - Saved and restored at any event, it decides what it would have decided anyway.

use std::fmt::Write;
use std::sync::{Arc, OnceLock};

use kernel::{Kernel, Outbox};
use sdk::{
    Event, Intents, Make, Maker, Registered, RestoreError, Setup, Strategy, View, WarmUp, param_fields,
};
use types::{Command, OrderReport, RefusalRule, ReportKind, Time};

use crate::{Faults, Lab, LabError, Seed, UnreliableExchange, random_events};

/// What is tried.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Where.
    pub lab: Lab,
    /// How many random tapes.
    pub tapes: u64,
    /// How many market events each has.
    pub events: usize,
    /// The first tape's seed; the others follow it.
    pub seed: u64,
}

/// A promise that was not kept, with what it takes to see it again.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The laboratory could not be set up.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// A default is outside its own range.
    #[error("{id}: the default parameters are refused: {what}")]
    Defaults {
        /// The strategy.
        id: String,
        /// What is wrong with them.
        what: String,
    },
    /// On a tape.
    #[error("{id}: on the tape of seed {seed}, at event {event}: {what}")]
    Tape {
        /// The strategy.
        id: String,
        /// The tape's seed.
        seed: u64,
        /// Which event, from 0.
        event: usize,
        /// What happened.
        what: String,
    },
}

/// The most reports that one market event may lead to.
const MOST_REPORTS: usize = 20_000;

impl Contract {
    /// Twelve tapes of 400 events in the usual laboratory.
    ///
    /// # Errors
    /// As [`Lab::new`].
    pub fn new() -> Result<Self, LabError> {
        Ok(Self { lab: Lab::new()?, tapes: 12, events: 400, seed: 1 })
    }

    /// Tries it all.
    ///
    /// # Errors
    /// [`Broken`] names the promise, the tape's seed and the event.
    pub fn holds(&self, id: &str, params: &str) -> Result<(), Broken> {
        let setup = self.lab.setup(None)?;
        let entry = setup.granted.get(id).ok_or_else(|| LabError::NotLinked(id.to_owned()))?;
        defaults(entry)?;
        for seed in self.seed..self.seed + self.tapes {
            let plain = self.decisions(id, params, seed, false)?;
            let restarted = self.decisions(id, params, seed, true)?;
            let differs = plain.iter().zip(&restarted).position(|(one, other)| one != other);
            if let Some(event) = differs {
                let mut what = "a restart changes what it decides".to_owned();
                for (name, run) in [("without", &plain), ("with", &restarted)] {
                    let _ = write!(what, "\n  {name}: {:?}", run.get(event));
                }
                return Err(Broken::Tape { id: id.to_owned(), seed, event, what });
            }
        }
        Ok(())
    }

    /// The commands that answer each event of a tape and all that follows from it.
    fn decisions(
        &self,
        id: &str,
        params: &str,
        seed: u64,
        restarts: bool,
    ) -> Result<Vec<Vec<Command>>, Broken> {
        let refused = Arc::new(OnceLock::new());
        let mut setup = self.lab.kernel(id, params, None)?;
        if restarts {
            let mut seats = Vec::new();
            for seat in setup.seats {
                let strategy = Restarted::new(seat.strategy, &self.lab, id, params, seed, &refused)?;
                seats.push(kernel::Seat { strategy: Box::new(strategy), ..seat });
            }
            setup.seats = seats;
        }
        let instruments = setup.instruments.clone();
        let faults = if seed.is_multiple_of(3) { Faults::default() } else { Faults::many() };
        let mut run = Run {
            exchange: UnreliableExchange::new(instruments.clone(), faults, seed),
            kernel: Kernel::new(setup).map_err(LabError::from)?,
            outbox: Outbox::new(),
            reports: Vec::new(),
            said: Vec::new(),
        };
        let mut all = Vec::new();
        for (event, fact) in random_events(seed, self.events, &instruments).iter().enumerate() {
            let done = run.market(fact).and_then(|()| refused.get().cloned().map_or(Ok(()), Err));
            done.map_err(|what| Broken::Tape { id: id.to_owned(), seed, event, what })?;
            all.push(std::mem::take(&mut run.said));
        }
        // The operator stopped everything in the last tenth; on a day without faults that is long over.
        let open = run.kernel.markets().iter().any(|market| !market.position.is_flat());
        if faults == Faults::default() && (open || !run.kernel.live_orders(0).is_empty()) {
            let what = "it was stopped, and something is still held or out".to_owned();
            return Err(Broken::Tape { id: id.to_owned(), seed, event: self.events, what });
        }
        Ok(all)
    }
}

fn defaults(entry: &Registered) -> Result<(), Broken> {
    let refused = |what: String| Broken::Defaults { id: entry.id.to_owned(), what };
    let mut table = toml::Table::new();
    for field in param_fields(&(entry.schema)()) {
        // What stands as JSON stands as TOML, but for `null`, which is absent there.
        let value: Result<toml::Table, _> = toml::from_str(&format!("v = {}", field.default));
        if let Ok(Some(value)) = value.map(|mut table| table.remove("v")) {
            table.insert(field.key, value);
        }
    }
    entry.check(&table).map_err(|error| refused(error.to_string()))
}

struct Run {
    exchange: UnreliableExchange,
    kernel: Kernel,
    outbox: Outbox,
    reports: Vec<OrderReport>,
    said: Vec<Command>,
}

impl Run {
    fn market(&mut self, event: &Event) -> Result<(), String> {
        let now = event.time();
        self.exchange.on_market(event, &mut self.reports).map_err(|error| error.to_string())?;
        self.pump(now)?;
        self.step(event, now)?;
        self.pump(now)
    }

    fn pump(&mut self, now: Time) -> Result<(), String> {
        let mut at = 0;
        while let Some(report) = self.reports.get(at).copied() {
            at += 1;
            if at > MOST_REPORTS {
                return Err(format!("{MOST_REPORTS} reports at one market event: it wishes without end"));
            }
            self.step(&Event::Order(report), now)?;
        }
        self.reports.clear();
        Ok(())
    }

    fn step(&mut self, event: &Event, now: Time) -> Result<(), String> {
        self.kernel.step(event, &mut self.outbox).map_err(|error| error.to_string())?;
        if let Some(remark) =
            self.outbox.remarks.iter().find(|remark| remark.text.contains("than the bound allows"))
        {
            return Err(remark.text.to_owned());
        }
        for command in &self.outbox.commands {
            self.said.push(*command);
            if let Command::Tell(OrderReport { kind: ReportKind::Refused(refusal), .. }) = command {
                match refusal.rule {
                    RefusalRule::NotRunning
                    | RefusalRule::LicenceEnded
                    | RefusalRule::ForeignInstrument
                    | RefusalRule::NoPrice
                    | RefusalRule::MinQty
                    | RefusalRule::MaxQty
                    | RefusalRule::MinNotional
                    | RefusalRule::BadPrice => {
                        return Err(format!("it wished for what can't be sent: {refusal}"));
                    }
                    _ => {}
                }
            }
            let done = self.exchange.submit(now, command, &mut self.reports);
            done.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// A strategy that is saved, built anew and restored before one event in four.
struct Restarted {
    inner: Box<dyn Strategy>,
    make: Maker<dyn Strategy>,
    params: toml::Table,
    setup: Setup,
    random: Seed,
    refused: Arc<OnceLock<String>>,
}

impl Restarted {
    /// The strategy `id` in place of one that was built already.
    fn new(
        inner: Box<dyn Strategy>,
        lab: &Lab,
        id: &str,
        params: &str,
        seed: u64,
        refused: &Arc<OnceLock<String>>,
    ) -> Result<Self, LabError> {
        let setup = lab.setup(None)?;
        let make = setup.granted.get(id).map(|entry| entry.make);
        let Some(Make::Strategy(make)) = make else { return Err(LabError::NotLinked(id.to_owned())) };
        let (params, random) = (toml::from_str(params)?, Seed::new(seed ^ 0x5EED));
        Ok(Self { inner, make, params, setup, random, refused: Arc::clone(refused) })
    }

    fn restart(&mut self) {
        let restored = (self.make)(self.params.clone(), &self.setup)
            .map_err(|error| error.to_string())
            .and_then(|mut fresh| {
                let RestoreError(what) = match fresh.restore(&self.inner.save()) {
                    Ok(()) => return Ok(fresh),
                    Err(error) => error,
                };
                Err(format!("its own state can't be restored: {what}"))
            });
        match restored {
            Ok(fresh) => self.inner = fresh,
            // The first refusal is the one to tell.
            Err(what) => self.refused.set(what).unwrap_or(()),
        }
    }
}

impl Strategy for Restarted {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        if self.random.below(4) == 0 {
            self.restart();
        }
        self.inner.on_event(view, event, intents);
    }

    fn warm_up(&self) -> WarmUp {
        self.inner.warm_up()
    }
}
