//! Proof that the gate let something through.

/// Something the gate approved. It can't be made anywhere else:
///
/// ```compile_fail
/// let forged = quantmesh_risk::Approved(1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    /// Only the gate calls this.
    pub(crate) const fn new(what: T) -> Self {
        Self(what)
    }

    /// What was approved.
    pub fn into_inner(self) -> T {
        self.0
    }
}
