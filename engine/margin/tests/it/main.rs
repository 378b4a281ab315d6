//! Tests of the margin room: published examples, tiers as a venue gives them, and money that is neither made nor lost.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its own fixture is wrong"
)]

mod account;
mod around;
mod conserved;
mod given;
mod published;
mod shared_tiers;
mod tiers;
