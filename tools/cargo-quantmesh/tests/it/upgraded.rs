//! `upgrade` moves one crate in the build file and in the lock, and says what that changes.

use std::fs;

use crate::place::{ALPHA, House, Place};

#[test]
fn one_crate_moves_and_the_rest_stays() {
    let place = Place::new();
    place.engine();
    place.house("alpha", &ALPHA);
    place.tag("alpha", "v1.0.0");
    place.house("alpha", &House { version: "1.1.0", more: "rust-version = \"1.85\"", ..ALPHA });
    let manifest = place.path("alpha/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap() + "itoa = \"1\"\n";
    fs::write(&manifest, text).unwrap();
    let library = place.path("alpha/src/lib.rs");
    fs::write(&library, fs::read_to_string(&library).unwrap().replace("2026-10-01", "2026-11-01")).unwrap();
    place.tag("alpha", "v1.1.0");
    place.tag("alpha", "v2.0.0-rc.1");
    let project = place.project(
        "project",
        "# ours\nfeatures = [\"grid\"]\n[engine]\ngit = \"file://DESK/engine\"\ntag = \"v0.1.0\"\n[strategies]\nhouse_alpha = { git = \"file://DESK/alpha\", tag = \"v1.0.0\" } # bought in May\n",
    );
    let file = project.join("quantmesh.build.toml");
    let lock = project.join("quantmesh.build.lock");
    // A lock without a build: moving to where we are settles it.
    let text = fs::read_to_string(&file).unwrap();
    place.good(&project, &["upgrade", "house_alpha", "--to", "v1.1.0"]);
    let newer_lock = fs::read_to_string(&lock).unwrap();
    place.good(&project, &["upgrade", "house_alpha", "--to", "v1.0.0"]);
    let old_lock = fs::read_to_string(&lock).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "there and back again");

    let said = place.good(&project, &["upgrade", "--dry-run"]);
    assert!(said.out.ends_with("nothing was written (--dry-run)\n"), "{}", said.out);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(fs::read_to_string(&lock).unwrap(), old_lock);

    let said = place.good(&project, &["upgrade", "house_alpha"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), text.replace("v1.0.0", "v1.1.0"));
    let new_lock = fs::read_to_string(&lock).unwrap();
    assert_eq!(new_lock, newer_lock);
    let untouched = |lock: &str| {
        let all = lock.split("[[package]]").filter(|package| !package.contains("name = \"house-alpha\""));
        all.filter(|package| !package.contains("name = \"quantmesh-host\""))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(untouched(&old_lock), untouched(&new_lock), "itoa was there already; nothing else may move");
    for part in [
        "house_alpha: tag v1.0.0 -> v1.1.0\n",
        "  version        1.0.0 -> 1.1.0\n",
        "  quantmesh-sdk  ^0.1, as before\n",
        "  rustc          any -> 1.85.0 or newer\n",
        "  released       2026-10-01 -> 2026-11-01\n",
        "lock:\n  moved    house-alpha 1.0.0 (",
        ") -> 1.1.0 (",
        "wrote quantmesh.build.toml and its lock; `cargo quantmesh build --locked` builds it\n",
    ] {
        assert!(said.out.contains(part), "{part}\n--\n{}", said.out);
    }
    let said = place.good(&project, &["upgrade"]);
    assert_eq!(said.out, "nothing to move: everything is at its newest\n");
    let said = place.run(&project, &["upgrade", "house_alfa"]);
    assert_eq!(
        (said.code, said.error()),
        (
            3,
            "error: quantmesh.build.toml names no `house_alfa`; did you mean `house_alpha`?\n  it names: engine, house_alpha"
        )
    );
}
