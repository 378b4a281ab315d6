//! Maintenance tiers ("leverage brackets"): what a position of a size must be backed by, and how far it may be levered.

use types::{Money, Overflow, Rate, Rounding};

/// One tier as a venue publishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierRow {
    /// Notional above which the tier holds, in the settlement asset.
    pub floor: Money,
    /// Notional up to which it holds; `None` for the last one where it has no end.
    pub cap: Option<Money>,
    /// Maintenance margin as a share of the notional.
    pub rate: Rate,
    /// What is taken off that product ("cum", the maintenance amount), so that tiers join without a step; `None` where the venue
    /// does not publish it: it follows from the rows.
    pub deduction: Option<Money>,
    /// The most leverage.
    pub max_leverage: u32,
}

/// One checked tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Notional above which it holds.
    pub floor: Money,
    /// Maintenance margin as a share of the notional.
    pub rate: Rate,
    /// What is taken off that product.
    pub deduction: Money,
    /// The most leverage.
    pub max_leverage: u32,
}

/// The tiers of one instrument, lowest first; checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers {
    rows: Vec<Tier>,
    cap: Option<Money>,
}

/// Why rows are no tiers. Rows are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TierError {
    /// There is no row.
    #[error("no maintenance tier; give at least one")]
    Empty,
    /// A tier does not begin where the one before it ends, or the first one not at zero.
    #[error("tier {row}: its floor is {floor}; it must be {expected}, where the tier before it ends")]
    Gap {
        /// Which row.
        row: usize,
        /// Its floor.
        floor: Money,
        /// What it must be.
        expected: Money,
    },
    /// A tier ends where it begins, or before; or one that is not the last has no end.
    #[error("tier {row}: its cap must be above its floor of {floor}")]
    Cap {
        /// Which row.
        row: usize,
        /// Its floor.
        floor: Money,
    },
    /// A rate is not above the one before it, or not below 1.
    #[error("tier {row}: its rate is {rate}; it must be above {above} and below 1")]
    Rate {
        /// Which row.
        row: usize,
        /// Its rate.
        rate: Rate,
        /// The rate before it.
        above: Rate,
    },
    /// The maintenance amount leaves a step between two tiers.
    #[error("tier {row}: its maintenance amount is {found}; without a step at its floor it is {expected}")]
    Deduction {
        /// Which row.
        row: usize,
        /// What was given.
        found: Money,
        /// What joins the tiers.
        expected: Money,
    },
    /// Leverage is zero, rises from one tier to the next, or opens a position that is due for liquidation at once.
    #[error(
        "tier {row}: its leverage is {leverage}; it must be from 1 to {most}, and 1/leverage above the rate"
    )]
    Leverage {
        /// Which row.
        row: usize,
        /// Its leverage.
        leverage: u32,
        /// The leverage before it.
        most: u32,
    },
    /// A sum does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl Tiers {
    /// Checks rows: the first begins at zero, each begins where the one before it ends, rates rise, leverage falls, and the
    /// maintenance amounts join them: `amount(n) = floor(n) × (rate(n) − rate(n−1)) + amount(n−1)` (Binance, "Leverage and Margin").
    ///
    /// # Errors
    /// [`TierError`] names the row and what it must be.
    pub fn new(rows: &[TierRow]) -> Result<Self, TierError> {
        let mut tiers: Vec<Tier> = Vec::with_capacity(rows.len());
        let mut end = Some(Money::ZERO);
        for (row, given) in (1..).zip(rows) {
            let floor = given.floor;
            match end {
                Some(expected) if expected == floor => {}
                Some(expected) => return Err(TierError::Gap { row, floor, expected }),
                None => {
                    return Err(TierError::Cap {
                        row: row - 1,
                        floor: tiers.last().map_or(floor, |t| t.floor),
                    });
                }
            }
            if given.cap.is_some_and(|cap| cap <= floor) {
                return Err(TierError::Cap { row, floor });
            }
            let last = tiers.last();
            tiers.push(checked(row, given, last)?);
            end = given.cap;
        }
        if tiers.is_empty() { Err(TierError::Empty) } else { Ok(Self { rows: tiers, cap: end }) }
    }

    /// One rate for every size: for a venue without tiers, and for tests.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn flat(rate: Rate, max_leverage: u32) -> Result<Self, TierError> {
        Self::new(&[TierRow { floor: Money::ZERO, cap: None, rate, deduction: None, max_leverage }])
    }

    /// The tiers, lowest first.
    #[must_use]
    pub fn rows(&self) -> &[Tier] {
        &self.rows
    }

    /// The largest position there is a tier for; `None` where the last one has no end.
    #[must_use]
    pub const fn cap(&self) -> Option<Money> {
        self.cap
    }

    /// The tier of a position of this notional (its sign does not matter): the one whose floor it is above. Beyond the last cap
    /// the last tier goes on.
    #[must_use]
    pub fn of(&self, notional: Money) -> Tier {
        let size = notional.units().unsigned_abs();
        let above = |tier: &Tier| size > tier.floor.units().unsigned_abs();
        let at = self.rows.partition_point(above).saturating_sub(1);
        self.rows.get(at).copied().unwrap_or(Tier {
            floor: Money::ZERO,
            rate: Rate::ZERO,
            deduction: Money::ZERO,
            max_leverage: 1,
        })
    }

    /// What a position of this notional must be backed by: notional × rate − maintenance amount, rounded up to 10⁻¹⁸.
    ///
    /// # Errors
    /// [`Overflow`] when the product does not fit.
    pub fn maintenance(&self, notional: Money) -> Result<Money, Overflow> {
        let tier = self.of(notional);
        let size = if notional < Money::ZERO { notional.negated()? } else { notional };
        size.at_rate(tier.rate, Rounding::Up)?.minus(tier.deduction)
    }
}

/// What opens a position: notional / leverage, rounded up to 10⁻¹⁸. Leverage of zero counts as one.
///
/// # Errors
/// [`Overflow`] when the result does not fit.
pub fn initial_margin(notional: Money, leverage: u32) -> Result<Money, Overflow> {
    let size = if notional < Money::ZERO { notional.negated()? } else { notional };
    size.share(1, i64::from(leverage.max(1)), Rounding::Up)
}

fn checked(row: usize, given: &TierRow, last: Option<&Tier>) -> Result<Tier, TierError> {
    let TierRow { floor, rate, max_leverage: leverage, .. } = *given;
    let above = last.map_or(Rate::ZERO, |last| last.rate);
    if rate <= above || rate.nanos() >= Rate::ONE {
        return Err(TierError::Rate { row, rate, above });
    }
    let most = last.map_or(u32::MAX, |last| last.max_leverage);
    if leverage == 0 || leverage > most || i64::from(leverage).saturating_mul(rate.nanos()) > Rate::ONE {
        return Err(TierError::Leverage { row, leverage, most });
    }
    let step = Rate::from_nanos(rate.nanos() - above.nanos());
    let before = last.map_or(Money::ZERO, |last| last.deduction);
    let expected =
        if last.is_none() { Money::ZERO } else { floor.at_rate(step, Rounding::HalfEven)?.plus(before)? };
    match given.deduction {
        Some(found) if found != expected => Err(TierError::Deduction { row, found, expected }),
        _ => Ok(Tier { floor, rate, deduction: expected, max_leverage: leverage }),
    }
}
