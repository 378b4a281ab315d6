//! What is compiled in: the catalogue after its checks, and the way from an id to an entry or to its absence.

use sdk::{Catalogue, CatalogueError, Registered};

use crate::config::nearest;
use crate::failure::Kind;
use crate::registered::{AVAILABLE, EXPECTED};
use crate::{Failure, host};

/// What is compiled in, after checking that nothing got lost on the way.
pub(crate) fn catalogue() -> Result<Catalogue, Failure> {
    let catalogue = whole(Catalogue::of_this_binary(), EXPECTED)?;
    match host::fault(host::guests().unwrap_or_default(), |id| catalogue.get(id)) {
        None => Ok(catalogue),
        Some(fault) => Err(Failure::new(Kind::Build, fault)),
    }
}

fn whole(found: Result<Catalogue, CatalogueError>, expected: &[&str]) -> Result<Catalogue, Failure> {
    let catalogue = found.map_err(|error| Failure::new(Kind::Build, error))?;
    match catalogue.missing(expected) {
        None => Ok(catalogue),
        Some(id) => Err(Failure::new(
            Kind::Build,
            format!(
                "this binary was built with the feature {id}, but no {id} registered itself; the crate {} must call sdk::register_strategy! or sdk::register_rule! with id: \"{id}\" at its root",
                package(id)
            ),
        )),
    }
}

/// The package that has an id, by the rule of this tree.
fn package(id: &str) -> String {
    format!("quantmesh-{}", id.replace('_', "-"))
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
    } else if host::guests().is_some() {
        let line = if AVAILABLE.contains(&id) { "features" } else { "[strategies]" };
        format!("add it under {line} in this build's quantmesh.build.toml and run `cargo quantmesh build`")
    } else if AVAILABLE.contains(&id) {
        format!(
            "the feature `{id}` has it, from the package {}: `cargo build --release --features {id}`",
            package(id)
        )
    } else {
        "no feature of this version has it; features.md lists them, and a crate of your own needs a build of its own"
            .to_owned()
    };
    Err(Failure::config(format!(
        "{place}: strategy `{id}` is not compiled into this binary{near}; compiled in: {listed}; {build}"
    )))
}

/// An entry that builds nothing, for tests of whoever reads catalogues.
#[cfg(test)]
pub(crate) const ENTRY: Registered = Registered {
    id: "grid",
    package: "quantmesh-grid",
    version: "0.1.0",
    sdk: sdk::VERSION,
    summary: "",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    released: None,
    instruments: 1,
    schema: || schemars::schema_for!(()),
    make: sdk::Make::Strategy(|_, _| Err(sdk::BuildError::new("", ""))),
};

#[cfg(test)]
mod tests {
    use super::*;

    static FROM_HERE: Registered = ENTRY;
    static FROM_ELSEWHERE: Registered = Registered { package: "house-grid", version: "2.0.0", ..ENTRY };
    static OF_ANOTHER_AGE: Registered = Registered { sdk: "7.1.0", ..ENTRY };

    fn said(entries: &[&'static Registered], expected: &[&str]) -> Option<String> {
        whole(Catalogue::from_entries(entries.iter().copied()), expected).err().map(|failure| {
            assert_eq!(failure.kind, Kind::Build);
            failure.to_string()
        })
    }

    #[test]
    fn a_feature_whose_strategy_did_not_register() {
        assert_eq!(said(&[&FROM_HERE], &["grid"]), None);
        assert_eq!(
            said(&[&FROM_HERE], &["ai_strategy", "grid"]).as_deref(),
            Some(
                "build error: this binary was built with the feature ai_strategy, but no ai_strategy registered itself; the crate quantmesh-ai-strategy must call sdk::register_strategy! or sdk::register_rule! with id: \"ai_strategy\" at its root"
            )
        );
    }

    #[test]
    fn two_crates_with_one_id() {
        assert_eq!(
            said(&[&FROM_HERE, &FROM_ELSEWHERE], &["grid"]).as_deref(),
            Some(
                "build error: two crates register the id `grid`: house-grid 2.0.0 and quantmesh-grid 0.1.0; build with only one of them"
            )
        );
    }

    #[test]
    fn another_major_version_of_the_sdk() {
        assert_eq!(
            said(&[&OF_ANOTHER_AGE], &["grid"]),
            Some(format!(
                "build error: quantmesh-grid 0.1.0 was built with quantmesh-sdk 7.1.0, this engine has {}; ask its vendor for a version that wants quantmesh-sdk 0.1, or build with an engine that has the other",
                sdk::VERSION
            ))
        );
    }
}
