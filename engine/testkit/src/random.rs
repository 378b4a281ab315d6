//! Random tapes from one printed seed, the same on every machine.

use types::{
    Bar, Decimal, Event, Funding, Instrument, InstrumentId, OperatorVerb, Price, Qty, Quote, Rate, Side,
    Signal, Time, Trade,
};

/// A small generator of random numbers (xorshift64*, Marsaglia 2003, Vigna 2016): the same seed, the same numbers.
#[derive(Debug, Clone)]
pub struct Seed(u64);

impl Seed {
    /// A generator that starts from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        if bound == 0 { 0 } else { (high.wrapping_mul(bound)) >> 32 }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }
}

/// `count` one-minute bars of a random walk around `start` ticks: calm and wild stretches, gaps between bars, flat bars and
/// bars without volume.
#[must_use]
pub fn random_bars(seed: u64, count: usize, start: i64) -> Vec<Bar> {
    const MINUTE: i64 = 60_000_000_000;
    let mut random = Seed::new(seed);
    let (mut close, mut reach) = (start.max(10), 5);
    let mut bars = Vec::with_capacity(count);
    for at in 0..count {
        if random.below(50) == 0 {
            reach = random.between(1, (start / 50).max(2));
        }
        let walk = |from: i64, random: &mut Seed| (from + random.between(-reach, reach)).max(1);
        let open = if random.below(4) == 0 { walk(close, &mut random) } else { close };
        close = if random.below(20) == 0 { open } else { walk(open, &mut random) };
        let high = open.max(close) + random.between(0, reach);
        let low = (open.min(close) - random.between(0, reach)).max(1);
        let open_time = i64::try_from(at).unwrap_or(0) * MINUTE;
        bars.push(Bar {
            open_time: Time::from_nanos(open_time),
            close_time: Time::from_nanos(open_time + MINUTE),
            open: Price::from_ticks(open),
            high: Price::from_ticks(high),
            low: Price::from_ticks(low),
            close: Price::from_ticks(close),
            volume: Qty::from_lots(if random.below(30) == 0 { 0 } else { random.between(1, 1_000_000) }),
        });
    }
    bars
}

/// `count` market events of these instruments, the worst that a feed may bring: bars, trades and quotes in any mixture, gaps
/// in time and price, prices at a thousandth and a thousand times what they were, bars without volume, funding at both
/// signs, signals of all sorts, timers of the first strategy, an operator who pauses and resumes, and one who stops everything in
/// the last tenth.
///
/// A driver has timers for those who asked ([`sdk::Interest::every`]) and for nobody else: leave them out where nobody did.
///
/// Prices start around 1 000 of the quote asset; times never go back.
#[must_use]
pub fn random_events(seed: u64, count: usize, instruments: &[Instrument]) -> Vec<Event> {
    let mut random = Seed::new(seed);
    let mut walks: Vec<Walk> = instruments.iter().map(Walk::new).collect();
    let (mut now, mut paused) = (1_700_000_000_000_000_000_i64, false);
    // One tape in three has bars alone, one trades and quotes alone, one everything.
    let kinds = seed % 3;
    // Timers take the place of other events by chances of their own, so that what is left of a tape does not depend on them.
    let mut timers = Seed::new(!seed);
    let mut events = Vec::with_capacity(count);
    for at in 0..count {
        now += if random.below(40) == 0 { 3_600_000_000_000 } else { random.between(0, 60_000_000_000) };
        let time = Time::from_nanos(now);
        if at == count - count / 10 {
            events.push(Event::Operator { time, verb: OperatorVerb::Stop });
            continue;
        }
        if random.below(60) == 0 {
            paused = !paused;
            let verb = if paused { OperatorVerb::Pause } else { OperatorVerb::Resume };
            events.push(Event::Operator { time, verb });
            continue;
        }
        let place = usize::try_from(random.below(walks.len() as u64)).unwrap_or(0);
        let Some(walk) = walks.get_mut(place) else { break };
        let bars = if kinds == 2 { random.below(2) == 0 } else { kinds == 0 };
        let event = walk.event(time, bars, &mut random);
        let timer = timers.below(60) == 0;
        events.push(if timer { Event::Timer { time, strategy: 0 } } else { event });
    }
    events
}

/// What somebody outside may say: in range and out of it, of names that a strategy knows and others, in time and late.
fn signal(time: Time, random: &mut Seed) -> Option<Signal> {
    let names = ["bias", "confidence", "size", "period", "nonsense"];
    let name = names.get(usize::try_from(random.below(5)).unwrap_or(0)).copied().unwrap_or("bias");
    let hours = random.between(-1, 4);
    Some(Signal {
        time,
        source: "model".parse().ok()?,
        name: name.parse().ok()?,
        value: Decimal::new(i128::from(random.between(-200, 200)), 2).unwrap_or_default(),
        valid_until: Time::from_nanos(time.nanos() + hours * 3_600_000_000_000),
    })
}

/// One instrument's price on its way.
struct Walk {
    id: InstrumentId,
    price: i64,
    start: i64,
    reach: i64,
}

impl Walk {
    fn new(instrument: &Instrument) -> Self {
        let tick = instrument.tick_size();
        let start =
            1_000 * 10_i64.pow(tick.scale().into()) / i64::try_from(tick.mantissa()).unwrap_or(1).max(1);
        Self {
            id: instrument.id(),
            price: start.max(100),
            start: start.max(100),
            reach: (start / 200).max(1),
        }
    }

    fn event(&mut self, time: Time, bars: bool, random: &mut Seed) -> Event {
        let instrument = self.id;
        match random.below(200) {
            0 => self.price = (self.price / random.between(2, 1_000)).max(1),
            1 => self.price = self.price.saturating_mul(random.between(2, 1_000)).min(self.start * 1_000_000),
            // Back to where it came from, so that a tape does not stay at its extremes.
            2..=7 => self.price = self.start,
            8..=12 => self.reach = random.between(1, (self.price / 20).max(1)),
            13..=16 => {
                let rate = Rate::from_nanos(random.between(-3_000_000, 3_000_000));
                let mark = (random.below(2) == 0).then_some(Price::from_ticks(self.price));
                return Event::Funding { instrument, funding: Funding { time, rate, mark } };
            }
            17..=20 => {
                if let Some(signal) = signal(time, random) {
                    return Event::Signal { instrument, signal };
                }
            }
            _ => {}
        }
        let reach = self.reach.min((self.price / 10).max(1));
        let step = |from: i64, random: &mut Seed| (from + random.between(-reach, reach)).max(1);
        let qty = Qty::from_lots(if random.below(20) == 0 { 0 } else { random.between(1, 1_000_000) });
        if bars {
            let open = if random.below(4) == 0 { step(self.price, random) } else { self.price };
            self.price = if random.below(10) == 0 { open } else { step(open, random) };
            let [low, high] = [open.min(self.price), open.max(self.price)];
            let bar = Bar {
                open_time: Time::from_nanos(time.nanos() - 60_000_000_000),
                close_time: time,
                open: Price::from_ticks(open),
                high: Price::from_ticks(high + random.between(0, reach)),
                low: Price::from_ticks((low - random.between(0, reach)).max(1)),
                close: Price::from_ticks(self.price),
                volume: qty,
            };
            return Event::Bar { instrument, bar };
        }
        self.price = step(self.price, random);
        if random.below(2) == 0 {
            let taker = [None, Some(Side::Buy), Some(Side::Sell)];
            let taker = taker.get(usize::try_from(random.below(3)).unwrap_or(0)).copied().flatten();
            return Event::Trade {
                instrument,
                trade: Trade { time, price: Price::from_ticks(self.price), qty, taker },
            };
        }
        let (bid, ask) =
            (Price::from_ticks(self.price), Price::from_ticks(self.price + random.between(1, 20)));
        Event::Quote { instrument, quote: Quote { time, bid, bid_qty: qty, ask, ask_qty: qty } }
    }
}
