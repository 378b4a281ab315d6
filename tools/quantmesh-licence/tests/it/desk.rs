//! An office in a folder that goes away, and the program in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use licence::{PublicKey, Signed};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const SETTINGS: &str = r#"renew = "sales@vendor.example"
engine = "0.1.0"
msrv = "1.95"

[strategies.ai_strategy]
versions = "^0.1"
git = "ssh://git@vendor.example/ai_strategy.git"
tag = "v0.1.0"

[strategies.advanced_risk]
versions = "^0.1"
registry = "vendor"
version = "0.1.2"
"#;

/// The time at which these tests play.
pub(crate) const NOW: &str = "2026-11-24T12:00:00Z";

/// What every order here has.
pub(crate) const ORDER: [&str; 6] =
    ["issue", "--customer", "ACME Trading", "--strategy", "ai_strategy", "--days=365"];

pub(crate) struct Office(TempDir);

impl Office {
    /// One without anything in it.
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One with settings and a key.
    pub(crate) fn new() -> Self {
        let office = Self::empty();
        office.write("vendor.toml", SETTINGS);
        office.good(&["keygen"]);
        office
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quantmesh-licence"));
        command.args(args).current_dir(self.0.path()).env_remove("QUANTMESH_OFFICE");
        command
    }

    pub(crate) fn at(&self, now: &str, args: &[&str]) -> Output {
        self.command(args).args(["--now", now]).output().unwrap()
    }

    /// Exit code and standard error.
    pub(crate) fn said(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.at(NOW, args);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// Standard output of what has to go well.
    pub(crate) fn good(&self, args: &[&str]) -> String {
        let output = self.at(NOW, args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.good(&[args, &["--json"]].concat())).unwrap()
    }

    /// The files of a folder with an ending, by name.
    pub(crate) fn files(&self, folder: &str, ending: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut found: Vec<_> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|found| found == ending))
            .collect();
        found.sort();
        found
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey::from_hex(&fs::read_to_string(&self.files("keys", "pub")[0]).unwrap()).unwrap()
    }
}

/// A licence file as the engine reads it.
pub(crate) fn engine_reads(path: &Path) -> Signed {
    Signed::parse(&fs::read_to_string(path).unwrap()).unwrap()
}
