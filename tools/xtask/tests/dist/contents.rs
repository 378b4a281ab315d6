//! What goes with a program: its bill of materials, the container, the workflows and the notes.

use std::collections::BTreeMap;
use std::fs;

use auditable_serde::VersionInfo;
use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;
use xtask::dist::{Entry, Options, Platform, Record, Sources, image, notes, sbom};

use crate::{AMD64, ARM64, options, origin, part, workspace};

/// What the format calls the default registry.
const REGISTRY: &str = concat!("crates", ".io");

/// The list that a build writes into its binary, with one crate from the registry, one of this tree and one that only builds.
const LIST: &str = r#"{"packages":[
    {"name":"quantmesh","version":"0.1.0","source":"local","dependencies":[1,2],"root":true},
    {"name":"quantmesh-grid","version":"0.1.0","source":"local"},
    {"name":"serde_derive","version":"1.0.0","source":"REGISTRY","kind":"build"}]}"#;

#[test]
fn the_bill_of_materials_is_valid_and_repeats() {
    let list: VersionInfo = LIST.replace("REGISTRY", REGISTRY).parse().unwrap();
    let features = ["grid".to_owned()];
    let made = || sbom(&list, &Sources::default(), &origin(), b"program", &features).unwrap();
    let bytes = made();
    assert_eq!(bytes, made());
    let bom = cyclonedx_bom::prelude::Bom::parse_from_json(bytes.as_slice()).unwrap();
    assert!(cyclonedx_bom::prelude::Validate::validate(&bom).passed());
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(value["metadata"]["component"]["name"], "quantmesh");
    assert_eq!(value["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
    let parts: Vec<_> = value["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].clone(), one["scope"].clone(), one["purl"].clone()))
        .collect();
    assert_eq!(
        parts,
        [
            ("quantmesh-grid".into(), "required".into(), Value::Null),
            ("serde_derive".into(), "excluded".into(), "pkg:cargo/serde_derive@1.0.0".into()),
        ]
    );
}

#[test]
fn the_bill_of_materials_knows_licences_and_checksums_and_no_folder() {
    let root = workspace();
    let sources = Sources::read(&root, AMD64.triple, &options(&["--features", "full"])).unwrap();
    let lock: toml::Table = fs::read_to_string(root.join("Cargo.lock")).unwrap().parse().unwrap();
    // A list with everything in the lock file, far more than is linked.
    let locked = lock["package"].as_array().unwrap();
    let packages: Vec<Value> = locked
        .iter()
        .map(|one| {
            let source = if one.get("source").is_some() { REGISTRY } else { "local" };
            let (name, version) = (one["name"].as_str().unwrap(), one["version"].as_str().unwrap());
            serde_json::json!({ "name": name, "version": version, "source": source, "root": name == "quantmesh" })
        })
        .collect();
    let list = serde_json::json!({ "packages": packages }).to_string();
    let bytes = sbom(&list.parse().unwrap(), &sources, &origin(), b"program", &[]).unwrap();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    let components = value["components"].as_array().unwrap();
    let named = |name: &str| components.iter().find(|one| one["name"] == name).unwrap();
    let serde = locked.iter().find(|one| one["name"].as_str() == Some("serde")).unwrap();
    assert_eq!(named("serde")["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(named("serde")["hashes"][0]["content"].as_str(), serde["checksum"].as_str());
    // One derives at build time, one measures in benches.
    for (name, scope) in [
        ("serde", "required"),
        ("quantmesh-ai-strategy", "required"),
        ("serde_derive", "excluded"),
        ("criterion", "excluded"),
    ] {
        assert_eq!(named(name)["scope"], scope, "{name}");
    }
    // And a list that lacks what is linked is not believed.
    let error =
        sbom(&LIST.replace("REGISTRY", REGISTRY).parse().unwrap(), &sources, &origin(), b"program", &[])
            .unwrap_err()
            .to_string();
    assert!(error.ends_with("is linked, and the list in the binary lacks it"), "{error}");
    assert!(!String::from_utf8(bytes).unwrap().contains(root.to_str().unwrap()));
}

#[test]
fn the_image_says_what_the_dockerfile_says() {
    let (bytes, digest) = image(b"program", &[Entry::file("README.md", "read")], &origin(), &ARM64).unwrap();
    assert_eq!(image(b"program", &[Entry::file("README.md", "read")], &origin(), &ARM64).unwrap().0, bytes);
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(bytes.as_slice());
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
        files.insert(entry.path().unwrap().display().to_string(), content);
    }
    let blob = |digest: &Value| -> Value {
        let name = digest.as_str().unwrap().replace(':', "/");
        serde_json::from_slice(&files[&format!("blobs/{name}")]).unwrap()
    };
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    assert_eq!(index["manifests"][0]["digest"], digest.as_str());
    let config = blob(&blob(&digest.as_str().into())["config"]["digest"]);
    assert_eq!((&config["architecture"], &config["os"]), (&"arm64".into(), &"linux".into()));

    let dockerfile = fs::read_to_string(workspace().join("tools/docker/Dockerfile")).unwrap();
    let last = dockerfile.rsplit_once("FROM ").unwrap().1;
    assert!(last.starts_with("scratch\n"), "the last stage holds nothing that was not put there");
    let says = |word: &str| {
        last.lines()
            .find_map(|line| line.strip_prefix(&format!("{word} ")))
            .unwrap_or_else(|| panic!("no {word}"))
            .to_owned()
    };
    let list = |word: &str| serde_json::from_str::<Value>(&says(word)).unwrap();
    let config = &config["config"];
    assert_eq!(config["User"], says("USER"));
    assert_eq!(config["WorkingDir"], says("WORKDIR"));
    assert_eq!(config["Env"][0], says("ENV"));
    assert_eq!(config["Entrypoint"], list("ENTRYPOINT"));
    assert_eq!(config["Cmd"], list("CMD"));
    let health = says("HEALTHCHECK");
    let health: Value = serde_json::from_str(health.split_once("CMD ").unwrap().1).unwrap();
    assert_eq!(config["Healthcheck"]["Test"].as_array().unwrap()[1..], health.as_array().unwrap()[..]);
}

/// Every command that a Dockerfile or a workflow runs is one of ours, or prepares the machine for it.
#[test]
fn containers_and_workflows_build_by_this_chore_alone() {
    let mut seen = 0;
    for file in ["tools/docker/Dockerfile", ".github/workflows/release.yml"] {
        let text = fs::read_to_string(workspace().join(file)).unwrap();
        for line in text.lines() {
            let line = line.trim().trim_start_matches("- ");
            let Some(command) = line.strip_prefix("RUN ").or_else(|| line.strip_prefix("run: ")) else {
                continue;
            };
            assert!(!command.contains("cargo build") && !command.contains("rustc "), "{file}: {command}");
            let Some(words) = command.strip_prefix("cargo xtask dist ") else {
                let prepares =
                    ["rustup toolchain install ", "sudo apt-get ", "gh release create ", "mkdir /data "];
                assert!(prepares.iter().any(|start| command.starts_with(start)), "{file}: {command}");
                continue;
            };
            seen += 1;
            // What the machines fill in.
            let words = words
                .replace("${TARGETARCH}", "arm64")
                .replace("${FEATURES}", "full")
                .replace("${{ matrix.target }}", ARM64.triple);
            let words: Vec<_> = words.split(' ').map(|word| word.trim_matches('"')).collect();
            let options = Options::try_parse_from(["dist"].iter().chain(&words))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            if options.join.is_empty() {
                assert_eq!(options.targets().unwrap(), [ARM64], "{file}");
            }
        }
    }
    assert_eq!(seen, 3);
}

/// The workflow's rights are the least that do, and no action can change under it.
#[test]
fn workflows_pin_their_actions_and_ask_for_little() {
    for file in ["ci.yml", "release.yml"] {
        let text = fs::read_to_string(workspace().join(".github/workflows").join(file)).unwrap();
        assert!(
            text.contains("permissions: {}\n") || text.contains("permissions:\n  contents: read\n"),
            "{file}"
        );
        for line in
            text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "))
        {
            let (name, version) =
                line.split_once(" # v").unwrap_or_else(|| panic!("{file}: {line} names no version"));
            let commit = name.split_once('@').unwrap().1;
            assert!(
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{file}: {line}"
            );
            assert!(version.split('.').count() == 3, "{file}: {line}");
        }
    }
    let release = fs::read_to_string(workspace().join(".github/workflows/release.yml")).unwrap();
    for platform in Platform::ALL {
        assert!(release.matches(platform.triple).count() >= 2, "{} is built and joined", platform.triple);
    }
    assert_eq!(release.matches("QUANTMESH_MINISIGN_KEY:").count(), 1, "one step only sees the key");
}

#[test]
fn notes_of_a_release_with_nothing_in_it_are_still_true() {
    let desk = TempDir::new().unwrap();
    let folder = part(desk.path(), &AMD64, |record| {
        record.strategies.clear();
        record.dirty = true;
    });
    let text = notes(&Record::read(&folder).unwrap());
    assert!(
        text.contains("| none | | | |") && text.contains("with changes that were not committed"),
        "{text}"
    );
}
