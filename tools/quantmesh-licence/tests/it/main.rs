//! The vendor's tool as a vendor meets it: the real program in an office of its own. One module a subject.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "all of this binary is tests, which may stop where something is not as it should be; clippy.toml allows it in \
              test functions only"
)]

mod desk;
mod keys;
mod ledger;
mod licences;
mod orders;
