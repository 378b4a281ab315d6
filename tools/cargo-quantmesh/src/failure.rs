//! What a command failed with: what happened, where, what to do, and which exit code says so.

use std::fmt;
use std::path::Path;

/// The kind of a failure; each has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A program that is needed could not be run.
    Program,
    /// Wrong arguments.
    Usage,
    /// The build file, or another file of the user's, is not right.
    BuildFile,
    /// Access or versions: nothing was compiled.
    Preflight,
    /// The compiler said no.
    Compile,
    /// What was built is not what was asked for.
    SelfCheck,
    /// A second build gave another binary.
    Differs,
    /// A file could not be read or written.
    Files,
}

impl Kind {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Program => 1,
            Self::Usage => 2,
            Self::BuildFile => 3,
            Self::Preflight => 4,
            Self::Compile => 5,
            Self::SelfCheck => 6,
            Self::Differs => 7,
            Self::Files => 8,
        }
    }
}

/// One failure with its message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Which kind.
    pub kind: Kind,
    /// What happened, where, and what to do.
    pub message: String,
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string() }
    }

    pub(crate) fn read(file: &Path, why: impl fmt::Display) -> Self {
        Self::new(Kind::Files, format!("{} can't be read: {why}", file.display()))
    }

    pub(crate) fn write(file: &Path, why: impl fmt::Display) -> Self {
        Self::new(Kind::Files, format!("{} can't be written: {why}", file.display()))
    }
}
