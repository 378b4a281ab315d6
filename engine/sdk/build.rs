//! Nothing to build: `links = "quantmesh_sdk"` needs a build script, and makes two copies of the sdk in one graph an error.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
