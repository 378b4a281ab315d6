//! An image for containers: an OCI image layout in a tar, made without an engine. It holds the program, licences and an empty
//! folder for data, and nothing else: no shell, no library, no user list.

use serde_json::{Value, json};

use super::archive::gzip;
use super::record::sha256;
use super::{DistError, Entry, Origin, Platform, pack};

/// Who runs in it: a number, as there is no list of users.
const USER: u64 = 65_532;

/// The image of a program, and the digest of its manifest.
///
/// # Errors
/// Where it can't be packed.
pub fn image(
    program: &[u8],
    texts: &[Entry],
    origin: &Origin,
    platform: &Platform,
) -> Result<(Vec<u8>, String), DistError> {
    let layer = pack(&rootfs(program, texts), origin.epoch)?;
    let packed = gzip(&layer)?;
    let config = text(&config(&layer, origin, platform))?;
    let labels = labels(origin);
    let manifest = text(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("application/vnd.oci.image.config.v1+json", &config),
        "layers": [described("application/vnd.oci.image.layer.v1.tar+gzip", &packed)],
        "annotations": labels,
    }))?;
    let mut listed = described("application/vnd.oci.image.manifest.v1+json", &manifest);
    if let Some(listed) = listed.as_object_mut() {
        let name = format!("v{}", origin.version);
        listed.insert("annotations".to_owned(), json!({ "org.opencontainers.image.ref.name": name }));
        listed.insert("platform".to_owned(), json!({ "architecture": platform.arch, "os": platform.os }));
    }
    let index = text(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [listed],
    }))?;
    let digest = format!("sha256:{}", sha256(&manifest));
    let mut entries = vec![
        Entry::file("index.json", index),
        Entry::file("oci-layout", text(&json!({ "imageLayoutVersion": "1.0.0" }))?),
    ];
    for blob in [config, manifest, packed] {
        entries.push(Entry::file(format!("blobs/sha256/{}", sha256(&blob)), blob));
    }
    Ok((pack(&entries, origin.epoch)?, digest))
}

/// All that the image holds.
fn rootfs(program: &[u8], texts: &[Entry]) -> Vec<Entry> {
    let folder = |path: &str, mode| Entry { mode, ..Entry::file(path, "") };
    let mut entries = vec![
        Entry::program("quantmesh", program),
        // The only place that may be written to: reports, and what runs must remember.
        Entry { owner: USER, ..folder("data/", 0o750) },
        folder("usr/", 0o755),
        folder("usr/share/", 0o755),
        folder("usr/share/doc/", 0o755),
        folder("usr/share/doc/quantmesh/", 0o755),
        folder("usr/share/doc/quantmesh/configs/", 0o755),
    ];
    entries.extend(
        texts
            .iter()
            .map(|text| Entry { path: format!("usr/share/doc/quantmesh/{}", text.path), ..text.clone() }),
    );
    entries
}

fn config(layer: &[u8], origin: &Origin, platform: &Platform) -> Value {
    json!({
        "architecture": platform.arch,
        "os": platform.os,
        "created": origin.date(),
        "config": {
            "User": format!("{USER}:{USER}"),
            "Env": ["HOME=/data"],
            "Entrypoint": ["/quantmesh"],
            "Cmd": ["--help"],
            "WorkingDir": "/data",
            // Not in the OCI specification; Docker reads it from here all the same.
            "Healthcheck": { "Test": ["CMD", "/quantmesh", "doctor"] },
            "Labels": labels(origin),
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", sha256(layer))] },
        "history": [{ "created": origin.date(), "created_by": "cargo xtask dist --image" }],
    })
}

fn labels(origin: &Origin) -> Value {
    json!({
        "org.opencontainers.image.title": "quantmesh",
        "org.opencontainers.image.version": origin.version,
        "org.opencontainers.image.revision": origin.revision,
        "org.opencontainers.image.created": origin.date(),
    })
}

fn described(kind: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": kind, "digest": format!("sha256:{}", sha256(bytes)), "size": bytes.len() })
}

fn text(value: &Value) -> Result<Vec<u8>, DistError> {
    serde_json::to_vec(value).map_err(DistError::wrong("the image"))
}
