//! The gate between a wish and an order, and the breaker that ends a run that loses too much.
//!
//! An [`Approved`] order can only come from [`Gate::judge`]. Rules stop what opens risk; an order that only
//! reduces a position always passes.

mod approved;
mod breaker;
mod gate;

pub use approved::Approved;
pub use breaker::{Breaker, BreakerLimits, Trip};
pub use gate::{Desk, Gate, Limits};
