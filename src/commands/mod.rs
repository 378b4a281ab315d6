//! One file per command: arguments in, results out.

pub(crate) mod ai;
pub(crate) mod backtest;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod data;
pub(crate) mod doctor;
pub(crate) mod licence;
pub(crate) mod new_strategy;
pub(crate) mod optimize;
pub(crate) mod strategies;
pub(crate) mod version;
pub(crate) mod walk_forward;
