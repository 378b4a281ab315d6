//! The files of this workspace, as the checks in `arrows` and `tidy` read them.

use std::fs;
use std::path::{Path, PathBuf};

/// One file: its path from the workspace's root, with `/` between folders, and what is in it.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    /// The text, where it is text.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The text, where it is Rust.
    pub(crate) fn rust(&self) -> Option<&str> {
        self.path.ends_with(".rs").then(|| self.text()).flatten()
    }
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of the project: what `.gitignore` leaves out is not part of it.
pub(crate) fn files() -> Vec<File> {
    let ignored = read(".gitignore");
    let mut found = Vec::new();
    walk(&root(), "", &ignored, &mut found);
    assert!(found.len() > 50, "only {} files found: the walk is broken", found.len());
    found
}

fn walk(folder: &Path, inside: &str, ignored: &str, found: &mut Vec<File>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{inside}{}", entry.file_name().to_string_lossy());
        if path == ".git" || is_ignored(&path, ignored) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{path}/"), ignored, found);
        } else if let Ok(bytes) = fs::read(entry.path()) {
            // A file that went away between listing and reading was an editor's.
            found.push(File { path, bytes });
        }
    }
}

/// The two forms that this project's `.gitignore` uses: `/path` from the root, and `*.ending`.
fn is_ignored(path: &str, ignored: &str) -> bool {
    ignored.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).any(
        |line| match (line.strip_prefix('/'), line.strip_prefix('*')) {
            (Some(exact), _) => path == exact.trim_end_matches('/'),
            (_, Some(ending)) => path.ends_with(ending),
            _ => panic!(
                ".gitignore: `{line}` is neither /path nor *.ending; teach tests/it/house.rs to read it"
            ),
        },
    )
}

#[test]
fn ignored_files_are_left_out() {
    let ignored = "/target\n# a note\n*.qmt\n";
    for (path, expected) in
        [("target", true), ("src/target", false), ("a/b.qmt", true), ("src/main.rs", false)]
    {
        assert_eq!(is_ignored(path, ignored), expected, "{path}");
    }
}
