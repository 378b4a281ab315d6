//! The one integration binary of this crate: the rule as the gate of a run meets it. One module a limit.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this binary is tests, which may stop where something is not as it should be; clippy.toml allows it in \
              test functions only"
)]

mod contract;
mod examples;
mod exposure;
mod ladder;
mod loss;
mod portfolio;
mod promises;
mod refused;
mod restart;
mod stress;
mod trader;
