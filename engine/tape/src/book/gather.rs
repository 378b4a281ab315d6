//! Ticks as they come out of a file: exact, on a running scale, each with its line.

use std::collections::BTreeMap;

use types::{Price, Qty, Seen, Side, Tick, TickKind, Time};

use crate::number::{Number, POWERS, at_scale, exact};

/// A time that a message does not say.
pub(crate) const UNKNOWN: Time = Time::from_nanos(i64::MIN);

/// The two times of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) venue: Time,
    pub(crate) local: Time,
}

/// What was found about the messages.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    pub(crate) messages: u64,
    pub(crate) snapshots: u64,
    pub(crate) stale: u64,
    pub(crate) repeated: u64,
    /// Where the ticks lie that were said once more.
    pub(crate) repeated_at: Vec<std::ops::Range<usize>>,
    pub(crate) breaks: u64,
    pub(crate) first_break: Option<u64>,
    pub(crate) passed_over: BTreeMap<String, u64>,
}

/// All ticks of a file; prices and quantities count `10^-scale`.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) ticks: Vec<Tick>,
    pub(crate) price_scale: u8,
    pub(crate) quantity_scale: u8,
    pub(crate) symbol: Option<String>,
    pub(crate) found: Messages,
    pub(crate) bad: u64,
    pub(crate) first_bad: Option<(u64, String)>,
    /// Place of the first tick of a line, and the line.
    lines: Vec<(usize, u64)>,
    /// Where bids and asks were last taken away whole.
    whole: (usize, usize),
}

impl Gathered {
    /// What follows stands in this line.
    pub(crate) fn at_line(&mut self, line: u64) {
        self.lines.push((self.ticks.len(), line));
    }

    /// The line that a tick stands in, from 1.
    pub(crate) fn line_of(&self, at: usize) -> u64 {
        let after = self.lines.partition_point(|(first, _)| *first <= at);
        after.checked_sub(1).and_then(|at| self.lines.get(at)).map_or(0, |(_, line)| *line)
    }

    /// Takes a line's ticks back, and remembers why.
    pub(crate) fn refuse(&mut self, line: u64, what: String) {
        let first = self.lines.last().filter(|last| last.1 == line).map_or(self.ticks.len(), |last| last.0);
        self.ticks.truncate(first);
        self.first_bad.get_or_insert((line, what));
        self.bad += 1;
    }

    /// Counts a message that says nothing about a book.
    pub(crate) fn pass_over(&mut self, what: &str) {
        match self.found.passed_over.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(self.found.passed_over.insert(what.chars().take(40).collect(), 1)),
        }
    }

    /// Remembers of which instrument a message is; several in one file are refused.
    pub(crate) fn of(&mut self, symbol: Option<&str>) -> Result<(), String> {
        match (&self.symbol, symbol.filter(|symbol| !symbol.is_empty())) {
            (Some(known), Some(symbol)) if known != symbol => {
                Err(format!("the file holds several instruments ({known}, {symbol}); split it"))
            }
            (None, Some(symbol)) => {
                self.symbol = Some(symbol.to_owned());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Adds one tick.
    pub(crate) fn push(
        &mut self,
        times: Times,
        kind: TickKind,
        price: &[u8],
        qty: &[u8],
    ) -> Result<(), String> {
        let wrong = |text: &[u8], what: &str, why: &dyn std::fmt::Display| {
            let text: String = String::from_utf8_lossy(text).chars().take(40).collect();
            format!("`{text}` is not a {what}: {why}")
        };
        let number = exact(price).map_err(|error| wrong(price, "price", &error))?;
        let size = exact(qty).map_err(|error| wrong(qty, "quantity", &error))?;
        let price_ticks = self.scaled(number, true).ok_or_else(|| wrong(price, "price", &TOO_FINE))?;
        let lots = self.scaled(size, false).ok_or_else(|| wrong(qty, "quantity", &TOO_FINE))?;
        self.ticks.push(Tick {
            venue_time: times.venue,
            local_time: times.local,
            price: Price::from_ticks(price_ticks),
            qty: Qty::from_lots(lots),
            kind,
            seen: Seen::Both,
        });
        Ok(())
    }

    /// Brings a number to the running scale, which grows where a finer number shows up.
    #[inline]
    fn scaled(&mut self, number: Number, price: bool) -> Option<i64> {
        let scale = if price { self.price_scale } else { self.quantity_scale };
        if number.decimals > scale {
            self.refine(number.decimals, price)?;
        }
        at_scale(number, number.decimals.max(scale))
    }

    #[cold]
    fn refine(&mut self, to: u8, price: bool) -> Option<()> {
        let from = if price { &mut self.price_scale } else { &mut self.quantity_scale };
        let power = *POWERS.get(usize::from(to.checked_sub(*from)?))?;
        let finer = |tick: &Tick| {
            if price { tick.price.ticks().checked_mul(power) } else { tick.qty.lots().checked_mul(power) }
        };
        if self.ticks.iter().any(|tick| finer(tick).is_none()) {
            return None;
        }
        *from = to;
        for tick in &mut self.ticks {
            let value = finer(tick)?;
            if price {
                tick.price = Price::from_ticks(value);
            } else {
                tick.qty = Qty::from_lots(value);
            }
        }
        Some(())
    }
}

const TOO_FINE: &str =
    "beside the other numbers of the file it does not fit; they are too large and too fine together";

/// A level as text: price and quantity.
pub(crate) type LevelText<'a> = (&'a [u8], &'a [u8]);

impl Gathered {
    /// Adds one side of a snapshot: everything through its worst price is cleared, then its levels are there. A side without a
    /// level says nothing.
    pub(crate) fn snapshot<'a>(
        &mut self,
        times: Times,
        side: Side,
        levels: impl IntoIterator<Item = LevelText<'a>>,
    ) -> Result<(), String> {
        let clear = self.ticks.len();
        for (price, qty) in levels {
            if self.ticks.len() == clear {
                self.push(times, TickKind::Clear(side), price, b"0")?;
            }
            self.push(times, TickKind::Level(side), price, qty)?;
        }
        let prices = self.ticks.iter().skip(clear).map(|tick| tick.price);
        let worst = if side == Side::Buy { prices.min() } else { prices.max() };
        if let (Some(tick), Some(worst)) = (self.ticks.get_mut(clear), worst) {
            tick.price = worst;
        }
        Ok(())
    }

    /// Adds one side of a snapshot of all there is: of what stood before it in this file, nothing stays.
    pub(crate) fn whole_book<'a>(
        &mut self,
        times: Times,
        side: Side,
        levels: impl IntoIterator<Item = LevelText<'a>>,
    ) -> Result<(), String> {
        let clear = self.ticks.len();
        self.snapshot(times, side, levels)?;
        if self.ticks.len() == clear {
            self.clear_all(times, side);
            return Ok(());
        }
        let worst = self.worst(side);
        if let (Some(tick), Some(worst)) = (self.ticks.get_mut(clear), worst) {
            tick.price = worst;
        }
        self.begin_whole(side, clear);
        Ok(())
    }

    /// Takes a side away whole: through the outermost price that it had since it was last taken away.
    pub(crate) fn clear_all(&mut self, times: Times, side: Side) {
        let worst = self.worst(side);
        // Also where there was nothing, so that it is not looked for again in the same rows.
        self.begin_whole(side, self.ticks.len());
        if let Some(price) = worst {
            self.ticks.push(Tick {
                venue_time: times.venue,
                local_time: times.local,
                price,
                qty: Qty::ZERO,
                kind: TickKind::Clear(side),
                seen: Seen::Both,
            });
        }
    }

    /// The outermost price of a side since it was last taken away whole.
    fn worst(&self, side: Side) -> Option<Price> {
        let begin = if side == Side::Buy { self.whole.0 } else { self.whole.1 };
        let levels = self.ticks.get(begin..).unwrap_or_default().iter();
        let prices = levels.filter(|tick| tick.kind == TickKind::Level(side)).map(|tick| tick.price);
        if side == Side::Buy { prices.min() } else { prices.max() }
    }

    fn begin_whole(&mut self, side: Side, at: usize) {
        *(if side == Side::Buy { &mut self.whole.0 } else { &mut self.whole.1 }) = at;
    }

    /// Adds changes of levels.
    pub(crate) fn levels<'a>(
        &mut self,
        times: Times,
        side: Side,
        levels: impl IntoIterator<Item = LevelText<'a>>,
    ) -> Result<(), String> {
        levels.into_iter().try_for_each(|(price, qty)| self.push(times, TickKind::Level(side), price, qty))
    }
}
