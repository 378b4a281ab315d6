//! Chores of this workspace that a test wants to call as well; what only a person calls is in `main.rs`.

pub mod combinations;
pub mod dist;
pub mod features;
pub mod measure;
pub mod publish;
mod staging;
mod tracked;
pub mod vend;
