//! Who may import whom: the table of rooms in `docs/ARCHITECTURE.md` against what the manifests and sources say.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};
use xtask::features::{Kind, Sources, rows};

use crate::house::{self, File};
use crate::tokens::{lines_of, modules_of, tokens};

const HEADING: &str = "## The rooms";

/// A row of the table. A row whose name ends in `/*` holds for every folder in that one.
#[derive(Debug, Clone)]
struct Room {
    name: String,
    imports: Names,
    outside: Names,
    pure: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    Any,
    Only(BTreeSet<String>),
}

impl Names {
    fn read(cell: &str) -> Self {
        // Names are in backticks: every second piece between them.
        let names = cell.split('`').skip(1).step_by(2).map(str::to_owned);
        if cell == "any" { Self::Any } else { Self::Only(names.collect()) }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(names) => names.contains(name),
        }
    }
}

/// A package of the workspace.
#[derive(Debug, Clone)]
struct Member {
    package: String,
    folder: String,
    /// Package name and whether it is for development only.
    needs: Vec<(String, bool)>,
}

impl Member {
    fn room(&self) -> &str {
        self.folder.strip_prefix("engine/").unwrap_or(&self.folder)
    }
}

fn rooms(page: &str) -> Vec<Room> {
    let (_, section) = page.split_once(HEADING).expect("docs/ARCHITECTURE.md has the section of rooms");
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, imports, outside, pure] = cells[..] else {
            panic!("a row of rooms has five cells: {row}")
        };
        Room {
            name: name.trim_matches('`').to_owned(),
            imports: Names::read(imports),
            outside: Names::read(outside),
            pure: pure == "yes",
        }
    })
    .collect()
}

fn room_of<'r>(rooms: &'r [Room], name: &str) -> Option<&'r Room> {
    let holds = |room: &&Room| {
        room.name == name || room.name.strip_suffix('*').is_some_and(|folder| name.starts_with(folder))
    };
    rooms.iter().find(holds)
}

/// What the manifests do that the table does not allow.
fn check(rooms: &[Room], members: &[Member]) -> Vec<String> {
    let inside: BTreeMap<_, _> =
        members.iter().map(|member| (member.package.as_str(), member.room())).collect();
    let mut faults = Vec::new();
    for member in members {
        let Some(room) = room_of(rooms, member.room()) else {
            faults.push(format!("{} has no row in docs/ARCHITECTURE.md; add one", member.folder));
            continue;
        };
        let is_leaf = member.folder.starts_with("strategies/");
        for (need, dev) in &member.needs {
            match inside.get(need.as_str()) {
                // A test may look into any room, but a strategy is tested through its door only.
                Some(other) if *dev && is_leaf && *other != "testkit" => {
                    faults.push(format!("{} tests with {other}; strategies test with testkit", member.folder));
                }
                Some(_) if *dev => {}
                Some(other) if !room.imports.has(other) => {
                    faults.push(format!("{} imports {other}, which its row does not allow", member.folder));
                }
                None if !dev && !room.outside.has(need) => faults.push(format!(
                    "{} uses the crate {need}, which its row does not list; name it there if the room needs it",
                    member.folder
                )),
                _ => {}
            }
        }
    }
    let lived_in = |room: &Room| {
        members.iter().any(|member| room_of(rooms, member.room()).is_some_and(|row| row.name == room.name))
    };
    faults.extend(
        rooms.iter().filter(|room| !lived_in(room)).map(|room| format!("nobody lives in {}", room.name)),
    );
    faults
}

/// What pure rooms and strategies do that makes a decision depend on more than its events.
fn check_purity(rooms: &[Room], files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        let Some((folder, _)) = file.path.split_once("/src/") else { continue };
        let name = folder.strip_prefix("engine/").unwrap_or(folder);
        let pure = room_of(rooms, name).is_some_and(|room| room.pure);
        let Some(source) = file.rust().filter(|_| pure) else { continue };
        let code: Vec<_> = match tokens(source) {
            Ok(all) => all.into_iter().filter(|token| !token.in_test).collect(),
            Err(error) => {
                faults.push(format!("{}: {error}", file.path));
                continue;
            }
        };
        let mut hits: Vec<_> = modules_of(&code, "std");
        hits.retain(|(module, _)| matches!(*module, "fs" | "net" | "env" | "thread" | "process"));
        for clock in ["Instant", "SystemTime"] {
            hits.extend(lines_of(&code, &[clock]).into_iter().map(|line| (clock, line)));
        }
        let fault = |(what, line)| {
            format!("{}:{line}: {what} in a pure room; it must come in as an event", file.path)
        };
        faults.extend(hits.into_iter().map(fault));
    }
    faults
}

/// Outside crates without a row in `docs/DEPENDENCIES.md`, and rows without a crate.
fn check_reasons(page: &str, members: &[Member]) -> Vec<String> {
    let inside: BTreeSet<_> = members.iter().map(|member| member.package.as_str()).collect();
    let needs = members.iter().flat_map(|member| member.needs.iter().map(|(need, _)| need.as_str()));
    let used: BTreeSet<_> = needs.filter(|need| !inside.contains(need)).collect();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: BTreeSet<_> = rows.collect();
    let missing = used.difference(&listed).map(|name| format!("docs/DEPENDENCIES.md has no row for {name}"));
    let stale = listed.difference(&used).map(|name| format!("docs/DEPENDENCIES.md: nobody uses {name}"));
    missing.chain(stale).collect()
}

/// The packages of this workspace, as cargo sees them. It reads manifests only, and needs no network.
fn members() -> Vec<Member> {
    let mut command = MetadataCommand::new();
    let metadata =
        command.current_dir(house::root()).no_deps().other_options(vec!["--offline".to_owned()]).exec();
    let metadata = metadata.expect("cargo metadata reads the manifests");
    let root = metadata.workspace_root.clone();
    let placeholders = placeholders();
    let member = |package: cargo_metadata::Package| {
        let folder = package.manifest_path.parent().expect("a manifest is in a folder");
        let folder = folder.strip_prefix(&root).expect("a member is inside").as_str().replace('\\', "/");
        let needs = package.dependencies.iter().filter(|need| !placeholders.contains(&need.name));
        Member {
            package: package.name.to_string(),
            folder: if folder.is_empty() { "quantmesh".to_owned() } else { folder },
            needs: needs.map(|need| (need.name.clone(), need.kind == DependencyKind::Development)).collect(),
        }
    };
    metadata.packages.into_iter().map(member).collect()
}

/// What stands in for a paid crate in the public tree: outside of the workspace, and still no crate from outside.
fn placeholders() -> BTreeSet<String> {
    let sources = Sources::read(&house::root()).expect("the manifests can be read");
    let rows = rows(&sources).expect("the features are sound");
    let package = |kind| match kind {
        Kind::Leaf { package, placeholder: true, .. } => Some(package),
        _ => None,
    };
    rows.into_iter().filter_map(|row| package(row.kind)).collect()
}

fn table() -> Vec<Room> {
    rooms(&house::read("docs/ARCHITECTURE.md"))
}

#[test]
fn every_arrow_is_allowed() {
    let faults = check(&table(), &members());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn pure_rooms_know_no_clock_and_no_world() {
    let faults = check_purity(&table(), &house::files());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_outside_crate_has_a_reason() {
    let faults = check_reasons(&house::read("docs/DEPENDENCIES.md"), &members());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

mod shown_to_fail {
    //! Each check, given something forbidden.

    use super::*;

    const PAGE: &str = "\
# The house
## The rooms
| room | what | may import | outside | pure |
| --- | --- | --- | --- | --- |
| `types` | words | nothing | `thiserror` | yes |
| `sdk` | door | `types` | `serde` | yes |
| `kernel` | heart | `types`, `sdk` | nothing | yes |
| `testkit` | tests | `types`, `sdk`, `kernel` | nothing | no |
| `strategies/*` | leaves | `sdk` | any | yes |
| `quantmesh` | program | any | any | no |
## Later
| `web` | not a room | any | any | no |
";

    fn member(folder: &str, needs: &[&str]) -> Member {
        let name = folder.rsplit('/').next().unwrap();
        let package = if name == "quantmesh" { name.to_owned() } else { format!("quantmesh-{name}") };
        Member {
            package,
            folder: folder.to_owned(),
            needs: needs.iter().map(|n| ((*n).to_owned(), false)).collect(),
        }
    }

    fn sound() -> Vec<Member> {
        vec![
            member("engine/types", &["thiserror"]),
            member("engine/sdk", &["quantmesh-types", "serde"]),
            member("engine/kernel", &["quantmesh-types", "quantmesh-sdk"]),
            member("engine/testkit", &["quantmesh-kernel"]),
            member("strategies/grid", &["quantmesh-sdk", "ort"]),
            member("quantmesh", &["quantmesh-kernel", "quantmesh-grid", "clap"]),
        ]
    }

    fn with(change: impl FnOnce(&mut Vec<Member>)) -> Vec<String> {
        let mut members = sound();
        change(&mut members);
        check(&rooms(PAGE), &members)
    }

    #[test]
    fn a_sound_house_passes() {
        assert_eq!(with(|_| {}), [""; 0]);
        assert_eq!(rooms(PAGE).len(), 6, "a table in another section is not the table of rooms");
    }

    #[test]
    fn a_forbidden_arrow_is_seen() {
        let faults = with(|members| members[0].needs.push(("quantmesh-kernel".to_owned(), false)));
        assert_eq!(faults, ["engine/types imports kernel, which its row does not allow"]);
        let faults = with(|members| members[4].needs.push(("quantmesh-kernel".to_owned(), false)));
        assert_eq!(faults, ["strategies/grid imports kernel, which its row does not allow"]);
    }

    #[test]
    fn a_narrower_table_is_seen() {
        let page = PAGE.replace("`types`, `sdk` | nothing | yes", "`types` | nothing | yes");
        assert_eq!(
            check(&rooms(&page), &sound()),
            ["engine/kernel imports sdk, which its row does not allow"]
        );
    }

    #[test]
    fn an_unlisted_crate_is_seen() {
        let faults = with(|members| members[2].needs.push(("tokio".to_owned(), false)));
        assert_eq!(
            faults,
            [
                "engine/kernel uses the crate tokio, which its row does not list; name it there if the room needs it"
            ]
        );
    }

    #[test]
    fn a_strategy_that_tests_past_its_door_is_seen() {
        let faults = with(|members| members[4].needs.push(("quantmesh-kernel".to_owned(), true)));
        assert_eq!(faults, ["strategies/grid tests with kernel; strategies test with testkit"]);
        let allowed = with(|members| {
            members[4].needs.push(("quantmesh-testkit".to_owned(), true));
            members[0].needs.push(("proptest".to_owned(), true));
        });
        assert_eq!(allowed, [""; 0]);
    }

    #[test]
    fn a_room_without_a_row_and_a_row_without_a_room_are_seen() {
        let faults = with(|members| members[2].folder = "engine/live".to_owned());
        assert_eq!(faults[0], "engine/live has no row in docs/ARCHITECTURE.md; add one");
        assert_eq!(faults.last().unwrap(), "nobody lives in kernel");
    }

    #[test]
    fn a_clock_and_a_file_in_a_strategy_are_seen() {
        let path = "strategies/grid/src/lib.rs";
        for (source, what) in [
            ("fn a() { let _ = std::fs::read(\"x\"); }", "fs"),
            ("use std::{collections::BTreeMap, env};", "env"),
            ("use std::net::TcpStream;", "net"),
            ("fn a() { std::thread::yield_now(); }", "thread"),
            ("use std::time::Instant;", "Instant"),
            ("use std::time::{Duration, SystemTime};", "SystemTime"),
        ] {
            let faults = check_purity(&rooms(PAGE), &[File::new(path, source)]);
            assert_eq!(faults, [format!("{path}:1: {what} in a pure room; it must come in as an event")]);
        }
    }

    #[test]
    fn tests_and_impure_rooms_may_look_at_the_world() {
        let test = "#[cfg(test)]\nmod tests { fn a() { let _ = std::env::var(\"A\"); } }";
        let program = "use std::fs;";
        let files =
            [File::new("engine/kernel/src/lib.rs", test), File::new("engine/testkit/src/lib.rs", program)];
        assert_eq!(check_purity(&rooms(PAGE), &files), [""; 0]);
    }

    #[test]
    fn a_crate_without_a_reason_and_a_reason_without_a_crate_are_seen() {
        let page = "| `clap` | why |\n| `ort` | why |\n| `serde` | why |\n| `left-pad` | why |\n";
        let faults = check_reasons(page, &sound());
        let wanted =
            ["docs/DEPENDENCIES.md has no row for thiserror", "docs/DEPENDENCIES.md: nobody uses left-pad"];
        assert_eq!(faults, wanted);
    }
}
