//! How cargo is called for a release: the same words and the same variables on every machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::{DistError, Options, Platform, Toolchain};

/// The cargo subcommand that writes the list of crates into the binary, and its version.
const AUDITABLE: (&str, &str) = ("cargo-auditable", "0.7.7");

/// What that subcommand hands on of cargo's words.
const AUDITABLE_WORDS: &str = r#"{"offline":false,"locked":true,"frozen":false,"config":[]}"#;

/// A call of cargo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The words after `cargo`.
    pub words: Vec<String>,
    /// The variables that are set.
    pub set: Vec<(String, OsString)>,
    /// What the compiler is told beyond what cargo tells it.
    pub flags: Vec<String>,
}

/// Where cargo puts what it builds.
pub(super) fn target_folder(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |set| root.join(set))
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// The call that builds a target.
///
/// No path of this machine is left in what it builds: the compiler writes other names for the folders.
#[must_use]
pub fn recipe(root: &Path, options: &Options, platform: &Platform, tools: &Toolchain, epoch: u64) -> Recipe {
    let target = target_folder(root).join("dist");
    let mut words: Vec<String> =
        ["build", "--release", "--locked", "--package", "quantmesh", "--bin", "quantmesh"]
            .map(str::to_owned)
            .to_vec();
    words.extend(["--target".to_owned(), platform.triple.to_owned()]);
    if options.no_default_features {
        words.push("--no-default-features".to_owned());
    }
    if !options.features.is_empty() {
        words.extend(["--features".to_owned(), options.features.clone()]);
    }
    let mut flags = Vec::new();
    if platform.is_static() {
        flags.push("-Ctarget-feature=+crt-static".to_owned());
    }
    // Where several fit, the compiler takes the last.
    let library = tools.sysroot.join("lib/rustlib/src/rust");
    let mut places = vec![(library, format!("/rustc/{}", tools.revision))];
    if let Some(home) = cargo_home() {
        places.push((home.clone(), "/cargo".to_owned()));
        // Below it, crates lie in a folder that is named after the registry: whoever uses a mirror has another.
        let registries = fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
        let mut registries: Vec<_> = registries.map(|entry| entry.path()).collect();
        registries.sort();
        places.extend(registries.into_iter().map(|registry| (registry, "/crates".to_owned())));
    }
    places.push((root.to_path_buf(), "/src".to_owned()));
    places.push((target.clone(), "/target".to_owned()));
    for (place, name) in places {
        // Behind a link, either name may reach the compiler.
        let real = place.canonicalize().ok().filter(|real| *real != place);
        for place in [Some(place), real].into_iter().flatten() {
            flags.push(format!("--remap-path-prefix={}={name}", place.display()));
        }
    }
    let mut set = vec![
        ("CARGO_ENCODED_RUSTFLAGS".to_owned(), OsString::from(flags.join("\u{1f}"))),
        ("CARGO_TARGET_DIR".to_owned(), target.into_os_string()),
        ("CARGO_INCREMENTAL".to_owned(), "0".into()),
        // What `cargo auditable` would set, but for the path of the wrapper: cargo mixes that into the names of symbols, so
        // two machines would build two programs. A bare name is looked for in PATH.
        ("RUSTC_WORKSPACE_WRAPPER".to_owned(), AUDITABLE.0.into()),
        ("CARGO_AUDITABLE_ORIG_ARGS".to_owned(), AUDITABLE_WORDS.into()),
        ("SOURCE_DATE_EPOCH".to_owned(), epoch.to_string().into()),
    ];
    if let Some(rustc) = &tools.rustc {
        set.push(("RUSTC".to_owned(), rustc.into()));
    }
    if let Some(linker) = tools.linker {
        let variable = platform.triple.to_uppercase().replace('-', "_");
        set.push((format!("CARGO_TARGET_{variable}_LINKER"), linker.into()));
    }
    Recipe { words, set, flags }
}

/// Variables by which whoever builds could change what is built.
fn disturbs(name: &str) -> bool {
    // How many may work at once changes nothing.
    if name == "CARGO_BUILD_JOBS" {
        return false;
    }
    let whole = ["RUSTFLAGS", "RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_ENCODED_RUSTFLAGS"];
    let starts = [
        "CARGO_PROFILE_",
        "CARGO_BUILD_",
        "CARGO_TARGET_",
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_FEATURE_",
    ];
    whole.contains(&name) || starts.iter().any(|start| name.starts_with(start))
}

/// Builds, and returns where the binary is.
pub(super) fn build(
    root: &Path,
    platform: &Platform,
    recipe: &Recipe,
    say: &mut dyn FnMut(&str),
) -> Result<PathBuf, DistError> {
    let mut path = vec![auditable(root, say)?];
    path.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    let path = env::join_paths(path).map_err(DistError::wrong("PATH"))?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.current_dir(root).args(&recipe.words);
    for (name, _) in env::vars_os().filter(|(name, _)| disturbs(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command.env("PATH", path).envs(recipe.set.iter().map(|(name, value)| (name, value)));
    let shown = format!("cargo {}", recipe.words.join(" "));
    say(&shown);
    let status = command.status().map_err(DistError::io("cargo can't be run"))?;
    if !status.success() {
        return Err(DistError::Failed { what: shown, why: format!(" with {status}; its message is above") });
    }
    Ok(target_folder(root).join("dist").join(platform.triple).join("release/quantmesh"))
}

/// The folder with the subcommand, in the target folder; it is built there the first time, in about a minute.
fn auditable(root: &Path, say: &mut dyn FnMut(&str)) -> Result<PathBuf, DistError> {
    let (name, version) = AUDITABLE;
    let tools = target_folder(root).join("tools");
    let (folder, program) = (tools.join("bin"), tools.join("bin").join(name));
    // It can't be asked for its version, so that stands beside it.
    let mark = tools.join(format!("{name}-{version}"));
    if program.is_file() && mark.is_file() {
        return Ok(folder);
    }
    say(&format!("building {name} {version}, once on this machine"));
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["install", "--quiet", "--locked", "--force", "--root"]).arg(&tools);
    command.arg("--target-dir").arg(tools.join("build")).arg(format!("{name}@{version}"));
    let status = command.status().map_err(DistError::io("cargo can't be run"))?;
    if !status.success() {
        return Err(DistError::Failed {
            what: format!("cargo install {name}@{version}"),
            why: String::new(),
        });
    }
    // What is left of building it is of no use; a folder that can't be removed does no harm.
    let _ = fs::remove_dir_all(tools.join("build"));
    fs::write(&mark, "").map_err(DistError::io(format!("{} can't be written", mark.display())))?;
    Ok(folder)
}
