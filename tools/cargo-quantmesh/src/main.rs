//! `cargo quantmesh`: hands its words to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_quantmesh::run(std::env::args_os())
}
