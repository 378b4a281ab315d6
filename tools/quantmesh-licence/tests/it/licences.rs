//! What `issue` writes is what the engine takes; what is changed afterwards, it does not; and `verify` says so in its words.

use licence::{Ask, SignedRevocations, Standing};

use crate::desk::{NOW, ORDER, Office, engine_reads};

#[test]
fn what_is_issued_the_engine_takes_and_nothing_else() {
    let office = Office::new();
    office.good(&ORDER);
    let file = "licences/L-2026-0001.licence";
    let key = office.public();
    let licence = engine_reads(&office.path(file)).verify(&key).unwrap();
    let now = licence::day("2026-12-01").unwrap();
    let ask = Ask {
        strategy: "ai_strategy",
        version: "0.1.0",
        released: now,
        now,
        last_seen: None,
        machine: None,
        instances: 1,
    };
    assert_eq!(licence.judge(&ask), Ok(Standing::Good));
    // Every field, by the table that writes them: another value, left out, doubled.
    let text = office.read(file);
    for (name, value) in licence.terms().fields() {
        let line = format!("{name}: {value}\n");
        let mut last = value.clone().into_bytes();
        let end = last.last_mut().unwrap();
        *end = if *end == b'1' { b'2' } else { b'1' };
        let flipped = format!("{name}: {}\n", String::from_utf8(last).unwrap());
        for changed in [flipped, String::new(), line.repeat(2)] {
            office.write("changed.licence", &text.replacen(&line, &changed, 1));
            let (code, said) = office.said(&["verify", "changed.licence"]);
            assert!(matches!(code, Some(21 | 23)), "{name}: {changed:?}: {code:?} {said}");
        }
    }
    for cut in (0..text.len()).step_by(97) {
        office.write("changed.licence", &text[..cut]);
        assert_eq!(office.said(&["verify", "changed.licence"]).0, Some(21), "cut at {cut}");
    }
}

#[test]
fn verify_speaks_as_the_engine_does() {
    let office = Office::new();
    office.good(&ORDER);
    let file = "licences/L-2026-0001.licence";
    let who = format!("{file}: licence L-2026-0001 of ACME Trading");
    for (now, args, code, said) in [
        (NOW, &[][..], 0, "good"),
        ("2027-10-30", &[], 0, "ends at 2027-11-24T00:00:00Z"),
        ("2027-11-24", &[], 28, "ended at 2027-11-24T00:00:00Z; to renew it: sales@vendor.example"),
        (
            "2026-11-23",
            &[],
            29,
            "can't be judged: the clock shows 2026-11-23T00:00:00Z, but 2026-11-24T12:00:00Z has been already; set this machine's clock",
        ),
        (NOW, &["--strategy", "ai_strategy@0.1.9"], 0, "good"),
        (
            NOW,
            &["--strategy", "ai_strategy@0.2.0"],
            26,
            "names ai_strategy ^0.1, and this is 0.2.0; to change it: sales@vendor.example",
        ),
        (
            NOW,
            &["--strategy", "grid@0.1.0"],
            25,
            "does not name grid; it names ai_strategy; to add it: sales@vendor.example",
        ),
    ] {
        let output = office.at(now, &[&["verify", file], args].concat());
        let (out, err) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let wanted = match code {
            0 => (format!("{who}: {said}\n"), String::new()),
            _ => (String::new(), format!("error: {who} {said}\n")),
        };
        assert_eq!((output.status.code(), (out, err)), (Some(code), wanted), "{now} {args:?}");
    }
    let output = office.at(NOW, &[&ORDER[..], &["--starts", "2026-12-01"]].concat());
    assert!(output.status.success());
    let (code, said) = office.said(&["verify", "licences/L-2026-0002.licence"]);
    assert_eq!(code, Some(27), "{said}");
    office.write("letter.licence", "Dear customer\n");
    let (code, said) = office.said(&["verify", "letter.licence"]);
    let wanted = "error: letter.licence: this is no licence: its first line is not `QuantMesh licence 1`\n";
    assert_eq!((code, said.as_str()), (Some(21), wanted));
    assert_eq!(office.said(&["verify", "none.licence"]).0, Some(6));
}

/// A fallback licence that has ended lets versions run on that were out by then, and no later ones.
#[test]
fn a_perpetual_fallback_is_judged_by_the_day_of_release() {
    let office = Office::new();
    office.good(&[&ORDER[..], &["--plan", "perpetual-fallback"]].concat());
    let verify = |released: &str| {
        let args = [
            "verify",
            "licences/L-2026-0001.licence",
            "--strategy",
            "ai_strategy@0.1.0",
            "--released",
            released,
        ];
        office.at("2028-06-01", &args).status.code()
    };
    assert_eq!((verify("2027-11-01"), verify("2028-01-01")), (Some(0), Some(28)));
}

#[test]
fn a_renewed_licence_goes_on_from_the_old_end() {
    let office = Office::new();
    office.good(&[&ORDER[..], &["--machine", "0123456789abcdef", "--max-instances", "3"]].concat());
    let old = engine_reads(&office.path("licences/L-2026-0001.licence"));
    let output = office.at("2027-10-01T08:00:00Z", &["renew", "L-2026-0001", "--days", "365", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let new = engine_reads(&office.path("licences/L-2026-0001-r2.licence")).verify(&office.public()).unwrap();
    let (old, new) = (old.claims(), new.terms());
    assert_eq!(new.expires, old.expires.map(|ends| ends + 365 * 86_400));
    assert_eq!(
        (&new.customer, &new.strategies, &new.machine, new.max_instances),
        (&old.customer, &old.strategies, &old.machine, 3)
    );
    let early = ["renew", "L-2026-0001-r2", "--until", "2027-01-01"];
    let said = "error: L-2026-0001-r2 ends at 2028-11-23T00:00:00Z now, and would end no later: give a later --until\n";
    assert_eq!(office.said(&early), (Some(3), said.to_owned()));
}

/// The list is signed with the licence's own key, holds all that were revoked, and is what an engine heeds.
#[test]
fn what_was_revoked_is_on_a_signed_list() {
    let office = Office::new();
    office.good(&ORDER);
    office.good(&ORDER);
    office.good(&["renew", "L-2026-0002", "--days", "30"]);
    office.good(&["revoke", "L-2026-0001", "--why", "charged back"]);
    let output = office.at(NOW, &["revoke", "L-2026-0002-r2", "--why", "key leaked"]);
    let id = office.public().id();
    assert_eq!(
        (String::from_utf8_lossy(&output.stdout).as_ref(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (
            format!("L-2026-0002-r2 is revoked in the ledger, and in revoked/{id}.revoked\n\nAn engine knows of it only where that list lies beside its licences:\n\n    quantmesh licence install {id}.revoked\n\nFor all others it means that L-2026-0002-r2 is not renewed.\n").as_str(),
            "note: L-2026-0002, which it was renewed from, has not ended; `quantmesh-licence revoke L-2026-0002` too\n"
        )
    );
    let text = office.read(&format!("revoked/{id}.revoked"));
    let list = SignedRevocations::parse(&text).unwrap();
    let list = list.verify(&office.public()).unwrap();
    assert_eq!(
        list.revoked.iter().map(|one| (one.id.as_str(), one.why.as_str())).collect::<Vec<_>>(),
        [("L-2026-0001", "charged back"), ("L-2026-0002-r2", "key leaked")]
    );
    let verified = |file: &str| engine_reads(&office.path(file)).verify(&office.public()).unwrap();
    let denied = list.permits(&verified("licences/L-2026-0001.licence")).unwrap_err();
    let said = "licence L-2026-0001 of ACME Trading was revoked at 2026-11-24T12:00:00Z: charged back; to settle it: sales@vendor.example";
    assert_eq!((denied.to_string().as_str(), denied.exit_code()), (said, 32));
    assert!(list.permits(&verified("licences/L-2026-0002.licence")).is_ok());
    // The tool says the same of it, by its ledger.
    let file = "licences/L-2026-0001.licence";
    assert_eq!(office.said(&["verify", file]), (Some(32), format!("error: {file}: {said}\n")));
    // Only the key that signed a licence can revoke it.
    office.good(&["keygen", "--out", "other"]);
    let other = office.files("other", "secret")[0].display().to_string();
    let (code, said) = office.said(&["revoke", "L-2026-0002", "--why", "x", "--key", &other]);
    assert_eq!(code, Some(3));
    assert!(said.ends_with(": a list by another key is heeded by no engine\n"), "{said}");
}
