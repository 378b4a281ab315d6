//! What is compiled in: the catalogue after its checks, and the way from an id to an entry or to its absence.

use sdk::{Catalogue, Registered};

use crate::Failure;
use crate::config::nearest;
use crate::failure::Kind;
use crate::registered::{AVAILABLE, EXPECTED};

/// What is compiled in, after checking that nothing got lost on the way.
pub(crate) fn catalogue() -> Result<Catalogue, Failure> {
    let catalogue = Catalogue::of_this_binary().map_err(|error| Failure::new(Kind::Build, error))?;
    match catalogue.missing(EXPECTED) {
        None => Ok(catalogue),
        Some(id) => Err(Failure::new(
            Kind::Build,
            format!(
                "this binary was built with the feature {id}, but no strategy {id} registered itself; its crate must call sdk::register_strategy! with id: \"{id}\" at its root"
            ),
        )),
    }
}

/// The strategy a configuration names, or what to do about its absence.
pub(crate) fn find(catalogue: &Catalogue, place: &str, id: &str) -> Result<&'static Registered, Failure> {
    if let Some(entry) = catalogue.get(id) {
        return Ok(entry);
    }
    let known: Vec<&str> = catalogue.iter().map(|entry| entry.id).collect();
    let near = nearest(id, known.iter().chain(AVAILABLE).copied())
        .filter(|near| *near != id)
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let listed = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    let build = if id.is_empty() {
        "set strategy.id".to_owned()
    } else if AVAILABLE.contains(&id) {
        let package = id.replace('_', "-");
        format!(
            "the feature `{id}` has it, from the package quantmesh-{package}: `cargo build --release --features {id}`"
        )
    } else {
        "no feature of this version has it; features.md lists them, and a crate of your own needs a build of its own"
            .to_owned()
    };
    Err(Failure::config(format!(
        "{place}: strategy `{id}` is not compiled into this binary{near}; compiled in: {listed}; {build}"
    )))
}
