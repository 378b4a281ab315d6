//! Which points of a parameter space to try next, and which of those tried are best; nothing is run here.
//!
//! A [`Space`] is a list of axes, each with a finite list of exact values, less what its constraints forbid. A [`Study`] asks for
//! points in batches and is told what came of them. Batches have sizes of their own, so what is asked never depends on how
//! many threads answer, and equal results are put in the order in which they were asked for.

mod axis;
mod chance;
mod constraint;
mod front;
mod goal;
mod sample;
mod shard;
mod space;
mod splits;
mod study;
mod value;

pub use axis::{Axis, MAX_VALUES};
pub use front::{Ranked, pareto, rank};
pub use goal::Goal;
pub use shard::{Shard, ShardError};
pub use space::{Point, Space, SpaceError};
pub use splits::{Plan, Span, Split, SplitError};
pub use study::{Asked, MAX_TRIALS, Method, Study, StudyError, StudySetup};
pub use value::Value;
