//! `features.md` says what the manifests say, the manifests agree with the folders, and the binary with both.

use sdk::{Catalogue, Tier};
use xtask::features::{self, Fault, FeaturesError, Kind, NONE, Size, Sizes, Sources};

use crate::house;

fn sources() -> Sources {
    Sources::read(&house::root()).expect("the manifests can be read")
}

#[test]
fn the_page_is_up_to_date() {
    if let Err(error) = features::check(&house::root()) {
        panic!("\n{error}");
    }
}

/// What this very binary has is what its features promise: linked, under that id, version and tier.
#[test]
fn the_catalogue_is_what_the_features_promise() {
    let identity = quantmesh::identity::rows();
    let (_, on) = identity.iter().find(|(name, _)| *name == "features").expect("a row of features");
    let rows = features::rows(&sources()).expect("the features are sound");
    let catalogue = Catalogue::of_this_binary().expect("the catalogue is sound");
    let mut promised = Vec::new();
    for row in rows.iter().filter(|row| on.split(", ").any(|feature| feature == row.feature)) {
        let Kind::Leaf { package, version, tier, .. } = &row.kind else { continue };
        let entry =
            catalogue.get(&row.feature).unwrap_or_else(|| panic!("{} is on and not linked", row.feature));
        let paid = if matches!(entry.tier, Tier::Free) { "free" } else { "paid" };
        assert_eq!((entry.package, entry.version, paid), (package.as_str(), version.as_str(), tier.as_str()));
        promised.push(row.feature.as_str());
    }
    promised.sort_unstable();
    assert_eq!(catalogue.iter().map(|entry| entry.id).collect::<Vec<_>>(), promised);
}

mod shown_to_fail {
    //! Each thing that can be wrong with a feature, and a page that is out of date.

    use super::*;
    use xtask::features::Leaf;

    const MANIFEST: &str = "\
[workspace.package]
version = \"0.2.0\"
[workspace.dependencies]
sdk = { package = \"quantmesh-sdk\", path = \"engine/sdk\" }
[package]
name = \"quantmesh\"
[features]
default = [\"free\"]
# All that is free.
free = [\"grid\"]
# Buys low,
# sells high.
grid = [\"dep:grid\"]
[dependencies]
sdk.workspace = true
grid = { package = \"quantmesh-grid\", path = \"strategies/grid\", optional = true }
";

    const LOCK: &str = "\
[[package]]
name = \"serde\"
version = \"1.0.0\"
source = \"a registry\"
[[package]]
name = \"ort\"
version = \"2.0.0\"
source = \"a registry\"
dependencies = [\"serde\", \"ort-sys 2.0.0\"]
[[package]]
name = \"ort-sys\"
version = \"2.0.0\"
source = \"a registry\"
[[package]]
name = \"insta\"
version = \"1.0.0\"
source = \"a registry\"
[[package]]
name = \"quantmesh-sdk\"
version = \"0.2.0\"
dependencies = [\"insta\", \"serde\"]
";

    fn sound() -> Sources {
        let manifest = "[package]\nname = \"quantmesh-grid\"\nversion.workspace = true\n[lib]\nname = \"grid\"\n\
                        [dependencies]\nsdk.workspace = true\nort = \"2\"\n[dev-dependencies]\ninsta = \"1\"\n";
        let library = "// register_strategy! { id: \"no\", tier: sdk::Tier::Paid }\nsdk::register_strategy! {\n    \
                       id: \"grid\",\n    summary: \"s\",\n    tier: sdk::Tier::Free,\n}\n";
        let leaf = Leaf { manifest: manifest.to_owned(), library: library.to_owned() };
        let room = "[package]\nname = \"quantmesh-sdk\"\n[dependencies]\nserde = \"1\"\n";
        Sources {
            manifest: MANIFEST.to_owned(),
            lock: LOCK.to_owned(),
            rooms: [("sdk".to_owned(), room.to_owned())].into(),
            leaves: [("grid".to_owned(), leaf)].into(),
            sizes: measured(&[(NONE, "", 1_000_000), ("free", "", 1_012_500), ("grid", "0.2.0", 1_010_000)]),
        }
    }

    fn measured(builds: &[(&str, &str, u64)]) -> Sizes {
        let build = |&(feature, version, bytes): &(&str, &str, u64)| {
            (feature.to_owned(), Size { version: version.to_owned(), bytes, cpu_seconds: 20 })
        };
        Sizes {
            rustc: "rustc 1.95.0".to_owned(),
            target: "x86_64-unknown-linux-gnu".to_owned(),
            first_cpu_seconds: 70,
            builds: builds.iter().map(build).collect(),
        }
    }

    fn page(sources: &Sources) -> String {
        features::render(&features::rows(sources).unwrap(), &sources.sizes)
    }

    fn faults(change: impl FnOnce(&mut Sources)) -> Vec<Fault> {
        let mut sources = sound();
        change(&mut sources);
        features::rows(&sources).expect_err("it is wrong").0
    }

    fn leaf(sources: &mut Sources) -> &mut Leaf {
        sources.leaves.get_mut("grid").unwrap()
    }

    #[test]
    fn a_sound_manifest_gives_rows() {
        let rows = features::rows(&sound()).unwrap();
        assert_eq!(
            rows.iter().map(|row| row.feature.as_str()).collect::<Vec<_>>(),
            ["default", "free", "grid"]
        );
        let grid = &rows[2];
        assert_eq!((grid.what.as_str(), grid.default), ("Buys low, sells high.", true));
        // serde is in every build, and insta only in tests.
        let adds = vec!["ort".to_owned(), "ort-sys".to_owned()];
        let (package, version, tier) = ("quantmesh-grid".to_owned(), "0.2.0".to_owned(), "free".to_owned());
        assert_eq!(grid.kind, Kind::Leaf { package, version, tier, adds, placeholder: false });
        let page = page(&sound());
        assert!(page.contains(
            "| [`grid`](strategies/grid) | Buys low, sells high. | `quantmesh-grid` | 0.2.0 | free | yes | +9.8 KiB | 2: ort, ort-sys |"
        ));
        assert!(page.contains("| `free` | All that is free. | `grid` | +12.2 KiB |"));
    }

    #[test]
    fn a_feature_without_a_comment() {
        let found = faults(|sources| sources.manifest = MANIFEST.replace("# All that is free.\n", ""));
        assert_eq!(found, [Fault::NoComment("free".to_owned())]);
        let found = faults(|sources| {
            sources.manifest = MANIFEST.replace("# All that is free.\n", "# A heading.\n\n")
        });
        assert_eq!(found, [Fault::NoComment("free".to_owned())], "a comment stands directly above");
    }

    #[test]
    fn a_folder_without_a_feature_and_a_feature_without_a_folder() {
        let found = faults(|sources| {
            let leaf = sources.leaves.remove("grid").unwrap();
            sources.leaves.insert("scalper".to_owned(), leaf);
        });
        assert_eq!(found, [Fault::NoFolder("grid".to_owned()), Fault::NoFeature("scalper".to_owned())]);
    }

    #[test]
    fn a_collection_of_something_else() {
        let found =
            faults(|sources| sources.manifest = MANIFEST.replace("free = [\"grid\"]", "free = [\"grit\"]"));
        assert_eq!(found, [Fault::UnknownPart { feature: "free".to_owned(), part: "grit".to_owned() }]);
    }

    #[test]
    fn a_leaf_under_another_name() {
        for (from, to, what) in [
            ("name = \"quantmesh-grid\"", "name = \"grid-bot\"", "package"),
            ("name = \"grid\"", "name = \"gird\"", "library ([lib] name)"),
        ] {
            let found = faults(|sources| leaf(sources).manifest = leaf(sources).manifest.replace(from, to));
            assert!(matches!(&found[..], [Fault::Name { what: named, .. }] if *named == what), "{found:?}");
        }
        let found =
            faults(|sources| leaf(sources).library = leaf(sources).library.replace("\"grid\"", "\"grid2\""));
        assert_eq!(found[0].to_string(), "strategies/grid: its registered id is `grid2`; it must be `grid`");
    }

    #[test]
    fn a_leaf_that_registers_nothing() {
        let found = faults(|sources| leaf(sources).library = "//! Nothing.\n".to_owned());
        assert_eq!(found, [Fault::NoRegistration("grid".to_owned())]);
    }

    #[test]
    fn a_manifest_that_is_no_toml() {
        assert!(matches!(
            &faults(|sources| sources.manifest = "[package".to_owned())[..],
            [Fault::Toml { .. }]
        ));
    }

    #[test]
    fn a_feature_that_nobody_measured_or_in_another_version() {
        let rows = features::rows(&sound()).unwrap();
        features::check_sizes(&rows, &sound().sizes).unwrap();
        let found = |builds| features::check_sizes(&rows, &measured(builds)).unwrap_err().to_string();
        assert_eq!(
            found(&[(NONE, "", 1), ("free", "", 1)]),
            "tools/xtask/sizes.toml has no row for `grid`; run `cargo xtask features --measure` and commit it"
        );
        assert_eq!(
            found(&[(NONE, "", 1), ("free", "", 1), ("grid", "0.1.0", 1)]),
            "tools/xtask/sizes.toml was measured with grid 0.1.0, and its manifest says 0.2.0; run `cargo xtask features --measure` and commit it"
        );
        let faults = features::check_sizes(&rows, &Sizes::default()).unwrap_err();
        let missing = [NONE, "free", "grid"].map(|feature| Fault::NotMeasured(feature.to_owned()));
        assert_eq!(faults.0, missing, "without the file, everything is missing");
    }

    #[test]
    fn a_table_of_sizes_comes_back_as_it_was_written() {
        let sizes = sound().sizes;
        assert_eq!(Sizes::parse(&sizes.text()), Ok(sizes.clone()));
        for (from, to, wanted) in [
            ("[build]", "[built]", "it has no [build]"),
            ("bytes = 1010000", "bytes = -1", "it has no count `bytes`"),
            ("target", "goal", "it has no text `target`"),
        ] {
            let error = Sizes::parse(&sizes.text().replace(from, to)).unwrap_err();
            assert_eq!(error, wanted, "{from} -> {to}");
        }
        let smaller = measured(&[(NONE, "", 2_048), ("grid", "", 1_024)]);
        assert_eq!(smaller.added("grid").as_deref(), Some("−1.0 KiB"));
        assert_eq!(smaller.added("free"), None);
    }

    #[test]
    fn a_stale_page() {
        let page = page(&sound());
        features::compare(Some(&page), &page).unwrap();
        features::compare(Some(&page.replace('\n', "\r\n")), &page).unwrap();
        let stale = page.replace("0.2.0", "0.1.0");
        let line = page.lines().position(|line| line.contains("0.2.0")).unwrap() + 1;
        let error = features::compare(Some(&stale), &page).unwrap_err().to_string();
        let wanted = format!("(line {line} differs); run `cargo xtask features` and commit it");
        assert!(error.ends_with(&wanted), "{error}");
        assert!(matches!(features::compare(None, &page), Err(FeaturesError::Stale { line: None })));
        assert!(features::compare(Some(""), &page).is_err());
    }
}
