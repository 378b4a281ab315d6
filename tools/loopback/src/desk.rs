//! A desk: a folder of its own for one test, with a home and a cargo home that hold nothing of whoever runs the tests.

use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder that goes away with its test, and commands that see nothing but it.
///
/// Crates that are already on this machine are shared, so that no test fetches them again; git repositories,
/// configuration and credentials are not.
#[derive(Debug)]
pub struct Desk {
    folder: TempDir,
    target: PathBuf,
}

impl Desk {
    /// An empty desk. `workspace` is where the tests run from; what is built goes into its target folder.
    ///
    /// # Errors
    /// Where the folder can't be made.
    pub fn new(workspace: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("quantmesh-desk-").tempdir()?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        let desk = Self { folder, target: target.join("e2e") };
        for place in [desk.home(), desk.cargo_home(), desk.target.clone()] {
            fs::create_dir_all(place)?;
        }
        let real = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".cargo")));
        if let Some(real) = real {
            share(&real.join("registry"), &desk.cargo_home().join("registry"))?;
            // A machine behind a mirror says so there; credentials stand in another file.
            if real.join("config.toml").is_file() {
                fs::copy(real.join("config.toml"), desk.cargo_home().join("config.toml"))?;
            }
        }
        Ok(desk)
    }

    /// The desk itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What `HOME` is at this desk.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    /// What `CARGO_HOME` is at this desk.
    #[must_use]
    pub fn cargo_home(&self) -> PathBuf {
        self.path().join("cargo-home")
    }

    /// Where everything is built that is built at desks.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The real cargo, in a folder.
    #[must_use]
    pub fn cargo(&self, folder: &Path) -> Command {
        self.command(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), folder)
    }

    /// Any program, in a folder, with this desk's homes and without the test runner's variables.
    #[must_use]
    pub fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            let ours = ["CARGO", "RUST", "SSH", "GIT_", "XDG_", "QUANTMESH", "SOURCE_DATE_EPOCH"];
            if ours.iter().any(|start| text.starts_with(start)) {
                command.env_remove(&name);
            }
        }
        // A toolchain by rustup is found by its home, which is in the user's unless it is named.
        let rustup = env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".rustup")));
        if let Some(rustup) = rustup.filter(|rustup| rustup.is_dir()) {
            command.env("RUSTUP_HOME", rustup);
        }
        command
            .env("HOME", self.home())
            .env("CARGO_HOME", self.cargo_home())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0");
        command
    }

    /// Runs a command that builds, while no other desk builds: they share a target folder, where a program of the same
    /// name would be overwritten. `keep` sees the output and copies what it wants to have.
    ///
    /// # Errors
    /// Where the command can't be started, or `keep` fails.
    pub fn alone<T>(
        &self,
        command: &mut Command,
        keep: impl FnOnce(Output) -> io::Result<T>,
    ) -> io::Result<T> {
        let lock = File::create(self.target.join("desk.lock"))?;
        lock.lock()?;
        keep(command.output()?)
    }
}

/// Links what there is of the registries that are used already, each by itself: a registry that a test asks for is the
/// desk's own, and what is sold there does not get into the user's folders.
fn share(real: &Path, ours: &Path) -> io::Result<()> {
    for part in ["index", "cache", "src"] {
        let Ok(registries) = fs::read_dir(real.join(part)) else { continue };
        fs::create_dir_all(ours.join(part))?;
        for registry in registries {
            let registry = registry?;
            link(&registry.path(), &ours.join(part).join(registry.file_name()))?;
        }
    }
    Ok(())
}

fn home() -> Option<PathBuf> {
    env::var_os("HOME").map(PathBuf::from)
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}
