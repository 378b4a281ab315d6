//! The binary: hands its arguments to the library, which names every strategy that is compiled in.

use std::process::ExitCode;

fn main() -> ExitCode {
    quantmesh::run(std::env::args_os())
}
