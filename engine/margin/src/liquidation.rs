//! The price at which a position is no longer backed, solved exactly.
//!
//! Rates rise from tier to tier and maintenance amounts join the tiers, so the maintenance margin is the largest of
//! `notional × rate − amount` over all tiers, whichever tier the notional is in. A position is therefore safe where it is safe
//! under every tier taken alone, and each of these is one linear inequality in the price (or in 1/price, for an inverse
//! contract). Nothing is iterated, and a price that lies in another tier than today's comes out right.

use types::{Decimal, Instrument, LotValue, Overflow, Position, Price, Rate, Rounding};

use crate::Tier;
use crate::ratio::Ticks;
use types::Money;

/// A position and the tiers that hold for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backed<'t> {
    /// The position.
    pub position: Position,
    /// Its tiers; a single one stands for itself at every size.
    pub tiers: &'t [Tier],
}

/// Where liquidation begins. Above and below can both be there: of a hedge whose legs reach higher tiers as prices rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LiquidationPrices {
    /// At this price and below; half-even to eight decimals, or to the tick where that is finer. `None` for no such price above zero.
    pub below: Option<Decimal>,
    /// The highest whole tick of those.
    pub below_tick: Option<Price>,
    /// At this price and above.
    pub above: Option<Decimal>,
    /// The lowest whole tick of those.
    pub above_tick: Option<Price>,
    /// At every price: the backing is too small already.
    pub always: bool,
}

const DECIMALS: u8 = 8;
const WHAT: Overflow = Overflow("a liquidation price");

/// The prices at which `backing` and the profit of these positions of one instrument come down to their maintenance margin.
///
/// `backing` is the isolated wallet; or, for cross margin, the cross wallet with the unrealised profit of all other positions, less
/// their maintenance margin. The formula is that of Binance ("How to Calculate Liquidation Price of USDⓈ-M Futures Contracts", and
/// of COIN-M), for one position or for both legs of hedge mode, which share one price:
///
/// `(backing + Σ amount − Σ side·size·entry) / (Σ size·rate − Σ side·size)`, and for inverse contracts
/// `face · Σ(size·rate + side·size) / (backing + Σ amount + Σ side·size·face/entry)`.
///
/// # Errors
/// [`Overflow`] when a product does not fit.
pub fn liquidation_prices(
    instrument: &Instrument,
    legs: &[Backed<'_>],
    backing: Money,
) -> Result<LiquidationPrices, Overflow> {
    let mut bounds = Bounds::default();
    every_choice(legs, &mut Vec::with_capacity(legs.len()), &mut |chosen| {
        bounds.add(bound(instrument, chosen, backing)?);
        Ok(())
    })?;
    bounds.prices(instrument)
}

/// The prices at which `backing` and the profit of these positions come down to zero: beyond them somebody else pays.
///
/// # Errors
/// As [`liquidation_prices`].
pub fn bankruptcy_prices(
    instrument: &Instrument,
    positions: &[Position],
    backing: Money,
) -> Result<LiquidationPrices, Overflow> {
    let free = Tier { floor: Money::ZERO, rate: Rate::ZERO, deduction: Money::ZERO, max_leverage: 1 };
    let chosen: Vec<_> = positions.iter().map(|position| (*position, free)).collect();
    let mut bounds = Bounds::default();
    bounds.add(bound(instrument, &chosen, backing)?);
    bounds.prices(instrument)
}

/// Calls `take` with each combination of one tier a leg.
fn every_choice(
    legs: &[Backed<'_>],
    chosen: &mut Vec<(Position, Tier)>,
    take: &mut impl FnMut(&[(Position, Tier)]) -> Result<(), Overflow>,
) -> Result<(), Overflow> {
    let Some((leg, rest)) = legs.split_first() else { return take(chosen) };
    if leg.position.is_flat() {
        return every_choice(rest, chosen, take);
    }
    for tier in leg.tiers {
        chosen.push((leg.position, *tier));
        every_choice(rest, chosen, take)?;
        chosen.pop();
    }
    Ok(())
}

/// What one inequality leaves of the prices above zero.
#[derive(Debug, Clone, Copy)]
enum Bound {
    /// Safe above this.
    Above(Ticks),
    /// Safe below this.
    Below(Ticks),
    Everywhere,
    Nowhere,
}

/// All inequalities together.
#[derive(Debug, Default)]
struct Bounds {
    lower: Option<Ticks>,
    upper: Option<Ticks>,
    nowhere: bool,
}

impl Bounds {
    fn add(&mut self, bound: Bound) {
        match bound {
            Bound::Above(price) if self.lower.is_none_or(|lower| lower < price) => self.lower = Some(price),
            Bound::Below(price) if self.upper.is_none_or(|upper| price < upper) => self.upper = Some(price),
            Bound::Above(_) | Bound::Below(_) | Bound::Everywhere => {}
            Bound::Nowhere => self.nowhere = true,
        }
    }

    fn prices(&self, instrument: &Instrument) -> Result<LiquidationPrices, Overflow> {
        let crossed = self.lower.zip(self.upper).is_some_and(|(lower, upper)| upper <= lower);
        if self.nowhere || crossed {
            return Ok(LiquidationPrices { always: true, ..LiquidationPrices::default() });
        }
        let shown = |price: Ticks| price.decimal(instrument.tick_size(), DECIMALS).ok_or(WHAT);
        let tick = |price: Option<Ticks>, rounding| price.and_then(|price| price.whole(rounding));
        Ok(LiquidationPrices {
            below: self.lower.map(shown).transpose()?,
            below_tick: tick(self.lower, Rounding::Down).filter(|price| price.ticks() > 0),
            above: self.upper.map(shown).transpose()?,
            above_tick: tick(self.upper, Rounding::Up),
            always: false,
        })
    }
}

/// `backing + Σ(worth(p) − cost) − Σ(notional(p)·rate − amount) > 0`, solved for p, in 10⁻⁹ units of money.
fn bound(instrument: &Instrument, chosen: &[(Position, Tier)], backing: Money) -> Result<Bound, Overflow> {
    let one = i128::from(Rate::ONE);
    let inverse = matches!(instrument.lot_value(), LotValue::OverTicks { .. });
    let (mut fixed, mut lots) = (backing.units(), 0_i128);
    for (position, tier) in chosen {
        let sum =
            fixed.checked_add(tier.deduction.units()).and_then(|sum| sum.checked_sub(position.cost.units()));
        fixed = sum.ok_or(WHAT)?;
        let (qty, rate) = (i128::from(position.qty.lots()), i128::from(tier.rate.nanos()));
        // Signed lots less the share of them that maintenance takes; with the signs of 1/price for an inverse contract.
        let taken = if inverse { -rate } else { rate };
        lots += qty * one - qty.abs() * taken;
    }
    let fixed = fixed.checked_mul(one).ok_or(WHAT)?;
    match instrument.lot_value() {
        LotValue::PerTick(unit) => {
            let slope = lots.checked_mul(unit).ok_or(WHAT)?;
            let root = || fixed.checked_neg().and_then(|above| Ticks::new(above, slope)).ok_or(WHAT);
            match slope.signum() {
                0 => Ok(if fixed > 0 { Bound::Everywhere } else { Bound::Nowhere }),
                1 if fixed >= 0 => Ok(Bound::Everywhere),
                1 => Ok(Bound::Above(root()?)),
                _ if fixed <= 0 => Ok(Bound::Nowhere),
                _ => Ok(Bound::Below(root()?)),
            }
        }
        LotValue::OverTicks { numerator, denominator } => {
            let root = || Ticks::of_products([numerator, lots], [denominator, fixed]).ok_or(WHAT);
            match (fixed.signum(), lots.signum()) {
                (1, 1) => Ok(Bound::Above(root()?)),
                (1, _) | (0, -1) => Ok(Bound::Everywhere),
                (-1, -1) => Ok(Bound::Below(root()?)),
                _ => Ok(Bound::Nowhere),
            }
        }
    }
}
