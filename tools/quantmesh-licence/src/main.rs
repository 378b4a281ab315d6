//! `quantmesh-licence`: reads the words, runs the command; what the commands do is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    quantmesh_vendor::run(std::env::args_os())
}
