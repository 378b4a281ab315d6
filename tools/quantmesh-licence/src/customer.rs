//! What is printed for the customer: what they may use, what they need, and what to type.

use std::fmt::Write;

use licence::{Terms, show_time};

use crate::Settings;

/// A prebuilt binary for the customer's platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prebuilt {
    pub(crate) version: String,
    pub(crate) platform: String,
    pub(crate) file: String,
    pub(crate) sha256: String,
}

/// The letter that goes with a licence file of this name.
pub(crate) fn letter(terms: &Terms, settings: &Settings, prebuilt: Option<&Prebuilt>, file: &str) -> String {
    let ids: Vec<_> = terms.strategies.iter().map(|grant| grant.id.as_str()).collect();
    let grants: Vec<_> = terms.strategies.iter().map(ToString::to_string).collect();
    let mut text = format!("Licence {} of {}\n\n", terms.id, terms.customer);
    let _ = writeln!(text, "    may use   {}", grants.join("\n              "));
    let ends =
        terms.expires.map_or_else(|| "without end".to_owned(), |ends| format!("until {}", show_time(ends)));
    let _ = writeln!(text, "    from      {} {ends}, {}", show_time(terms.starts), terms.plan.text());
    let _ = writeln!(text, "    at once   {} on a machine", terms.max_instances);
    if let Some(machine) = &terms.machine {
        let _ = writeln!(text, "    only on   the machine {machine}");
    }
    let _ = writeln!(text, "    needs     QuantMesh {} or newer", terms.engine);
    let _ = writeln!(text, "    to build  Rust {} or newer", terms.msrv);
    let _ = writeln!(text, "    renewal   {}\n", terms.renew);
    if let Some(found) = prebuilt {
        let _ = writeln!(
            text,
            "Take the binary for {}, QuantMesh {}:\n\n    {}\n    sha256 {}\n\nor build it from source.\n",
            found.platform, found.version, found.file, found.sha256
        );
    }
    sources(&mut text, terms, settings);
    let _ = writeln!(text, "Build:\n\n    cargo build --release --features {}\n", ids.join(","));
    let _ = writeln!(text, "Install the licence, and look whether all is well:\n");
    let _ = writeln!(text, "    quantmesh licence install {file}\n    quantmesh licence check");
    text
}

/// Where the sources are, in the two ways that a build can be told.
fn sources(text: &mut String, terms: &Terms, settings: &Settings) {
    let known = terms.strategies.iter().filter_map(|grant| {
        let sold = settings.strategies.get(&grant.id)?;
        Some((grant.id.as_str(), sold.package(&grant.id), sold.source()?))
    });
    let known: Vec<_> = known.collect();
    if known.is_empty() {
        return;
    }
    let _ =
        writeln!(text, "In a clone of QuantMesh, write into .cargo/private.toml:\n\n    [patch.crates-io]");
    for (_, package, source) in &known {
        let _ = writeln!(text, "    {package} = {source}");
    }
    let _ = writeln!(text, "\nor, for a build file, into quantmesh.build.toml:\n\n    [strategies]");
    for (id, _, source) in &known {
        let _ = writeln!(text, "    {id} = {source}");
    }
    text.push('\n');
}
