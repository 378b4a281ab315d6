//! Chores of this workspace that a test wants to call as well; what only a person calls is in `main.rs`.

pub mod dist;
pub mod features;
