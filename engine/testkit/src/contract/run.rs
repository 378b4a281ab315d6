//! One run of a strategy over one tape, with an exchange that answers as the seed says.

use std::sync::{Arc, OnceLock};

use kernel::{Kernel, Outbox};
use sdk::Event;
use types::{Command, OrderReport, Price, Qty, RefusalRule, ReportKind, Time};

use super::scene::Scene;
use super::{Broken, Decisions};
use crate::{Faults, LabError, UnreliableExchange, random_events};

/// The most reports that one market event may lead to.
const MOST_REPORTS: usize = 20_000;

/// What a strategy decides in a scene; `still`, where the prices of the stranger in its hands never move.
pub(super) fn decisions(scene: &Scene, restarts: bool, still: bool) -> Result<Decisions, Broken> {
    let broken = Arc::new(OnceLock::new());
    let mut run = Run {
        exchange: UnreliableExchange::new(scene.instruments().to_vec(), scene.faults, scene.seed),
        kernel: Kernel::new(scene.kernel(restarts, &broken)?).map_err(LabError::from)?,
        outbox: Outbox::new(),
        reports: Vec::new(),
        said: Vec::new(),
    };
    let mut all = Vec::new();
    let tape = |event, what| Broken::Tape { id: scene.id.to_owned(), seed: scene.seed, event, what };
    let wakes = run.kernel.interest(0).is_some_and(|interest| interest.every.is_some_and(|every| every > 0));
    for (event, fact) in random_events(scene.seed, scene.events, scene.instruments()).iter().enumerate() {
        if matches!(fact, Event::Timer { .. }) && !wakes {
            all.push(Vec::new());
            continue;
        }
        let stands = still && scene.stranger.is_some() && fact.instrument() == scene.stranger;
        let done = if stands { run.market(&standing(fact)) } else { run.market(fact) };
        done.and_then(|()| broken.get().cloned().map_or(Ok(()), Err)).map_err(|what| tape(event, what))?;
        all.push(std::mem::take(&mut run.said));
    }
    // The operator stopped everything in the last tenth; on a day without faults that is long over.
    let open = run.kernel.markets().iter().any(|market| !market.position.is_flat());
    if scene.faults == Faults::default() && (open || !run.kernel.live_orders(0).is_empty()) {
        return Err(tape(scene.events, "it was stopped, and something is still held or out".to_owned()));
    }
    Ok(all)
}

/// The same event, at a price and a quantity that are always the same.
fn standing(event: &Event) -> Event {
    let (mut event, price, qty) = (*event, Price::from_ticks(77_777), Qty::from_lots(7));
    match &mut event {
        Event::Bar { bar, .. } => {
            (bar.open, bar.high, bar.low, bar.close, bar.volume) = (price, price, price, price, qty);
        }
        Event::Trade { trade, .. } => (trade.price, trade.qty) = (price, qty),
        Event::Quote { quote, .. } => {
            (quote.bid, quote.ask) = (price, Price::from_ticks(77_778));
            (quote.bid_qty, quote.ask_qty) = (qty, qty);
        }
        _ => {}
    }
    event
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
