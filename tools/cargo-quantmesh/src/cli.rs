//! The command line: one tree of types from which parsing and help follow.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Builds one binary from an engine and the strategy crates that a build file names.
#[derive(Debug, Parser)]
#[command(name = "cargo quantmesh", bin_name = "cargo quantmesh", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a build file to start from.
    Init(InitArgs),
    /// See whether everything that is named can be reached and fits together; compiles nothing.
    Check(CheckArgs),
    /// Check, build, run the result's self-check, and write a receipt.
    Build(BuildArgs),
    /// Move one crate, the engine or all of them to a newer version, and say what that changes.
    Upgrade(UpgradeArgs),
    /// Build once more in another folder, and compare with what a receipt says.
    Verify(VerifyArgs),
    /// Pack all sources for a machine without network, and rehearse the build there.
    Bundle(BundleArgs),
    /// Say which features and crates a run's configuration needs, and why.
    FromConfig(FromConfigArgs),
}

/// Where the build file is.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The build file; its lock, `.quantmesh` and `dist` lie beside it.
    #[arg(long, value_name = "FILE", default_value = "quantmesh.build.toml")]
    pub(crate) file: PathBuf,
}

/// What cargo may do about the lock file and the network.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct LockArgs {
    /// Refuse to change quantmesh.build.lock.
    #[arg(long)]
    pub(crate) locked: bool,
    /// Do without the network.
    #[arg(long)]
    pub(crate) offline: bool,
    /// Both of them.
    #[arg(long)]
    pub(crate) frozen: bool,
}

impl LockArgs {
    pub(crate) const fn is_locked(self) -> bool {
        self.locked || self.frozen
    }

    pub(crate) const fn is_offline(self) -> bool {
        self.offline || self.frozen
    }
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Overwrite a build file that is there.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// The folder for the binary, its receipt and its bill of materials; `dist` beside the build file unless given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UpgradeArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// Which: an id of the build file, or `engine`; all of them unless given.
    pub(crate) id: Option<String>,
    /// The tag, revision or version to move to; the newest unless given.
    #[arg(long, value_name = "TAG|VERSION", requires = "id")]
    pub(crate) to: Option<String>,
    /// Say what would change, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// A receipt, or a binary with its receipt beside it; `dist` beside the build file unless given.
    #[arg(value_name = "RECEIPT|BINARY")]
    pub(crate) what: Option<PathBuf>,
    /// Do without the network.
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// A folder that does not exist yet, or a file that ends in .tar.gz.
    #[arg(long, value_name = "FOLDER|FILE.tar.gz")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) lock: LockArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FromConfigArgs {
    #[command(flatten)]
    pub(crate) file: FileArgs,
    /// The configuration of a run.
    pub(crate) config: PathBuf,
    /// A folder with the engine's source, where no build file says it.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) engine: Option<PathBuf>,
    /// Put the features into the build file; it is made if it is not there.
    #[arg(long)]
    pub(crate) write: bool,
}
