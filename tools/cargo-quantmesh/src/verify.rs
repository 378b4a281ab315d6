//! `cargo quantmesh verify`: builds once more in another folder, and compares with what a receipt says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::build_file::BuildFile;
use crate::cli::{LockArgs, VerifyArgs};
use crate::copy::{sha256, sha256_of};
use crate::project::Project;
use crate::receipt::{self, Receipt};
use crate::self_check::SelfCheck;
use crate::{Failure, Kind, compile, program, say, sbom, tell};

/// `cargo quantmesh verify`.
pub(crate) fn command(args: &VerifyArgs) -> Result<(), Failure> {
    let project = Project::at(&args.file.file)?;
    let file = BuildFile::read(&project.file)?;
    let (receipt, binary) = receipt_of(&project, args.what.as_deref())?;
    if let Some(binary) = &binary {
        let (sha256, _) = sha256_of(binary)?;
        if sha256 != receipt.binary.sha256 {
            return Err(Failure::new(
                Kind::Differs,
                format!(
                    "{} is not the binary of its receipt\n  receipt: {}\n  file:    {sha256}\n  do: get both again from where they came; whatever changed it came after the build",
                    binary.display(),
                    receipt.binary.sha256
                ),
            ));
        }
    }
    differences_before(&project, &file, &receipt)?;
    let folder = tempfile::Builder::new()
        .prefix("quantmesh-verify-")
        .tempdir()
        .map_err(|error| Failure::new(Kind::Files, format!("there is no folder to build in: {error}")))?;
    tell(&format!("    Building once more in {}", folder.path().display()));
    let lock = LockArgs { locked: true, offline: args.offline, frozen: false };
    let target = folder.path().join("target");
    let built = compile::build(&project, &file, &folder.path().join("host"), &target, lock)?;
    let bytes = std::fs::read(&built.binary).map_err(|error| Failure::read(&built.binary, error))?;
    let again = receipt::of(&file, &built, &SelfCheck::default(), &bytes, &sbom::text(&built));
    let ours = sha256(&bytes);
    if ours == receipt.binary.sha256 {
        return say(&format!("equal: {ours}, {} bytes, built again in another folder\n", bytes.len()));
    }
    Err(differs(&receipt, &ours, &differences(&receipt.inputs(), &again.inputs())))
}

/// The receipt, and the binary beside it where there is one.
fn receipt_of(project: &Project, what: Option<&Path>) -> Result<(Receipt, Option<PathBuf>), Failure> {
    let what = what.map_or_else(|| project.folder.join("dist").join(receipt::NAME), Path::to_owned);
    let is_receipt = what.extension().is_some_and(|end| end == "json");
    let file = if is_receipt { what.clone() } else { what.with_file_name(receipt::NAME) };
    let text = std::fs::read_to_string(&file).map_err(|error| Failure::read(&file, error))?;
    let receipt: Receipt = serde_json::from_str(&text).map_err(|error| {
        Failure::new(Kind::BuildFile, format!("{} is not a receipt of this tool: {error}", file.display()))
    })?;
    let binary = if is_receipt { what.with_file_name(&receipt.binary.file) } else { what };
    if !is_receipt && !binary.is_file() {
        return Err(Failure::read(&binary, "it is not there"));
    }
    Ok((receipt, Some(binary).filter(|binary| binary.is_file())))
}

/// What can be told without building.
fn differences_before(project: &Project, file: &BuildFile, receipt: &Receipt) -> Result<(), Failure> {
    let mut now = receipt.inputs();
    let (rustc, _) = program::rustc(&project.folder)?;
    let lock = std::fs::read(&project.lock).map_err(|error| Failure::read(&project.lock, error))?;
    let target = file.target.clone().unwrap_or_else(|| program::rustc_fact(&rustc, "host").to_owned());
    let rows = [
        ("rustc", rustc.lines().collect::<Vec<_>>().join("; ")),
        ("target", target),
        ("profile", file.profile.clone()),
        ("features", file.features.join(", ")),
        ("lock (sha256)", sha256(&lock)),
    ];
    for (name, value) in rows {
        now.insert(name.to_owned(), value);
    }
    let found = differences(&receipt.inputs(), &now);
    if found.is_empty() {
        return Ok(());
    }
    let text = "this can't give the binary of the receipt; nothing was built";
    Err(Failure::new(Kind::Differs, format!("{text}\n{}", lines(&found))))
}

fn differences(
    then: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> Vec<(String, String, String)> {
    let names: std::collections::BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let get = |rows: &BTreeMap<String, String>, name: &String| {
        rows.get(name).cloned().unwrap_or_else(|| "none".to_owned())
    };
    let all = names.into_iter().map(|name| (name.clone(), get(then, name), get(now, name)));
    all.filter(|(_, then, now)| then != now).collect()
}

fn lines(found: &[(String, String, String)]) -> String {
    let rows =
        found.iter().map(|(name, then, now)| format!("  {name}\n    receipt: {then}\n    now:     {now}"));
    rows.collect::<Vec<_>>().join("\n")
}

fn differs(receipt: &Receipt, ours: &str, found: &[(String, String, String)]) -> Failure {
    let why = if found.is_empty() {
        "  sources, lock, compiler, flags, target and features are the same; look at the linker, the C compiler, and build scripts".to_owned()
    } else {
        lines(found)
    };
    Failure::new(
        Kind::Differs,
        format!("another binary\n  receipt: {}\n  now:     {ours}\n{why}", receipt.binary.sha256),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let row = |value: &str| BTreeMap::from([("rustc".to_owned(), value.to_owned())]);
        assert_eq!(differences(&row("1"), &row("1")), []);
        let found = differences(&row("1"), &row("2"));
        assert_eq!(lines(&found), "  rustc\n    receipt: 1\n    now:     2");
    }
}
