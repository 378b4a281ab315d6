//! Tests of the grid without the engine: a small exchange drives it, tables and random walks say what must hold.

mod exchange;
mod refusals;
mod restarts;
mod tables;
mod walks;
