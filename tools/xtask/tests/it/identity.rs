//! What a build says it was made from, by the real `build.rs` in a small crate: as a clone, a git dependency, an archive and a
//! package, clean and changed.

use std::fs;
use std::path::{Path, PathBuf};

use loopback::Desk;

use crate::tree::{Said, desk, git, root, run, write};

/// The day on which every commit of these tests is made.
const DAY: &str = "2023-11-14T22:13:20Z";

/// A repository whose only crate tells its identity by this tree's build script.
fn engine(desk: &Desk) -> PathBuf {
    let engine = desk.path().join("engine");
    let manifest = "[package]\nname = \"told\"\nversion = \"1.0.0\"\nedition = \"2024\"\nlicense = \"MIT\"\ndescription = \"d\"\nrepository = \"r\"\n\n[features]\ndefault = []\n";
    write(&engine.join("Cargo.toml"), manifest);
    write(&engine.join(".gitignore"), "/target\n/Cargo.lock\n");
    fs::copy(root().join("build.rs"), engine.join("build.rs")).unwrap();
    let library = "#![allow(dead_code)]\ninclude!(concat!(env!(\"OUT_DIR\"), \"/identity.rs\"));\n\npub fn told() -> String {\n    format!(\"{REVISION} {DIRTY} {DATE}\")\n}\n";
    write(&engine.join("src/lib.rs"), library);
    write(&engine.join("src/main.rs"), "fn main() {\n    print!(\"{}\", told::told());\n}\n");
    git(desk, &engine, &["init", "--quiet"]);
    commit(desk, &engine);
    engine
}

fn commit(desk: &Desk, folder: &Path) -> String {
    git(desk, folder, &["add", "."]);
    git(desk, folder, &["commit", "--quiet", "--message", "one"]);
    git(desk, folder, &["rev-parse", "HEAD"])
}

/// The real cargo with a target folder of this desk's own: these crates are small.
fn cargo(desk: &Desk, folder: &Path, args: &[&str], variables: &[(&str, &Path)]) -> Said {
    let mut command = desk.cargo(folder);
    command.args(args).args(["--offline", "--quiet"]).env("CARGO_TARGET_DIR", desk.path().join("target"));
    command.envs(variables.iter().copied());
    let said = run(&mut command);
    assert!(said.done, "cargo {args:?}: {}", said.err);
    said
}

fn told(desk: &Desk, folder: &Path) -> String {
    cargo(desk, folder, &["run"], &[]).out
}

#[test]
fn a_clone_tells_its_commit_and_whether_it_was_changed_since() {
    let desk = desk();
    let engine = engine(&desk);
    let first = git(&desk, &engine, &["rev-parse", "HEAD"]);
    assert_eq!(told(&desk, &engine), format!("{first} no {DAY}"));
    // Something that is not built, and something that is.
    write(&engine.join("notes.txt"), "later");
    assert_eq!(told(&desk, &engine), format!("{first} no {DAY}"));
    write(&engine.join("src/more.rs"), "//! More.\n");
    assert_eq!(told(&desk, &engine), format!("{first} yes {DAY}"));
    let second = commit(&desk, &engine);
    assert_ne!(first, second);
    assert_eq!(
        told(&desk, &engine),
        format!("{second} no {DAY}"),
        "a new commit is seen without `cargo clean`"
    );
}

/// The same sources in somebody else's repository say nothing, rather than that one's commit; also in a hook of it, where git
/// is told which repository to answer for.
#[test]
fn an_archive_inside_another_repository_does_not_tell_that_ones_commit() {
    let desk = desk();
    let engine = engine(&desk);
    let outer = desk.path().join("outer");
    for name in ["Cargo.toml", "build.rs", "src/lib.rs", "src/main.rs"] {
        write(&outer.join("vendor/told").join(name), &fs::read_to_string(engine.join(name)).unwrap());
    }
    git(&desk, &outer, &["init", "--quiet"]);
    commit(&desk, &outer);
    let unpacked = outer.join("vendor/told");
    assert_eq!(told(&desk, &unpacked), "unknown unknown unknown");
    fs::remove_dir_all(desk.path().join("target")).unwrap();
    let hooked = cargo(&desk, &unpacked, &["run"], &[("GIT_DIR", &outer.join(".git"))]);
    assert_eq!(hooked.out, "unknown unknown unknown");
}

/// As a git dependency it tells the commit that the lock file names.
#[test]
fn a_git_dependency_tells_the_commit_of_its_tag() {
    let desk = desk();
    let engine = engine(&desk);
    let tagged = git(&desk, &engine, &["rev-parse", "HEAD"]);
    git(&desk, &engine, &["tag", "v1.0.0"]);
    write(&engine.join("src/more.rs"), "//! More.\n");
    commit(&desk, &engine);
    let host = desk.path().join("host");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"host\"\nedition = \"2024\"\n[dependencies]\ntold = {{ git = \"file://{}\", tag = \"v1.0.0\" }}\n",
        engine.display()
    );
    write(&host.join("Cargo.toml"), &manifest);
    write(&host.join("src/main.rs"), "fn main() {\n    print!(\"{}\", told::told());\n}\n");
    // A repository on this machine is no network, but cargo counts it as one until it has it.
    let mut fetch = desk.cargo(&host);
    let fetched = run(fetch.arg("fetch").env("CARGO_TARGET_DIR", desk.path().join("target")));
    assert!(fetched.done, "{}", fetched.err);
    assert_eq!(told(&desk, &host), format!("{tagged} no {DAY}"));
    let lock = fs::read_to_string(host.join("Cargo.lock")).unwrap();
    assert!(lock.contains(&format!("?tag=v1.0.0#{tagged}")), "{lock}");
}

/// What `cargo package` packs tells the commit it was packed at, wherever it is unpacked.
#[test]
fn packed_sources_tell_where_they_were_packed() {
    let desk = desk();
    let engine = engine(&desk);
    let revision = git(&desk, &engine, &["rev-parse", "HEAD"]);
    let pack = |folder: &str, more: &[&str]| {
        let mut args = vec!["package", "--no-verify"];
        args.extend(more);
        cargo(&desk, &engine, &args, &[]);
        let outer = desk.path().join(folder);
        fs::create_dir_all(&outer).unwrap();
        git(&desk, &outer, &["init", "--quiet"]);
        let packed = desk.path().join("target/package/told-1.0.0.crate");
        let mut unpack = desk.command("tar", &outer);
        let unpacked = run(unpack.arg("xzf").arg(packed));
        assert!(unpacked.done, "{}", unpacked.err);
        told(&desk, &outer.join("told-1.0.0"))
    };
    assert_eq!(pack("clean", &[]), format!("{revision} no unknown"));
    write(
        &engine.join("src/lib.rs"),
        &format!("{}\n", fs::read_to_string(engine.join("src/lib.rs")).unwrap()),
    );
    assert_eq!(pack("changed", &["--allow-dirty"]), format!("{revision} yes unknown"));
}
