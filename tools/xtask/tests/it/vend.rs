//! `cargo xtask vend`: what a customer gets builds without this workspace, and says whose copy it is.

use std::fs;

use xtask::features::{Kind, Sources, rows};
use xtask::publish::buildable_of;
use xtask::vend::{Delivery, Order, RECEIPT, vend};

use crate::tree::{cargo, copy, desk, files, has_paid_source, root, write};

fn order(customer: &str, number: &str) -> Option<Order> {
    Some(Order { customer: customer.to_owned(), number: number.to_owned() })
}

/// Every leaf that is here, delivered and built in a workspace of a customer's own that knows nothing but the sdk.
#[test]
fn what_is_delivered_builds_on_its_own() {
    let desk = desk();
    let tree = copy(&desk);
    let found = rows(&Sources::read(&tree).unwrap()).unwrap();
    let able = buildable_of(&found);
    let mut needs = String::new();
    for row in found.iter().filter(|row| able.contains(&row.feature)) {
        let Kind::Leaf { package, version, .. } = &row.kind else { continue };
        let id = &row.feature;
        let out = desk.path().join("delivered").join(id);
        let done = vend(&tree, &Delivery { id: id.clone(), ..Delivery::default() }, &out).unwrap();
        assert_eq!((&done.package, &done.version, done.changed), (package, version, 0));
        let names: Vec<String> = files(&out).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), done.files);
        assert!(names.iter().any(|name| name.starts_with("LICENSE")), "{names:?}");
        assert!(!names.iter().any(|name| name.starts_with("tests/") || name == RECEIPT), "{names:?}");
        let manifest = fs::read_to_string(out.join("Cargo.toml")).unwrap();
        assert!(!manifest.contains("workspace = true") && !manifest.contains("path ="), "{manifest}");
        assert!(!manifest.contains("testkit") && manifest.contains("\npublish = false\n"), "{manifest}");
        needs += &format!("{id} = {{ package = \"{package}\", path = \"../delivered/{id}\" }}\n");
    }
    assert!(needs.contains("grid = "), "{needs}");
    let engine = root().join("engine");
    let host = desk.path().join("host");
    let manifest = format!(
        "[workspace]\n[package]\nname = \"host\"\nedition = \"2024\"\n[dependencies]\n{needs}\n[patch.crates-io]\n\
         quantmesh-sdk = {{ path = {:?} }}\nquantmesh-types = {{ path = {:?} }}\n",
        engine.join("sdk"),
        engine.join("types")
    );
    write(&host.join("Cargo.toml"), &manifest);
    write(&host.join("src/lib.rs"), "//! Nothing.\n");
    let built = cargo(&desk, &host, &["check"]);
    assert!(built.done, "{}", built.err);
    assert!(!built.err.contains("warning"), "a customer's build is quiet: {}", built.err);
}

/// The receipt marks the copy; the code is everybody's.
#[test]
fn the_same_order_is_the_same_bytes() {
    let desk = desk();
    let tree = copy(&desk);
    let deliver = |name: &str, order| {
        let out = desk.path().join(name);
        let delivery = Delivery { id: "grid".to_owned(), registry: Some("vendor".to_owned()), order };
        vend(&tree, &delivery, &out).unwrap();
        files(&out)
    };
    let one = deliver("one", order("ACME", "O-1"));
    assert_eq!(one, deliver("again", order("ACME", "O-1")));
    let other = deliver("other", order("Nakatomi \"Trading\"", "O-2"));
    let differing: Vec<&str> =
        one.iter().zip(&other).filter(|(a, b)| a != b).map(|(a, _)| a.0.as_str()).collect();
    assert_eq!(differing, [RECEIPT]);
    let of = |files: &[(String, Vec<u8>)]| -> serde_json::Value {
        let (_, bytes) = files.iter().find(|(name, _)| name == RECEIPT).unwrap();
        serde_json::from_slice(bytes).unwrap()
    };
    let (one, other) = (of(&one), of(&other));
    assert_eq!((&one["licensee"], &one["order"]), (&"ACME".into(), &"O-1".into()));
    assert_eq!(other["licensee"], "Nakatomi \"Trading\"");
    assert_eq!(one["tree_sha256"], other["tree_sha256"]);
    assert_eq!(one["tree_sha256"].as_str().unwrap().len(), 64);
    let manifest = fs::read_to_string(desk.path().join("one/Cargo.toml")).unwrap();
    assert!(manifest.contains("\npublish = [\"vendor\"]\n"), "{manifest}");
}

#[test]
fn what_can_not_be_delivered_is_said_and_nothing_is_written() {
    let desk = desk();
    let tree = copy(&desk);
    let out = desk.path().join("out");
    let refused = |id: &str, order| {
        let delivery = Delivery { id: id.to_owned(), registry: None, order };
        let said = vend(&tree, &delivery, &out).unwrap_err().to_string();
        assert!(!out.exists(), "nothing is written");
        said
    };
    let said = refused("gird", None);
    assert!(said.starts_with("strategies/gird is not there; there is grid, trend_following"), "{said}");
    assert_eq!(
        refused("grid", order("ACME\nand more", "O-1")),
        "the customer of an order must be one line with something in it"
    );
    assert_eq!(
        refused("grid", order("ACME", " ")),
        "the number of an order must be one line with something in it"
    );
    // A crate that reaches into this tree can't be built anywhere else.
    let manifest = tree.join("strategies/grid/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("[dependencies]\n", "[dependencies]\nledger.workspace = true\n"))
        .unwrap();
    assert_eq!(
        refused("grid", None),
        "strategies/grid/Cargo.toml asks for `ledger`, which stands by path in this tree; a crate that is delivered may ask for packages by version only: of this tree's, quantmesh-sdk and quantmesh-types"
    );
    fs::write(&manifest, text).unwrap();
    write(&out.join("mine.txt"), "mine");
    let delivery = Delivery { id: "grid".to_owned(), ..Delivery::default() };
    let said = vend(&tree, &delivery, &out).unwrap_err().to_string();
    assert_eq!(
        said,
        format!("{} is not empty; name a folder that does not exist yet, or an empty one", out.display())
    );
    assert_eq!(files(&out), [("mine.txt".to_owned(), b"mine".to_vec())]);
}

/// Files that lie beside the tracked ones are the vendor's own.
#[test]
fn only_what_git_tracks_is_delivered() {
    let desk = desk();
    if !has_paid_source("only_what_git_tracks_is_delivered") {
        return;
    }
    let tree = copy(&desk);
    write(&tree.join("strategies/ai_strategy/training/secret.csv"), "1,2\n");
    let out = desk.path().join("out");
    let delivery = Delivery { id: "ai_strategy".to_owned(), ..Delivery::default() };
    let done = vend(&tree, &delivery, &out).unwrap();
    assert_eq!(done.changed, 1, "it is said that something lies there");
    let names: Vec<String> = files(&out).into_iter().map(|(name, _)| name).collect();
    assert!(!names.iter().any(|name| name.contains("secret")), "{names:?}");
    for name in ["LICENSE", "vendor.pub", "src/lib.rs"] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("model/")), "{names:?}");
}
