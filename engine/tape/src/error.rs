//! Why a file can't be used: what happened, where, and what to do.

use std::path::PathBuf;

/// A file that can't be read, understood, or trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// The file can't be opened or unpacked.
    #[error("{file}: {why}")]
    Open {
        /// The file.
        file: String,
        /// What the system or the unpacker said, and what to do.
        why: String,
    },
    /// It is something else than bars, trades, quotes, funding or a recording of an order book.
    #[error(
        "{file}: this is {what}; bars, trades, quotes, funding rates and recordings of order books can be read"
    )]
    OtherKind {
        /// The file.
        file: String,
        /// What it is.
        what: String,
    },
    /// The columns can't be understood.
    #[error("{file}: {what}")]
    Layout {
        /// The file.
        file: String,
        /// What is missing, what there is, and what to do.
        what: String,
    },
    /// There is not one row.
    #[error("{file}: no data: the file has no row below its header")]
    Empty {
        /// The file.
        file: String,
    },
    /// A row can't be read, or contradicts the others.
    #[error("{file}:{line}: {what}")]
    Row {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong and what to do.
        what: String,
    },
    /// A tape is damaged or of another version.
    #[error("{file}: {what}")]
    Tape {
        /// The file.
        file: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// Files that should be joined don't fit together.
    #[error("{what}")]
    Mixed {
        /// Which files, and how they differ.
        what: String,
    },
    /// A file can't be written.
    #[error("{}: can't be written: {why}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
}
