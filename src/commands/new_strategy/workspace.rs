//! The workspace that a new crate lands in, if it lands in one.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::engine::Engine;
use crate::Failure;

/// What is around a new crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// Nothing that claims it: it is a workspace of its own.
    Open,
    /// A workspace whose members it is among.
    Workspace {
        /// The manifest.
        file: PathBuf,
        /// Whether that says where the sdk is.
        patched: bool,
    },
}

impl Surroundings {
    /// Looks upwards, as cargo does.
    pub(crate) fn of(folder: &Path) -> Result<Self, Failure> {
        for above in folder.ancestors().skip(1) {
            let file = above.join("Cargo.toml");
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let manifest: Table = text.parse().map_err(|error: toml::de::Error| {
                let what = format!(
                    "strategies new: {}: {error}; mend it, or name another folder with --dir",
                    file.display()
                );
                Failure::new(crate::Kind::Usage, what)
            })?;
            let Some(workspace) = manifest.get("workspace") else { continue };
            let inside = folder.strip_prefix(above).unwrap_or(folder);
            // The nearest workspace is the one; where it does not want the crate, the crate is one of its own.
            return Ok(if claims(workspace, inside) {
                let patches = manifest.get("patch").and_then(|patch| patch.get("crates-io"));
                let patched = patches.is_some_and(|patches| patches.get("quantmesh-sdk").is_some());
                Self::Workspace { file, patched }
            } else {
                Self::Open
            });
        }
        Ok(Self::Open)
    }

    /// Whether the crate belongs to a workspace that was there before.
    pub(crate) const fn is_member(&self) -> bool {
        matches!(self, Self::Workspace { .. })
    }

    /// What has to be written elsewhere before it builds.
    pub(crate) fn remark(&self, engine: &Engine) -> Option<String> {
        let Self::Workspace { file, patched: false } = self else { return None };
        let patch = match engine {
            Engine::Folder(_) => "each with the path of its folder in the engine".to_owned(),
            Engine::Git(_) => format!("both with {{ {} }}", engine.dependency("", 0)),
        };
        Some(format!(
            "the new crate is a member of {}, which does not say where the sdk is; add quantmesh-types and quantmesh-sdk to its \
             [patch.crates-io], {patch}",
            file.display()
        ))
    }
}

/// Whether a workspace's table has a folder among its members.
fn claims(workspace: &Value, inside: &Path) -> bool {
    let list = |key: &str| {
        let list = workspace.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(PathBuf::from).collect::<Vec<_>>()
    };
    let excluded = list("exclude").iter().any(|exclude| inside.starts_with(exclude));
    !excluded && list("members").iter().any(|pattern| matches(pattern, inside))
}

/// Whether a pattern such as `strategies/*` means a folder; a star is any part of one name.
fn matches(pattern: &Path, folder: &Path) -> bool {
    let names = |path: &Path| -> Vec<String> {
        path.components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .filter(|name| name != ".")
            .collect()
    };
    let (pattern, folder) = (names(pattern), names(folder));
    pattern.len() == folder.len()
        && pattern.iter().zip(&folder).all(|(pattern, name)| match pattern.split_once('*') {
            Some((before, after)) => {
                name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
            }
            None => pattern == name,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_claims_what_its_members_name_and_its_exclusions_do_not() {
        let workspace: Value = toml::from_str::<Table>(
            "members = ['engine/*', 'strategies/my-*', 'tools/x']\nexclude = ['engine/old']",
        )
        .unwrap()
        .into();
        for (folder, claimed) in [
            ("engine/new", true),
            ("engine/old", false),
            ("engine/a/b", false),
            ("strategies/my-idea", true),
            ("strategies/other", false),
            ("tools/x", true),
            ("x", false),
        ] {
            assert_eq!(claims(&workspace, Path::new(folder)), claimed, "{folder}");
        }
    }
}
