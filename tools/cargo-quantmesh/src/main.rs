//! `cargo quantmesh`: reads the words, runs the step.

fn main() {}
