//! Where a new strategy finds the engine: a folder, or a git repository.

use std::path::{Component, Path, PathBuf};

use crate::Failure;
use crate::failure::Kind;

/// The engine as manifests name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A folder, from the new crate's.
    Folder(String),
    /// A repository, at the tag of this program's version.
    Git(String),
}

/// What stands for an engine that nobody has named, as in a build file that `cargo quantmesh init` writes.
pub(crate) const PLACEHOLDER: &str = "https://engine.example/quantmesh.git";

impl Engine {
    /// The engine that was asked for; else the one whose tree the new folder is in, else the repository that this program is
    /// from, else a placeholder.
    pub(crate) fn find(asked: Option<&str>, folder: &Path) -> Result<Self, Failure> {
        match asked {
            Some(text) if text.contains("://") => Self::repository(text),
            Some(text) if text.contains('@') && text.contains(':') => Err(wrong(
                text,
                "is not an address with ://; write git@host:folder/name as ssh://git@host/folder/name",
            )),
            Some(text) => {
                let path = Path::new(text);
                let there = path.canonicalize().map_err(|error| {
                    wrong(
                        text,
                        &format!("{error}; name the engine's folder, or the address of its repository"),
                    )
                })?;
                if !is_engine(&there) {
                    let what = "is no engine: it has no engine/sdk/Cargo.toml; name the folder that was cloned, or the address \
                                of its repository";
                    return Err(wrong(text, what));
                }
                Ok(Self::Folder(place(&there, folder, path.is_relative())))
            }
            None => Ok(match folder.ancestors().skip(1).find(|above| is_engine(above)) {
                Some(above) => Self::Folder(place(above, folder, true)),
                None => Self::Git(
                    Some(env!("CARGO_PKG_REPOSITORY"))
                        .filter(|address| !address.is_empty())
                        .unwrap_or(PLACEHOLDER)
                        .to_owned(),
                ),
            }),
        }
    }

    fn repository(url: &str) -> Result<Self, Failure> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let user = rest.split('/').next().and_then(|host| host.rsplit_once('@')).map(|(user, _)| user);
        match user {
            Some(user) if user.contains(':') || scheme != "ssh" => {
                // Not repeated: it may be a secret.
                let what = "holds a user name or password, which does not belong into a file that is committed; take it out \
                            and give it by git's credential helper";
                Err(Failure::new(Kind::Usage, format!("strategies new: --engine: the address {what}")))
            }
            _ => Ok(Self::Git(url.to_owned())),
        }
    }

    /// Whether somebody has to put the real address in.
    pub(crate) fn is_placeholder(&self) -> bool {
        *self == Self::Git(PLACEHOLDER.to_owned())
    }

    /// What a dependency on the package in `inside` of the engine's tree says, in a manifest `depth` folders below the new crate.
    pub(crate) fn dependency(&self, inside: &str, depth: usize) -> String {
        match self {
            Self::Folder(path) => {
                let up = if Path::new(path).is_absolute() { String::new() } else { "../".repeat(depth) };
                let inside = if inside.is_empty() { String::new() } else { format!("/{inside}") };
                format!("path = \"{up}{path}{inside}\"")
            }
            Self::Git(url) => format!("git = \"{url}\", tag = \"v{}\"", env!("CARGO_PKG_VERSION")),
        }
    }

    /// The lines that make strategy and engine share one sdk: both ask for it by version.
    pub(crate) fn patch(&self, depth: usize) -> String {
        ["types", "sdk"]
            .map(|room| {
                format!("quantmesh-{room} = {{ {} }}\n", self.dependency(&format!("engine/{room}"), depth))
            })
            .concat()
    }

    /// The versions that the engine was tested with, where its folder is at hand.
    pub(crate) fn lock(&self, folder: &Path) -> Option<String> {
        let Self::Folder(path) = self else { return None };
        std::fs::read_to_string(simplified(&folder.join(path)).join("Cargo.lock")).ok()
    }
}

fn wrong(text: &str, what: &str) -> Failure {
    Failure::new(Kind::Usage, format!("strategies new: --engine {text}: {what}"))
}

fn is_engine(folder: &Path) -> bool {
    let named = std::fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|text| text.lines().any(|line| line.trim() == "name = \"quantmesh\""));
    named && folder.join("engine/sdk/Cargo.toml").is_file()
}

/// How the manifest in `from` names the folder `to`: from there where that is asked for, with `/` on every system.
fn place(to: &Path, from: &Path, relative: bool) -> String {
    let path =
        if relative { between(&real(from), to).unwrap_or_else(|| to.to_owned()) } else { to.to_owned() };
    path.to_string_lossy().replace('\\', "/")
}

/// A path whose last parts may not exist yet, without links in the part that does.
fn real(path: &Path) -> PathBuf {
    let found = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let Some((above, real)) = found else { return path.to_owned() };
    path.strip_prefix(above).map_or_else(|_| path.to_owned(), |rest| real.join(rest))
}

/// The way from one folder to another; `None` where they have nothing in common.
fn between(from: &Path, to: &Path) -> Option<PathBuf> {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    Some(way)
}

/// A path without `..`, for folders that may not exist yet.
fn simplified(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut way, part| {
        if part == Component::ParentDir {
            way.pop();
        } else {
            way.push(part);
        }
        way
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_two_folders() {
        for (from, to, way) in [
            ("/a/b/new", "/a/b/engine", "../engine"),
            ("/a/new", "/a", ".."),
            ("/a/x/new", "/b/engine", "../../../b/engine"),
        ] {
            assert_eq!(between(Path::new(from), Path::new(to)), Some(PathBuf::from(way)), "{from} {to}");
            assert_eq!(simplified(&Path::new(from).join(way)), Path::new(to));
        }
    }

    #[test]
    fn manifests_name_a_folder_from_where_they_are_and_a_repository_by_tag() {
        let near = Engine::Folder("../engine".to_owned());
        assert_eq!(near.dependency("engine/sdk", 0), "path = \"../engine/engine/sdk\"");
        assert_eq!(near.dependency("", 1), "path = \"../../engine\"");
        let far = Engine::Folder("/opt/engine".to_owned());
        assert_eq!(far.dependency("", 1), "path = \"/opt/engine\"");
        let git = Engine::find(Some("ssh://git@host/engine.git"), Path::new("/new")).unwrap();
        assert_eq!(
            git.dependency("engine/sdk", 1),
            format!("git = \"ssh://git@host/engine.git\", tag = \"v{}\"", env!("CARGO_PKG_VERSION"))
        );
    }

    #[test]
    fn what_is_no_engine_is_refused() {
        for (asked, expected) in [
            ("git@host:engine.git", "--engine git@host:engine.git: is not an address with ://"),
            ("https://me:secret@host/engine.git", "the address holds a user name or password"),
            ("/nowhere/at/all", "name the engine's folder, or the address of its repository"),
            ("src", "--engine src: is no engine: it has no engine/sdk/Cargo.toml"),
        ] {
            let failure = Engine::find(Some(asked), Path::new("/new")).unwrap_err();
            assert_eq!(failure.kind, Kind::Usage);
            assert!(failure.message.contains(expected), "{failure}");
            assert!(!failure.message.contains("secret"), "{failure}");
        }
    }
}
