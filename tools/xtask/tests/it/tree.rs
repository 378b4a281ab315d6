//! A copy of this tree at a desk, and the commands that run in it. Nothing here touches the checkout itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use loopback::Desk;
use xtask::publish;

/// The workspace that the tests run from.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap().to_path_buf()
}

pub(crate) fn desk() -> Desk {
    Desk::new(&root(), "plain").unwrap()
}

/// Whether the paid source is here; where it is not, a test that needs it says so and passes over.
pub(crate) fn has_paid_source(test: &str) -> bool {
    let placeholder = publish::placeholder_in(&root()).unwrap();
    if let Some(feature) = &placeholder {
        eprintln!("{test}: passed over: this is the public tree, `{feature}` is a placeholder here");
    }
    placeholder.is_none()
}

/// A repository at the desk with the files of this tree, committed.
pub(crate) fn copy(desk: &Desk) -> PathBuf {
    let to = desk.path().join("tree");
    copy_folder(&root(), "", &to);
    for args in [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "--message", "one"]] {
        git(desk, &to, args);
    }
    to
}

/// Whatever `.gitignore` leaves out stays behind, and so does git's own folder.
fn copy_folder(root: &Path, inside: &str, to: &Path) {
    const LEFT: [&str; 5] = ["target", ".git", "private", "quantmesh-out", ".cargo/private.toml"];
    fs::create_dir_all(to.join(inside)).unwrap();
    for entry in fs::read_dir(root.join(inside)).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() { name } else { format!("{inside}/{name}") };
        if LEFT.contains(&path.as_str()) || path.ends_with(".qmt") {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy_folder(root, &path, to);
        } else {
            fs::copy(entry.path(), to.join(&path)).unwrap();
        }
    }
}

/// Runs git, which must succeed, away from whatever this user has set up.
pub(crate) fn git(desk: &Desk, folder: &Path, args: &[&str]) -> String {
    let mut command = desk.command("git", folder);
    command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]).args(args);
    let date = "1700000000 +0000";
    command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
    let said = run(&mut command);
    assert!(said.done, "git {args:?}: {}", said.err);
    said.out.trim().to_owned()
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) done: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    said(&output)
}

pub(crate) fn said(output: &std::process::Output) -> Said {
    Said {
        done: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs the real cargo at the desk, offline, while no other desk builds.
pub(crate) fn cargo(desk: &Desk, folder: &Path, args: &[&str]) -> Said {
    desk.alone(quick(&mut desk.cargo(folder)).args(args).arg("--offline"), |output| Ok(said(&output)))
        .unwrap()
}

/// What is built is not to be fast: the build is.
pub(crate) fn quick(command: &mut Command) -> &mut Command {
    command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0")
}

/// Writes a file at the desk, with the folders it needs.
pub(crate) fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// Every file below a folder, by its path from there, sorted; git's own are left out.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &Path, inside: &str, found: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{inside}{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                if path != ".git" {
                    walk(&entry.path(), &format!("{path}/"), found);
                }
            } else {
                found.push((path, fs::read(entry.path()).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    found
}
