//! What the chores write, as whoever gets it meets it: by the real cargo and the real git, at a desk of its own.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "all of this binary is tests, which may stop where something is not as it should be; clippy.toml allows it in \
              test functions only"
)]

mod host;
mod identity;
mod public_tree;
mod tree;
mod vend;
mod wrong_builds;
