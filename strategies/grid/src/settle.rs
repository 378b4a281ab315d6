//! What the grid wishes for: which slots should have which order at the market's place, and the steps to get there.

use sdk::{Instrument, Intents, Mode, Price, Qty, Rounding, Side, View, Wish, orderable};

use crate::climate::Terms;
use crate::slot::{Slot, State, Step, Wait, entry_level};
use crate::step::Grid;

/// Where entries of a side may lie.
#[derive(Debug, Clone, Copy)]
struct Berths {
    side: Side,
    terms: Terms,
    /// Levels that an entry keeps from what is held.
    gap: i64,
    /// The lowest and the highest level.
    range: (i64, i64),
    /// The level that spacings are counted from.
    origin: i64,
}

impl Berths {
    /// Whether the entry level of a slot is one of the spacing's.
    const fn is_due(&self, side: Side, at: i64) -> bool {
        self.terms.is_due(entry_level(at, side), self.origin)
    }

    /// The depth at which the window has certainly ended.
    const fn deepest(&self) -> i64 {
        (self.terms.window + 1) * self.terms.spacing
    }
}

/// Why the grid settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// An order changed.
    Report,
    /// A price came, at the same place in the ladder.
    Price,
    /// The market is at another place in the ladder, or the engine's mode changed.
    Move,
}

/// Wishes for one more event than a settling can raise by itself are left to others, such as a stop.
const MOST_WISHES: usize = Intents::BOUND - 8;

impl Grid {
    /// Brings orders to where they should be. Takes time for slots that are not blank and the levels of the windows.
    pub(crate) fn settle(&mut self, view: &View<'_>, cause: Cause, intents: &mut Intents) {
        self.mode = view.mode;
        self.wake(cause);
        self.remark(cause, intents);
        self.exits(intents);
        for side in self.plan.entry_sides() {
            let terms = self.terms(*side);
            let edge = self.edge(*side, &terms);
            self.withdraw(*side, edge, &terms, intents);
            self.enter(*side, edge, &terms, intents);
        }
    }

    /// Ends the waits that this cause ends, and forgets blank slots.
    fn wake(&mut self, cause: Cause) {
        self.due &= cause == Cause::Report;
        self.slots.retain_mut(|slot| {
            slot.wait = match (cause, slot.wait) {
                (Cause::Move, _) | (Cause::Price, Wait::Price) => Wait::No,
                (_, wait) => wait,
            };
            !slot.is_blank()
        });
    }

    fn remark(&mut self, cause: Cause, intents: &mut Intents) {
        if cause == Cause::Move {
            let outside = self.place.outside(&self.ladder);
            if outside && !self.outside {
                intents.note(
                    "the price is past the ladder's last level; nothing is entered there until it comes back",
                );
            }
            self.outside = outside;
        }
    }

    /// Exits first, so that no entry crowds them out: places what is due, takes back what drifted away.
    fn exits(&mut self, intents: &mut Intents) {
        let [long, short] = [Side::Buy, Side::Sell].map(|side| self.held(side));
        for slot in &mut self.slots {
            let side = slot.side.opposite();
            let depth = self.place.depth(side, slot.exit_level());
            let window = self.plan.window(side) * slot.span;
            let natural = self.ladder.level(slot.exit_level());
            match slot.state {
                State::Held if slot.wait == Wait::No && depth < window => {
                    let price = if depth < 0 { self.place.nearest(side) } else { natural };
                    let (own, others) = if slot.side == Side::Buy { (long, short) } else { (short, long) };
                    let reduces = others == 0 || self.mode != Mode::Running;
                    // Of two sides, the exits of the smaller one would make the position larger: not while paused.
                    if !reduces || others < own {
                        self.due |= !exit(slot, price, &self.instrument, reduces, intents);
                    }
                }
                State::Exiting => {
                    let drifted = depth > window;
                    let home_again = depth >= 0 && natural != Some(slot.price);
                    let too_much = slot.open.lots() > slot.held;
                    if drifted || home_again || too_much {
                        self.due |= !cancel(slot, intents);
                    }
                }
                // Part of an entry filled and the market is past its exit: the rest gives way to the exit.
                State::Entering if slot.held > 0 && depth < 0 => self.due |= !cancel(slot, intents),
                State::Idle | State::Held | State::Entering | State::EntryEnding | State::ExitEnding => {}
            }
        }
    }

    /// How many lots the slots of this side hold.
    fn held(&self, side: Side) -> i64 {
        let own = self.slots.iter().filter(|slot| slot.side == side && slot.held > 0);
        own.fold(0_i64, |sum, slot| sum.saturating_add(slot.held))
    }

    /// What entries of a side may do now: the climate, and how far they keep from what is held.
    fn terms(&self, side: Side) -> Berths {
        let terms = self.climate.terms(side, self.plan.window(side));
        let skew = self.plan.settings.skew;
        let holding = if skew > 0 {
            let held = self.slots.iter().filter(|slot| slot.side == side && slot.held > 0).count();
            i64::try_from(held).unwrap_or(i64::MAX)
        } else {
            0
        };
        // In proportion to the layers held, a full inventory being as many as there may be.
        let wider = skew.saturating_mul(holding) / self.plan.cap(side).max(1);
        let range = self.climate.range(&self.ladder);
        Berths { side, terms, gap: terms.spacing.max(1 + wider), range, origin: self.ladder.origin() }
    }

    /// Whether an entry may lie in a slot: on the ladder and in the range, on a level of the spacing, and no nearer to what is
    /// held than the gap.
    fn admits(&self, berths: &Berths, at: i64) -> bool {
        let side = berths.side;
        let (low, high) = berths.range;
        if self.ladder.entry_side(at) != Some(side) || at < low || at >= high {
            return false;
        }
        let level = entry_level(at, side);
        let near = |slot: &Slot| {
            slot.side == side
                && slot.held > 0
                && slot.at != at
                && (slot.entry_level() - level).abs() < berths.gap
        };
        berths.is_due(side, at)
            && !berths.terms.is_beyond(side, level)
            && (berths.gap <= 1 || !self.slots.iter().any(near))
    }

    /// How deep entries of a side may lie: the window, or less where the cap leaves no room. The nearest levels come
    /// first, whether their orders are live yet or not.
    fn edge(&self, side: Side, berths: &Berths) -> i64 {
        let own = || self.slots.iter().filter(|slot| slot.side == side);
        let depth = |slot: &Slot| self.place.depth(side, slot.entry_level());
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let holding = count(own().filter(|slot| slot.state != State::Idle && !slot.state.is_entry()).count());
        let passed = count(own().filter(|slot| slot.state.is_entry() && depth(slot) < 0).count());
        let mut room = self.plan.cap(side) - holding - passed;
        if self.mode != Mode::Running || !berths.terms.open {
            return i64::MIN;
        }
        let (window, deepest) = (berths.terms.window, berths.deepest());
        let mut rank = 0;
        for depth in 0..=deepest {
            if room <= 0 {
                return depth - 1;
            }
            let at = self.place.slot_at(side, depth);
            if !berths.is_due(side, at) {
                continue;
            }
            room -= match self.find(at) {
                _ if self.ladder.entry_side(at) != Some(side) => 0,
                Some(slot) if slot.state.is_entry() => 1,
                Some(slot) if slot.state != State::Idle || slot.wait != Wait::No => 0,
                _ => i64::from(rank < window && self.admits(berths, at)),
            };
            rank += 1;
            if rank > window {
                return depth;
            }
        }
        deepest
    }

    /// Cancels entries that lie deeper than the edge, or where there is to be none.
    fn withdraw(&mut self, side: Side, edge: i64, berths: &Berths, intents: &mut Intents) {
        for index in 0..self.slots.len() {
            let Some(slot) = self.slots.get(index) else { break };
            let unwanted = slot.side == side
                && slot.state == State::Entering
                && (self.place.depth(side, slot.entry_level()) > edge || !self.admits(berths, slot.at));
            if unwanted && let Some(slot) = self.slots.get_mut(index) {
                self.due |= !cancel(slot, intents);
            }
        }
    }

    /// Places entries from the market outwards, while the layers that there are, orders on their way out included,
    /// stay under the cap.
    fn enter(&mut self, side: Side, edge: i64, berths: &Berths, intents: &mut Intents) {
        let layers = self.slots.iter().filter(|slot| slot.side == side && slot.state != State::Idle).count();
        let mut layers = i64::try_from(layers).unwrap_or(i64::MAX);
        let (mut depth, mut rank) = (0, 0);
        while depth <= edge && rank < berths.terms.window && layers < self.plan.cap(side) {
            let at = self.place.slot_at(side, depth);
            depth += 1;
            rank += i64::from(berths.is_due(side, at));
            let idle = self.find(at).is_none_or(|slot| slot.state == State::Idle && slot.wait == Wait::No);
            if !idle || !self.admits(berths, at) {
                continue;
            }
            let Some(price) = self.ladder.level(entry_level(at, side)) else { continue };
            let Ok(qty) = self.instrument.lots_for(self.plan.amount, price, Rounding::Down) else { continue };
            if !room(intents) {
                self.due = true;
                return;
            }
            let wish = Wish::post_only(self.plan.instrument, side, qty, price);
            let span = self.span(entry_level(at, side), berths);
            let index = self.index(at, side);
            if let Some(slot) = self.slots.get_mut(index) {
                slot.span = span;
                layers += i64::from(send(slot, Step::EntryWished, wish, price, intents));
            }
        }
    }

    /// Levels from an entry to its exit: the spacing, or less at the ladder's end.
    fn span(&self, level: i64, berths: &Berths) -> i64 {
        let (low, high) = self.ladder.reach();
        let left = if berths.side == Side::Buy { high - level } else { level - low };
        berths.terms.spacing.min(left).max(1)
    }

    fn find(&self, at: i64) -> Option<&Slot> {
        self.slots.binary_search_by_key(&at, |slot| slot.at).ok().and_then(|index| self.slots.get(index))
    }

    /// Where the slot of a place stands in the list, blank where there was none.
    fn index(&mut self, at: i64, side: Side) -> usize {
        self.slots.binary_search_by_key(&at, |slot| slot.at).unwrap_or_else(|index| {
            self.slots.insert(index, Slot::blank(at, side));
            index
        })
    }
}

fn room(intents: &Intents) -> bool {
    intents.as_slice().len() < MOST_WISHES
}

/// Places a slot's exit, reduce-only where it only reduces; a rest that the venue takes no other way waits until it does. `false`
/// when it has to be tried again.
fn exit(
    slot: &mut Slot,
    price: Option<Price>,
    instrument: &Instrument,
    reduces: bool,
    intents: &mut Intents,
) -> bool {
    let Some(price) = price else { return true };
    if !room(intents) {
        return false;
    }
    let held = Qty::from_lots(slot.held);
    if !reduces && orderable(instrument, price, held) != Some(held) {
        return true;
    }
    let wish = Wish::post_only(instrument.id(), slot.side.opposite(), held, price);
    let wish = if reduces { wish.reducing() } else { wish };
    send(slot, Step::ExitWished, wish, price, intents);
    true
}

/// Wishes for an order of a slot, if its state allows that step.
fn send(slot: &mut Slot, step: Step, wish: Wish, price: Price, intents: &mut Intents) -> bool {
    let Ok(number) = u32::try_from(slot.at) else { return false };
    if slot.step(step).is_err() {
        return false;
    }
    slot.id = intents.place(number, wish);
    (slot.price, slot.open) = (price, wish.qty);
    true
}

/// Wishes for the end of a slot's order. `false` when it has to be tried again.
fn cancel(slot: &mut Slot, intents: &mut Intents) -> bool {
    if !room(intents) {
        return false;
    }
    if slot.step(Step::CancelWished).is_ok() {
        intents.cancel(slot.id);
    }
    true
}
