//! `cargo quantmesh` as its users meet it: the real cargo, real repositories, at a desk of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it passes over"
)]

mod compiled;
mod from_config;
mod place;
mod refused;
mod upgraded;
