//! The words of `cargo xtask dist`.

use std::path::PathBuf;

use clap::Parser;

use super::{DistError, Platform};

/// Builds a release: one static binary a target, with everything that lets others check it and build it again.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo xtask dist", no_binary_name = false)]
pub struct Options {
    /// A target to build, as `x86_64-unknown-linux-gnu` or `linux-amd64`; may be given several times. Without one: both Linux targets on Linux, both Mac targets on a Mac.
    #[arg(long, value_name = "TRIPLE")]
    pub target: Vec<String>,
    /// The features that cargo is to switch on, as `cargo build` takes them.
    #[arg(long, short = 'F', value_name = "LIST", default_value = "")]
    pub features: String,
    /// Leave the default features out.
    #[arg(long)]
    pub no_default_features: bool,
    /// Where releases are kept: one folder a version, and `index.json` beside them.
    #[arg(long, value_name = "DIR", default_value = "release")]
    pub out: PathBuf,
    /// Add an image for containers (an OCI layout in a tar) for each Linux target.
    #[arg(long)]
    pub image: bool,
    /// Build nothing: put releases that were made elsewhere, of the same sources for other targets, together.
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with_all = ["target", "features", "no_default_features", "image", "index"])]
    pub join: Vec<PathBuf>,
    /// Build nothing: check what is there, and write `index.json` anew.
    #[arg(long)]
    pub index: bool,
    /// A file with a minisign secret key. Else `QUANTMESH_MINISIGN_KEY` holds the key itself, or `QUANTMESH_MINISIGN_KEY_FILE`
    /// the name of a file; `QUANTMESH_MINISIGN_PASSWORD` the password of a key that has one.
    #[arg(long, value_name = "FILE")]
    pub sign_key: Option<PathBuf>,
    /// Build sources that are not committed. Nobody can build such a release again.
    #[arg(long)]
    pub allow_dirty: bool,
    /// Whose compiler: `stock`, the one at hand; `debian`, from Debian's packages; `auto`, the first of these that has the target.
    #[arg(long, value_name = "WHOSE", default_value = "auto")]
    pub toolchain: Choice,
}

/// Whose compiler builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Choice {
    /// The first that has the target.
    Auto,
    /// The compiler at hand.
    Stock,
    /// Debian's.
    Debian,
}

impl Options {
    /// The targets to build.
    ///
    /// # Errors
    /// [`DistError::Refused`] where one is not supported.
    pub fn targets(&self) -> Result<Vec<Platform>, DistError> {
        if self.target.is_empty() {
            let os = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
            return Ok(Platform::ALL.into_iter().filter(|platform| platform.os == os).collect());
        }
        self.target.iter().map(|triple| Platform::of(triple)).collect()
    }
}
