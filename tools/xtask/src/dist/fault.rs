//! What can go wrong with a release.

use std::io;

/// Why there is no release.
#[derive(Debug, thiserror::Error)]
pub enum DistError {
    /// A file or a program can't be used.
    #[error("{what}: {why}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        why: io::Error,
    },
    /// What was asked for can't be had, and what to do.
    #[error("{0}")]
    Refused(
        /// The whole message.
        String,
    ),
    /// A program ended badly; it has said itself why.
    #[error("{what} failed{why}")]
    Failed {
        /// What was run.
        what: String,
        /// What it said, where it was not shown.
        why: String,
    },
    /// A file does not say what it should.
    #[error("{what}: {why}")]
    Wrong {
        /// Which.
        what: String,
        /// In what respect.
        why: String,
    },
}

impl DistError {
    /// Says what was tried when the system refused.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |why| Self::Io { what: what.into(), why }
    }

    /// Says which file or value is wrong.
    pub(super) fn wrong<E: ToString>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        move |why| Self::Wrong { what: what.into(), why: why.to_string() }
    }
}
