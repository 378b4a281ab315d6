//! What must hold whatever bytes come in: properties of the importers and of the matching engine, one function per fuzz target.

pub mod bars;
pub mod book;
pub mod import;
pub mod levels;
mod orders;
pub mod replay;
pub mod sealed;
