//! The ledger: nothing is lost, two writers wait for each other, and what was torn or changed is found out.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use quantmesh_vendor::Ledger;

use crate::desk::{ORDER, Office};

#[test]
fn what_was_issued_renewed_and_revoked_is_listed() {
    let office = Office::new();
    office.good(&ORDER);
    office.good(&[
        "issue",
        "--customer",
        "Zed",
        "--strategy",
        "advanced_risk@=0.1.2",
        "--until",
        "2026-12-20",
    ]);
    office.good(&["issue", "--customer", "Acme Two", "--strategy", "ai_strategy", "--until", "never"]);
    office.good(&["renew", "L-2026-0002", "--days", "30"]);
    office.good(&["revoke", "L-2026-0003", "--why", "charged back"]);
    assert_eq!(
        office.good(&["list"]),
        "\
id              customer      ends        state                      strategies
L-2026-0001     ACME Trading  2027-11-24  good                       ai_strategy ^0.1
L-2026-0002     Zed           2026-12-20  renewed as L-2026-0002-r2  advanced_risk =0.1.2
L-2026-0002-r2  Zed           2027-01-19  good                       advanced_risk =0.1.2
L-2026-0003     Acme Two      never       revoked                    ai_strategy ^0.1
"
    );
    let ids = |args: &[&str]| -> Vec<String> {
        let list = office.json(&[&["list"], args].concat());
        list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["--customer", "acme"]), ["L-2026-0001", "L-2026-0003"]);
    assert_eq!(ids(&["--expiring", "60"]), ["L-2026-0002-r2"], "not the renewed one");
    assert_eq!(ids(&["--expiring", "400"]), ["L-2026-0002-r2", "L-2026-0001"], "the next to end first");
    assert_eq!(ids(&["--customer", "nobody"]), [""; 0]);
    let shown = office.json(&["show", "L-2026-0003"]);
    assert_eq!((&shown["state"], &shown["revoked"]["why"]), (&"revoked".into(), &"charged back".into()));
    // By file, it is the same licence.
    assert_eq!(office.json(&["show", "licences/L-2026-0003.licence"]), shown);
    // A lost file is written again from the ledger.
    office.good(&["show", "L-2026-0001", "--out", "again.licence"]);
    assert_eq!(office.read("again.licence"), office.read("licences/L-2026-0001.licence"));
}

#[test]
fn the_ledger_says_no() {
    let office = Office::new();
    office.good(&ORDER);
    office.good(&["renew", "L-2026-0001", "--days", "30"]);
    office.good(&[&ORDER[..], &["--id", "House-7"]].concat());
    office.good(&["revoke", "House-7", "--why", "lost"]);
    for (args, said) in [
        (
            &["renew", "L-9", "--days", "3"][..],
            "L-9 is not in ledger.jsonl; `quantmesh-licence list` shows what is",
        ),
        (
            &["revoke", "L-9", "--why", "x"],
            "L-9 is not in ledger.jsonl; `quantmesh-licence list` shows what is",
        ),
        (
            &["show", "L-9"],
            "L-9 is neither in the ledger nor a file; `quantmesh-licence list` shows what was issued",
        ),
        (
            &["renew", "L-2026-0001", "--days", "3"],
            "L-2026-0001 was renewed as L-2026-0001-r2 already; renew that one",
        ),
        (
            &["renew", "House-7", "--days", "3"],
            "House-7 was revoked at 2026-11-24T12:00:00Z: lost; issue a new one if that is settled",
        ),
        (
            &["revoke", "House-7", "--why", "again"],
            "House-7 was revoked at 2026-11-24T12:00:00Z already: lost",
        ),
        (
            &[&ORDER[..], &["--id", "House-7"]].concat(),
            "House-7 is in the ledger already; leave --id out for the next number, or `quantmesh-licence renew House-7`",
        ),
    ] {
        assert_eq!(office.said(args), (Some(9), format!("error: {said}\n")), "{args:?}");
    }
    assert_eq!(office.json(&["renew", "L-2026-0001-r2", "--days", "1"])["id"], "L-2026-0001-r3");
}

#[test]
fn two_writers_wait_for_each_other() {
    let office = Office::new();
    let running: Vec<_> =
        (0..6).map(|_| office.command(&ORDER).stdout(std::process::Stdio::null()).spawn().unwrap()).collect();
    for mut one in running {
        assert!(one.wait().unwrap().success());
    }
    let list = office.json(&["list"]);
    let ids: BTreeSet<_> = list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 6);
    assert_eq!(office.files("licences", "licence").len(), 6);
}

/// Cut anywhere inside its last line, the ledger says where, and how to mend it; mended so, it is used again.
#[test]
fn a_torn_last_line_is_told_and_mended() {
    let office = Office::new();
    office.good(&ORDER);
    let good = office.read("ledger.jsonl");
    office.good(&ORDER);
    let whole = office.read("ledger.jsonl");
    for cut in [good.len() + 1, good.len() + 100, whole.len() - 2, whole.len() - 1] {
        office.write("ledger.jsonl", &whole[..cut]);
        let said = format!(
            "error: ledger.jsonl: line 2 is not whole: the machine or the program stopped while writing it, before anything of it was handed out; cut it off with `truncate -s {} ledger.jsonl`, and do it again\n",
            good.len()
        );
        for args in [&["list"][..], &ORDER] {
            assert_eq!(office.said(args), (Some(8), said.clone()), "cut at {cut}");
        }
    }
    let file = fs::OpenOptions::new().write(true).open(office.path("ledger.jsonl")).unwrap();
    file.set_len(u64::try_from(good.len()).unwrap()).unwrap();
    fs::remove_file(office.path("licences/L-2026-0002.licence")).unwrap();
    office.good(&ORDER);
    assert_eq!(office.read("ledger.jsonl"), whole, "the same order at the same time is the same line");
}

/// A line that was changed, left out, doubled or moved.
#[test]
fn what_was_changed_by_hand_is_found_out() {
    let office = Office::new();
    for _ in 0..3 {
        office.good(&ORDER);
    }
    let whole = office.read("ledger.jsonl");
    let lines: Vec<_> = whole.split_inclusive('\n').collect();
    let [one, two, three] = lines[..] else { unreachable!("three lines") };
    for (text, line) in [
        (whole.replacen("ACME", "ACNE", 1), 2),
        ([one, three].concat(), 2),
        ([one, two, two, three].concat(), 3),
        ([one, three, two].concat(), 2),
        ([two, three].concat(), 1),
        ([one, "\n", two, three].concat(), 2),
        ([one, "{}\n"].concat(), 2),
    ] {
        office.write("ledger.jsonl", &text);
        let (code, said) = office.said(&["list"]);
        assert_eq!(code, Some(8), "{said}");
        assert!(said.starts_with(&format!("error: ledger.jsonl: line {line}: ")), "{said}");
        assert!(
            said.ends_with("; take the ledger from its last copy or commit that `list` accepts\n"),
            "{said}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// No bytes make the reader of ledgers panic, and none but nothing at all is a ledger.
    #[test]
    fn any_bytes_as_a_ledger(bytes in prop::collection::vec(any::<u8>(), 1..300), brace in any::<bool>()) {
        let office = tempfile::tempdir().unwrap();
        let bytes = if brace { [b"{\"time\":\"", &bytes[..], b"\"}\n"].concat() } else { bytes };
        fs::write(office.path().join("ledger.jsonl"), bytes).unwrap();
        prop_assert!(Ledger::read(office.path()).is_err());
    }
}
