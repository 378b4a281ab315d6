//! Market data files: read, checked, converted. Nothing here trades, and no price passes through a float.
//!
//! [`read`] takes CSV, gzip, zip or a tape, finds out what the columns mean, and gives a [`Series`] in whole ticks and
//! lots together with an [`Inspection`] of what was found. A series that is not sound is refused, by line.

mod book;
mod columns;
mod error;
mod export;
mod inspect;
mod layout;
mod number;
mod order_times;
#[cfg(feature = "parquet")]
mod parquet;
mod plain;
mod qmt;
mod ratio;
mod read;
mod resample;
mod rows;
mod series;
mod signals;
mod source;
mod when;

pub use book::{BookFindings, Clock};
pub use error::DataError;
pub use export::{write_csv, write_parquet};
pub use inspect::{Gap, Inspection, Step};
pub use layout::Kind;
pub use order_times::{OrderTimes, read_order_times};
pub use qmt::{AnyRows, Merged, Record, Row, Rows, Tape, TapeWriter, Verified, write};
pub use read::{ReadOptions, inspect, read, read_all, read_bytes};
pub use resample::{Resampled, resample};
pub use series::{Grid, Loaded, Series, SeriesData};
pub use signals::{read_signals, read_signals_bytes};
pub use when::{parse_text as parse_time, show as show_time};

/// What is said where Parquet is asked for and not compiled in.
#[cfg(not(feature = "parquet"))]
pub(crate) const NO_PARQUET: &str =
    "this build has no Parquet; build it with the feature `parquet`, or use CSV";
