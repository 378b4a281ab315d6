//! The strategy on its own, in a made-up market: what becomes of its orders is up to the test.

mod build;
mod faults;
mod random;
mod world;
