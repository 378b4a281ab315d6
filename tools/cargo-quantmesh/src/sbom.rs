//! The bill of materials of a build: every package that went into it, as CycloneDX 1.5.

use cargo_metadata::Package;
use serde_json::{Value, json};

use crate::compile::{Built, used};
use crate::lock::Locked;

/// The file's name, beside the binary.
pub(crate) const NAME: &str = "quantmesh.cdx.json";

/// The bill, the same for the same build: it holds no time and no serial number.
pub(crate) fn text(built: &Built) -> String {
    let lock = &built.host.lock;
    let packages = used(&built.graph);
    let parts = packages.iter().filter(|package| package.name.as_str() != "quantmesh-host");
    let components: Vec<Value> =
        parts.map(|package| component(package, lock.find(package.name.as_str(), &package.version.to_string()))).collect();
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "tools": { "components": [{ "type": "application", "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") }] },
            "component": { "type": "application", "name": "quantmesh", "version": built.ground.engine.version.to_string(), "bom-ref": "quantmesh-binary" },
        },
        "components": components,
        "dependencies": dependencies(built, &packages),
    });
    format!("{bill:#}\n")
}

fn reference(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

fn component(package: &Package, locked: Option<&Locked>) -> Value {
    let mut value = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name.as_str(),
        "version": package.version.to_string(),
        "purl": reference(package),
    });
    let Some(map) = value.as_object_mut() else { return value };
    if let Some(licence) = &package.license {
        map.insert("licenses".to_owned(), json!([{ "expression": licence.replace('/', " OR ") }]));
    }
    if let Some(sum) = locked.and_then(|locked| locked.checksum.as_ref()) {
        map.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": sum }]));
    }
    let git = locked.and_then(Locked::place).filter(|place| place.starts_with("git+"));
    if let Some(place) = git {
        let url = place.trim_start_matches("git+").to_owned();
        map.insert("externalReferences".to_owned(), json!([{ "type": "vcs", "url": url }]));
    }
    value
}

fn dependencies(built: &Built, packages: &[&Package]) -> Vec<Value> {
    let nodes = built.graph.resolve.as_ref().map(|resolve| resolve.nodes.as_slice()).unwrap_or_default();
    let name = |id: &cargo_metadata::PackageId| packages.iter().find(|package| package.id == *id);
    let mut rows = Vec::new();
    for package in packages {
        let own = nodes.iter().filter(|node| node.id == package.id).flat_map(|node| &node.dependencies);
        let mut on: Vec<String> = own.filter_map(&name).map(|package| reference(package)).collect();
        on.sort();
        let whole = package.name.as_str() == "quantmesh-host";
        let reference = if whole { "quantmesh-binary".to_owned() } else { reference(package) };
        rows.push(json!({ "ref": reference, "dependsOn": on }));
    }
    rows
}
