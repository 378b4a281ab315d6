//! One target of a release: built, looked at, packed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::record::{Record, SCHEMA, json, read, write};
use super::{
    DistError, Entry, Image, Options, Origin, Part, Platform, RECORD, Sources, Strategy, Toolchain, archive,
    build, image, inspect, linking, pack, recipe, sbom, texts,
};
use crate::features::{self, Kind, Row};

const FEATURES: &str = "the features of this workspace";

/// Builds a target into a folder of its own below `parts`, with a record of what it is, and returns that folder.
pub(super) fn build(
    root: &Path,
    options: &Options,
    origin: &Origin,
    platform: &Platform,
    parts: &Path,
    say: &mut dyn FnMut(&str),
) -> Result<PathBuf, DistError> {
    let tools = Toolchain::find(root, options.toolchain, platform)?;
    say(&format!("{}: by {}, {}", platform.name(), tools.whose, tools.version));
    // This also fetches and unpacks all crates, so that the recipe knows where they are.
    let sources = Sources::read(root, platform.triple, options)?;
    let recipe = recipe(root, options, platform, &tools, origin.epoch);
    let program = read(&build::build(root, platform, &recipe, say)?)?;
    let linking = linking(&program)?;
    if platform.is_static() && linking != "static" {
        return Err(DistError::Refused(format!(
            "the binary for {} is not static: it asks for an interpreter",
            platform.triple
        )));
    }
    let (features, strategies) = compiled_in(root, options)?;
    inspect::own_words(root, platform, &strategies)?;

    let folder = parts.join(platform.name());
    let stem = format!("quantmesh-v{}-{}", origin.version, platform.name());
    let list = auditable_info::audit_info_from_slice(&program, 8 * 1024 * 1024)
        .map_err(DistError::wrong("the list of crates in the binary"))?;
    let mut part = Part {
        target: platform.triple.to_owned(),
        os: platform.os.to_owned(),
        arch: platform.arch.to_owned(),
        linking: linking.to_owned(),
        rustc: tools.version,
        binary: format!("{}/quantmesh", platform.name()),
        archive: format!("{stem}.tar.gz"),
        sbom: format!("{stem}.cdx.json"),
        image: None,
    };
    let texts = texts::texts(root, &list, &sources)?;
    let mut entries = vec![Entry::program(format!("{stem}/quantmesh"), program.clone())];
    entries.extend(texts.iter().map(|text| Entry { path: format!("{stem}/{}", text.path), ..text.clone() }));
    write(&folder.join(&part.archive), &archive::gzip(&pack(&entries, origin.epoch)?)?)?;
    write(&folder.join(&part.sbom), &sbom(&list, &sources, origin, &program, &features)?)?;
    if options.image && platform.os == "linux" {
        let (bytes, digest) = image(&program, &texts, origin, platform)?;
        let file = format!("{stem}.oci.tar");
        write(&folder.join(&file), &bytes)?;
        part.image = Some(Image { file, digest });
    }
    write(&folder.join(&part.binary), &program)?;
    let record = Record {
        schema: SCHEMA,
        version: origin.version.clone(),
        date: origin.date(),
        epoch: origin.epoch,
        revision: origin.revision.clone(),
        dirty: origin.dirty,
        msrv: origin.msrv.clone(),
        features,
        strategies,
        signed_by: None,
        targets: vec![part],
    };
    write(&folder.join(RECORD), &json(&record)?)?;
    Ok(folder)
}

/// What a build with these options has: its features with those that they bring, and its strategies.
fn compiled_in(root: &Path, options: &Options) -> Result<(Vec<String>, Vec<Strategy>), DistError> {
    let sources = features::Sources::read(root).map_err(DistError::wrong(FEATURES))?;
    let rows = features::rows(&sources).map_err(DistError::wrong(FEATURES))?;
    let mut wanted: Vec<&str> = options.features.split([',', ' ']).filter(|name| !name.is_empty()).collect();
    if !options.no_default_features {
        wanted.push("default");
    }
    let mut on = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        let Some(row) = rows.iter().find(|row| row.feature == name) else {
            let known: Vec<_> = rows.iter().map(|row| row.feature.as_str()).collect();
            return Err(DistError::Refused(format!(
                "there is no feature `{name}`; there are {}",
                known.join(", ")
            )));
        };
        if on.insert(name.to_owned())
            && let Kind::Collection(held) = &row.kind
        {
            wanted.extend(held.iter().map(String::as_str));
        }
    }
    let strategies = rows.iter().filter(|row| on.contains(&row.feature)).filter_map(strategy).collect();
    Ok((on.into_iter().collect(), strategies))
}

fn strategy(row: &Row) -> Option<Strategy> {
    let Kind::Leaf { package, version, tier, .. } = &row.kind else { return None };
    Some(Strategy {
        id: row.feature.clone(),
        package: package.clone(),
        version: version.clone(),
        tier: tier.clone(),
        what: row.what.clone(),
    })
}
