//! A build of one's own: strategy crates that came with a host program instead of with a feature of the engine.
//!
//! `cargo quantmesh` writes such a host from a build file. Its `main` is one call of [`run_host`], and names every crate
//! in it, so that none can get lost between the build file and the binary.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::OnceLock;

use sdk::Registered;

/// A strategy crate that a host brings.
#[derive(Debug, Clone, Copy)]
pub struct Guest {
    /// The id that the host asks for; the crate must register itself with it.
    pub id: &'static str,
    /// What the crate registers: its constant `__QUANTMESH_REGISTERED`.
    pub entry: &'static Registered,
    /// Where the crate came from, for `strategies list`: a git repository with its commit, a registry, or a folder's hash.
    pub source: &'static str,
}

static GUESTS: OnceLock<&'static [Guest]> = OnceLock::new();

/// Runs the program as [`run`](crate::run) does, with the strategy crates of a host beside those of the engine's features.
///
/// A guest that is not in the catalogue under its id is an error of the build (exit code 7) at the first command that needs
/// the catalogue. The guests of the first call in a process count.
pub fn run_host(args: impl IntoIterator<Item = OsString>, guests: &'static [Guest]) -> ExitCode {
    let _ = GUESTS.set(guests);
    crate::run(args)
}

/// The crates of the host; `None` for a program that the engine's features alone describe.
pub(crate) fn guests() -> Option<&'static [Guest]> {
    GUESTS.get().copied()
}

/// What is wrong with the first guest that is not registered as its host asked.
pub(crate) fn fault(
    guests: &[Guest],
    registered: impl Fn(&str) -> Option<&'static Registered>,
) -> Option<String> {
    guests.iter().find_map(|Guest { id, entry, .. }| {
        let crate_ = format!("{} {}", entry.package, entry.version);
        if entry.id != *id {
            return Some(format!(
                "this build asks for `{id}`, but the crate it names for that, {crate_}, registers `{}`; name it `{}` in the build file",
                entry.id, entry.id
            ));
        }
        match registered(id) {
            Some(found) if found.package == entry.package && found.version == entry.version => None,
            Some(found) => Some(format!(
                "this build asks for `{id}` from {crate_}, but it was registered by {} {}; build with only one of them",
                found.package, found.version
            )),
            None => Some(format!("this build asks for `{id}` from {crate_}, but it is not in the catalogue")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ENTRY;

    static ALPHA: Registered = Registered { id: "alpha", package: "house-alpha", version: "1.2.0", ..ENTRY };
    static OTHER: Registered = Registered { id: "alpha", package: "acme-alpha", version: "1.2.0", ..ENTRY };

    fn said(id: &'static str, registered: Option<&'static Registered>) -> Option<String> {
        fault(&[Guest { id, entry: &ALPHA, source: "" }], |_| registered)
    }

    #[test]
    fn a_guest_is_what_its_host_asked_for() {
        assert_eq!(said("alpha", Some(&ALPHA)), None);
        assert_eq!(
            said("beta", None).as_deref(),
            Some(
                "this build asks for `beta`, but the crate it names for that, house-alpha 1.2.0, registers `alpha`; name it `alpha` in the build file"
            )
        );
        assert_eq!(
            said("alpha", None).as_deref(),
            Some("this build asks for `alpha` from house-alpha 1.2.0, but it is not in the catalogue")
        );
        assert_eq!(
            said("alpha", Some(&OTHER)).as_deref(),
            Some(
                "this build asks for `alpha` from house-alpha 1.2.0, but it was registered by acme-alpha 1.2.0; build with only one of them"
            )
        );
    }
}
