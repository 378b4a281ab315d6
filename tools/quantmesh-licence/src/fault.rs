//! What a command failed with: what happened, where, what to do, and which exit code says so.

use std::io;
use std::path::{Path, PathBuf};

use crate::LedgerFault;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The order, the settings or a key can't be used.
    #[error("{0}")]
    Order(String),
    /// A file can't be read or written.
    #[error("{}: {error}{hint}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
        /// What to do; empty, or beginning with `; `.
        hint: &'static str,
    },
    /// The ledger can't be trusted.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// The ledger says no.
    #[error("{0}")]
    Refused(String),
    /// What the engine would say.
    #[error("{message}")]
    Licence {
        /// Its exit code.
        code: u8,
        /// Its words.
        message: String,
    },
    /// Standard output can't be written.
    #[error("standard output can't be written: {0}")]
    Output(io::Error),
}

impl Fault {
    /// The exit code; see the crate's page.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Order(_) => 3,
            Self::File { .. } | Self::Output(_) => 6,
            Self::Ledger(fault) => fault.code(),
            Self::Refused(_) => 9,
            Self::Licence { code, .. } => *code,
        }
    }

    pub(crate) fn order(what: impl Into<String>) -> Self {
        Self::Order(what.into())
    }

    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        Self::File { path: path.to_owned(), error, hint: "" }
    }
}
