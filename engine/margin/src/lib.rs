//! Margin of perpetual contracts: maintenance tiers, liquidation prices, and the account as a venue keeps it.
//!
//! [`Tiers`] say what a position must be backed by, [`liquidation_prices`] solve for the price at which that is no longer so, and
//! [`Account`] keeps wallets, legs and leverage, and says which legs a venue would take. The formulas are those of Binance's
//! futures; `docs/MARGIN.md` has them with their sources, and what is not modelled.

mod account;
mod collateral;
mod leg;
mod liquidation;
mod ratio;
mod tiers;

pub use account::{Account, AccountSettings, Holding, Line, MarginMode, Totals};
pub use account::{Liquidation, Standing};
pub use collateral::{Collateral, converted};
pub use leg::{Fault, LegSide, PositionMode};
pub use liquidation::{Backed, LiquidationPrices, bankruptcy_prices, liquidation_prices};
pub use tiers::{Tier, TierError, TierRow, Tiers, initial_margin};
