//! For strategies that add to a position in layers: the way it goes, the orders that are out, and what each is for.
//!
//! A [`Way`] writes long and short once. [`Orders`] keeps what was sent until its end is known, and recognises late fills by the
//! slot in their id ([`Leg`]). What a layer is, and when one is opened, is the strategy's.

mod orders;
mod way;

pub use orders::{Leg, Orders, most};
pub use way::{Seen, Way, average};
