//! Configuration in two steps: raw, as the file says it; checked, as the engine uses it.

mod checked;
mod edit;
mod execution;
mod files;
mod margin;
mod raw;
mod read;
mod search;
mod suggest;
mod tier_files;

pub(crate) use checked::Checked;
pub(crate) use edit::set;
pub(crate) use execution::{ExecutionConfig, LatencyConfig, QueueConfig};
pub(crate) use files::handed_over;
pub(crate) use raw::{CalendarConfig, Config, DataConfig, InstrumentConfig, LicenceClock, LicenceConfig};
pub(crate) use read::{Source, read};
pub(crate) use search::{MethodConfig, OptimizeConfig};
pub(crate) use suggest::nearest;
