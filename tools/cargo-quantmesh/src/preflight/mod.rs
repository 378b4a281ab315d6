//! The preflight: everything that is named is reached and looked into before anything compiles.
//!
//! Access is asked of git and cargo themselves, with what they will be called with later; versions are read from the
//! manifests of the very commits that will be built.

mod git;
mod package;
mod private;
mod registry;
mod versions;

use std::path::PathBuf;

pub(crate) use git::tags;
pub(crate) use private::is_engine_tree;
pub(crate) use package::SDK;
use semver::{Version, VersionReq};
pub(crate) use versions::{graph, too_new};

use crate::build_file::{At, BuildFile, Source, Strategy, nearest};
use crate::cli::CheckArgs;
use crate::engine::Engine;
use crate::lock::Lock;
use crate::project::Project;
use crate::{Failure, Kind, program, say, tell};

/// The package of the engine.
pub(crate) const ENGINE: &str = "quantmesh";

/// One of the crates that the build file names, looked into.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Its id, or `engine`.
    pub(crate) id: String,
    pub(crate) source: Source,
    pub(crate) package: String,
    pub(crate) version: Version,
    pub(crate) rust_version: Option<Version>,
    /// Which quantmesh-sdk it asks for.
    pub(crate) sdk: Option<VersionReq>,
    /// The commit, where it comes from git.
    pub(crate) commit: Option<String>,
    /// Where its package is on this machine.
    pub(crate) folder: PathBuf,
    /// What has to be copied for it to build: its workspace, or the package itself.
    pub(crate) root: PathBuf,
    /// When it was released, by its own registration.
    pub(crate) released: Option<String>,
}

/// All that a build stands on.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) engine: Found,
    /// What the engine's manifest says.
    pub(crate) says: Engine,
    /// The sdk that the engine has.
    pub(crate) sdk: Option<Version>,
    /// In the order of the build file.
    pub(crate) crates: Vec<Found>,
    /// All of `rustc -vV`.
    pub(crate) rustc: String,
    pub(crate) rustc_version: Version,
}

/// `cargo quantmesh check`.
pub(crate) fn command(args: &CheckArgs) -> Result<(), Failure> {
    if !args.file.file.exists() && is_engine_tree() {
        return private::check();
    }
    let project = Project::at(&args.file.file)?;
    let file = BuildFile::read(&project.file)?;
    let ground = preflight(&project, &file, args.lock.is_offline())?;
    say(&table(&ground))
}

/// Reaches and looks into everything the build file names. All that can't be reached is told at once.
pub(crate) fn preflight(project: &Project, file: &BuildFile, offline: bool) -> Result<Ground, Failure> {
    project.prepare()?;
    let (rustc, rustc_version) = program::rustc(&project.folder)?;
    let lock = Lock::read(&project.lock)?;
    let look = |id: &str, package: Option<&str>, usual: &str, source: &Source| {
        look(project, &lock, offline, id, package, usual, source)
    };
    let mut troubles = Vec::new();
    let engine = look("engine", Some(ENGINE), ENGINE, &file.engine).map_err(|trouble| troubles.push(trouble)).ok();
    let mut crates = Vec::new();
    for strategy in &file.strategies {
        let usual = strategy.usual_package();
        match look(&strategy.id, strategy.package.as_deref(), &usual, &strategy.source) {
            Ok(found) => crates.push(found),
            Err(trouble) => troubles.push(trouble),
        }
    }
    let Some(engine) = engine.filter(|_| troubles.is_empty()) else { return Err(told(&troubles)) };
    let says = Engine::read(&engine.folder)?;
    let sdk = package::member(&engine.root, SDK)?;
    let ground = Ground { engine, says, sdk, crates, rustc, rustc_version };
    features(file, &ground)?;
    match versions::first_failing(&ground) {
        None => Ok(ground),
        Some(trouble) => Err(Failure::new(Kind::Preflight, trouble)),
    }
}

fn told(troubles: &[Failure]) -> Failure {
    // A mistake of another kind, such as no git on this machine, speaks for itself.
    let kind = troubles.iter().map(|trouble| trouble.kind).find(|kind| *kind != Kind::Preflight);
    let all: Vec<_> = troubles.iter().map(|trouble| trouble.message.as_str()).collect();
    let text = format!("{}\n\nnothing was compiled", all.join("\n\n"));
    Failure::new(kind.unwrap_or(Kind::Preflight), text)
}

fn look(
    project: &Project,
    lock: &Lock,
    offline: bool,
    id: &str,
    package: Option<&str>,
    usual: &str,
    source: &Source,
) -> Result<Found, Failure> {
    tell(&format!("    Checking {id}: {source}"));
    match source {
        Source::Path(path) => {
            let folder = project.path(path);
            if !folder.join("Cargo.toml").is_file() {
                let what = if folder.is_dir() { "has no Cargo.toml" } else { "is not there" };
                return Err(Failure::new(
                    Kind::Preflight,
                    format!(
                        "{id}: {source} {what}\n  looked for: {}\n  do: correct the path in {}; it is relative to that file",
                        folder.join("Cargo.toml").display(),
                        project.file.display()
                    ),
                ));
            }
            // Cargo names packages by their real place.
            let folder = folder.canonicalize().map_err(|error| Failure::read(&folder, error))?;
            package::choose(id, source, package, usual, &folder, None)
        }
        Source::Git { url, at } => {
            let (commit, folder) = git::folder(project, lock, offline, id, url, at)?;
            package::choose(id, source, package, usual, &folder, Some(commit))
        }
        Source::Registry { version, registry } => {
            let package = package.unwrap_or(usual);
            let folder = registry::folder(project, offline, id, package, version, registry.as_deref())?;
            package::choose(id, source, Some(package), usual, &folder, None)
        }
    }
}

/// Looks into one source apart from a build file's own: another tag, or a private slot of an engine tree.
pub(crate) fn look_into(project: &Project, strategy: &Strategy, offline: bool) -> Result<Found, Failure> {
    project.prepare()?;
    let engine = strategy.id == "engine";
    let usual = if engine { ENGINE.to_owned() } else { strategy.usual_package() };
    let package = if engine { Some(ENGINE) } else { strategy.package.as_deref() };
    look(project, &Lock::default(), offline, &strategy.id, package, &usual, &strategy.source)
}

/// Features that the engine does not have, ids that would come twice, slots that nothing fills.
fn features(file: &BuildFile, ground: &Ground) -> Result<(), Failure> {
    let fail = |what: String| Err(Failure::new(Kind::Preflight, what));
    let engine = format!("{} {} ({})", ground.engine.package, ground.engine.version, ground.engine.source);
    for feature in &file.features {
        if !ground.says.features.contains_key(feature) {
            let known: Vec<&str> = ground.says.features.keys().map(String::as_str).collect();
            let near = nearest(feature, known.iter().copied())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return fail(format!(
                "features: {engine} has no feature `{feature}`{near}\n  it has: {}",
                known.join(", ")
            ));
        }
    }
    for id in ground.says.ids(&file.features) {
        let guest = ground.crates.iter().find(|found| found.id == id);
        match (guest, ground.says.slots.get(&id)) {
            (Some(guest), None) => {
                return fail(format!(
                    "{id}: two crates with one id: the engine's features ({}) bring {}, and [strategies] brings {} {}\n  do: keep one of them",
                    file.features.join(", "),
                    ground.says.leaves.get(&id).map_or("its own", String::as_str),
                    guest.package,
                    guest.version
                ));
            }
            (None, Some(package)) if is_placeholder(ground, package) => {
                return fail(format!(
                    "{id}: the feature `{id}` of {engine} is a slot for {package}, which is sold, and nothing fills it\n  do: name its source in [strategies]: {id} = {{ git = \"ssh://...\", tag = \"v...\" }}, or take it out of features"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the engine's tree has only the placeholder of a package, or nothing.
fn is_placeholder(ground: &Ground, package: &str) -> bool {
    let Some(path) = ground.says.patches.get(package) else { return true };
    let text = std::fs::read_to_string(ground.engine.folder.join(path).join("src/lib.rs")).unwrap_or_default();
    text.is_empty() || text.contains("compile_error!")
}

fn table(ground: &Ground) -> String {
    let mut text = format!(
        "engine  {} {} ({}), quantmesh-sdk {}, rustc {}\n",
        ground.engine.package,
        ground.engine.version,
        ground.engine.source,
        ground.sdk.as_ref().map_or_else(|| "by the registry".to_owned(), Version::to_string),
        ground.rustc_version
    );
    for found in &ground.crates {
        text.push_str(&row(found));
    }
    text.push_str("everything is within reach and fits together\n");
    text
}

fn row(found: &Found) -> String {
    let commit = found.commit.as_deref().and_then(|commit| commit.get(..12));
    format!(
        "{}  {} {} ({}{}), wants quantmesh-sdk {}, rustc {}\n",
        found.id,
        found.package,
        found.version,
        found.source,
        commit.map_or_else(String::new, |commit| format!(", {commit}")),
        found.sdk.as_ref().map_or_else(|| "none".to_owned(), VersionReq::to_string),
        found.rust_version.as_ref().map_or_else(|| "any".to_owned(), |version| format!("{version} or newer")),
    )
}

/// The tag or revision as a git reference.
fn reference(at: &At) -> String {
    match at {
        At::Tag(tag) => format!("refs/tags/{tag}"),
        At::Rev(rev) => rev.clone(),
    }
}
