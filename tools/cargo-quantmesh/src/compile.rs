//! `cargo quantmesh build`: preflight, host, lock, compiler, self-check, receipt; and whose fault it is when one says no.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, Package, PackageId};
use regex::Regex;

use crate::build_file::BuildFile;
use crate::cli::{BuildArgs, LockArgs};
use crate::copy::{executable, write_changed, write_whole};
use crate::host::{Host, Settling};
use crate::preflight::{self, Found, Ground};
use crate::program::{self, STRAY, cargo, streamed};
use crate::project::Project;
use crate::{Failure, Kind, receipt, sbom, self_check, tell};

/// What a build gave.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) ground: Ground,
    pub(crate) host: Host,
    pub(crate) graph: Metadata,
    /// The binary, where cargo put it.
    pub(crate) binary: PathBuf,
}

/// `cargo quantmesh build`.
pub(crate) fn command(args: &BuildArgs) -> Result<(), Failure> {
    let project = Project::at(&args.file.file)?;
    let file = BuildFile::read(&project.file)?;
    let built = build(&project, &file, &project.host(), &project.target(), args.lock)?;
    write_changed(&project.lock, built.host.lock_text.as_bytes())?;
    let check = self_check::run(&file, &built)?;
    let out = args.out.clone().unwrap_or_else(|| project.folder.join("dist"));
    let binary = out.join(binary_name(file.target.as_deref()));
    let bytes = fs::read(&built.binary).map_err(|error| Failure::read(&built.binary, error))?;
    write_whole(&binary, &bytes)?;
    executable(&binary)?;
    let bill = sbom::text(&built);
    write_whole(&out.join(sbom::NAME), bill.as_bytes())?;
    let receipt = receipt::of(&file, &built, &check, &bytes, &bill);
    write_whole(&out.join(receipt::NAME), receipt::text(&receipt)?.as_bytes())?;
    tell(&format!(
        "    Built {} ({} bytes, sha256 {})\n    Receipt {}\n    Self-check: {}",
        binary.display(),
        bytes.len(),
        receipt.binary.sha256,
        out.join(receipt::NAME).display(),
        check.summary()
    ));
    Ok(())
}

/// Preflight, host, lock and compiler.
pub(crate) fn build(
    project: &Project,
    file: &BuildFile,
    folder: &Path,
    target: &Path,
    lock: LockArgs,
) -> Result<Built, Failure> {
    let ground = preflight::preflight(project, file, lock.is_offline())?;
    let settling = Settling { locked: lock.is_locked(), offline: lock.is_offline() };
    let host = Host::write(project, file, &ground, folder, settling)?;
    let graph = preflight::graph(folder, lock.is_offline())?;
    if let Some(fault) = preflight::too_new(&graph, &used(&graph), &ground.rustc_version) {
        return Err(Failure::new(Kind::Preflight, fault));
    }
    let binary = compile(file, &ground, &graph, folder, target, lock.is_offline())?;
    Ok(Built { ground, host, graph, binary })
}

fn compile(
    file: &BuildFile,
    ground: &Ground,
    graph: &Metadata,
    folder: &Path,
    target: &Path,
    offline: bool,
) -> Result<PathBuf, Failure> {
    let mut args = vec!["build", "--locked", "--profile", &file.profile];
    args.extend(offline.then_some("--offline"));
    let mut command = cargo(folder, &args);
    for name in STRAY {
        if std::env::var_os(name).is_some() {
            tell(&format!(
                "    Note: {name} is set and left out: it is in no file, so the build would not repeat"
            ));
            command.env_remove(name);
        }
    }
    command.env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", "0");
    let said = streamed(&mut command)?;
    if !said.ok {
        return Err(not_compiled(ground, graph, &said.err));
    }
    let mut binary = target.to_owned();
    binary.extend(file.target.as_deref());
    binary.push(if file.profile == "dev" { "debug" } else { &file.profile });
    Ok(binary.join(binary_name(file.target.as_deref())))
}

pub(crate) fn binary_name(target: Option<&str>) -> &'static str {
    let windows = target.map_or(cfg!(windows), |target| target.contains("windows"));
    if windows { "quantmesh.exe" } else { "quantmesh" }
}

/// The packages that go into the binary or are run to build it, tests left out.
pub(crate) fn used(graph: &Metadata) -> Vec<&Package> {
    let nodes = graph.resolve.as_ref().map(|resolve| resolve.nodes.as_slice()).unwrap_or_default();
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    let mut todo: Vec<&PackageId> =
        graph.resolve.as_ref().and_then(|resolve| resolve.root.as_ref()).into_iter().collect();
    while let Some(id) = todo.pop() {
        if seen.insert(id) {
            todo.extend(below(nodes, id));
        }
    }
    let mut packages: Vec<_> = graph.packages.iter().filter(|package| seen.contains(&package.id)).collect();
    packages.sort_by(|a, b| (a.name.as_str(), &a.version).cmp(&(b.name.as_str(), &b.version)));
    packages
}

/// What a package needs for itself, tests left out.
fn below<'g>(nodes: &'g [cargo_metadata::Node], id: &PackageId) -> Vec<&'g PackageId> {
    use cargo_metadata::DependencyKind::Development;
    let needs = nodes.iter().filter(|node| node.id == *id).flat_map(|node| &node.deps);
    needs
        .filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind != Development))
        .map(|dep| &dep.pkg)
        .collect()
}

/// Whose fault it is.
fn not_compiled(ground: &Ground, graph: &Metadata, err: &str) -> Failure {
    let capture = |pattern: &str| {
        let pattern = Regex::new(pattern).ok()?;
        Some(pattern.captures(err)?.get(1)?.as_str().to_owned())
    };
    let failed = capture(r"could not compile `([^`]+)`")
        .or_else(|| capture(r"failed to run custom build command for `([^ `]+)"))
        .unwrap_or_default();
    let forgot = capture(r"cannot find value `__QUANTMESH_REGISTERED` in crate `:*([a-z0-9_]+)`")
        .or_else(|| capture(r"cannot find `__QUANTMESH_REGISTERED` in `:*([a-z0-9_]+)`"));
    let describe =
        |found: &Found| format!("{} ({} {} from {})", found.id, found.package, found.version, found.source);
    let by_id = |id: &str| ground.crates.iter().find(|found| found.id == id);
    let text = if let Some(found) = forgot.as_deref().and_then(by_id) {
        format!(
            "{} registers nothing\n  do: its author must call quantmesh_sdk::register_strategy! or register_rule! with id: \"{}\" at the root of the crate; the engine and the other crates are not at fault",
            describe(found),
            found.id
        )
    } else if let Some(found) = ground.crates.iter().find(|found| found.package == failed) {
        format!(
            "the strategy crate {} did not compile\n  the compiler's messages are above; the engine is not at fault\n  do: send them to the author of {}, or go back to a version that compiled (`cargo quantmesh upgrade {} --to ...`)",
            describe(found),
            found.package,
            found.id
        )
    } else if failed == "quantmesh-host" && err.contains("E0308") {
        "two copies of quantmesh-sdk are in this build, and strategies of one are not seen by the other\n  do: let every strategy crate ask for quantmesh-sdk by version".to_owned()
    } else {
        let bring: Vec<String> =
            ground.crates.iter().filter(|found| brings(graph, found, &failed)).map(describe).collect();
        match (failed.as_str(), bring.is_empty()) {
            ("", _) => "cargo could not build the host; its messages are above".to_owned(),
            (_, true) => format!(
                "{failed} did not compile; it belongs to the engine {} ({}), not to a strategy crate\n  the compiler's messages are above",
                ground.engine.version, ground.engine.source
            ),
            (_, false) => format!(
                "{failed} did not compile; the strategy crate {} brings it, and the engine alone does not need it\n  the compiler's messages are above",
                bring.join(" and ")
            ),
        }
    };
    Failure::new(Kind::Compile, text)
}

/// Whether a package is below a strategy crate and not below the engine.
fn brings(graph: &Metadata, found: &Found, failed: &str) -> bool {
    let nodes = graph.resolve.as_ref().map(|resolve| resolve.nodes.as_slice()).unwrap_or_default();
    let reaches = |top: &str| {
        let mut todo: Vec<&PackageId> = graph
            .packages
            .iter()
            .filter(|package| package.name.as_str() == top)
            .map(|package| &package.id)
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = todo.pop() {
            if seen.insert(id) {
                todo.extend(below(nodes, id));
            }
        }
        graph.packages.iter().any(|package| package.name.as_str() == failed && seen.contains(&package.id))
    };
    reaches(&found.package) && !reaches(preflight::ENGINE)
}

/// Flags that the host's own files give the compiler, for the receipt.
pub(crate) fn flags(host: &Path) -> Vec<String> {
    let text = fs::read_to_string(host.join(".cargo/config.toml")).unwrap_or_default();
    let config: toml::Table = text.parse().unwrap_or_default();
    let targets = config.get("target").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let lists = targets.values().filter_map(|target| target.get("rustflags")?.as_array().cloned());
    let mut flags: Vec<String> =
        lists.flatten().filter_map(|flag| flag.as_str().map(str::to_owned)).collect();
    if cfg!(unix) {
        flags.extend(
            ["$CARGO_HOME=/cargo", "$STD=/rustc", "$HOST=/src"]
                .map(|pair| format!("--remap-path-prefix={pair}")),
        );
    }
    flags
}

/// The version of cargo, as it says it.
pub(crate) fn cargo_version(folder: &Path) -> Result<String, Failure> {
    Ok(program::captured(&mut cargo(folder, &["-V"]))?.out.trim().to_owned())
}
