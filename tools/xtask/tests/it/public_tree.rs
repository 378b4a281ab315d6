//! `cargo xtask publish`: what it exports, what it never does, and what a build of a paid feature says there.
//! `tests/public_tree.sh` runs all the tests of the exported tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use loopback::Desk;
use serde_json::Value;
use xtask::features::{self, Kind, Row, Sources, rows};
use xtask::publish::{buildable_of, placeholder_in, publish};

use crate::tree::{cargo, copy, desk, files, git, has_paid_source, root, write};

fn paid(tree: &Path) -> Vec<Row> {
    let is_paid = |row: &Row| matches!(&row.kind, Kind::Leaf { tier, .. } if tier == "paid");
    rows(&Sources::read(tree).unwrap()).unwrap().into_iter().filter(is_paid).collect()
}

/// The lines of text files that are long enough to be told from any other.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    std::str::from_utf8(bytes).unwrap_or_default().lines().map(str::trim).filter(|line| line.len() >= 40)
}

/// The public tree of a copy of this one, at the desk.
fn exported(desk: &Desk) -> (PathBuf, PathBuf) {
    let (tree, out) = (copy(desk), desk.path().join("public"));
    publish(&tree, &out).unwrap();
    (tree, out)
}

#[test]
fn the_source_that_is_sold_stays_here_and_all_else_goes_out() {
    if !has_paid_source("the_source_that_is_sold_stays_here_and_all_else_goes_out") {
        return;
    }
    let desk = desk();
    let tree = copy(&desk);
    // What lies beside the tracked files, in the folders and beyond them.
    write(&tree.join("strategies/grid/notes.txt"), "what the vendor would rather keep");
    write(&tree.join(".cargo/private.toml"), "[patch.crates-io]\n");
    write(&tree.join("target/debug/quantmesh"), "build output");
    let out = desk.path().join("public");
    let done = publish(&tree, &out).unwrap();
    let paid = paid(&tree);
    assert_eq!(done.placeholders, paid.iter().map(|row| row.feature.clone()).collect::<Vec<_>>());
    assert_eq!(done.changed, 1, "the notes are seen, and what .gitignore names is not");

    let public = files(&out);
    assert_eq!(public.len(), done.files);
    let sold = |name: &str| paid.iter().any(|row| name.starts_with(&format!("strategies/{}/", row.feature)));
    let tracked: BTreeSet<String> = git(&desk, &tree, &["ls-files"]).lines().map(str::to_owned).collect();
    let names: BTreeSet<String> = public.iter().map(|(name, _)| name.clone()).collect();
    let mut wanted: BTreeSet<String> = tracked.iter().filter(|name| !sold(name)).cloned().collect();
    for row in &paid {
        wanted.extend(["Cargo.toml", "src/lib.rs"].map(|name| format!("strategies/{}/{name}", row.feature)));
    }
    assert_eq!(names, wanted);

    let reasons = fs::read_to_string(out.join("docs/DEPENDENCIES.md")).unwrap();
    for row in &paid {
        let alone = format!("| strategies/{} |", row.feature);
        assert!(!reasons.contains(&alone), "a crate that nobody there uses has a row");
    }

    // No line of the paid source is anywhere, unless it was public anyway, as a feature's one-line summary is.
    let (paid_files, free_files): (Vec<_>, Vec<_>) =
        files(&tree).into_iter().filter(|(name, _)| tracked.contains(name)).partition(|(name, _)| sold(name));
    let known: BTreeSet<&str> = free_files.iter().flat_map(|(_, bytes)| lines(bytes)).collect();
    let secret: BTreeSet<&str> =
        paid_files.iter().flat_map(|(_, bytes)| lines(bytes)).filter(|line| !known.contains(line)).collect();
    assert!(secret.len() > 300, "only {} lines: the comparison is broken", secret.len());
    let summaries: Vec<&str> = paid.iter().map(|row| row.what.as_str()).collect();
    for (name, bytes) in &public {
        let leak = lines(bytes).find(|line| {
            secret.contains(line) && !summaries.iter().any(|what| line.contains(what.trim_end_matches('.')))
        });
        assert_eq!(leak, None, "{name}");
        assert!(!paid_files.iter().any(|(_, sold)| sold == bytes), "{name} is a file of a paid crate");
    }
    // Everything else is as it was, but the three files that must differ.
    let differing: Vec<&str> = public
        .iter()
        .filter(|(name, bytes)| !sold(name) && fs::read(tree.join(name)).unwrap() != *bytes)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(differing, ["Cargo.lock", "Cargo.toml", "docs/DEPENDENCIES.md"]);
}

/// Cargo takes the lock file as it is, and every version in it is the one of this tree.
#[test]
fn the_public_tree_is_whole() {
    if !has_paid_source("the_public_tree_is_whole") {
        return;
    }
    let desk = desk();
    let (tree, out) = exported(&desk);
    let read = cargo(&desk, &out, &["metadata", "--locked", "--format-version", "1"]);
    assert!(read.done, "{}", read.err);
    let metadata: Value = serde_json::from_str(&read.out).unwrap();
    let members = metadata["workspace_members"].to_string();
    let public_paid = paid(&out);
    assert_eq!(public_paid.len(), paid(&tree).len());
    for row in &public_paid {
        assert!(!members.contains(&row.feature), "{}: {members}", row.feature);
    }
    let packages = |tree: &Path| -> BTreeSet<String> {
        let lock = fs::read_to_string(tree.join("Cargo.lock")).unwrap();
        lock.split("[[package]]\n").skip(1).map(|text| text.lines().take(2).collect()).collect()
    };
    assert!(packages(&out).is_subset(&packages(&tree)));
    features::check(&out).unwrap();
    assert_eq!(fs::read(out.join("features.md")).unwrap(), fs::read(tree.join("features.md")).unwrap());
    let found = rows(&Sources::read(&out).unwrap()).unwrap();
    // Neither a paid feature, nor a collection that holds one.
    let all = rows(&Sources::read(&tree).unwrap()).unwrap().into_iter().map(|row| row.feature);
    let held = |name: &String| {
        name == "full" || name == "paid" || public_paid.iter().any(|row| row.feature == *name)
    };
    let free: Vec<String> = all.filter(|name| !held(name)).collect();
    assert!(free.contains(&"grid".to_owned()) && free.contains(&"default".to_owned()));
    assert_eq!(buildable_of(&found), free);
}

#[test]
fn a_paid_feature_says_what_it_is_and_what_to_type_next() {
    if !has_paid_source("a_paid_feature_says_what_it_is_and_what_to_type_next") {
        return;
    }
    let desk = desk();
    let (_, out) = exported(&desk);
    for row in paid(&out) {
        let Kind::Leaf { package, version, .. } = &row.kind else { panic!("{row:?}") };
        let feature = &row.feature;
        // What `cargo build` says as well; `check` stops as early and compiles less around it.
        let args = ["check", "--locked", "--features", feature, "--message-format", "json"];
        let built = cargo(&desk, &out, &args);
        assert!(!built.done, "{feature} builds");
        let errors: Vec<String> = built
            .out
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["message"]["level"] == "error")
            .map(|message| message["message"]["message"].as_str().unwrap().to_owned())
            .collect();
        let wanted = format!(
            "the feature `{feature}` is sold, and this tree holds only its placeholder\n\n{feature}: {}\n\n\
             If you have bought it, write these lines into .cargo/private.toml, with the address and the tag that its vendor gave you,\n\
             and build again:\n\n    [patch.crates-io]\n    {package} = {{ git = \"ssh://git@vendor.example/{feature}.git\", tag = \"v{version}\" }}\n\n\
             Or name it in a build file of your own: `cargo quantmesh init`. docs/CUSTOMER_GUIDE.md has both ways, and how to buy it.\n\
             If you did not mean to ask for it, leave it out of --features: `cargo build --release` has everything that is free.",
            row.what
        );
        assert_eq!(errors, [wanted], "nothing but the placeholder's own words");
        let last = built.err.lines().find(|line| line.starts_with("error")).unwrap_or_default();
        assert_eq!(last, format!("error: could not compile `{package}` (lib) due to 1 previous error"));
    }
}

#[test]
fn a_public_tree_is_not_published_again() {
    let desk = desk();
    let tree = copy(&desk);
    let public = desk.path().join("public");
    let there = if placeholder_in(&root()).unwrap().is_some() {
        tree
    } else {
        publish(&tree, &public).unwrap();
        public
    };
    let feature = placeholder_in(&there).unwrap().unwrap();
    let again = desk.path().join("again");
    assert_eq!(
        publish(&there, &again).unwrap_err().to_string(),
        format!(
            "this is already the public tree (strategies/{feature} holds a placeholder); publish from the tree that has the source"
        )
    );
    assert!(!again.exists());
}

#[test]
fn an_export_that_fails_leaves_nothing_and_takes_nothing() {
    if !has_paid_source("an_export_that_fails_leaves_nothing_and_takes_nothing") {
        return;
    }
    let desk = desk();
    let tree = copy(&desk);
    let shelf = desk.path().join("shelf");
    let out = shelf.join("public");
    let refused = |out: &Path| publish(&tree, out).unwrap_err().to_string();
    let empty = || fs::read_dir(&shelf).unwrap().next().is_none();

    write(&out.join("mine.txt"), "mine");
    assert_eq!(
        refused(&out),
        format!("{} is not empty; name a folder that does not exist yet, or an empty one", out.display())
    );
    assert_eq!(files(&shelf), [("public/mine.txt".to_owned(), b"mine".to_vec())]);
    fs::remove_dir_all(&out).unwrap();

    // Cargo would read this tree's configuration there.
    let inside = tree.join("dist/public");
    assert_eq!(
        refused(&inside),
        format!("{} is inside this tree; name a folder outside of it", inside.display())
    );

    // A lock file that cargo can't read, when most of the tree is written already.
    let lock = fs::read_to_string(tree.join("Cargo.lock")).unwrap();
    fs::write(tree.join("Cargo.lock"), format!("{lock}\n[[package]]\nname = 1\n")).unwrap();
    let said = refused(&out);
    assert!(
        said.starts_with(
            "cargo can't narrow the lock file of the public tree: error: failed to parse lock file"
        ),
        "{said}"
    );
    assert!(empty(), "{:?}", files(&shelf));
    // One that is behind its manifests: cargo would choose versions nobody has tried.
    let behind: Vec<&str> =
        lock.split("\n[[package]]\n").filter(|text| !text.starts_with("name = \"semver\"\n")).collect();
    fs::write(tree.join("Cargo.lock"), behind.join("\n[[package]]\n")).unwrap();
    let said = refused(&out);
    assert!(said.starts_with("the lock file of the public tree would have semver "), "{said}");
    assert!(empty(), "{:?}", files(&shelf));
    fs::write(tree.join("Cargo.lock"), lock).unwrap();

    write(&tree.join(".cargo/private.toml"), "[patch.crates-io]\n");
    git(&desk, &tree, &["add", "--force", ".cargo/private.toml"]);
    assert_eq!(
        refused(&out),
        ".cargo/private.toml is tracked by git, and it is private: `git rm --cached .cargo/private.toml`"
    );
    git(&desk, &tree, &["rm", "--quiet", "--cached", ".cargo/private.toml"]);
    assert!(empty(), "{:?}", files(&shelf));
    publish(&tree, &out).unwrap();
    assert_eq!(fs::read_dir(&shelf).unwrap().count(), 1, "the folder beside it is gone");
}
