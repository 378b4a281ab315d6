//! Market data files: read, checked, converted. Nothing here trades, and no price passes through a float.
//!
//! [`read`] takes CSV, gzip, zip or a tape, finds out what the columns mean, and gives a [`Series`] in whole ticks and
//! lots together with an [`Inspection`] of what was found. A series that is not sound is refused, by line.

mod book;
mod columns;
mod error;
mod inspect;
mod layout;
mod number;
mod plain;
mod qmt;
mod ratio;
mod read;
mod rows;
mod series;
mod signals;
mod source;
mod when;

pub use book::{BookFindings, Clock};
pub use error::DataError;
pub use inspect::{Gap, Inspection, Step};
pub use layout::Kind;
pub use qmt::write;
pub use read::{ReadOptions, inspect, read, read_all, read_bytes};
pub use series::{Grid, Loaded, Series, SeriesData};
pub use signals::read_signals;
pub use when::show as show_time;
