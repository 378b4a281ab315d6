//! The crate that stands in for a paid one: it has its name and version, and compiles to a message.

use toml::{Table, Value};

use super::PublishError;
use crate::features::{Kind, Row};

/// Its files, by name.
pub(super) fn files(row: &Row, manifest: &str) -> Result<[(&'static str, String); 2], PublishError> {
    let root: Table = manifest
        .parse()
        .map_err(|error: toml::de::Error| PublishError::Manifest(error.message().to_owned()))?;
    let Kind::Leaf { package, version, tier, adds, .. } = &row.kind else {
        return Err(PublishError::Manifest(format!("`{}` is a collection", row.feature)));
    };
    let inherited = |key: &str| {
        let found = root.get("workspace").and_then(|workspace| workspace.get("package")?.get(key)?.as_str());
        found.map(|text| Value::from(text).to_string()).ok_or_else(|| {
            PublishError::Manifest(format!("workspace.package.{key} is missing, and a placeholder needs it"))
        })
    };
    let [edition, rust, licence] = [inherited("edition")?, inherited("rust-version")?, inherited("license")?];
    let text = |text: &str| Value::from(text).to_string();
    let feature = &row.feature;
    let manifest = format!(
        "# A placeholder: the source of this crate is sold. It is no member of the workspace, and holds no dependency.
[package]
name = {}
description = {}
version = {}
edition = {edition}
rust-version = {rust}
license = {licence}
publish = false

[package.metadata.quantmesh]
placeholder = true
tier = {}
adds = {}

[lib]
name = {}
",
        text(package),
        text(&row.what),
        text(version),
        text(tier),
        Value::from(adds.clone()),
        text(feature),
    );
    let message = message(feature, &row.what, package, version);
    let library = format!(
        "//! A placeholder: the source of `{feature}` is sold, and is not in this tree.\n\ncompile_error!({message:?});\n"
    );
    Ok([("Cargo.toml", manifest), ("src/lib.rs", library)])
}

/// What a build says that asks for the feature.
fn message(feature: &str, what: &str, package: &str, version: &str) -> String {
    format!(
        "the feature `{feature}` is sold, and this tree holds only its placeholder

{feature}: {what}

If you have bought it, write these lines into .cargo/private.toml, with the address and the tag that its vendor gave you,
and build again:

    [patch.crates-io]
    {package} = {{ git = \"ssh://git@vendor.example/{feature}.git\", tag = \"v{version}\" }}

Or name it in a build file of your own: `cargo quantmesh init`. docs/CUSTOMER_GUIDE.md has both ways, and how to buy it.
If you did not mean to ask for it, leave it out of --features: `cargo build --release` has everything that is free."
    )
}
