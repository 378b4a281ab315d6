//! The rows of `features.md`, and everything that can be wrong with a feature.

use std::fmt;

use toml::{Table, Value};

use super::graph::Graph;
use super::{NONE, SIZES, Sizes, Sources};

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub feature: String,
    /// The comment above it in the manifest.
    pub what: String,
    /// Whether a build without any flag has it.
    pub default: bool,
    /// What it switches on.
    pub kind: Kind,
}

/// What a feature switches on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One folder under `strategies/`.
    Leaf {
        /// The package in that folder.
        package: String,
        /// Its version.
        version: String,
        /// `free` or `paid`.
        tier: String,
        /// The outside crates it adds to a build, sorted.
        adds: Vec<String>,
        /// Whether only its placeholder is here: this is the public tree, and the source is sold.
        placeholder: bool,
    },
    /// Other features.
    Collection(
        /// Their names, in the manifest's order.
        Vec<String>,
    ),
}

/// One thing that is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A manifest is not TOML.
    #[error("{file} is not valid TOML: {why}")]
    Toml {
        /// Which.
        file: String,
        /// What the parser said.
        why: String,
    },
    /// A feature has no comment.
    #[error("Cargo.toml: the feature `{0}` has no comment; say in one line above it what it adds")]
    NoComment(
        /// The feature.
        String,
    ),
    /// A leaf's feature has no folder.
    #[error("Cargo.toml: the feature `{0}` has no folder; add strategies/{0}, or remove the feature")]
    NoFolder(
        /// The feature.
        String,
    ),
    /// A folder has no feature.
    #[error(
        "strategies/{0} has no feature; add `{0} = [\"dep:{0}\"]` to [features] in Cargo.toml, with a comment above it"
    )]
    NoFeature(
        /// The folder.
        String,
    ),
    /// A collection holds something that is not a feature.
    #[error("Cargo.toml: the feature `{feature}` holds `{part}`, which is not a feature of this manifest")]
    UnknownPart {
        /// The collection.
        feature: String,
        /// What it holds.
        part: String,
    },
    /// A leaf has another name than its folder somewhere.
    #[error("strategies/{folder}: its {what} is `{found}`; it must be `{wanted}`")]
    Name {
        /// The folder.
        folder: String,
        /// What is named.
        what: &'static str,
        /// How.
        found: String,
        /// How it should be.
        wanted: String,
    },
    /// Nobody has measured what a feature adds to the program.
    #[error("{SIZES} has no row for `{0}`; run `cargo xtask features --measure` and commit it")]
    NotMeasured(
        /// The feature.
        String,
    ),
    /// What was measured is another version.
    #[error(
        "{SIZES} was measured with {feature} {measured}, and its manifest says {version}; run `cargo xtask features --measure` and commit it"
    )]
    OtherMeasured {
        /// The feature.
        feature: String,
        /// The version that was measured.
        measured: String,
        /// The version that is here.
        version: String,
    },
    /// A leaf registers nothing.
    #[error(
        "strategies/{0}/src/lib.rs has no `register_strategy!` with an id and a tier; add it at the crate's root"
    )]
    NoRegistration(
        /// The folder.
        String,
    ),
}

/// Everything that is wrong with the features.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(
    /// At least one.
    pub Vec<Fault>,
);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// The rows, in the manifest's order.
///
/// # Errors
/// [`Faults`] with everything that is wrong, at once.
pub fn rows(sources: &Sources) -> Result<Vec<Row>, Faults> {
    let root = parse("Cargo.toml", &sources.manifest).map_err(|fault| Faults(vec![fault]))?;
    let graph = Graph::new(sources);
    let mut faults = Vec::new();
    let mut found = Vec::new();
    let table = root.get("features").and_then(Value::as_table).cloned().unwrap_or_default();
    for (feature, what) in listed(&sources.manifest) {
        if what.is_empty() && feature != "default" {
            faults.push(Fault::NoComment(feature.clone()));
        }
        let parts = strings(table.get(&feature));
        let kind = if parts.contains(&format!("dep:{feature}")) {
            leaf(&feature, sources, &root, &graph)
        } else {
            collection(&feature, parts, &table)
        };
        match kind {
            Ok(kind) => found.push(Row { default: is_default(&feature, &table), feature, what, kind }),
            Err(fault) => faults.push(fault),
        }
    }
    let unlisted = sources.leaves.keys().filter(|folder| !table.contains_key(*folder));
    faults.extend(unlisted.map(|folder| Fault::NoFeature(folder.clone())));
    if faults.is_empty() { Ok(found) } else { Err(Faults(faults)) }
}

/// Holds what was measured against the features that there are.
///
/// # Errors
/// [`Faults`] with every feature that was not measured, or in another version.
pub fn check_sizes(rows: &[Row], sizes: &Sizes) -> Result<(), Faults> {
    let mut faults = Vec::new();
    let names = rows.iter().map(|row| row.feature.as_str()).filter(|feature| *feature != "default");
    for feature in [NONE].into_iter().chain(names) {
        if !sizes.builds.contains_key(feature) {
            faults.push(Fault::NotMeasured(feature.to_owned()));
        }
    }
    for Row { feature, kind, .. } in rows {
        if let (Kind::Leaf { version, .. }, Some(size)) = (kind, sizes.builds.get(feature))
            && size.version != *version
        {
            let (feature, measured, version) = (feature.clone(), size.version.clone(), version.clone());
            faults.push(Fault::OtherMeasured { feature, measured, version });
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
}

/// The features in the order of the manifest, each with the comment lines directly above it.
fn listed(manifest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let (mut inside, mut comment) = (false, Vec::new());
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[features]";
        } else if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim());
            continue;
        } else if inside && let Some((name, _)) = line.split_once('=') {
            found.push((name.trim().trim_matches('"').to_owned(), comment.join(" ")));
        }
        comment.clear();
    }
    found
}

fn leaf(feature: &str, sources: &Sources, root: &Table, graph: &Graph) -> Result<Kind, Fault> {
    let leaf = sources.leaves.get(feature).ok_or_else(|| Fault::NoFolder(feature.to_owned()))?;
    let manifest = parse(&format!("strategies/{feature}/Cargo.toml"), &leaf.manifest)?;
    let name = |what, found: &str, wanted: String| {
        let (folder, found) = (feature.to_owned(), found.to_owned());
        if found == wanted { Ok(()) } else { Err(Fault::Name { folder, what, found, wanted }) }
    };
    let package = text(&manifest, "package", "name");
    name("package", package, format!("quantmesh-{}", feature.replace('_', "-")))?;
    name("library ([lib] name)", text(&manifest, "lib", "name"), feature.to_owned())?;
    let stands_for = manifest.get("package").and_then(|package| package.get("metadata")?.get("quantmesh"));
    let stands_for =
        stands_for.filter(|marks| marks.get("placeholder").and_then(Value::as_bool) == Some(true));
    let tier = match stands_for {
        // What the source would say, its placeholder says in its manifest.
        Some(marks) => marks.get("tier").and_then(Value::as_str).unwrap_or_default().to_owned(),
        None => {
            let found = registration(&leaf.library);
            let (id, tier) = found.ok_or_else(|| Fault::NoRegistration(feature.to_owned()))?;
            name("registered id", id, feature.to_owned())?;
            tier.to_owned()
        }
    };
    let inherited =
        root.get("workspace").and_then(|workspace| workspace.get("package")?.get("version")?.as_str());
    let version = match text(&manifest, "package", "version") {
        "" => inherited.unwrap_or_default(),
        own => own,
    };
    let adds = match stands_for {
        Some(marks) => strings(marks.get("adds")),
        None => graph.adds(package, text(root, "package", "name")),
    };
    let (package, version) = (package.to_owned(), version.to_owned());
    Ok(Kind::Leaf { package, version, tier, adds, placeholder: stands_for.is_some() })
}

fn collection(feature: &str, parts: Vec<String>, table: &Table) -> Result<Kind, Fault> {
    match parts.iter().find(|part| !table.contains_key(*part)) {
        Some(part) => Err(Fault::UnknownPart { feature: feature.to_owned(), part: part.clone() }),
        None => Ok(Kind::Collection(parts)),
    }
}

/// The id and the tier in a leaf's registration.
fn registration(library: &str) -> Option<(&str, &'static str)> {
    let code = library.lines().filter(|line| !line.trim_start().starts_with("//"));
    let start = code.clone().position(|line| {
        ["register_strategy!", "register_rule!"].iter().any(|name| line.contains(name)) && line.contains('{')
    })?;
    let mut fields = code.skip(start).map(str::trim);
    let id = fields.clone().find_map(|line| line.strip_prefix("id:")?.split('"').nth(1))?;
    let tier = fields.find_map(|line| line.strip_prefix("tier:"))?;
    let tiers = [("Free", "free"), ("Paid", "paid")];
    tiers.iter().find(|(variant, _)| tier.contains(variant)).map(|(_, word)| (id, *word))
}

fn is_default(feature: &str, table: &Table) -> bool {
    let mut open = vec!["default".to_owned()];
    let mut seen: Vec<String> = Vec::new();
    while let Some(name) = open.pop() {
        if !seen.contains(&name) {
            open.extend(strings(table.get(&name)));
            seen.push(name);
        }
    }
    seen.iter().any(|name| name == feature)
}

fn parse(file: &str, text: &str) -> Result<Table, Fault> {
    text.parse().map_err(|error: toml::de::Error| Fault::Toml {
        file: file.to_owned(),
        why: error.message().to_owned(),
    })
}

fn text<'t>(table: &'t Table, section: &str, key: &str) -> &'t str {
    table.get(section).and_then(|section| section.get(key)?.as_str()).unwrap_or_default()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let values = value.and_then(Value::as_array).into_iter().flatten();
    values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}
