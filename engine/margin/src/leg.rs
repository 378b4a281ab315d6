//! Legs of a position, and why an account refuses something.

use types::{Asset, InstrumentId, Money, Overflow, Side};

/// Whether one instrument holds one position, or a long and a short one side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PositionMode {
    /// One signed position.
    #[default]
    OneWay,
    /// A long and a short leg ("hedge mode").
    Hedge,
}

/// Which position of an instrument, as venues name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegSide {
    /// The one position of one-way mode.
    Both,
    /// The long leg of hedge mode.
    Long,
    /// The short leg of hedge mode.
    Short,
}

/// Why an account refuses something. Nothing was booked then; only an overflow may leave a half of a booking, and ends the run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A sum does not fit.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// The account has no such instrument.
    #[error("instrument number {} is not in the margin account", .0.0)]
    UnknownInstrument(InstrumentId),
    /// The account has no such asset.
    #[error("the margin account has no wallet in {0}; name the asset with its index price and buffers")]
    UnknownAsset(Asset),
    /// Long and short legs belong to hedge mode, the one leg to one-way mode.
    #[error("leg {leg:?} in {mode:?} mode: hedge mode has Long and Short, one-way mode has Both")]
    WrongLeg {
        /// The leg that was named.
        leg: LegSide,
        /// The account's mode.
        mode: PositionMode,
    },
    /// A leg of hedge mode holds less than was to be closed.
    #[error("{side:?} of {asked} lots on the {leg:?} leg, which holds {held}; a leg can't change its side")]
    TooMuchToClose {
        /// Which leg.
        leg: LegSide,
        /// Which way.
        side: Side,
        /// Lots asked for.
        asked: i64,
        /// Lots held.
        held: i64,
    },
    /// Leverage beyond what the tiers allow for the position's size.
    #[error("{symbol}: leverage of {leverage}, where a position of {notional} may have {most}")]
    Leverage {
        /// Instrument.
        symbol: String,
        /// What was asked for.
        leverage: u32,
        /// The position's notional.
        notional: Money,
        /// The most its tier allows.
        most: u32,
    },
    /// A position larger than the last tier.
    #[error("{symbol}: a position of {notional}; the last maintenance tier ends at {cap}")]
    BeyondTiers {
        /// Instrument.
        symbol: String,
        /// The position's notional.
        notional: Money,
        /// Where the last tier ends.
        cap: Money,
    },
    /// Too little to open, to withdraw or to move.
    #[error("{needed} {asset} are needed, {available} are available")]
    Insufficient {
        /// Of which asset.
        asset: Asset,
        /// How much it takes.
        needed: Money,
        /// How much is there.
        available: Money,
    },
    /// Isolated margin needs one asset that backs it.
    #[error("{0}: isolated margin in a multi-asset account; use cross margin, or one asset")]
    IsolatedMultiAsset(String),
    /// A spot holding is paid in full and can't be levered, sold short or liquidated.
    #[error("{0} is spot: it has no margin; leave it to the ledger")]
    Spot(String),
}
