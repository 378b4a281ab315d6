//! Where releases run, and which compiler builds them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

use super::DistError;
use super::args::Choice;

/// A platform that there are releases for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// The compiler's name for it.
    pub triple: &'static str,
    /// The operating system, as containers and archives name it.
    pub os: &'static str,
    /// The processor, as containers and archives name it.
    pub arch: &'static str,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self { triple: "x86_64-unknown-linux-gnu", os: "linux", arch: "amd64" },
        Self { triple: "aarch64-unknown-linux-gnu", os: "linux", arch: "arm64" },
        Self { triple: "x86_64-apple-darwin", os: "darwin", arch: "amd64" },
        Self { triple: "aarch64-apple-darwin", os: "darwin", arch: "arm64" },
    ];

    /// The platform of a triple, or of a name such as `linux-amd64`.
    ///
    /// # Errors
    /// [`DistError::Refused`] for one without releases.
    pub fn of(triple: &str) -> Result<Self, DistError> {
        Self::ALL.into_iter().find(|one| one.triple == triple || one.name() == triple).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|one| one.triple).collect();
            DistError::Refused(format!(
                "there are no releases for the target `{triple}`; there are for {}",
                known.join(", ")
            ))
        })
    }

    /// `linux-amd64` and the like.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}", self.os, self.arch)
    }

    /// Whether its binary must need nothing but the kernel.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.os == "linux"
    }
}

/// A compiler for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// The compiler, where it is not cargo's own.
    pub rustc: Option<PathBuf>,
    /// The linker, where it is not the compiler's own choice.
    pub linker: Option<&'static str>,
    /// Whose it is, for a person.
    pub whose: &'static str,
    /// What it says its version is.
    pub version: String,
    /// The revision it was made from.
    pub revision: String,
    /// Where its libraries are.
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// Finds one for a target.
    ///
    /// # Errors
    /// [`DistError::Refused`] says how to get one.
    pub fn find(root: &Path, choice: Choice, platform: &Platform) -> Result<Self, DistError> {
        let linker = (platform.triple == "aarch64-unknown-linux-gnu" && !cfg!(target_arch = "aarch64"))
            .then_some("aarch64-linux-gnu-gcc");
        if choice != Choice::Debian {
            let stock = Self::asked(None, linker, "the compiler at hand")?;
            if stock.sysroot.join("lib/rustlib").join(platform.triple).join("lib").is_dir() {
                return stock.with_linker();
            }
            if choice == Choice::Stock || platform.os != "linux" {
                return Err(no_target(platform, "; or leave out `--toolchain stock`"));
            }
        }
        if cfg!(not(target_os = "linux")) {
            return Err(no_target(platform, ""));
        }
        let debian = debian(root, platform)?;
        Self::asked(Some(debian), linker, "Debian's compiler (rustc-web)")?.with_linker()
    }

    fn asked(
        rustc: Option<PathBuf>,
        linker: Option<&'static str>,
        whose: &'static str,
    ) -> Result<Self, DistError> {
        let program = rustc
            .clone()
            .or_else(|| env::var_os("RUSTC").map(PathBuf::from))
            .unwrap_or_else(|| PathBuf::from("rustc"));
        let ask = |words: &[&str]| {
            let output = Command::new(&program).args(words).output();
            let output = output.map_err(DistError::io(format!("{} can't be run", program.display())))?;
            Ok::<_, DistError>(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let long = ask(&["-vV"])?;
        let revision = long.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
        Ok(Self {
            version: long.lines().next().unwrap_or("unknown").to_owned(),
            revision: revision.to_owned(),
            sysroot: PathBuf::from(ask(&["--print", "sysroot"])?),
            rustc,
            linker,
            whose,
        })
    }

    fn with_linker(self) -> Result<Self, DistError> {
        let Some(linker) = self.linker else { return Ok(self) };
        match Command::new(linker).arg("--version").output() {
            Ok(_) => Ok(self),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(DistError::Refused(format!(
                "linking for linux arm64 needs `{linker}`; on Debian and Ubuntu: \
                 apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
            ))),
            Err(error) => Err(DistError::io(format!("{linker} can't be run"))(error)),
        }
    }
}

fn no_target(platform: &Platform, or: &str) -> DistError {
    DistError::Refused(format!(
        "the compiler at hand has no standard library for {0}; type: rustup target add {0}{or}",
        platform.triple
    ))
}

/// Debian's compiler, unpacked into the target folder.
fn debian(root: &Path, platform: &Platform) -> Result<PathBuf, DistError> {
    let folder = super::build::target_folder(root).join("debian-rust");
    let arch = if platform.arch == "arm64" { "arm64" } else { "" };
    let output = Command::new("bash")
        .arg(root.join("tools/debian-rustc"))
        .arg(&folder)
        .arg(arch)
        .output()
        .map_err(DistError::io("tools/debian-rustc can't be run"))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(DistError::Refused(format!(
            "no compiler for {0}: type `rustup target add {0}`, or use Debian's: {why}",
            platform.triple
        )));
    }
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
