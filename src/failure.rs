//! What a command failed with: what happened, where, what to do, and which exit code says so.

use std::fmt;

/// The kind of a failure; each has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A fault of the program.
    Fault,
    /// Wrong arguments.
    Usage,
    /// The configuration can't be used.
    Config,
    /// The market data can't be used.
    Data,
    /// The run ended in an error.
    Run,
    /// A result can't be written.
    Output,
    /// This build is not what it should be.
    Build,
    /// A paid strategy may not run; the code says why, by the table of the `licence` crate.
    Licence(u8),
    /// `doctor` found a fault whose kind has this code.
    Found(u8),
}

/// One failure with its message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} error: {message}", kind.word())]
pub struct Failure {
    /// Which kind.
    pub kind: Kind,
    /// What happened, where, and what to do.
    pub message: String,
}

impl Kind {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Fault => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Data => 4,
            Self::Run => 5,
            Self::Output => 6,
            Self::Build => 7,
            Self::Licence(code) | Self::Found(code) => code,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Usage => "usage",
            Self::Config => "configuration",
            Self::Data => "data",
            Self::Run => "run",
            Self::Output => "output",
            Self::Build => "build",
            Self::Licence(_) => "licence",
            Self::Found(_) => "doctor",
        }
    }
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string() }
    }

    pub(crate) fn config(message: impl fmt::Display) -> Self {
        Self::new(Kind::Config, message)
    }

    pub(crate) fn data(message: impl fmt::Display) -> Self {
        Self::new(Kind::Data, message)
    }

    pub(crate) fn run(message: impl fmt::Display) -> Self {
        Self::new(Kind::Run, message)
    }

    pub(crate) fn output(message: impl fmt::Display) -> Self {
        Self::new(Kind::Output, message)
    }
}
