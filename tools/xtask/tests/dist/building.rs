//! How a program of a release is built: the words and flags that the compiler gets.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use xtask::dist::{Platform, Toolchain, linking, recipe};

use crate::{ARM64, options};

fn toolchain() -> Toolchain {
    Toolchain {
        rustc: None,
        linker: Some("aarch64-linux-gnu-gcc"),
        whose: "a test",
        version: "rustc 1.95.0".to_owned(),
        revision: "abc".to_owned(),
        sysroot: PathBuf::from("/opt/rust"),
    }
}

#[test]
fn every_folder_of_the_builder_gets_another_name() {
    let recipe =
        recipe(Path::new("/somewhere/tree"), &options(&["--features", "full"]), &ARM64, &toolchain(), 7);
    assert_eq!(
        recipe.words.join(" "),
        "build --release --locked --package quantmesh --bin quantmesh --target aarch64-unknown-linux-gnu --features full"
    );
    assert_eq!(recipe.flags[0], "-Ctarget-feature=+crt-static");
    assert!(
        recipe.flags.contains(&"--remap-path-prefix=/somewhere/tree=/src".to_owned()),
        "{:?}",
        recipe.flags
    );
    assert!(
        recipe.flags.contains(&"--remap-path-prefix=/opt/rust/lib/rustlib/src/rust=/rustc/abc".to_owned())
    );
    assert!(recipe.flags.iter().any(|flag| flag.ends_with("=/cargo")), "{:?}", recipe.flags);
    assert!(recipe.flags.last().unwrap().ends_with("/dist=/target"), "{:?}", recipe.flags);
    let set = |name: &str| recipe.set.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_os_str());
    assert_eq!(set("SOURCE_DATE_EPOCH"), Some(OsStr::new("7")));
    assert_eq!(
        set("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"),
        Some(OsStr::new("aarch64-linux-gnu-gcc"))
    );
}

#[test]
fn a_mac_is_not_asked_for_what_it_has_not() {
    let recipe = recipe(Path::new("/tree"), &options(&[]), &Platform::ALL[3], &toolchain(), 7);
    assert!(recipe.flags.iter().all(|flag| !flag.contains("crt-static")), "{:?}", recipe.flags);
}

#[test]
fn a_target_without_releases_is_refused() {
    let error = options(&["--target", "riscv64gc-unknown-linux-gnu"]).targets().unwrap_err().to_string();
    assert!(
        error
            .starts_with("there are no releases for the target `riscv64gc-unknown-linux-gnu`; there are for"),
        "{error}"
    );
    assert_eq!(options(&["--target", "linux-arm64"]).targets().unwrap(), [ARM64]);
}

#[test]
fn a_program_that_asks_for_an_interpreter_is_told_from_one_that_does_not() {
    // This test itself: where it is an ordinary program of Linux, it is dynamic.
    let own = fs::read(std::env::current_exe().unwrap()).unwrap();
    let is = if cfg!(target_feature = "crt-static") { "static" } else { "dynamic" };
    assert_eq!(linking(&own).unwrap(), is);
    assert!(linking(b"#!/bin/sh\n").unwrap_err().to_string().starts_with("the binary: "));
}
