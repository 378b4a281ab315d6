//! A run record in, a tear sheet out: text, JSON, CSV and a web page that opens offline.
//!
//! Every figure comes from one table, [`metrics`], and carries the convention it was worked out by. Amounts are exact
//! decimal text; ratios are floats, and absent where they are not defined. This crate decides nothing and trades nothing.

mod accounts;
mod attribution;
mod bounds;
mod compare;
mod context;
mod csv_files;
mod csv_sheet;
mod curve;
mod exposure;
mod html;
mod json;
mod lint;
mod metrics;
mod months;
mod robustness;
mod sheet;
mod show;
mod text;
mod trips;
mod write;

pub use bounds::Bound;
pub use compare::{Comparison, Row, Run, compare};
pub use context::{Calendar, Context, Search};
pub use curve::last_of_each;
pub use html::html;
pub use json::to_json;
pub use lint::{Finding, Severity, lint};
pub use metrics::{Group, Metric, Value, metrics};
pub use robustness::{BandOf, Robustness};
pub use text::text_sheet;
pub use write::{ReportError, write_all};
