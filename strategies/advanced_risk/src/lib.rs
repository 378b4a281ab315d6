//! A limit on value at risk: an order that would open more than history says can be lost is made smaller or refused.
//!
//! # Idea
//! Historical simulation: what today's positions would have gained or lost in each of the last `window` bars. Value at
//! risk is the loss that was exceeded in the share 1 − `confidence` of them: the quantile of those results at
//! 1 − `confidence`, with linear interpolation between the two nearest (Hyndman and Fan 1996, type 7; what NumPy and
//! empyrical take). A position counts with the open orders on the side of the order being judged, as if they had filled.
//!
//! # What it does
//! An opening order passes while value at risk with it is at most `max_var_pct` of equity. One that goes over it is made
//! smaller, down to the largest quantity that stays within; where there is none, it is refused with the limit and what
//! it would have come to. Exits are never judged.
//!
//! # What it does not do
//! It knows the past bars and nothing else: a loss that never happened in the window is not in it. Several instruments are
//! lined up by their last bars, so their bars should be of one length. It needs bars; on trades or quotes alone it stays
//! without history, and does what `before_ready` says.
//!
//! # Vendor key
//! Licences are held against `vendor.pub`, which is compiled in. In this tree that is the demonstration key of RFC 8032,
//! whose secret half everybody can read: builds with debug assertions take licences signed with it, all others refuse
//! them (exit code 24) unless asked by name (`--allow-demo-key`). Who sells this crate runs `quantmesh-licence keygen`, puts the
//! `.pub` file in the place of `vendor.pub`, and releases. `quantmesh doctor` names every crate that still has the
//! demonstration key.

mod params;
mod quantile;
mod rule;

pub use params::{BeforeReady, Params};
pub use quantile::value_at_risk;
pub use rule::AdvancedRisk;

sdk::register_rule! {
    id: "advanced_risk",
    summary: "a limit on historical value at risk: an opening order over it is made smaller or refused",
    tier: sdk::Tier::Paid { vendor_key: include_str!("../vendor.pub") },
    stability: sdk::Stability::Beta,
    released: "2026-11-24",
    params: Params,
    build: AdvancedRisk::build,
}
