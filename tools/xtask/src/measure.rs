//! `cargo xtask features --measure`: one release build per feature, and what each came to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::features::{FeaturesError, Kind, NONE, Row, SIZES, Size, Sizes, Sources, rows};
use crate::publish::buildable_of;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The features themselves are not sound.
    #[error(transparent)]
    Features(#[from] FeaturesError),
    /// A build failed. Cargo has said why.
    #[error("the build with `{features}` failed; nothing was written")]
    Build {
        /// Its features.
        features: String,
    },
    /// A file can't be read or written, or a program can't be run.
    #[error("{what}: {why}")]
    World {
        /// Which.
        what: String,
        /// What the system says.
        why: std::io::Error,
    },
}

/// Builds everything that can be built here, and gives the new table. Where a folder holds a placeholder only, what the
/// old table says of its feature, and of the collections that hold it, stays.
///
/// # Errors
/// [`MeasureError`] when a build fails.
pub fn measure(root: &Path, tell: &mut dyn FnMut(&str)) -> Result<Sizes, MeasureError> {
    let sources = Sources::read(root).map_err(FeaturesError::from)?;
    let features = rows(&sources).map_err(FeaturesError::from)?;
    let mut sizes = sources.sizes.clone();
    let target = root.join("target/sizes");
    // A folder that was never there: the first build compiles everything.
    match fs::remove_dir_all(&target) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            return Err(MeasureError::World { what: target.display().to_string(), why });
        }
        _ => {}
    }
    let builder = Builder { root, target: &target, packages: packages(&sources) };
    sizes.first_cpu_seconds = builder.build("")?.cpu_seconds;
    tell(&format!("{NONE}, with every crate: {} s of CPU\n", sizes.first_cpu_seconds));
    let here = wanted(&features);
    sizes.builds.retain(|name, _| name == NONE || features.iter().any(|row| row.feature == *name));
    for (feature, version) in here {
        builder.forget_ours()?;
        let size = Size { version, ..builder.build(if feature == NONE { "" } else { &feature })? };
        tell(&format!("{feature}: {} bytes, {} s of CPU\n", size.bytes, size.cpu_seconds));
        sizes.builds.insert(feature, size);
    }
    let (rustc, host) = compiler()?;
    (sizes.rustc, sizes.target) = (rustc, host);
    let file = root.join(SIZES);
    let whole = file.with_extension("toml.new");
    let fail = |why| MeasureError::World { what: SIZES.to_owned(), why };
    fs::write(&whole, sizes.text()).map_err(fail)?;
    fs::rename(&whole, &file).map_err(fail)?;
    Ok(sizes)
}

/// The builds to make, each with the version of its leaf: none, every leaf, every collection. A build without a flag is one of
/// the collections. What holds a placeholder can't be built.
fn wanted(features: &[Row]) -> Vec<(String, String)> {
    let here = buildable_of(features);
    let mut builds = vec![(NONE.to_owned(), String::new())];
    for row in features.iter().filter(|row| row.feature != "default" && here.contains(&row.feature)) {
        let version = match &row.kind {
            Kind::Leaf { version, .. } => version.clone(),
            Kind::Collection(_) => String::new(),
        };
        builds.push((row.feature.clone(), version));
    }
    builds
}

struct Builder<'a> {
    root: &'a Path,
    target: &'a Path,
    /// The packages of this workspace that may be in a build.
    packages: BTreeSet<String>,
}

impl Builder<'_> {
    fn build(&self, features: &str) -> Result<Size, MeasureError> {
        let before = cpu_ticks_of_children();
        let mut command = self.cargo();
        command.args(["build", "--quiet", "--release", "--locked", "--package", "quantmesh"]);
        command.args(["--no-default-features", "--features", features]);
        self.run(&mut command, features)?;
        let program = self.target.join("release").join(format!("quantmesh{}", std::env::consts::EXE_SUFFIX));
        let size = fs::metadata(&program);
        let size = size.map_err(|why| MeasureError::World { what: program.display().to_string(), why })?;
        let cpu_seconds = (cpu_ticks_of_children() - before + TICKS / 2) / TICKS;
        Ok(Size { version: String::new(), bytes: size.len(), cpu_seconds })
    }

    /// Has cargo forget what it built of this workspace, and keep the rest.
    fn forget_ours(&self) -> Result<(), MeasureError> {
        let mut command = self.cargo();
        command.args(["clean", "--quiet", "--release", "--locked"]);
        command.args(self.packages.iter().flat_map(|package| ["--package", package.as_str()]));
        self.run(&mut command, "")
    }

    fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command.current_dir(self.root).env("CARGO_TARGET_DIR", self.target);
        // Where the sources lie must not count: their paths are in the program unless they are rewritten.
        if cfg!(unix) {
            command.env("RUSTC_WRAPPER", self.root.join("tools/rustc-repro"));
        }
        command
    }

    fn run(&self, command: &mut Command, features: &str) -> Result<(), MeasureError> {
        let status = command.status().map_err(|why| MeasureError::World { what: "cargo".to_owned(), why })?;
        if status.success() { Ok(()) } else { Err(MeasureError::Build { features: features.to_owned() }) }
    }
}

fn packages(sources: &Sources) -> BTreeSet<String> {
    let leaves = sources.leaves.values().map(|leaf| &leaf.manifest);
    let manifests = sources.rooms.values().chain(leaves).chain([&sources.manifest]);
    let name = |manifest: &String| {
        let manifest: toml::Table = manifest.parse().ok()?;
        Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
    };
    manifests.filter_map(name).collect()
}

/// The compiler and its host, as it says them.
fn compiler() -> Result<(String, String), MeasureError> {
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into())).arg("-vV").output();
    let output = output.map_err(|why| MeasureError::World { what: "rustc".to_owned(), why })?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("unknown");
    Ok((text.lines().next().unwrap_or("unknown").to_owned(), host.to_owned()))
}

/// Linux counts CPU time of ended processes in hundredths of a second, whatever its own clock is.
const TICKS: u64 = 100;

/// The CPU time of all children that have ended; 0 where the system has no such file.
fn cpu_ticks_of_children() -> u64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in brackets; user and system time of children are fields 16 and 17.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_and_what_holds_it_are_not_built() {
        let text = str::to_owned;
        let row = |feature, kind| Row { feature: text(feature), what: String::new(), default: false, kind };
        let all = |parts: &[&str]| Kind::Collection(parts.iter().map(|&part| part.to_owned()).collect());
        let leaf = |name, placeholder| {
            let (package, version, tier) = (format!("quantmesh-{name}"), text("1.0.0"), text("free"));
            row(name, Kind::Leaf { package, version, tier, adds: Vec::new(), placeholder })
        };
        let rows = [
            row("default", all(&["free"])),
            row("free", all(&["grid"])),
            leaf("grid", false),
            row("full", all(&["free", "sold"])),
            leaf("sold", true),
        ];
        let expected = [(NONE, ""), ("free", ""), ("grid", "1.0.0")];
        assert_eq!(wanted(&rows), expected.map(|(feature, version)| (text(feature), text(version))));
    }

    #[test]
    fn ended_children_are_counted() {
        let before = cpu_ticks_of_children();
        let burn = "i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done";
        assert!(Command::new("sh").args(["-c", burn]).status().unwrap().success());
        if cfg!(target_os = "linux") {
            assert!(cpu_ticks_of_children() > before, "a shell that counted to 200 000 took no time");
        }
    }
}
