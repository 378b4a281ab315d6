//! A release from its parts: packed, put together, signed, listed, and refused where something does not fit.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use xtask::dist::{Entry, INDEX, Record, Signer, compose, pack, write_index};

use crate::{AMD64, ARM64, composed, part, tree};

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
