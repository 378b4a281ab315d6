//! Proof that the gate let something through.

/// Something the gate approved. It can't be made anywhere else:
///
/// ```compile_fail
/// let forged = quantmesh_risk::Approved::new(1, None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved<T> {
    what: T,
    made_smaller: Option<&'static str>,
}

impl<T> Approved<T> {
    /// Only the gate calls this.
    pub(crate) const fn new(what: T, made_smaller: Option<&'static str>) -> Self {
        Self { what, made_smaller }
    }

    /// Which rule let through only a part of what was asked for, if one did.
    pub const fn made_smaller(&self) -> Option<&'static str> {
        self.made_smaller
    }

    /// What was approved.
    pub fn into_inner(self) -> T {
        self.what
    }
}
