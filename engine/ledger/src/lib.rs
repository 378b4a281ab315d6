//! The books: postings that sum to zero, positions at average cost, and the record of a run.
//!
//! Money moves through one door, [`Portfolio`]. Everything it books is a transaction of double-entry postings,
//! and a transaction that does not sum to zero in every asset is refused.

mod books;
mod curve;
mod lots;
mod portfolio;
mod pots;
mod record;
mod recorder;

pub use books::{Account, Books, Posting, Unbalanced};
pub use curve::{Fall, Falls};
pub use lots::Lots;
pub use portfolio::{Booked, LedgerError, Portfolio};
pub use pots::Wallet;
pub use record::{
    AccountRecord, EquityPoint, FillRecord, FundingRecord, Note, OrderRecord, RoundTrip, RunRecord, Totals,
};
pub use recorder::{Recorder, RecorderOptions};
