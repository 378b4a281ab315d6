//! Whether a slot is worth trading: its round trip pays the maker fees, and its amount buys what the venue takes.

use sdk::{Decimal, Instrument, Money, Price, Qty, Rate, Rounding, div_round};

use crate::ladder::{LadderError, Step};
use crate::params::Direction;
use crate::plan::Plan;

/// Judges slots. A slot between `low` and `high` earns (high − low) − maker × (low + high) per unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Worth<'a> {
    plan: &'a Plan,
    instrument: &'a Instrument,
    anchor: Price,
    maker: i128,
}

/// What is wrong with a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Both levels are the same tick.
    OneTick,
    /// The round trip does not pay its fees.
    Fees,
    /// The amount buys less than the venue takes: it would have to be this much.
    TooSmall(Money),
    /// The amount buys more than the venue takes: it can be this much.
    TooLarge(Money),
}

const ONE: i128 = Rate::ONE as i128;

impl<'a> Worth<'a> {
    pub(crate) fn new(plan: &'a Plan, instrument: &'a Instrument, anchor: Price) -> Self {
        Self { plan, instrument, anchor, maker: i128::from(instrument.fees().maker.nanos()) }
    }

    /// The flaw of a slot, if it has one.
    pub(crate) fn flaw(&self, low: Price, high: Price) -> Option<Flaw> {
        if high <= low {
            Some(Flaw::OneTick)
        } else if self.net(low, high) <= 0 {
            Some(Flaw::Fees)
        } else {
            self.size_flaw(self.entry(low, high))
        }
    }

    /// Demands that every slot is sound.
    ///
    /// # Errors
    /// The worst slot, with its arithmetic and the smallest change that helps.
    pub(crate) fn demand(&self, slots: &mut dyn Iterator<Item = (Price, Price)>) -> Result<(), LadderError> {
        let (mut worst, mut first) = (None::<((u8, i128), Flaw, Price, Price)>, None);
        for (low, high) in slots {
            first = first.or(Some(low));
            let Some(flaw) = self.flaw(low, high) else { continue };
            let badness = self.badness(flaw, low, high);
            if worst.is_none_or(|(most, ..)| badness > most) {
                worst = Some((badness, flaw, low, high));
            }
        }
        match worst {
            Some((_, flaw, low, high)) => Err(self.explain(flaw, low, high, first.unwrap_or(low))),
            None => Ok(()),
        }
    }

    /// What a unit earns, in 10⁻⁹ tick.
    fn net(&self, low: Price, high: Price) -> i128 {
        let (low, high) = (i128::from(low.ticks()), i128::from(high.ticks()));
        (high - low) * ONE - self.maker * (low + high)
    }

    /// The price a slot is entered at.
    fn entry(&self, low: Price, high: Price) -> Price {
        match self.plan.direction {
            Direction::Long => low,
            Direction::Short => high,
            Direction::Neutral if high <= self.anchor => low,
            Direction::Neutral => high,
        }
    }

    fn size_flaw(&self, price: Price) -> Option<Flaw> {
        let filters = self.instrument.filters();
        let Ok(qty) = self.instrument.lots_for(self.plan.amount, price, Rounding::Down) else {
            return Some(Flaw::TooLarge(Money::from_units(i128::from(i64::MAX))));
        };
        if let Some(most) = filters.max_qty.filter(|most| qty > *most) {
            return self.instrument.notional(price, most).ok().map(Flaw::TooLarge);
        }
        let worth = self.instrument.notional(price, qty).unwrap_or_default();
        if qty >= filters.min_qty && qty.lots() > 0 && worth >= filters.min_notional {
            return None;
        }
        let by_notional =
            self.instrument.lots_for(filters.min_notional, price, Rounding::Up).unwrap_or_default();
        let least = Qty::from_lots(filters.min_qty.lots().max(by_notional.lots()).max(1));
        Some(Flaw::TooSmall(self.instrument.notional(price, least).unwrap_or(Money::from_units(i128::MAX))))
    }

    /// Orders flaws: kinds first, then how bad.
    fn badness(&self, flaw: Flaw, low: Price, high: Price) -> (u8, i128) {
        match flaw {
            Flaw::OneTick => (3, i128::from(high.ticks())),
            Flaw::Fees => (2, -self.net(low, high)),
            Flaw::TooSmall(least) => (1, least.units()),
            Flaw::TooLarge(most) => (0, -most.units()),
        }
    }

    fn explain(&self, flaw: Flaw, low: Price, high: Price, lowest: Price) -> LadderError {
        let (spacing, value) = self.spacing();
        let (amount, quote) = (self.plan.amount, self.instrument.quote());
        match flaw {
            Flaw::OneTick => LadderError {
                key: spacing,
                message: format!(
                    "{value} puts two levels on {}: the tick size is {}; {}",
                    self.instrument.price_decimal(low),
                    self.instrument.tick_size(),
                    self.advice(lowest, high)
                ),
                reason: "two levels of the grid fall on one tick at this price; set them further apart",
            },
            Flaw::Fees => LadderError { key: spacing, message: self.loses(low, high, lowest), reason: LOSES },
            Flaw::TooSmall(least) => LadderError {
                key: "order_quantity",
                message: format!(
                    "{amount} {quote} at {} is below what {} takes; the smallest amount that works is {least}",
                    self.instrument.price_decimal(self.entry(low, high)),
                    self.instrument.symbol()
                ),
                reason: "order_quantity is below the venue's smallest order at this price",
            },
            Flaw::TooLarge(most) => LadderError {
                key: "order_quantity",
                message: format!(
                    "{amount} {quote} at {} is above what {} takes; the largest amount that works is {most}",
                    self.instrument.price_decimal(self.entry(low, high)),
                    self.instrument.symbol()
                ),
                reason: "order_quantity is above the venue's largest order at this price",
            },
        }
    }

    fn loses(&self, low: Price, high: Price, lowest: Price) -> String {
        let [a, b] = [low, high].map(|price| self.instrument.price_decimal(price));
        let sum = i128::from(low.ticks()) + i128::from(high.ticks());
        let [gain, cost, net] = [
            ONE * (i128::from(high.ticks()) - i128::from(low.ticks())),
            self.maker * sum,
            self.net(low, high),
        ]
        .map(|nanos| self.nano_ticks(nanos));
        let (_, value) = self.spacing();
        format!(
            "{value} does not pay its fees: a round trip between {a} and {b} earns {gain} and costs \
             {maker} × ({a} + {b}) = {cost} in maker fees, which leaves {net} per unit; {}",
            self.advice(lowest, high),
            maker = self.instrument.fees().maker,
        )
    }

    /// The parameter that sets the spacing, and its value in words.
    fn spacing(&self) -> (&'static str, String) {
        match self.plan.step {
            Step::Ticks(ticks) => {
                let value = self.instrument.price_decimal(Price::from_ticks(ticks));
                ("price_interval", format!("a price_interval of {value}"))
            }
            Step::Share(share) => {
                let percent = Decimal::new(i128::from(share.nanos()), 7).unwrap_or_default();
                ("spacing_pct", format!("a spacing_pct of {percent}"))
            }
        }
    }

    /// The smallest spacing that pays on every slot between these prices.
    fn advice(&self, lowest: Price, highest: Price) -> String {
        let smallest = match self.plan.step {
            Step::Ticks(_) => self.smallest_interval(highest).map(|ticks| {
                format!(
                    "the smallest price_interval that pays is {}",
                    self.instrument.price_decimal(Price::from_ticks(ticks))
                )
            }),
            Step::Share(_) => self
                .smallest_share(lowest)
                .map(|percent| format!("the smallest spacing_pct that pays is {percent}")),
        };
        smallest.unwrap_or_else(|| {
            "no spacing pays with these fees and windows; use smaller windows or a venue with lower fees"
                .to_owned()
        })
    }

    /// From s − m(2·high − s) > 0, where `high` is the top of the range; without one the top itself moves with s, as
    /// anchor + n·s, which gives s(1 + m − 2·m·n) > 2·m·anchor. In whole ticks.
    fn smallest_interval(&self, highest: Price) -> Option<i64> {
        let (top, moving) = match self.plan.upper {
            Some(upper) => (upper, 0),
            None => (self.anchor, self.slots_above(highest)),
        };
        let denominator = ONE + self.maker - 2 * self.maker * moving;
        let numerator = 2 * self.maker * i128::from(top.ticks());
        let ticks = div_round(numerator.max(0), denominator, Rounding::Down) + 1;
        (denominator > 0).then_some(ticks).and_then(|ticks| i64::try_from(ticks).ok())
    }

    /// How many arithmetic steps `highest` lies above the anchor.
    fn slots_above(&self, highest: Price) -> i128 {
        let Step::Ticks(step) = self.plan.step else { return 0 };
        div_round(
            i128::from(highest.ticks()) - i128::from(self.anchor.ticks()),
            i128::from(step),
            Rounding::Up,
        )
    }

    /// From low·s − 1 > m(2·low + low·s + 1), where the 1 is what rounding to ticks may take. In percent, rounded up to
    /// four decimals.
    fn smallest_share(&self, lowest: Price) -> Option<Decimal> {
        let low = i128::from(lowest.ticks());
        let maker = self.maker.max(0);
        let (numerator, denominator) = ((ONE + maker + 2 * maker * low) * ONE, low * (ONE - maker));
        if denominator <= 0 {
            return None;
        }
        let nanos = div_round(numerator, denominator, Rounding::Down) + 1;
        Decimal::new(div_round(nanos, 1_000, Rounding::Up), 4).ok()
    }

    /// A count of 10⁻⁹ tick as a price difference.
    fn nano_ticks(&self, nanos: i128) -> Decimal {
        let tick = self.instrument.tick_size();
        nanos
            .checked_mul(tick.mantissa())
            .and_then(|mantissa| Decimal::new(mantissa, tick.scale().saturating_add(9)).ok())
            .unwrap_or_default()
    }
}

const LOSES: &str =
    "at this price the distance of the levels does not pay its maker fees; set them further apart";
