//! A desk: a folder of its own for one test, with a home and a cargo home that hold nothing of whoever runs the tests.

use std::env;
use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that goes away with its test, and commands that see nothing but it.
///
/// Crates that are already on this machine are shared, so that no test fetches them again; git repositories,
/// configuration and credentials are not. Desks stand at fixed places and each has a target folder of its own: cargo knows a
/// crate by where it stands, and so what one test has compiled of the crates from outside, the next one finds.
#[derive(Debug)]
pub struct Desk {
    folder: PathBuf,
    target: PathBuf,
    /// Held as long as the desk is in use.
    _place: File,
}

/// More desks than any test binary needs at once.
const PLACES: usize = 64;

impl Desk {
    /// An empty desk. `workspace` is where the tests run from; what is built goes into its target folder, for each `kind` of
    /// builds into a part of its own: cargo does not tell apart what went through another wrapper of the compiler.
    ///
    /// # Errors
    /// Where the folder can't be made.
    pub fn new(workspace: &Path, kind: &str) -> io::Result<Self> {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
        let (number, place, target) = free_place(&target.join("e2e").join(kind))?;
        // Outside the workspace: cargo and git look upwards for whatever they belong to.
        let mut hash = DefaultHasher::new();
        target.hash(&mut hash);
        let folder = env::temp_dir().join(format!("quantmesh-desk-{:08x}-{number}", hash.finish() as u32));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let desk = Self { folder, target, _place: place };
        for made in [desk.home(), desk.cargo_home(), desk.target.clone()] {
            fs::create_dir_all(made)?;
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
        &self.folder
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

    /// Where everything is built that is built at this desk.
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
        // A test builds with the toolchain there is. Left to itself, rustup may fetch a newer one in the user's own home.
        command.env("RUSTUP_AUTO_INSTALL", "0");
        command
            // A test never changes which toolchains there are.
            .env("RUSTUP_AUTO_INSTALL", "0")
            .env("HOME", self.home())
            .env("CARGO_HOME", self.cargo_home())
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0");
        command
    }

    /// Runs a command that builds; `keep` sees the output and copies what it wants to have before the next build.
    ///
    /// # Errors
    /// Where the command can't be started, or `keep` fails.
    pub fn alone<T>(
        &self,
        command: &mut Command,
        keep: impl FnOnce(Output) -> io::Result<T>,
    ) -> io::Result<T> {
        keep(command.output()?)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // What can't be removed now is removed by whoever sits here next.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The first place at which nobody sits: its number, its lock, and its target folder.
fn free_place(base: &Path) -> io::Result<(usize, File, PathBuf)> {
    for number in 0..PLACES {
        let folder = base.join(format!("desk-{number}"));
        fs::create_dir_all(&folder)?;
        let place = File::create(folder.join("taken"))?;
        match place.try_lock() {
            Ok(()) => return Ok((number, place, folder.join("target"))),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other("every desk is taken"))
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
