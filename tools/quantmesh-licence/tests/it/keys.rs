//! Keys: made once, shown never, read with care.

use std::fs;

use licence::SecretKey;

use crate::desk::{NOW, ORDER, Office, SETTINGS};

#[test]
fn the_secret_key_is_for_its_owner_and_is_never_shown() {
    let office = Office::empty();
    let said = office.good(&["keygen", "--out", "pair"]);
    let (secret, public) = (&office.files("pair", "secret")[0], &office.files("pair", "pub")[0]);
    let text = fs::read_to_string(secret).unwrap();
    let digits = text.lines().last().unwrap();
    let key = SecretKey::from_hex(digits).unwrap();
    assert_eq!(
        fs::read_to_string(public).unwrap(),
        format!("{}\n", key.public().to_hex()),
        "as vendor.pub is"
    );
    let id = key.public().id();
    assert_eq!(
        said,
        format!(
            "key id  {id}\nsecret  pair/{id}.secret (for you alone; it has no passphrase)\npublic  pair/{id}.pub (copy it to vendor.pub of every paid crate)\n"
        )
    );
    assert!(!said.contains(digits));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(secret).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(
        office.files("pair", "secret").len() + office.files("pair", "pub").len(),
        fs::read_dir(office.path("pair")).unwrap().count()
    );
}

/// Two keys stand beside each other; a licence names the one that signed it, and `verify` finds that one.
#[test]
fn keys_are_rotated_by_standing_beside_each_other() {
    let office = Office::new();
    office.good(&ORDER);
    let old = office.public().id().to_string();
    office.good(&["keygen"]);
    let ids: Vec<_> = office
        .files("keys", "pub")
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let [one, two] = &ids[..] else { unreachable!("two keys") };
    let new = if *one == old { two } else { one };
    let said = format!(
        "error: there are several keys: {one}, {two}; say which with --key ID, or with `key = \"ID\"` in vendor.toml\n"
    );
    assert_eq!(office.said(&ORDER), (Some(3), said));
    office.good(&[&ORDER[..], &["--key", new]].concat());
    office.write("vendor.toml", &format!("key = \"{old}\"\n{SETTINGS}"));
    office.good(&ORDER);
    let signed_with = |id: &str| office.json(&["show", id])["key_id"].as_str().unwrap().to_owned();
    assert_eq!(
        ["L-2026-0001", "L-2026-0002", "L-2026-0003"].map(signed_with),
        [old.clone(), new.clone(), old]
    );
    for file in office.files("licences", "licence") {
        office.good(&["verify", file.to_str().unwrap()]);
    }
    let other = format!("keys/{new}.pub");
    let (code, said) = office.said(&["verify", "licences/L-2026-0001.licence", "--key", &other]);
    assert_eq!(code, Some(22), "{said}");
}

#[test]
fn a_key_that_can_not_be_used_is_told() {
    let office = Office::empty();
    office.write("vendor.toml", SETTINGS);
    let (code, said) = office.said(&ORDER);
    assert_eq!(
        (code, said.as_str()),
        (
            Some(3),
            "error: keys: there is no secret key; `quantmesh-licence keygen` makes one, or name one with --key FILE\n"
        )
    );
    office.write("bad.secret", "not a key\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |mode| {
            fs::set_permissions(office.path("bad.secret"), fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(0o644);
        let (code, said) = office.said(&[&ORDER[..], &["--key", "bad.secret"]].concat());
        let wanted = "error: bad.secret: others on this machine may read this secret key; `chmod 600 bad.secret`, and if somebody could have, make a new key\n";
        assert_eq!((code, said.as_str()), (Some(3), wanted));
        mode(0o600);
    }
    let (code, said) = office.said(&[&ORDER[..], &["--key", "bad.secret"]].concat());
    let wanted =
        "error: bad.secret: a key is 64 hexadecimal digits; `quantmesh-licence keygen` makes a new one\n";
    assert_eq!((code, said.as_str()), (Some(3), wanted));
    assert!(
        !office.path("ledger.jsonl").exists() && !office.path("licences").exists(),
        "nothing was written"
    );
}

#[test]
fn the_demonstration_key_signs_with_a_warning() {
    let office = Office::new();
    office.write("demo.secret", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(office.path("demo.secret"), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let output = office.at(NOW, &[&ORDER[..], &["--key", "demo.secret"]].concat());
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "note: it is signed with the demonstration key, which everybody has: release builds refuse it\n"
    );
}

#[test]
fn a_licence_of_another_vendor_is_told() {
    let (ours, theirs) = (Office::new(), Office::new());
    theirs.good(&ORDER);
    let file = theirs.path("licences/L-2026-0001.licence").display().to_string();
    let said = format!(
        "error: licence L-2026-0001 is signed with the key {}, and keys has no such key: it is another vendor's\n",
        theirs.public().id()
    );
    assert_eq!(ours.said(&["verify", &file]), (Some(22), said));
    let said = "error: keys: there is no public key; name one with --key FILE\n";
    assert_eq!(Office::empty().said(&["verify", &file]), (Some(3), said.to_owned()));
}
