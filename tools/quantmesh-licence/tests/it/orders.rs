//! Orders: by flags, by a file, over the settings; what the customer is told; and what an order may not say.

use crate::desk::{ORDER, Office, SETTINGS, engine_reads};

#[test]
fn the_customer_is_told_what_they_need() {
    let office = Office::new();
    let said =
        office.good(&[&ORDER[..], &["--strategy", "advanced_risk@=0.1.2", "--max-instances", "2"]].concat());
    assert_eq!(
        said,
        "\
wrote licences/L-2026-0001.licence and the ledger; for the customer:

Licence L-2026-0001 of ACME Trading

    may use   ai_strategy ^0.1
              advanced_risk =0.1.2
    from      2026-11-24T00:00:00Z until 2027-11-24T00:00:00Z, subscription
    at once   2 on a machine
    needs     QuantMesh 0.1.0 or newer
    to build  Rust 1.95 or newer
    renewal   sales@vendor.example

In a clone of QuantMesh, write into .cargo/private.toml:

    [patch.crates-io]
    quantmesh-ai-strategy = { git = \"ssh://git@vendor.example/ai_strategy.git\", tag = \"v0.1.0\" }
    quantmesh-advanced-risk = { version = \"0.1.2\", registry = \"vendor\" }

or, for a build file, into quantmesh.build.toml:

    [strategies]
    ai_strategy = { git = \"ssh://git@vendor.example/ai_strategy.git\", tag = \"v0.1.0\" }
    advanced_risk = { version = \"0.1.2\", registry = \"vendor\" }

Build:

    cargo build --release --features ai_strategy,advanced_risk

Install the licence, and look whether all is well:

    quantmesh licence install L-2026-0001.licence
    quantmesh licence check
"
    );
}

#[test]
fn an_order_may_be_a_file_and_flags_go_before_it() {
    let office = Office::new();
    office.write(
        "order.toml",
        "customer = 'Order & Söhne'\nid = 'INV-77'\nuntil = '2027-06-01'\nnotify_from = '2027-05-01'\nmax_instances = 4\n\
         machine = '0123456789abcdef'\nplan = 'perpetual-fallback'\nrenew = 'shop.example/77'\nnotes = 'invoice 77'\n\
         engine = '0.1.5'\nmsrv = '1.97'\n[strategies]\nadvanced_risk = '>=0.1, <0.3'\n",
    );
    office.good(&[
        "issue",
        "--order",
        "order.toml",
        "--max-instances",
        "5",
        "--days",
        "10",
        "--out",
        "for-them.licence",
    ]);
    let signed = engine_reads(&office.path("for-them.licence"));
    let fields: Vec<_> =
        signed.claims().fields().into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(
        fields.join("\n"),
        "id: INV-77\ncustomer: Order & Söhne\nstrategy: advanced_risk >=0.1, <0.3\nissued: 2026-11-24T12:00:00Z\n\
         starts: 2026-11-24T00:00:00Z\nexpires: 2026-12-04T00:00:00Z\nnotify-from: 2027-05-01T00:00:00Z\n\
         max-instances: 5\nmachine: 0123456789abcdef\nplan: perpetual-fallback\nengine: 0.1.5\nmsrv: 1.97\n\
         renew: shop.example/77\nnotes: invoice 77"
    );
}

/// A month before the end, or the last quarter of a short term, unless the vendor or the order says.
#[test]
fn notice_is_given_in_good_time() {
    let office = Office::new();
    let notice = |args: &[&str]| {
        let id =
            office.json(&[&["issue", "--customer", "A", "--strategy", "ai_strategy"], args].concat())["id"]
                .as_str()
                .unwrap()
                .to_owned();
        office.json(&["show", &id])["notify_from"].as_str().map(|time| time[..10].to_owned())
    };
    assert_eq!(notice(&["--days", "365"]).as_deref(), Some("2027-10-25"));
    assert_eq!(notice(&["--days", "8"]).as_deref(), Some("2026-11-30"));
    assert_eq!(notice(&["--until", "never"]), None);
    assert_eq!(notice(&["--days", "8", "--notify-from", "2026-11-26"]).as_deref(), Some("2026-11-26"));
    office.write("vendor.toml", &format!("notify_days = 3\n{SETTINGS}"));
    assert_eq!(notice(&["--days", "8"]).as_deref(), Some("2026-11-29"));
}

/// The newest release that has everything the licence names, for the customer's platform.
#[test]
fn the_prebuilt_binary_for_the_customers_platform_is_named() {
    let office = Office::new();
    let release = |version: &str, ai: &str| {
        format!(
            r#"{{"folder":"v{version}","schema":1,"version":"{version}","date":"2026-11-24","strategies":[{{"id":"ai_strategy","package":"quantmesh-ai-strategy","version":"{ai}","tier":"paid","what":"x"}}],
            "targets":[{{"target":"x86_64-unknown-linux-gnu","os":"linux","arch":"amd64","archive":"quantmesh-{version}-linux-amd64.tar.gz"}}],
            "files":[{{"path":"quantmesh-{version}-linux-amd64.tar.gz","sha256":"5a{version}","size":7}}]}}"#
        )
    };
    let list = [("0.3.0", "0.2.0"), ("0.2.0", "0.1.4"), ("0.1.0", "0.1.0")]
        .map(|(version, ai)| release(version, ai));
    office.write("index.json", &format!(r#"{{"schema":1,"releases":[{}]}}"#, list.join(",")));
    let order = [&ORDER[..], &["--index", "index.json", "--platform"]].concat();
    let said = office.good(&[&order[..], &["linux-amd64"]].concat());
    assert!(
        said.contains("Take the binary for linux-amd64, QuantMesh 0.2.0:\n\n    v0.2.0/quantmesh-0.2.0-linux-amd64.tar.gz\n    sha256 5a0.2.0\n"),
        "{said}"
    );
    let (code, said) = office.said(&[&order[..], &["plan9-mips"]].concat());
    assert_eq!(
        (code, said.as_str()),
        (
            Some(3),
            "error: index.json: no release for plan9-mips has ai_strategy ^0.1; build one with `cargo xtask dist`, or leave --platform out\n"
        )
    );
    assert_eq!(office.json(&["list"]).as_array().unwrap().len(), 1, "nothing was issued then");
}

/// What an order may not say, with the words that follow `issue` between bars, and the start of what is said to it. A word
/// `A` stands for a customer and a strategy, `A3` for three days as well.
const SLIPS: &[(&str, &str)] = &[
    (
        "--strategy|ai_strategy|--days|3",
        "the order lacks `customer`: give --customer, or `customer = \"...\"` in the order file",
    ),
    (
        "--customer|A|--days|3",
        "the order names no strategy: give --strategy ID@VERSIONS, or a table [strategies] in the order file",
    ),
    ("A", "the order lacks an end: give --days COUNT, or --until DAY, or --until never"),
    ("A|--days|0", "0 days: it must be from 1 to 36525; or ask for `never`"),
    (
        "A|--until|2026-02-30",
        "until: `2026-02-30` is no day such as 2027-11-24 and no time such as 2027-11-24T12:00:00Z, nor `never`",
    ),
    (
        "A|--until|2026-11-24",
        "it would end at 2026-11-24T00:00:00Z, before it begins at 2026-11-24T00:00:00Z",
    ),
    ("A3|--plan|rent", "plan `rent`: it must be subscription or perpetual-fallback"),
    (
        "A3|--machine|box",
        "machine `box`: it must be the 16 digits that `quantmesh licence show` prints on that machine",
    ),
    ("A3|--max-instances|0", "max-instances: a whole number from 1 to 10000"),
    ("A3|--id|a/b", "id `a/b`: letters, digits and dashes only, as files are named after it"),
    ("A3|--notes|one\ntwo", "what stands before `key-id` has more than one line; write it on one"),
    ("A3|--strategy|ai_strategy", "ai_strategy is named twice; write both ranges as one"),
    (
        "--customer|A|--strategy|ai_strateggy|--days|3",
        "ai_strateggy is not sold here: vendor.toml has advanced_risk, ai_strategy; add a table [strategies.ai_strateggy] there if it is",
    ),
    (
        "--customer|A|--strategy|ai_strategy@new|--days|3",
        "ai_strategy: `new` is no range of versions such as ^0.1: ",
    ),
    (
        "A3|--platform|linux-amd64",
        "--platform needs a list of releases: give --index FILE, or `index = \"FILE\"` in vendor.toml",
    ),
];

fn slip(words: &str) -> Vec<&str> {
    let whole = |word| match word {
        "A" => vec!["--customer", "A", "--strategy", "ai_strategy"],
        "A3" => vec!["--customer", "A", "--strategy", "ai_strategy", "--days", "3"],
        word => vec![word],
    };
    // Only the first word is short for others: a customer may be called A.
    let mut words = words.split('|');
    let first = words.next().map(whole).unwrap_or_default();
    ["issue"].into_iter().chain(first).chain(words).collect()
}

#[test]
fn an_order_that_can_not_be_met_is_refused_and_leaves_nothing_behind() {
    let office = Office::new();
    let left = || {
        let ledger = office.path("ledger.jsonl").metadata().map_or(0, |data| data.len());
        (office.files("licences", "licence").len(), ledger)
    };
    for (words, said) in SLIPS {
        let (code, text) = office.said(&slip(words));
        assert_eq!(code, Some(3), "{words}: {text}");
        assert!(text.starts_with(&format!("error: {said}")), "{words}: {text}");
        assert_eq!(left(), (0, 0), "{words}");
    }
    // What is there is not overwritten, and settings with a slip of the pen are told by line.
    office.write("mine.licence", "mine");
    let (code, said) = office.said(&slip("A3|--out|mine.licence"));
    let wanted = "error: mine.licence is there already, and nothing is overwritten; choose another place with --out FILE\n";
    assert_eq!((code, said.as_str()), (Some(3), wanted));
    office.write("vendor.toml", &format!("renw = 'x'\n{SETTINGS}"));
    let (code, said) = office.said(&slip("A3"));
    assert_eq!(code, Some(3));
    let at = "error: vendor.toml: TOML parse error at line 1, column 1";
    assert!(said.starts_with(at) && said.contains("renw"), "{said}");
    assert_eq!((office.read("mine.licence"), left()), ("mine".to_owned(), (0, 0)));
    assert_eq!(office.said(&slip("A3|--until|never")).0, Some(2));
}
