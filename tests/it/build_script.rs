//! The build script's own logic: which leaves are linked, and what is said about where the sources came from.

use std::fs;
use std::path::Path;
use std::process::Command;

#[expect(dead_code, reason = "a build script's `main` is called by cargo only")]
#[path = "../../build.rs"]
mod script;

use script::{Origin, feature_variable, fnv1a64, leaves, origin, packed_revision, registered, sources, utc};

const MANIFEST: &str = "\
[dependencies]
web = [\"dep:web\"]
[features]
default = [\"free\"]
# dep:grid
free = [\"grid\", \"trend_following\"]
trend_following = [\"dep:trend_following\"]  # moving averages
grid = [
    \"dep:grid\",
]
metrics = [\"dep:exporter\"]
[dev-dependencies]
ai_strategy = [\"dep:ai_strategy\"]
";

#[test]
fn leaves_are_features_that_switch_on_their_namesake() {
    assert_eq!(leaves(MANIFEST, |_| true), ["grid", "trend_following"]);
    assert_eq!(leaves(MANIFEST, |feature| feature == "grid"), ["grid"]);
    assert_eq!(leaves(MANIFEST, |_| false), [""; 0]);
    assert_eq!(feature_variable("trend_following"), "CARGO_FEATURE_TREND_FOLLOWING");
}

#[test]
fn every_leaf_is_named_in_code() {
    let text = registered(&["grid".to_owned()], &["ai_strategy".to_owned(), "grid".to_owned()]);
    assert!(text.contains("const _: &::sdk::Registered = &::grid::__QUANTMESH_REGISTERED;"));
    assert!(text.contains("const EXPECTED: &[&str] = &[\"grid\"];\n"));
    assert!(text.ends_with("const AVAILABLE: &[&str] = &[\"ai_strategy\", \"grid\"];\n"));
}

#[test]
fn where_a_strategy_comes_from_is_told_without_a_password() {
    let lock = "version = 4\n\n[[package]]\nname = \"quantmesh-grid\"\nversion = \"0.1.0\"\n\n\
                [[package]]\nname = \"quantmesh-ai-strategy\"\nversion = \"0.3.0\"\n\
                source = \"git+https://joe:s3cret@vendor.example/ai.git?tag=v0.3.0#0123abcd\"\n\n\
                [[package]]\nname = \"serde\"\nsource = \"registry+https://index.example\"\n";
    let leaves = ["ai_strategy".to_owned(), "grid".to_owned()];
    let git = "git+https://vendor.example/ai.git?tag=v0.3.0#0123abcd";
    let pair = |package: &str, source: &str| (package.to_owned(), source.to_owned());
    assert_eq!(
        sources(&leaves, lock),
        [pair("quantmesh-grid", "this tree"), pair("quantmesh-ai-strategy", git)]
    );
    assert_eq!(sources(&leaves, ""), []);
}

#[test]
fn dates_are_civil_dates() {
    // Expected values by `date -u -d @SECONDS`.
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_827_696, "2000-02-29T12:34:56Z"),
        (1_700_000_000, "2023-11-14T22:13:20Z"),
        (4_102_444_799, "2099-12-31T23:59:59Z"),
        (-1, "1969-12-31T23:59:59Z"),
    ] {
        assert_eq!(utc(seconds), text);
    }
}

#[test]
fn hashes_are_fnv1a() {
    // From the test vectors that the authors of the hash publish.
    assert_eq!(fnv1a64(b""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv1a64(b"a"), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(fnv1a64(b"foobar"), 0x8594_4171_f739_67e8);
}

#[test]
fn a_packed_crate_says_its_revision() {
    let info = "{\n  \"git\": {\n    \"sha1\": \"0123abcd\"\n  },\n  \"path_in_vcs\": \"\"\n}";
    assert_eq!(packed_revision(info), Some("0123abcd"));
    assert_eq!(packed_revision("{}"), None);
    assert_eq!(packed_revision("{\"sha1\": \"no revision\"}"), None);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".cargo_vcs_info.json"), info).unwrap();
    assert_eq!(origin(folder.path()).revision, "0123abcd");
    assert_eq!(origin(folder.path()).dirty, "no");
}

#[test]
fn a_clone_says_its_revision_and_whether_it_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    if !git(root, &["init", "--quiet"]) {
        eprintln!("passed over: there is no git here");
        return;
    }
    fs::write(root.join("Cargo.toml"), "[package]\n").unwrap();
    assert_eq!(origin(root).revision, "unknown", "nothing is committed yet");
    assert!(git(root, &["add", "."]) && git(root, &["commit", "--quiet", "--message", "one"]));
    let clean = origin(root);
    assert!(clean.revision.len() >= 40, "{clean:?}");
    assert_eq!((clean.dirty.as_str(), clean.committed.as_str()), ("no", "1700000000"));
    fs::write(root.join("notes.txt"), "not built").unwrap();
    assert_eq!(origin(root), clean);
    fs::create_dir(root.join("src")).unwrap();
    fs::write(root.join("src/lib.rs"), "").unwrap();
    assert_eq!(origin(root), Origin { dirty: "yes".to_owned(), ..clean });
}

#[test]
fn sources_inside_another_repository_do_not_report_that_one() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("unpacked");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("Cargo.toml"), "[package]\n").unwrap();
    if git(folder.path(), &["init", "--quiet"]) {
        assert!(
            git(folder.path(), &["add", "."])
                && git(folder.path(), &["commit", "--quiet", "--message", "one"])
        );
    }
    let unknown = || "unknown".to_owned();
    assert_eq!(origin(&inner), Origin { revision: unknown(), dirty: unknown(), committed: unknown() });
}

/// Runs git away from whatever this user has set up.
fn git(folder: &Path, args: &[&str]) -> bool {
    let date = "1700000000 +0000";
    let mut command = Command::new("git");
    command.current_dir(folder).args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "core.hooksPath=none",
    ]);
    command.args(args).env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    command
        .env("GIT_CONFIG_GLOBAL", "")
        .env("GIT_CONFIG_SYSTEM", "")
        .status()
        .is_ok_and(|status| status.success())
}
