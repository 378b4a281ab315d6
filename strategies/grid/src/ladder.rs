//! The ladder: every level in ticks, worked out once at the start. No event comes in here.

use sdk::{Instrument, Price, Rate, Rounding, Side, div_round};

use crate::params::Direction;
use crate::plan::Plan;
use crate::worth::Worth;

/// The most levels a ladder has on either side of its anchor: a tenth of a megabyte, and more than anybody trades.
pub const MAX_LEVELS: usize = 10_000;

/// How far a ladder without a bound goes: to a hundredth of its anchor and to a hundred times it.
const REACH: i64 = 100;

/// The distance of two levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The same number of ticks.
    Ticks(i64),
    /// The same share of the lower level.
    Share(Rate),
}

/// Levels in ticks, rising. Slot k lies between level k and level k + 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ladder {
    levels: Vec<Price>,
    anchor: Price,
    direction: Direction,
    /// The first level at or above the anchor.
    origin: i64,
    /// The lowest and the highest level of the range as it was asked for; a range that shifts has levels beyond.
    range: (i64, i64),
}

/// Why there can be no ladder: the parameter to change, the arithmetic, and the same in short for a running engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LadderError {
    pub(crate) key: &'static str,
    pub(crate) message: String,
    pub(crate) reason: &'static str,
}

impl Ladder {
    /// Lays the ladder around an anchor.
    ///
    /// # Errors
    /// [`LadderError`] when its range holds no slot or too many, or a slot it needs does not pay or can't be traded.
    pub(crate) fn new(plan: &Plan, instrument: &Instrument, anchor: Price) -> Result<Self, LadderError> {
        let Laid { levels, origin, low, high } = lay(plan, instrument, anchor)?;
        let worth = Worth::new(plan, instrument, anchor);
        let slots = levels.len().saturating_sub(1);
        if high <= low {
            return Err(no_room(instrument, anchor));
        }
        let core = usize::try_from(plan.window(Side::Buy).max(plan.window(Side::Sell))).unwrap_or(usize::MAX);
        let from = if plan.lower.is_some() { low } else { origin.saturating_sub(core).min(slots - 1) };
        let to = if plan.upper.is_some() { high } else { origin.saturating_add(core).clamp(from + 1, slots) };
        let pair = |slot: usize| levels.get(slot).copied().zip(levels.get(slot + 1).copied());
        worth.demand(&mut (from..to).filter_map(pair))?;
        // Beyond what is demanded, the ladder ends where a slot would not pay.
        let sound = |slot: &usize| pair(*slot).is_some_and(|(low, high)| worth.flaw(low, high).is_none());
        let bottom = (0..from).rev().take_while(sound).last().unwrap_or(from);
        let top = (to..slots).take_while(sound).last().map_or(to, |slot| slot + 1);
        let levels = levels.get(bottom..=top).unwrap_or_default().to_vec();
        let place = |level: usize| i64::try_from(level.clamp(bottom, top) - bottom).unwrap_or(i64::MAX);
        let range = (place(low), place(high));
        Ok(Self { levels, anchor, direction: plan.direction, origin: place(origin), range })
    }

    /// Every level, rising.
    pub(crate) fn levels(&self) -> &[Price] {
        &self.levels
    }

    /// The price it was laid around.
    pub(crate) const fn anchor(&self) -> Price {
        self.anchor
    }

    /// The level that spacings are counted from.
    pub(crate) const fn origin(&self) -> i64 {
        self.origin
    }

    /// The lowest and the highest level between which entries lie, once the range has moved by `shift` levels.
    pub(crate) const fn range(&self, shift: i64) -> (i64, i64) {
        (self.range.0 + shift, self.range.1 + shift)
    }

    /// The lowest and the highest level there is.
    pub(crate) fn reach(&self) -> (i64, i64) {
        (0, self.slots())
    }

    /// The distance of the two levels around a price, in ticks.
    pub(crate) fn distance(&self, price: Price) -> Option<i64> {
        let above =
            self.levels.partition_point(|level| *level <= price).clamp(1, self.levels.len().checked_sub(1)?);
        let (low, high) = (self.levels.get(above - 1)?, self.levels.get(above)?);
        Some(high.ticks() - low.ticks())
    }

    /// A level's price.
    #[inline]
    pub(crate) fn level(&self, at: i64) -> Option<Price> {
        usize::try_from(at).ok().and_then(|at| self.levels.get(at)).copied()
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> i64 {
        i64::try_from(self.levels.len()).unwrap_or(i64::MAX).saturating_sub(1)
    }

    /// The side of a slot's entry; `None` for a slot that does not exist.
    pub(crate) fn entry_side(&self, slot: i64) -> Option<Side> {
        let top = self.level(slot).and_then(|_| self.level(slot + 1))?;
        Some(match self.direction {
            Direction::Long => Side::Buy,
            Direction::Short => Side::Sell,
            Direction::Neutral if top <= self.anchor => Side::Buy,
            Direction::Neutral => Side::Sell,
        })
    }

    /// A number that other levels hardly share (FNV-1a over the ticks), to tell whether a saved state fits.
    pub(crate) fn fingerprint(&self) -> u64 {
        let bytes = self.levels.iter().flat_map(|level| level.ticks().to_le_bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }
}

/// Every level there can be, rising.
struct Laid {
    levels: Vec<Price>,
    /// The place of the first one at or above the anchor.
    origin: usize,
    /// The places of the lowest and the highest one inside the range.
    low: usize,
    high: usize,
}

fn lay(plan: &Plan, instrument: &Instrument, anchor: Price) -> Result<Laid, LadderError> {
    let ends = ((anchor.ticks() / REACH).max(1), anchor.ticks().saturating_mul(REACH));
    let range = (plan.lower.map_or(ends.0, Price::ticks), plan.upper.map_or(ends.1, Price::ticks));
    // A range that shifts needs levels beyond its bounds.
    let lowest = if plan.shifts(Side::Sell) { range.0.min(ends.0) } else { range.0 };
    let highest = if plan.shifts(Side::Buy) { range.1.max(ends.1) } else { range.1 };
    let inside = |ticks: &i64| (lowest..=highest).contains(ticks);
    let too_many = |bounded: bool, all: &[i64]| {
        bounded && all.iter().filter(|ticks| (range.0..=range.1).contains(*ticks)).count() > MAX_LEVELS
    };

    let climb = Climb::new(plan.step, anchor);
    let up: Vec<i64> = climb.up().take_while(|ticks| *ticks <= highest).take(MAX_LEVELS + 1).collect();
    let down: Vec<i64> = climb.down().take_while(|ticks| *ticks >= lowest).take(MAX_LEVELS + 1).collect();
    if too_many(plan.upper.is_some(), &up) || too_many(plan.lower.is_some(), &down) {
        return Err(too_many_levels(plan));
    }
    let below = down.iter().take(MAX_LEVELS).rev().copied();
    let all = below.chain([anchor.ticks()]).chain(up.iter().take(MAX_LEVELS).copied());
    let levels: Vec<Price> = all.filter(inside).map(Price::from_ticks).collect();
    if levels.is_empty() {
        return Err(no_room(instrument, anchor));
    }
    let origin = levels.partition_point(|level| *level < anchor);
    let low = levels.partition_point(|level| level.ticks() < range.0);
    let high = levels.partition_point(|level| level.ticks() <= range.1).saturating_sub(1);
    Ok(Laid { levels, origin, low, high })
}

/// Steps away from the anchor, in 10⁻⁹ tick so that rounding to ticks does not add up.
#[derive(Debug, Clone, Copy)]
struct Climb {
    step: Step,
    exact: i128,
}

const FINE: i128 = 1_000_000_000;
const ONE: i128 = Rate::ONE as i128;

impl Climb {
    fn new(step: Step, anchor: Price) -> Self {
        Self { step, exact: i128::from(anchor.ticks()) * FINE }
    }

    /// Levels above, in ticks, until the numbers end.
    fn up(self) -> impl Iterator<Item = i64> {
        self.steps(|step, exact| match step {
            Step::Ticks(ticks) => exact.checked_add(i128::from(ticks) * FINE),
            Step::Share(share) => {
                let grown = exact.checked_mul(ONE + i128::from(share.nanos()))?;
                Some(div_round(grown, ONE, Rounding::HalfEven))
            }
        })
    }

    /// Levels below, in ticks.
    fn down(self) -> impl Iterator<Item = i64> {
        self.steps(|step, exact| match step {
            Step::Ticks(ticks) => exact.checked_sub(i128::from(ticks) * FINE),
            Step::Share(share) => {
                let whole = exact.checked_mul(ONE)?;
                Some(div_round(whole, ONE + i128::from(share.nanos()), Rounding::HalfEven))
            }
        })
    }

    fn steps(self, next: impl Fn(Step, i128) -> Option<i128>) -> impl Iterator<Item = i64> {
        let Self { step, exact } = self;
        std::iter::successors(Some(exact), move |exact| next(step, *exact))
            .skip(1)
            .map_while(|exact| i64::try_from(div_round(exact, FINE, Rounding::HalfEven)).ok())
    }
}

fn no_room(instrument: &Instrument, anchor: Price) -> LadderError {
    let message = format!(
        "no two levels of a ladder around {} fit into the range; widen price_lower and price_upper, \
         or bring the levels closer together",
        instrument.price_decimal(anchor)
    );
    LadderError {
        key: "price_lower",
        message,
        reason: "no two levels fit between price_lower and price_upper",
    }
}

fn too_many_levels(plan: &Plan) -> LadderError {
    let key = match plan.step {
        Step::Ticks(_) => "price_interval",
        Step::Share(_) => "spacing_pct",
    };
    let message = format!(
        "the range holds more than {MAX_LEVELS} levels on one side of the price; \
         set the levels further apart, or narrow price_lower and price_upper"
    );
    LadderError { key, message, reason: "the range holds too many levels" }
}
