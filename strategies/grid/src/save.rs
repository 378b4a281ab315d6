//! The grid's state as text, one fact a line, and back; [`state`] binds it to the parameters and tells when a part is missing.

use std::fmt::Write;
use std::str::FromStr;

use sdk::{ClientOrderId, Mode, Money, Price, Qty, RestoreError, Side, state};

use crate::climate::Climate;
use crate::ladder::Ladder;
use crate::place::Place;
use crate::slot::{Slot, State, Wait};
use crate::step::{Grid, Phase};

const ID: &str = "grid";
const LAYOUT: u32 = 3;

/// Writes the state.
pub(crate) fn save(grid: &Grid) -> Vec<u8> {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _ = match grid.phase {
        Phase::Waiting(price) => {
            let price = price.map(|price| format!(" {}", price.ticks())).unwrap_or_default();
            writeln!(text, "waiting{price}").and_then(|()| climate(grid, &mut text))
        }
        Phase::Stopped => writeln!(text, "stopped"),
        Phase::Working => writeln!(text, "working").and_then(|()| working(grid, &mut text)),
    };
    state::save(ID, LAYOUT, &grid.params, &text)
}

/// Numbers and words only, so writing them can't fail.
fn climate(grid: &Grid, text: &mut String) -> std::fmt::Result {
    writeln!(text, "{}", serde_json::to_string(&grid.climate).unwrap_or_default())
}

fn working(grid: &Grid, text: &mut String) -> std::fmt::Result {
    let (bid, ask) = grid.place.prices();
    let (floor, goal, trail, trailing) = grid.guard.state();
    let levels = grid.ladder.levels();
    writeln!(
        text,
        "ladder {} {} {:x}",
        grid.ladder.anchor().ticks(),
        levels.len(),
        grid.ladder.fingerprint()
    )?;
    writeln!(text, "market {} {}", bid.ticks(), ask.ticks())?;
    writeln!(text, "guard {} {} {} {}", floor.units(), goal.units(), trail.units(), u8::from(trailing))?;
    let paused = u8::from(grid.mode == Mode::Paused);
    writeln!(text, "flags {paused} {} {}", u8::from(grid.due), u8::from(grid.outside))?;
    climate(grid, text)?;
    for slot in &grid.slots {
        let wait = match slot.wait {
            Wait::No => '-',
            Wait::Price => 'p',
            Wait::Move => 'm',
        };
        let Slot { at, span, held, id, .. } = slot;
        let (price, open, state) = (slot.price.ticks(), slot.open.lots(), slot.state.letter());
        writeln!(text, "slot {at} {span} {state} {wait} {held} {price} {open} {id}")?;
    }
    Ok(())
}

/// Takes the state up. Nothing changes when it can't be read or belongs to other parameters.
pub(crate) fn restore(grid: &mut Grid, bytes: &[u8]) -> Result<(), RestoreError> {
    let text: String = state::restore(ID, LAYOUT, &grid.params, bytes)?;
    let mut lines = Lines { lines: text.lines(), number: 0 };
    let mut restored = grid.clone();
    restored.slots.clear();
    let phase = lines.fields("phase")?;
    restored.phase = match phase[..] {
        ["waiting"] => {
            restored.climate = lines.climate()?;
            Phase::Waiting(None)
        }
        ["waiting", price] => {
            let price = lines.number(price)?;
            restored.climate = lines.climate()?;
            Phase::Waiting(Some(Price::from_ticks(price)))
        }
        ["stopped"] => Phase::Stopped,
        ["working"] => {
            work(&mut restored, &mut lines)?;
            Phase::Working
        }
        _ => return Err(lines.wrong("a phase")),
    };
    if lines.next().is_some() {
        return Err(lines.wrong("the end"));
    }
    // The room for slots that was set aside at the start is kept.
    grid.slots.clear();
    grid.slots.extend_from_slice(&restored.slots);
    *grid = Grid { slots: std::mem::take(&mut grid.slots), ..restored };
    Ok(())
}

fn work(grid: &mut Grid, lines: &mut Lines<'_>) -> Result<(), RestoreError> {
    let ["ladder", anchor, count, print] = lines.fields("ladder")?[..] else {
        return Err(lines.wrong("a ladder"));
    };
    let anchor = Price::from_ticks(lines.number(anchor)?);
    let instrument = grid.instrument.clone();
    let ladder = Ladder::new(&grid.plan, &instrument, anchor)
        .map_err(|error| RestoreError(format!("{}: {}", error.key, error.message)))?;
    if ladder.levels().len().to_string() != count || format!("{:x}", ladder.fingerprint()) != print {
        let message = "its levels are not those of this instrument; start on the instrument and with the fees it was saved with";
        return Err(RestoreError(message.to_owned()));
    }
    let ["market", bid, ask] = lines.fields("market")?[..] else { return Err(lines.wrong("a market")) };
    let (bid, ask) = (Price::from_ticks(lines.number(bid)?), Price::from_ticks(lines.number(ask)?));
    grid.place = Place::new(&ladder, bid, ask);
    let ["guard", floor, goal, trail, trailing] = lines.fields("guard")?[..] else {
        return Err(lines.wrong("a guard"));
    };
    let money = |text| lines.number(text).map(Money::from_units);
    grid.guard = grid.guard.with_state((money(floor)?, money(goal)?, money(trail)?, lines.flag(trailing)?));
    let ["flags", paused, due, outside] = lines.fields("flags")?[..] else {
        return Err(lines.wrong("flags"));
    };
    grid.mode = if lines.flag(paused)? { Mode::Paused } else { Mode::Running };
    (grid.due, grid.outside) = (lines.flag(due)?, lines.flag(outside)?);
    grid.climate = lines.climate()?;
    while let Some(line) = lines.next() {
        let fields: Vec<&str> = line.split(' ').collect();
        let slot = slot(&fields, &ladder, lines)?;
        if grid.slots.last().is_some_and(|last| last.at >= slot.at) {
            return Err(lines.wrong("a slot above the one before"));
        }
        grid.slots.push(slot);
    }
    grid.ladder = ladder;
    Ok(())
}

fn slot(fields: &[&str], ladder: &Ladder, lines: &Lines<'_>) -> Result<Slot, RestoreError> {
    let ["slot", at, span, state, wait, held, price, open, id] = fields[..] else {
        return Err(lines.wrong("a slot"));
    };
    let at: i64 = lines.number(at)?;
    let side: Side = ladder.entry_side(at).ok_or_else(|| lines.wrong("a slot of the ladder"))?;
    let state = State::ALL.into_iter().find(|known| known.letter().to_string() == state);
    let wait = match wait {
        "-" => Wait::No,
        "p" => Wait::Price,
        "m" => Wait::Move,
        _ => return Err(lines.wrong("what a slot waits for")),
    };
    Ok(Slot {
        at,
        side,
        span: lines.number(span)?,
        state: state.ok_or_else(|| lines.wrong("a slot's state"))?,
        wait,
        held: lines.number(held)?,
        id: ClientOrderId::from_str(id).map_err(|error| RestoreError(error.to_string()))?,
        price: Price::from_ticks(lines.number(price)?),
        open: Qty::from_lots(lines.number(open)?),
    })
}

/// The lines of a state, counted for messages.
struct Lines<'a> {
    lines: std::str::Lines<'a>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        self.number += 1;
        self.lines.next()
    }

    fn fields(&mut self, what: &str) -> Result<Vec<&'a str>, RestoreError> {
        self.next().map(|line| line.split(' ').collect()).ok_or_else(|| self.wrong(what))
    }

    fn climate(&mut self) -> Result<Climate, RestoreError> {
        let line = self.next().unwrap_or_default();
        serde_json::from_str(line).map_err(|_| self.wrong("a climate"))
    }

    fn number<T: FromStr>(&self, text: &str) -> Result<T, RestoreError> {
        text.parse().map_err(|_| self.wrong("a number"))
    }

    fn flag(&self, text: &str) -> Result<bool, RestoreError> {
        match text {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(self.wrong("0 or 1")),
        }
    }

    fn wrong(&self, what: &str) -> RestoreError {
        RestoreError(format!("line {} of it is not {what}", self.number))
    }
}
