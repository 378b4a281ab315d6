//! `quantmesh-licence`: reads the words, runs the command.

fn main() {}
