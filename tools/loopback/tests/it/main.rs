//! Private sources over real servers: git over ssh and http, a registry. What the servers do, and what cargo makes of it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it should be"
)]

mod by_features;
mod said;
mod servers;
mod vendor;
