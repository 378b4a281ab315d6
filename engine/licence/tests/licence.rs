//! A licence changed in any way is refused, and each refusal has words and a code of its own.
#![expect(clippy::unwrap_used, reason = "a helper of tests may stop where something is not as it should be")]

use proptest::prelude::*;
use quantmesh_licence::{
    Ask, Denied, FormatError, Grant, Licence, Plan, PublicKey, Revocation, Revocations, SecretKey,
    SignatureError, Signed, SignedRevocations, Standing, Terms, day, fingerprint, sign,
};

const DAY: i64 = 86_400;

/// RFC 8032, section 7.1, test 1: the demonstration key.
fn demo() -> SecretKey {
    SecretKey::from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap()
}

fn at(text: &str) -> i64 {
    day(text).unwrap()
}

fn terms() -> Terms {
    Terms {
        id: "L-2026-0001".to_owned(),
        customer: "ACME Trading, Zürich".to_owned(),
        strategies: vec![
            Grant { id: "ai_strategy".to_owned(), versions: "^1.2".parse().unwrap() },
            Grant { id: "multi_strategy".to_owned(), versions: ">=0.1, <0.3".parse().unwrap() },
        ],
        issued: at("2026-01-01"),
        starts: at("2026-01-10"),
        expires: Some(at("2027-01-10")),
        notify_from: Some(at("2026-12-10")),
        max_instances: 2,
        machine: Some(fingerprint("box 1")),
        plan: Plan::Subscription,
        engine: "0.1.0".to_owned(),
        msrv: "1.95".to_owned(),
        renew: "sales@vendor.example".to_owned(),
        notes: "paid by invoice 7: thank you".to_owned(),
    }
}

fn licence(terms: &Terms) -> Licence {
    Signed::parse(&sign(terms, &demo()).unwrap()).unwrap().verify(&demo().public()).unwrap()
}

const BOX_1: &str = "box 1";

fn ask(machine: Option<&str>) -> Ask<'_> {
    Ask {
        strategy: "ai_strategy",
        version: "1.2.3",
        released: at("2026-02-01"),
        now: at("2026-06-01"),
        last_seen: None,
        machine,
        instances: 1,
    }
}

#[test]
fn the_text_is_one_that_people_can_read() {
    let text = sign(&terms(), &demo()).unwrap();
    let (signed, signature) = text.split_once("signature: ").unwrap();
    assert_eq!(
        signed,
        format!(
            "QuantMesh licence 1
id: L-2026-0001
customer: ACME Trading, Zürich
strategy: ai_strategy ^1.2
strategy: multi_strategy >=0.1, <0.3
issued: 2026-01-01T00:00:00Z
starts: 2026-01-10T00:00:00Z
expires: 2027-01-10T00:00:00Z
notify-from: 2026-12-10T00:00:00Z
max-instances: 2
machine: {}
plan: subscription
engine: 0.1.0
msrv: 1.95
renew: sales@vendor.example
notes: paid by invoice 7: thank you
key-id: {}
",
            fingerprint(BOX_1),
            demo().public().id()
        )
    );
    assert_eq!(signature.len(), 129);
    assert_eq!(*licence(&terms()).terms(), terms());
    let mailed = text.replace('\n', "\r\n");
    assert!(Signed::parse(&mailed).unwrap().verify(&demo().public()).is_ok(), "line ends of Windows");
}

/// RFC 8032, section 7.1: secret, public.
#[test]
fn keys_are_those_of_the_standard() {
    for (secret, public, is_demo) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            true,
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            false,
        ),
    ] {
        let secret = SecretKey::from_hex(secret).unwrap();
        assert_eq!((secret.public().to_hex().as_str(), secret.public().is_demo()), (public, is_demo));
        assert_eq!(PublicKey::from_hex(&format!("{public}\n")).unwrap(), secret.public());
        assert_eq!(format!("{secret:?}"), format!("SecretKey(of {})", secret.public().id()));
    }
    for bad in [
        "",
        "00",
        &"0".repeat(64),
        &"g".repeat(64),
        "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A",
    ] {
        assert!(PublicKey::from_hex(bad).is_err(), "{bad}");
    }
}

#[test]
fn every_byte_counts() {
    let text = sign(&terms(), &demo()).unwrap();
    for at in 0..text.len() {
        for other in [b'0', b'9', b'a', b' ', b'\n', b'\r', b'-', 0] {
            let mut bytes = text.clone().into_bytes();
            if bytes[at] == other {
                continue;
            }
            bytes[at] = other;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let refused = match Signed::parse(&changed) {
                Ok(signed) => signed.verify(&demo().public()).is_err(),
                Err(_) => true,
            };
            assert!(refused, "byte {at} as {other}: {changed}");
        }
        if let Some(short) = text.get(..at) {
            assert!(Signed::parse(short).is_err() || at == text.len() - 1, "cut at {at}");
        }
    }
}

#[test]
fn every_field_counts() {
    let key = demo();
    let text = sign(&terms(), &key).unwrap();
    for (name, value) in terms().fields() {
        let line = format!("{name}: {value}\n");
        assert!(text.contains(&line));
        for changed in [text.replace(&line, ""), text.replace(&line, &format!("{line}{line}"))] {
            let refused = Signed::parse(&changed).map(|signed| signed.verify(&key.public()));
            assert!(!matches!(refused, Ok(Ok(_))), "{name} left out or doubled");
        }
    }
    let longer = text.replace("expires: 2027", "expires: 2029");
    let error = Signed::parse(&longer).unwrap().verify(&key.public()).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.exit_code()),
        (
            "licence L-2026-0001 of ACME Trading, Zürich was changed after it was signed, or not signed by its vendor; ask the vendor for the file again",
            23
        )
    );
}

#[test]
fn another_key_is_another_vendor() {
    let other = SecretKey::from_bytes([7; 32]);
    let text = sign(&terms(), &other).unwrap();
    let error = Signed::parse(&text).unwrap().verify(&demo().public()).unwrap_err();
    assert_eq!(error.exit_code(), 22);
    assert_eq!(
        error.to_string(),
        format!(
            "licence L-2026-0001 of ACME Trading, Zürich is signed with the key {}, and this strategy's vendor has the key {}; it is another vendor's, or of before the vendor changed keys: ask for a new one",
            other.public().id(),
            demo().public().id()
        )
    );
    // Who signs anew and keeps the vendor's name on it is found out as well.
    let forged = text.replace(&other.public().id().to_string(), &demo().public().id().to_string());
    let error = Signed::parse(&forged).unwrap().verify(&demo().public()).unwrap_err();
    assert!(matches!(error, SignatureError::Changed { .. }));
}

#[test]
fn what_is_no_licence_is_told_by_line() {
    let text = sign(&terms(), &demo()).unwrap();
    let say = |text: &str| Signed::parse(text).unwrap_err();
    let again = "ask the vendor for the file again";
    for (changed, message) in [
        (String::new(), "this is no licence: its first line is not `QuantMesh licence 1`".to_owned()),
        ("x".repeat(70_000), "this is no licence: it is longer than 64 KiB".to_owned()),
        (text.replace("starts: ", "begins: "), format!("line 7: `starts: …` has to stand here; {again}")),
        (
            text.replace("max-instances: 2", "max-instances: 0"),
            "line 10: max-instances: a whole number from 1 to 10000".to_owned(),
        ),
        (
            text.replace("2027-01-10", "2027-02-30"),
            "line 8: expires: a time such as 2026-11-24T00:00:00Z, or never".to_owned(),
        ),
        (
            text.replace("ai_strategy ^1.2", "AI ^1.2"),
            "line 4: strategy: an id and a range of versions, such as ai_strategy ^1.2".to_owned(),
        ),
        (format!("{text}more\n"), format!("line 19: nothing may follow the signature; {again}")),
        (
            text.replace("max-instances: 2", "max-instances: 02"),
            format!(
                "it was written by another hand: spaces, line ends or numbers are not as a licence has them; {again}"
            ),
        ),
    ] {
        let error = say(&changed);
        assert_eq!((error.to_string(), error.exit_code()), (message, 21));
    }
    let two_lines = Terms { customer: "ACME\nexpires: never".to_owned(), ..terms() };
    assert!(matches!(
        sign(&two_lines, &demo()),
        Err(FormatError::Expected { .. } | FormatError::Value { .. })
    ));
    for odd in ["", " ACME", "-\u{7}"] {
        assert!(sign(&Terms { customer: odd.to_owned(), ..terms() }, &demo()).is_err(), "{odd:?}");
    }
}

#[test]
fn each_denial_has_its_words_and_its_code() {
    let box_1 = fingerprint(BOX_1);
    let good = ask(Some(&box_1));
    let licence = licence(&terms());
    assert_eq!(licence.judge(&good), Ok(Standing::Good));
    let who = "licence L-2026-0001 of ACME Trading, Zürich";
    for (ask, code, said) in [
        (
            Ask { strategy: "advanced_risk", ..good },
            25,
            "does not name advanced_risk; it names ai_strategy, multi_strategy; to add it: sales@vendor.example".to_owned(),
        ),
        (
            Ask { version: "2.0.0", ..good },
            26,
            "names ai_strategy ^1.2, and this is 2.0.0; to change it: sales@vendor.example".to_owned(),
        ),
        (
            Ask { now: at("2026-01-05"), ..good },
            27,
            "begins at 2026-01-10T00:00:00Z; it is 2026-01-05T00:00:00Z".to_owned(),
        ),
        (
            Ask { now: at("2027-01-10"), ..good },
            28,
            "ended at 2027-01-10T00:00:00Z; to renew it: sales@vendor.example".to_owned(),
        ),
        (
            Ask { last_seen: Some(at("2026-06-02")), ..good },
            29,
            "can't be judged: the clock shows 2026-06-01T00:00:00Z, but 2026-06-02T00:00:00Z has been already; set this machine's clock".to_owned(),
        ),
        (
            Ask { now: at("2020-01-01"), ..good },
            29,
            "can't be judged: the clock shows 2020-01-01T00:00:00Z, but 2026-01-01T00:00:00Z has been already; set this machine's clock".to_owned(),
        ),
        (
            Ask { machine: None, ..good },
            30,
            format!("is for the machine {box_1}; this is one without a name; to change it: sales@vendor.example"),
        ),
        (
            Ask { instances: 3, ..good },
            31,
            "allows 2 running at once on a machine, and this would be number 3; stop another one, or ask for more: sales@vendor.example".to_owned(),
        ),
    ] {
        let denied: Denied = licence.judge(&ask).unwrap_err();
        assert_eq!((denied.to_string(), denied.exit_code()), (format!("{who} {said}"), code));
    }
    assert_eq!(
        licence.judge(&Ask { last_seen: Some(good.now + 60), ..good }),
        Ok(Standing::Good),
        "clocks differ"
    );
}

#[test]
fn three_steps_to_the_end_and_what_may_run_on() {
    let box_1 = fingerprint(BOX_1);
    let good = ask(Some(&box_1));
    let ends = at("2027-01-10");
    let standing = |licence: &Licence, now: i64| licence.judge(&Ask { now, ..good });
    let subscription = licence(&terms());
    assert_eq!(standing(&subscription, at("2026-12-09")), Ok(Standing::Good));
    assert_eq!(standing(&subscription, at("2026-12-10")), Ok(Standing::Notice { ends }));
    assert_eq!(standing(&subscription, ends - 3 * DAY), Ok(Standing::Warning { ends }));
    assert_eq!(standing(&subscription, ends - 1), Ok(Standing::Warning { ends }));
    assert!(standing(&subscription, ends).is_err());
    let deadline = subscription.deadline(good.released);
    assert_eq!(
        (deadline.notice_at, deadline.warning_at, deadline.ends_at),
        (Some(at("2026-12-10")), Some(ends - 3 * DAY), Some(ends))
    );
    let fallback = licence(&Terms { plan: Plan::PerpetualFallback, ..terms() });
    assert_eq!(standing(&fallback, ends + 900 * DAY), Ok(Standing::Fallback { ended: ends }));
    assert_eq!(fallback.deadline(good.released).ends_at, None);
    let newer = Ask { now: ends + 900 * DAY, released: ends + 1, ..good };
    assert_eq!(fallback.judge(&newer).unwrap_err().exit_code(), 28, "a version of after the end");
    let for_ever = licence(&Terms { expires: None, notify_from: None, ..terms() });
    assert_eq!(standing(&for_ever, at("2099-01-01")), Ok(Standing::Good));
}

/// A list names licences and is signed like one; no byte of it can be changed, and no other vendor can write it.
#[test]
fn a_list_of_revoked_licences_is_signed_and_heeded() {
    let one =
        |id: &str| Revocation { id: id.to_owned(), since: at("2026-05-01"), why: "charged back".to_owned() };
    let list = Revocations { as_of: at("2026-06-01"), revoked: vec![one("L-1"), one("L-2026-0001")] };
    let text = list.sign(&demo()).unwrap();
    assert!(text.starts_with("QuantMesh revoked licences 1\nas-of: 2026-06-01T00:00:00Z\nrevoked: L-1 2026-05-01T00:00:00Z charged back\n"), "{text}");
    assert!(
        SignedRevocations::is_meant(&text) && !SignedRevocations::is_meant(&sign(&terms(), &demo()).unwrap())
    );
    let read = SignedRevocations::parse(&text).unwrap();
    assert_eq!(read.verify(&demo().public()), Some(&list));
    assert_eq!(read.verify(&SecretKey::from_bytes([7; 32]).public()), None, "another vendor's");
    let denied = list.permits(&licence(&terms())).unwrap_err();
    assert_eq!(
        (denied.to_string().as_str(), denied.exit_code()),
        (
            "licence L-2026-0001 of ACME Trading, Zürich was revoked at 2026-05-01T00:00:00Z: charged back; to settle it: sales@vendor.example",
            32
        )
    );
    assert!(list.permits(&licence(&Terms { id: "L-2".to_owned(), ..terms() })).is_ok());
    for at in 0..text.len() {
        for other in [b'0', b'9', b'a', b' ', b'\n', b'\r', b'-', 0] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = other;
            let changed = String::from_utf8(bytes).unwrap();
            let passes =
                SignedRevocations::parse(&changed).is_ok_and(|list| list.verify(&demo().public()).is_some());
            assert!(!passes || changed == text, "byte {at} as {other}: {changed}");
        }
        assert!(SignedRevocations::parse(&text[..at]).is_err(), "cut at {at}");
    }
    let two_lines =
        Revocations { revoked: vec![Revocation { why: "a\nb".to_owned(), ..one("L-1") }], ..list };
    assert!(two_lines.sign(&demo()).is_err());
}

/// Each field with another value: refused by the reader, or by the key with its own words and code.
#[test]
fn every_field_flipped_is_refused() {
    let text = sign(&terms(), &demo()).unwrap();
    let mut changed_fields = 0;
    for (name, value) in terms().fields() {
        for at in 0..value.len() {
            let mut flipped = value.clone().into_bytes();
            flipped[at] ^= 1;
            let Ok(flipped) = String::from_utf8(flipped) else { continue };
            let changed = text.replacen(&format!("{name}: {value}\n"), &format!("{name}: {flipped}\n"), 1);
            assert_ne!(changed, text);
            match Signed::parse(&changed) {
                Err(error) => assert_eq!(error.exit_code(), 21, "{name}: {flipped}"),
                Ok(signed) => {
                    let error = signed.verify(&demo().public()).unwrap_err();
                    assert_eq!(error.exit_code(), 23, "{name}: {flipped}");
                    assert!(
                        error
                            .to_string()
                            .contains(" was changed after it was signed, or not signed by its vendor; ")
                    );
                }
            }
            changed_fields += 1;
        }
    }
    assert!(changed_fields > 200, "{changed_fields}");
}

prop_compose! {
    fn any_terms()(
        id in "[A-Z]{1,4}-[0-9]{1,6}",
        customer in "[a-zA-Zäé中:][ -~]{0,30}[a-z.:]",
        ids in prop::collection::vec("[a-z][a-z0-9_]{0,12}", 1..5),
        times in prop::array::uniform4(0_i64..4_000_000_000),
        ended in any::<bool>(),
        max_instances in 1_u32..=10_000,
        machine in prop::option::of("[0-9a-f]{16}"),
        fallback in any::<bool>(),
        notes in "([!-,.-~][ -~]{0,40}[!-~])?",
    ) -> Terms {
        let [issued, starts, expires, notify] = times;
        Terms {
            id,
            customer,
            strategies: ids.into_iter().map(|id| Grant { id, versions: ">=0.1.0, <3".parse().unwrap() }).collect(),
            issued,
            starts,
            expires: ended.then_some(expires),
            notify_from: ended.then_some(notify),
            max_instances,
            machine,
            plan: if fallback { Plan::PerpetualFallback } else { Plan::Subscription },
            engine: "0.1.0".to_owned(),
            msrv: "1.95".to_owned(),
            renew: "https://vendor.example/renew".to_owned(),
            notes,
        }
    }
}

proptest! {
    #[test]
    fn what_is_signed_is_read_back(terms in any_terms(), random in any::<[u8; 32]>()) {
        let key = SecretKey::from_bytes(random);
        let text = sign(&terms, &key).unwrap();
        let read = Signed::parse(&text).unwrap();
        prop_assert_eq!(read.claims(), &terms);
        let verified = read.verify(&key.public()).unwrap();
        prop_assert_eq!(verified.terms(), &terms);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        prop_assert!(Signed::parse(&text).is_err());
    }

    /// A licence with a piece cut out, doubled or overwritten: refused by the reader or by the key.
    #[test]
    fn no_change_gets_through(from in 0_usize..700, len in 0_usize..80, with in "[ -~\n]{0,60}") {
        let text = sign(&terms(), &demo()).unwrap();
        let (from, to) = (from.min(text.len()), (from + len).min(text.len()));
        if let (Some(head), Some(tail)) = (text.get(..from), text.get(to..)) {
            let changed = format!("{head}{with}{tail}");
            if changed != text {
                let passed = Signed::parse(&changed).is_ok_and(|signed| signed.verify(&demo().public()).is_ok());
                prop_assert!(!passed, "{}", changed);
            }
        }
    }
}
