//! The one integration binary: the house's own rules, then the program as a user meets it. One module a subject.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "all of this binary is tests, which may stop where something is not as it should be; clippy.toml allows it in \
              test functions only"
)]

#[cfg(all(feature = "ai_strategy", feature = "multi_strategy", feature = "advanced_risk"))]
mod ai;
mod arrows;
mod build_script;
mod compiled_in;
mod contract;
mod features;
mod house;
mod inside;
#[cfg(all(feature = "ai_strategy", feature = "multi_strategy", feature = "advanced_risk"))]
mod licences;
mod margin;
mod new_strategy;
mod optimize;
mod program;
mod quoted;
mod replayed;
mod strategies_page;
mod tidy;
mod tokens;
