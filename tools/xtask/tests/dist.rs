//! Releases without building one: packing, signing, putting together, and what is refused. Building is in `tests/*.sh`.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use auditable_serde::VersionInfo;
use clap::Parser;
use serde_json::Value;
use tempfile::TempDir;
use xtask::dist::{
    DistError, Entry, INDEX, Options, Origin, Part, Platform, RECORD, Record, Signer, Sources, Strategy,
    Toolchain, compose, image, linking, notes, pack, recipe, sbom, write_index,
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn origin() -> Origin {
    Origin {
        version: "1.2.3".to_owned(),
        msrv: "1.95".to_owned(),
        revision: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        dirty: false,
        epoch: 1_700_000_000,
    }
}

fn options(words: &[&str]) -> Options {
    Options::try_parse_from(["dist"].iter().chain(words)).unwrap()
}

/// A part as `cargo xtask dist` leaves it, with a few bytes for a program.
fn part(folder: &Path, platform: &Platform, change: impl FnOnce(&mut Record)) -> PathBuf {
    let stem = format!("quantmesh-v1.2.3-{}", platform.name());
    let part = Part {
        target: platform.triple.to_owned(),
        os: platform.os.to_owned(),
        arch: platform.arch.to_owned(),
        linking: "static".to_owned(),
        rustc: "rustc 1.95.0".to_owned(),
        binary: format!("{}/quantmesh", platform.name()),
        archive: format!("{stem}.tar.gz"),
        sbom: format!("{stem}.cdx.json"),
        image: None,
    };
    let folder = folder.join(platform.name());
    fs::create_dir_all(folder.join(platform.name())).unwrap();
    for file in [&part.binary, &part.archive, &part.sbom] {
        fs::write(folder.join(file), format!("{file} for {}", platform.triple)).unwrap();
    }
    let mut record = Record {
        schema: 1,
        version: "1.2.3".to_owned(),
        date: origin().date(),
        epoch: origin().epoch,
        revision: origin().revision,
        dirty: false,
        msrv: "1.95".to_owned(),
        features: vec!["grid".to_owned()],
        strategies: vec![Strategy {
            id: "grid".to_owned(),
            package: "quantmesh-grid".to_owned(),
            version: "0.1.0".to_owned(),
            tier: "free".to_owned(),
            what: "Grid trading.".to_owned(),
        }],
        signed_by: None,
        targets: vec![part],
    };
    change(&mut record);
    fs::write(folder.join(RECORD), serde_json::to_vec(&record).unwrap()).unwrap();
    folder
}

fn composed(out: &Path, parts: &[PathBuf], signer: Option<&Signer>) -> Result<PathBuf, DistError> {
    compose(out, parts, signer, &mut |_| {})
}

/// Every file below a folder with its bytes.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

const AMD64: Platform = Platform::ALL[0];
const ARM64: Platform = Platform::ALL[1];

#[test]
fn a_tar_is_the_same_whoever_packs_it() {
    let entries = [Entry::program("b", "run"), Entry::file("a", "read")];
    let packed = pack(&entries, 1_700_000_000).unwrap();
    let turned: Vec<_> = entries.iter().rev().cloned().collect();
    assert_eq!(packed, pack(&turned, 1_700_000_000).unwrap());
    let mut archive = tar::Archive::new(packed.as_slice());
    let seen: Vec<_> = archive
        .entries()
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let header = entry.header();
            let who = (header.uid().unwrap(), header.gid().unwrap());
            (
                entry.path().unwrap().display().to_string(),
                header.mode().unwrap(),
                who,
                header.mtime().unwrap(),
            )
        })
        .collect();
    let wanted =
        [("a", 0o644), ("b", 0o755)].map(|(path, mode)| (path.to_owned(), mode, (0, 0), 1_700_000_000));
    assert_eq!(seen, wanted);
}

#[test]
fn a_release_is_whole_or_not_there() {
    let desk = TempDir::new().unwrap();
    let out = desk.path().join("release");
    fs::create_dir(&out).unwrap();
    let amd64 = part(desk.path(), &AMD64, |_| {});
    let release = composed(&out, std::slice::from_ref(&amd64), None).unwrap();
    assert_eq!(write_index(&out).unwrap(), 1);
    let before = tree(&out);
    // A part that lost a file after it was made.
    let arm64 = part(desk.path(), &ARM64, |_| {});
    fs::remove_file(arm64.join("quantmesh-v1.2.3-linux-arm64.tar.gz")).unwrap();
    let error = composed(&out, std::slice::from_ref(&arm64), None).unwrap_err();
    assert!(error.to_string().contains("quantmesh-v1.2.3-linux-arm64.tar.gz can't be read"), "{error}");
    assert_eq!(tree(&out), before);
    // Whole, it joins what is there, and nothing else is left lying about.
    let arm64 = part(desk.path(), &ARM64, |_| {});
    assert_eq!(composed(&out, &[arm64], None).unwrap(), release);
    let record = Record::read(&release).unwrap();
    let targets: Vec<_> = record.targets.iter().map(|part| part.arch.as_str()).collect();
    assert_eq!(targets, ["amd64", "arm64"]);
    let names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn parts_in_any_order_make_the_same_release() {
    let desk = TempDir::new().unwrap();
    let parts = [part(desk.path(), &AMD64, |_| {}), part(desk.path(), &ARM64, |_| {})];
    let turned = [parts[1].clone(), parts[0].clone()];
    let [one, two] = [("one", parts), ("two", turned)].map(|(name, parts)| {
        let out = desk.path().join(name);
        fs::create_dir(&out).unwrap();
        composed(&out, &parts, None).unwrap();
        write_index(&out).unwrap();
        tree(&out)
    });
    assert_eq!(one, two);
}

#[test]
fn parts_of_different_sources_do_not_meet() {
    let desk = TempDir::new().unwrap();
    let out = desk.path().join("release");
    fs::create_dir(&out).unwrap();
    let parts = [
        part(desk.path(), &AMD64, |_| {}),
        part(desk.path(), &ARM64, |record| record.revision = "other".to_owned()),
    ];
    let error = composed(&out, &parts, None).unwrap_err().to_string();
    assert!(
        error.contains(
            "is a release of other sources: revision `0123456789abcdef0123456789abcdef01234567` and `other`"
        ),
        "{error}"
    );
    assert!(error.ends_with("build all targets from the same commit with the same features"), "{error}");
    assert!(tree(&out).is_empty());
    // Nor does a release that is there give way to one of the same version that is not the same.
    composed(&out, &parts[..1], None).unwrap();
    let other = part(desk.path(), &AMD64, |record| record.features = vec!["full".to_owned()]);
    let error = composed(&out, &[other], None).unwrap_err().to_string();
    assert!(
        error.contains("features `full` and `grid`; raise the version, give another --out, or remove"),
        "{error}"
    );
}

#[test]
fn the_index_lists_what_is_there_and_refuses_what_was_changed() {
    let desk = TempDir::new().unwrap();
    let out = desk.path().join("release");
    fs::create_dir(&out).unwrap();
    let release = composed(&out, &[part(desk.path(), &AMD64, |_| {})], None).unwrap();
    let older = part(desk.path(), &AMD64, |record| record.version = "1.2.0".to_owned());
    composed(&out, &[older], None).unwrap();
    assert_eq!(write_index(&out).unwrap(), 2);
    let index: Value = serde_json::from_slice(&fs::read(out.join(INDEX)).unwrap()).unwrap();
    let newest = &index["releases"][0];
    assert_eq!((&newest["version"], &newest["folder"]), (&"1.2.3".into(), &"v1.2.3".into()));
    assert_eq!(newest["msrv"], "1.95");
    assert_eq!(newest["strategies"][0]["id"], "grid");
    assert_eq!(newest["targets"][0]["target"], "x86_64-unknown-linux-gnu");
    let program = newest["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["path"] == "linux-amd64/quantmesh")
        .unwrap();
    assert_eq!(program["size"], fs::metadata(release.join("linux-amd64/quantmesh")).unwrap().len());
    let sums = fs::read_to_string(release.join("SHA256SUMS")).unwrap();
    assert!(sums.contains(&format!("{}  linux-amd64/quantmesh\n", program["sha256"].as_str().unwrap())));

    fs::write(release.join("linux-amd64/quantmesh"), "something else").unwrap();
    let error = write_index(&out).unwrap_err().to_string();
    assert!(
        error.ends_with("`linux-amd64/quantmesh` is not what SHA256SUMS says; make the release again"),
        "{error}"
    );
}

#[test]
fn signatures_hold_and_the_key_stays_where_it_was() {
    let desk = TempDir::new().unwrap();
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let secret = pair.sk.to_box(None).unwrap().into_string();
    let signer = Signer::read(&secret, None, "the key").unwrap();
    let out = desk.path().join("release");
    fs::create_dir(&out).unwrap();
    let mut said = String::new();
    let parts = [part(desk.path(), &AMD64, |_| {})];
    let release = compose(&out, &parts, Some(&signer), &mut |line| said.push_str(line)).unwrap();

    let public = minisign_verify::PublicKey::from_base64(&signer.public()).unwrap();
    for name in ["SHA256SUMS", "quantmesh-v1.2.3-linux-amd64.tar.gz"] {
        let text = fs::read_to_string(release.join(format!("{name}.minisig"))).unwrap();
        let signature = minisign_verify::Signature::decode(&text).unwrap();
        let bytes = fs::read(release.join(name)).unwrap();
        public.verify(&bytes, &signature, false).unwrap();
        assert_eq!(signature.trusted_comment(), format!("quantmesh v1.2.3 file:{name} timestamp:1700000000"));
        public.verify(&[&bytes[..], b"x"].concat(), &signature, false).unwrap_err();
    }
    assert_eq!(Record::read(&release).unwrap().signed_by, Some(signer.public()));
    assert!(said.contains(&format!("signed: check with the public key {}", signer.public())));

    let key = secret.lines().nth(1).unwrap();
    assert!(!said.contains(key) && !format!("{signer:?}").contains(key));
    for (path, bytes) in tree(&out) {
        assert!(!String::from_utf8_lossy(&bytes).contains(key), "{}", path.display());
    }
}

#[test]
fn a_key_that_cannot_be_used_says_why() {
    let read = |text: &str, password: Option<&str>| {
        Signer::read(text, password.map(str::to_owned), "the signing key in K")
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(read("nonsense", None), Err("the signing key in K is not a minisign secret key".to_owned()));
    let pair = minisign::KeyPair::generate_encrypted_keypair(Some("open".to_owned())).unwrap();
    let text = pair.sk.to_box(None).unwrap().into_string();
    assert_eq!(
        read(&text, None),
        Err("the signing key in K needs its password: set QUANTMESH_MINISIGN_PASSWORD".to_owned())
    );
    assert_eq!(
        read(&text, Some("shut")),
        Err("the signing key in K does not open with this password".to_owned())
    );
    assert_eq!(read(&text, Some("open")), Ok(()));
}

#[test]
fn an_unsigned_release_says_so() {
    let desk = TempDir::new().unwrap();
    let out = desk.path().join("release");
    fs::create_dir(&out).unwrap();
    let mut said = String::new();
    let parts = [part(desk.path(), &AMD64, |_| {})];
    let release = compose(&out, &parts, None, &mut |line| said.push_str(line)).unwrap();
    assert!(said.starts_with("unsigned: there is no key"), "{said}");
    let notes = fs::read_to_string(release.join("RELEASE_NOTES.md")).unwrap();
    assert!(notes.contains("This release is unsigned."), "{notes}");
    assert!(notes.contains("| `grid` | 0.1.0 | free | Grid trading. |"), "{notes}");
}

fn toolchain() -> Toolchain {
    Toolchain {
        rustc: None,
        linker: Some("aarch64-linux-gnu-gcc"),
        whose: "a test",
        version: "rustc 1.95.0".to_owned(),
        revision: "abc".to_owned(),
        sysroot: PathBuf::from("/opt/rust"),
    }
}

#[test]
fn every_folder_of_the_builder_gets_another_name() {
    let recipe =
        recipe(Path::new("/somewhere/tree"), &options(&["--features", "full"]), &ARM64, &toolchain(), 7);
    assert_eq!(
        recipe.words.join(" "),
        "build --release --locked --package quantmesh --bin quantmesh --target aarch64-unknown-linux-gnu --features full"
    );
    assert_eq!(recipe.flags[0], "-Ctarget-feature=+crt-static");
    assert!(
        recipe.flags.contains(&"--remap-path-prefix=/somewhere/tree=/src".to_owned()),
        "{:?}",
        recipe.flags
    );
    assert!(
        recipe.flags.contains(&"--remap-path-prefix=/opt/rust/lib/rustlib/src/rust=/rustc/abc".to_owned())
    );
    assert!(recipe.flags.iter().any(|flag| flag.ends_with("=/cargo")), "{:?}", recipe.flags);
    assert!(recipe.flags.last().unwrap().ends_with("/dist=/target"), "{:?}", recipe.flags);
    let set = |name: &str| recipe.set.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_os_str());
    assert_eq!(set("SOURCE_DATE_EPOCH"), Some(OsStr::new("7")));
    assert_eq!(
        set("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"),
        Some(OsStr::new("aarch64-linux-gnu-gcc"))
    );
}

#[test]
fn a_mac_is_not_asked_for_what_it_has_not() {
    let recipe = recipe(Path::new("/tree"), &options(&[]), &Platform::ALL[3], &toolchain(), 7);
    assert!(recipe.flags.iter().all(|flag| !flag.contains("crt-static")), "{:?}", recipe.flags);
}

#[test]
fn a_target_without_releases_is_refused() {
    let error = options(&["--target", "riscv64gc-unknown-linux-gnu"]).targets().unwrap_err().to_string();
    assert!(
        error
            .starts_with("there are no releases for the target `riscv64gc-unknown-linux-gnu`; there are for"),
        "{error}"
    );
    assert_eq!(options(&["--target", "linux-arm64"]).targets().unwrap(), [ARM64]);
}

#[test]
fn a_program_that_asks_for_an_interpreter_is_told_from_one_that_does_not() {
    // This test itself: where it is an ordinary program of Linux, it is dynamic.
    let own = fs::read(std::env::current_exe().unwrap()).unwrap();
    let is = if cfg!(target_feature = "crt-static") { "static" } else { "dynamic" };
    assert_eq!(linking(&own).unwrap(), is);
    assert!(linking(b"#!/bin/sh\n").unwrap_err().to_string().starts_with("the binary: "));
}

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
