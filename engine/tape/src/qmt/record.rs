//! One record of each kind as bytes and back.

use types::{Bar, Funding, Price, Qty, Quote, Rate, Seen, Side, Tick, TickKind, Time, Trade};

use crate::Kind;

const NO_MARK: i64 = i64::MIN;
/// The most lots that a tick of a tape can have.
const MOST_LOTS: i64 = i64::MAX >> 6;

/// A kind of row that tapes hold.
pub trait Record: Copy + private::Sealed {
    /// Which kind.
    const KIND: Kind;
    /// Bytes of a record.
    const SIZE: usize;

    /// Writes the record, or says what does not fit.
    ///
    /// # Errors
    /// A text that says what is too large.
    fn put(&self, to: &mut Vec<u8>) -> Result<(), String>;

    /// Reads a record that was checked.
    fn get(bytes: &[u8]) -> Self;

    /// The time by which tapes are indexed and cut.
    fn time(&self) -> Time;

    /// When it takes its turn beside the rows of other tapes, in nanoseconds, given when the row before it did. It never goes back.
    fn turn(&self, before: i64) -> i64 {
        self.time().nanos().max(before)
    }

    /// Whether the venue and we read it at one place; only a tick may say no.
    #[must_use]
    fn for_both(&self) -> bool {
        true
    }

    /// Whether a record's bytes are one that [`put`](Self::put) writes.
    #[must_use]
    fn is_sound(_: &[u8]) -> bool {
        true
    }

    /// Whether it may follow on rows whose latest times are these, which it then brings up to date: times must not go back, and
    /// those of bars and funding must rise. Both begin as the smallest number.
    #[must_use]
    fn in_order(&self, latest: &mut [i64; 2]) -> bool {
        later(self.time(), &mut latest[0], false)
    }
}

mod private {
    pub trait Sealed {}
    impl Sealed for types::Bar {}
    impl Sealed for types::Trade {}
    impl Sealed for types::Quote {}
    impl Sealed for types::Funding {}
    impl Sealed for types::Tick {}
}

#[inline]
fn words<const N: usize>(bytes: &[u8]) -> [i64; N] {
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = i64::from_le_bytes(*bytes);
    }
    words
}

fn put(to: &mut Vec<u8>, words: &[i64]) {
    to.extend(words.iter().flat_map(|word| word.to_le_bytes()));
}

fn later(time: Time, latest: &mut i64, must_rise: bool) -> bool {
    let fine = time.nanos() > *latest || !must_rise && time.nanos() == *latest;
    *latest = time.nanos().max(*latest);
    fine
}

const fn side(side: Side) -> i64 {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}

impl Record for Bar {
    const KIND: Kind = Kind::Bars;
    const SIZE: usize = 56;

    fn put(&self, to: &mut Vec<u8>) -> Result<(), String> {
        let [open, high, low, close] = [self.open, self.high, self.low, self.close].map(Price::ticks);
        let times = [self.open_time, self.close_time].map(Time::nanos);
        put(to, &[times[0], times[1], open, high, low, close, self.volume.lots()]);
        Ok(())
    }

    #[inline]
    fn get(bytes: &[u8]) -> Self {
        let [open_time, close_time, open, high, low, close, volume] = words(bytes);
        let [open, high, low, close] = [open, high, low, close].map(Price::from_ticks);
        let [open_time, close_time] = [open_time, close_time].map(Time::from_nanos);
        Self { open_time, close_time, open, high, low, close, volume: Qty::from_lots(volume) }
    }

    fn time(&self) -> Time {
        self.open_time
    }

    /// A bar is known when it has closed.
    fn turn(&self, before: i64) -> i64 {
        self.close_time.nanos().max(before)
    }

    fn in_order(&self, latest: &mut [i64; 2]) -> bool {
        later(self.open_time, &mut latest[0], true)
    }
}

impl Record for Trade {
    const KIND: Kind = Kind::Trades;
    const SIZE: usize = 32;

    fn put(&self, to: &mut Vec<u8>) -> Result<(), String> {
        let taker = self.taker.map_or(0, |taker| side(taker) + 1);
        put(to, &[self.time.nanos(), self.price.ticks(), self.qty.lots(), taker]);
        Ok(())
    }

    #[inline]
    fn get(bytes: &[u8]) -> Self {
        let [time, price, qty, taker] = words(bytes);
        let taker = match taker {
            1 => Some(Side::Buy),
            2 => Some(Side::Sell),
            _ => None,
        };
        Self {
            time: Time::from_nanos(time),
            price: Price::from_ticks(price),
            qty: Qty::from_lots(qty),
            taker,
        }
    }

    fn time(&self) -> Time {
        self.time
    }
}

impl Record for Quote {
    const KIND: Kind = Kind::Quotes;
    const SIZE: usize = 40;

    fn put(&self, to: &mut Vec<u8>) -> Result<(), String> {
        let (bid, ask) = (self.bid.ticks(), self.ask.ticks());
        put(to, &[self.time.nanos(), bid, self.bid_qty.lots(), ask, self.ask_qty.lots()]);
        Ok(())
    }

    #[inline]
    fn get(bytes: &[u8]) -> Self {
        let [time, bid, bid_qty, ask, ask_qty] = words(bytes);
        let ([bid, ask], [bid_qty, ask_qty]) =
            ([bid, ask].map(Price::from_ticks), [bid_qty, ask_qty].map(Qty::from_lots));
        Self { time: Time::from_nanos(time), bid, bid_qty, ask, ask_qty }
    }

    fn time(&self) -> Time {
        self.time
    }
}

impl Record for Funding {
    const KIND: Kind = Kind::Funding;
    const SIZE: usize = 24;

    fn put(&self, to: &mut Vec<u8>) -> Result<(), String> {
        put(to, &[self.time.nanos(), self.rate.nanos(), self.mark.map_or(NO_MARK, Price::ticks)]);
        Ok(())
    }

    #[inline]
    fn get(bytes: &[u8]) -> Self {
        let [time, rate, mark] = words(bytes);
        let mark = if mark == NO_MARK { None } else { Some(Price::from_ticks(mark)) };
        Self { time: Time::from_nanos(time), rate: Rate::from_nanos(rate), mark }
    }

    fn time(&self) -> Time {
        self.time
    }

    fn in_order(&self, latest: &mut [i64; 2]) -> bool {
        later(self.time, &mut latest[0], true)
    }
}

impl Record for Tick {
    const KIND: Kind = Kind::Ticks;
    const SIZE: usize = 32;

    fn put(&self, to: &mut Vec<u8>) -> Result<(), String> {
        let lots = self.qty.lots();
        if !(0..=MOST_LOTS).contains(&lots) {
            return Err(format!(
                "a quantity of {lots} lots does not fit into a tape (0 to {MOST_LOTS}); set a coarser lot size"
            ));
        }
        let says = match self.kind {
            TickKind::Level(of) => side(of),
            TickKind::Clear(of) => 2 + side(of),
            TickKind::Best(of) => 4 + side(of),
            TickKind::Trade(None) => 6,
            TickKind::Trade(Some(taker)) => 7 + side(taker),
        };
        let seen = match self.seen {
            Seen::Both => 0,
            Seen::ByVenue => 1,
            Seen::ByUs => 2,
        };
        let packed = lots << 6 | seen << 4 | says;
        put(to, &[self.venue_time.nanos(), self.local_time.nanos(), self.price.ticks(), packed]);
        Ok(())
    }

    #[inline]
    fn get(bytes: &[u8]) -> Self {
        let [venue, local, price, packed] = words(bytes);
        let kind = match packed & 15 {
            0 => TickKind::Level(Side::Buy),
            1 => TickKind::Level(Side::Sell),
            2 => TickKind::Clear(Side::Buy),
            3 => TickKind::Clear(Side::Sell),
            4 => TickKind::Best(Side::Buy),
            5 => TickKind::Best(Side::Sell),
            7 => TickKind::Trade(Some(Side::Buy)),
            8 => TickKind::Trade(Some(Side::Sell)),
            _ => TickKind::Trade(None),
        };
        let seen = match packed >> 4 & 3 {
            0 => Seen::Both,
            1 => Seen::ByVenue,
            _ => Seen::ByUs,
        };
        Self {
            venue_time: Time::from_nanos(venue),
            local_time: Time::from_nanos(local),
            price: Price::from_ticks(price),
            qty: Qty::from_lots(packed >> 6),
            kind,
            seen,
        }
    }

    fn time(&self) -> Time {
        self.local_time
    }

    /// What the venue alone reads goes along with the row before it: it says nothing to us.
    fn turn(&self, before: i64) -> i64 {
        if self.for_us() { self.local_time.nanos().max(before) } else { before }
    }

    fn for_both(&self) -> bool {
        self.seen == Seen::Both
    }

    fn is_sound(bytes: &[u8]) -> bool {
        let [.., packed] = words::<4>(bytes);
        packed >= 0 && packed & 15 <= 8 && packed >> 4 & 3 <= 2
    }

    /// The venue's times for what it reads, the local ones for what we read.
    fn in_order(&self, latest: &mut [i64; 2]) -> bool {
        let [venue, local] = latest;
        (!self.for_venue() || later(self.venue_time, venue, false))
            && (!self.for_us() || later(self.local_time, local, false))
    }
}
