//! Makes the client and the server of the gRPC sidecar from its description, without a protoc on the machine.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto/strategy.proto");
    let description = protox::compile(["proto/strategy.proto"], ["proto"])?;
    Ok(tonic_prost_build::configure().compile_fds(description)?)
}
