//! The host: a workspace of plain cargo that holds the engine and the crates of a build file, and builds without this tool.

mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::build_file::{At, BuildFile, Source};
use crate::copy::{executable, files, mirror, remove_folder, write_changed, write_whole};
use crate::lock::Lock;
use crate::preflight::{Found, Ground};
use crate::program::{captured, cargo, complaint, git};
use crate::project::Project;
use crate::{Failure, Kind, redact, tell};

/// A host on disk, with its lock settled.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) folder: PathBuf,
    pub(crate) lock: Lock,
    /// The text of the lock.
    pub(crate) lock_text: String,
    /// Folders that were copied in, by id, with the hash of all their files.
    pub(crate) copied: BTreeMap<String, String>,
    /// Sources of the crates, by id.
    pub(crate) sources: BTreeMap<String, String>,
    /// The date that goes into the build, where one is given.
    pub(crate) epoch: Option<String>,
}

/// What may be done about the lock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settling {
    pub(crate) locked: bool,
    pub(crate) offline: bool,
}

impl Host {
    /// Writes the host into a folder, and settles its lock: that of the last build where there is one, else the engine's own,
    /// so that everything is at the versions the engine was tested with.
    pub(crate) fn write(
        project: &Project,
        file: &BuildFile,
        ground: &Ground,
        folder: &Path,
        settling: Settling,
    ) -> Result<Self, Failure> {
        let mut host = Self {
            folder: folder.to_owned(),
            lock: Lock::default(),
            lock_text: String::new(),
            copied: BTreeMap::new(),
            sources: BTreeMap::new(),
            epoch: std::env::var("SOURCE_DATE_EPOCH").ok().filter(|epoch| !epoch.trim().is_empty()),
        };
        host.copy(ground)?;
        let put = |name: &str, text: &str| write_changed(&folder.join(name), text.as_bytes());
        put("Cargo.toml", &text::manifest(file, ground))?;
        put(".cargo/config.toml", &text::config(file.target.as_deref(), host.epoch.as_deref()))?;
        put("rustc-repro", text::WRAPPER)?;
        executable(&folder.join("rustc-repro"))?;
        if !folder.join("src/main.rs").exists() {
            put("src/main.rs", "fn main() {}\n")?;
        }
        host.settle(project, ground, settling)?;
        for found in &ground.crates {
            host.sources.insert(found.id.clone(), host.source_of(found));
        }
        put("src/main.rs", &text::main(file, &host.sources))?;
        Ok(host)
    }

    /// Copies folders in: a path that leads out of a workspace is in the hash of what is built, and so never the same twice.
    fn copy(&mut self, ground: &Ground) -> Result<(), Failure> {
        let crates = self.folder.join("crates");
        if matches!(ground.engine.source, Source::Path(_)) {
            let to = self.folder.join("engine");
            let hash = mirror_of(&ground.engine.root, &to)?;
            self.epoch = write_origin(&ground.engine.root, &to)?
                .filter(|_| self.epoch.is_none())
                .or(self.epoch.take());
            self.copied.insert("engine".to_owned(), hash);
        } else {
            remove_folder(&self.folder.join("engine"))?;
        }
        let by_path = |found: &&Found| matches!(found.source, Source::Path(_));
        for found in ground.crates.iter().filter(by_path) {
            let hash = mirror_of(&found.root, &crates.join(&found.id))?;
            self.copied.insert(found.id.clone(), hash);
        }
        for entry in fs::read_dir(&crates).into_iter().flatten().filter_map(Result::ok) {
            if !self.copied.contains_key(&*entry.file_name().to_string_lossy()) {
                remove_folder(&entry.path())?;
            }
        }
        Ok(())
    }

    fn settle(&mut self, project: &Project, ground: &Ground, settling: Settling) -> Result<(), Failure> {
        let there = fs::read(&project.lock).ok();
        let file = self.folder.join("Cargo.lock");
        if there.is_none() && settling.locked {
            return Err(Failure::new(
                Kind::Preflight,
                format!(
                    "--locked, but there is no {}; build once without it, and commit what it writes",
                    project.lock.display()
                ),
            ));
        }
        match there.clone().or_else(|| fs::read(ground.engine.root.join("Cargo.lock")).ok()) {
            Some(bytes) => write_whole(&file, &bytes)?,
            None => {
                let _ = fs::remove_file(&file);
            }
        }
        tell("    Settling the lock");
        let mut args = vec!["metadata", "--format-version", "1"];
        args.extend(settling.locked.then_some("--locked"));
        args.extend(settling.offline.then_some("--offline"));
        let said = captured(&mut cargo(&self.folder, &args))?;
        if !said.ok {
            return Err(unsettled(ground, &said.err, project));
        }
        self.lock_text = fs::read_to_string(&file).map_err(|error| Failure::read(&file, error))?;
        self.lock = Lock::parse(&self.lock_text).map_err(|why| Failure::new(Kind::Program, why))?;
        Ok(())
    }

    /// Where a crate is from: as the lock has it, or the hash of the folder that was copied.
    pub(crate) fn source_of(&self, found: &Found) -> String {
        if let Some(hash) = self.copied.get(&found.id) {
            return format!("folder, sha256:{hash}");
        }
        let locked = self.lock.find(&found.package, &found.version.to_string());
        let place = locked.and_then(crate::lock::Locked::place);
        place.unwrap_or_else(|| redact::text(&found.source.to_string()))
    }
}

fn mirror_of(from: &Path, to: &Path) -> Result<String, Failure> {
    fs::create_dir_all(to).map_err(|error| Failure::write(to, error))?;
    mirror(from, &files(from)?, to)
}

/// Writes down which revision a copied engine is, in the file that its build script reads where there is no git. Returns
/// the time of that commit, where the copy is exactly it.
fn write_origin(from: &Path, to: &Path) -> Result<Option<String>, Failure> {
    let ask = |args: &[&str]| {
        captured(git(args).current_dir(from))
            .ok()
            .filter(|said| said.ok)
            .map(|said| said.out.trim().to_owned())
    };
    let top = ask(&["rev-parse", "--show-toplevel"]).and_then(|top| Path::new(&top).canonicalize().ok());
    let ours = top.is_some() && top == from.canonicalize().ok();
    let Some(revision) = ours.then(|| ask(&["rev-parse", "HEAD"])).flatten() else { return Ok(None) };
    let dirty = ask(&["status", "--porcelain"]).is_none_or(|changes| !changes.is_empty());
    let text = format!("{{\"git\": {{\"sha1\": \"{revision}\", \"dirty\": {dirty}}}}}\n");
    write_changed(&to.join(".cargo_vcs_info.json"), text.as_bytes())?;
    Ok(if dirty { None } else { ask(&["log", "-1", "--format=%ct"]) })
}

/// Why cargo could not settle the lock.
fn unsettled(ground: &Ground, err: &str, project: &Project) -> Failure {
    let said = complaint(err);
    let crate_ = ground.crates.iter().find(|found| err.contains(&format!("`{}", found.package)));
    let who = crate_.map_or_else(String::new, |found| format!("{}: ", found.id));
    let text = if err.contains("links to the native library `quantmesh_sdk`") {
        let wants: Vec<_> = ground
            .crates
            .iter()
            .map(|found| {
                format!(
                    "{} {}: {}",
                    found.package,
                    found.version,
                    found.sdk.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
                )
            })
            .collect();
        format!(
            "{who}two copies of quantmesh-sdk would be built, and strategies of one are not seen by the other\n  who wants which: {}\n  cargo says: {said}\n  do: take versions that want the same",
            wants.join("; ")
        )
    } else if err.contains("--locked") {
        format!(
            "{} does not fit the build file any more\n  cargo says: {said}\n  do: build once without --locked, look at what changed, and commit it",
            project.lock.display()
        )
    } else {
        format!("{who}the versions can't be settled\n  cargo says: {said}")
    };
    Failure::new(Kind::Preflight, format!("{text}\n\nnothing was compiled"))
}

/// Text for a lock source, as `At` has it.
pub(crate) fn at_text(at: &At) -> String {
    format!("{} = {:?}", at.key(), at.name())
}
