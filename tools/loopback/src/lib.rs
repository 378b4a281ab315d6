//! Servers for tests of delivery: private git over ssh and http, a private registry. On loopback only, and gone with their test.

mod desk;

pub use desk::Desk;
