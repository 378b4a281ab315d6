//! Where the shared test material is: the one function that tests and benches ask.

use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of shared test material: the environment variable `QUANTMESH_SHARED`, else `../shared` beside the
/// workspace; `None` where there is none, as in a user's clone.
///
/// # Panics
/// Where it is missing although `QUANTMESH_REQUIRE_SHARED` is set to `1`, as it is in continuous integration.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("QUANTMESH_SHARED").map_or_else(beside, PathBuf::from);
    if folder.join("data").is_dir() {
        return Some(folder);
    }
    let required = std::env::var_os("QUANTMESH_REQUIRE_SHARED").is_some_and(|value| value == "1");
    assert!(
        !required,
        "QUANTMESH_REQUIRE_SHARED=1, but the shared test material is not there; set QUANTMESH_SHARED"
    );
    None
}

/// As [`shared`], joined with `path`; says in one line on standard error what is passed over where it is missing.
#[must_use]
pub fn shared_or_skip(path: &str) -> Option<PathBuf> {
    let found = shared().map(|folder| folder.join(path));
    if found.is_none() {
        // Written past the test harness, which would keep back what a passing test says.
        let _ = writeln!(
            std::io::stderr(),
            "passed over: it needs {path} of the shared test material (QUANTMESH_SHARED)"
        );
    }
    found
}
