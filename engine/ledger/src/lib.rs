//! The books: postings that sum to zero, positions at average cost, and the record of a run.

mod record;

pub use record::{EquityPoint, FillRecord, Note, OrderRecord, RoundTrip, RunRecord, Totals};
