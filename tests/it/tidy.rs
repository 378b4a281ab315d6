//! Habits of the house that a machine can see. Each check is a function over files, and is shown to fail.

use crate::house::{self, File};
use crate::tokens::{Token, lines_of, modules_of, tokens};

/// The most lines of a file, test code aside.
const LINES: usize = 400;

/// Files that are longer, with their length: a debt that may only shrink.
const LONGER: &[(&str, usize)] = &[];

/// The most bytes of a file.
const BYTES: usize = 2 * 1024 * 1024;

/// Rooms where money is: no floating point, by the same rules.
const MONEY: [&str; 7] = ["types", "depth", "ledger", "risk", "kernel", "venue", "margin"];

/// Where `unsafe` may stand: what is compared with loaded libraries has to load them. It is a workspace of its own, so nothing
/// in it can get into the program, and its lints ask for a reason at each place.
const UNSAFE: &str = "benches/delivery/";

/// The room of the program that has `unsafe`: files can't be mapped without it. One file, with a reason at each place.
const MAP: &str = "engine/map/";

/// Names that say nothing about what lives there.
const NAMELESS: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

fn opens_with_a_sentence(file: &File) -> Vec<String> {
    let opens = file.rust().is_none_or(|text| text.starts_with("//! "));
    complain(opens, || {
        format!("{}:1: say in one `//!` sentence what lives here, and what does not", file.path)
    })
}

fn is_short(file: &File, longer: &[(&str, usize)]) -> Vec<String> {
    let path = &file.path;
    let Some(code) = file.rust().filter(|_| !is_test(path)) else { return Vec::new() };
    let length = code.lines().count() - test_lines(code);
    let allowed = longer.iter().find(|(name, _)| name == path).map(|(_, allowed)| *allowed);
    let fault = match allowed {
        None if length > LINES => {
            format!("{path}: {length} lines without tests; split it, {LINES} are allowed")
        }
        Some(allowed) if length > allowed => {
            format!("{path}: grew to {length} lines from {allowed}; split it instead")
        }
        Some(allowed) if length < allowed => {
            format!("{path}: shrank to {length} lines; write that into LONGER in tests/it/tidy.rs")
        }
        _ => return Vec::new(),
    };
    vec![fault]
}

fn is_test(path: &str) -> bool {
    let folders = ["tests/", "benches/"];
    folders.iter().any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
        || path.ends_with("/tests.rs")
}

/// Lines that hold test code and no other.
fn test_lines(code: &str) -> usize {
    let tokens = tokens(code).unwrap_or_default();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut was_test = false;
    for Token { line, in_test, .. } in &tokens {
        match (was_test, in_test) {
            (false, true) => ranges.push((*line, *line)),
            (true, true) => ranges.last_mut().expect("one was opened").1 = *line,
            _ => {}
        }
        was_test = *in_test;
    }
    ranges.iter().map(|(first, last)| last - first + 1).sum()
}

fn is_named(file: &File) -> Vec<String> {
    let nameless = |part: &str| NAMELESS.contains(&part.strip_suffix(".rs").unwrap_or(part));
    let part = file.path.split('/').find(|part| nameless(part));
    part.map(|part| format!("{}: `{part}` says nothing; name it after what lives there", file.path))
        .into_iter()
        .collect()
}

fn keeps_the_lints(file: &File) -> Vec<String> {
    if !file.path.ends_with("Cargo.toml") {
        return Vec::new();
    }
    let manifest: toml::Table = match file.text().unwrap_or_default().parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![format!("{}: {error}", file.path)],
    };
    let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool()) == Some(true);
    // What stands in for a paid crate in the public tree is outside of the workspace, and has no code.
    let marks = manifest.get("package").and_then(|package| package.get("metadata")?.get("quantmesh"));
    let placeholder = marks.and_then(|marks| marks.get("placeholder")?.as_bool()) == Some(true);
    // The room of maps has the workspace's lints but one; what that must say instead is a test of its own.
    let map = file.path == format!("{MAP}Cargo.toml");
    complain(inherits || map || placeholder || !manifest.contains_key("package"), || {
        format!("{}: add `[lints] workspace = true`", file.path)
    })
}

/// Nobody is unsafe, sleeps, leaves work undone or skips a test.
fn is_finished(file: &File) -> Vec<String> {
    let Some(source) = file.rust() else { return Vec::new() };
    let tokens = match tokens(source) {
        Ok(tokens) => tokens,
        Err(error) => return vec![format!("{}: {error}", file.path)],
    };
    let mut faults = Vec::new();
    let mut fault = |line: usize, why: &str| faults.push(format!("{}:{line}: {why}", file.path));
    let may = file.path.starts_with(UNSAFE) || file.path == format!("{MAP}src/lib.rs");
    let unsafe_words = if may { Vec::new() } else { lines_of(&tokens, &["unsafe"]) };
    for line in unsafe_words {
        fault(line, "`unsafe`: find a library that does it, and is looked after");
    }
    for (words, why) in [
        (["#", "[", "ignore"].as_slice(), "an ignored test proves nothing; fix it or remove it"),
        (&["todo", "!"], "`todo!`: finish it, or leave it out"),
        (&["unimplemented", "!"], "`unimplemented!`: finish it, or leave it out"),
    ] {
        lines_of(&tokens, words).into_iter().for_each(|line| fault(line, why));
    }
    let asleep = modules_of(&tokens, "thread").into_iter().filter(|(name, _)| *name == "sleep");
    asleep.for_each(|(_, line)| fault(line, "`thread::sleep`: wait for the thing itself"));
    faults
}

/// Folders of one machine, split so that this file does not accuse itself.
const HOMES: [&str; 4] =
    [concat!("/ro", "ot"), concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];

fn names_no_machine(file: &File) -> Vec<String> {
    let lines = file.text().unwrap_or_default().lines().enumerate();
    let hits = lines.filter_map(|(at, line)| Some((at + 1, HOMES.iter().find(|home| names(line, home))?)));
    hits.map(|(line, home)| format!("{}:{line}: `{home}` is a folder of one machine", file.path)).collect()
}

/// Whether a path that begins with `home` stands in the line: `src/work/` and `{root}/work/` begin elsewhere.
fn names(line: &str, home: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || "._-".contains(c);
    line.match_indices(home).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + home.len()..].chars().next();
        let whole = home.ends_with('/') || !after.is_some_and(goes_on);
        whole && !before.is_some_and(|c| goes_on(c) || "})>/*".contains(c))
    })
}

fn is_small(file: &File) -> Vec<String> {
    let bytes = file.bytes.len();
    complain(bytes <= BYTES, || format!("{}: {bytes} bytes; {BYTES} are allowed", file.path))
}

/// The rules of the rooms where money is are one and the same.
fn money_rules_agree(files: &[File]) -> Vec<String> {
    let rules = |room: &str| {
        let path = format!("engine/{room}/clippy.toml");
        files.iter().find(|file| file.path == path).and_then(File::text)
    };
    let first = rules(MONEY[0]);
    let refuses =
        first.is_some_and(|text| text.contains("path = \"f64\"") && text.contains("path = \"f32\""));
    let mut faults = complain(refuses, || format!("engine/{}/clippy.toml must refuse f32 and f64", MONEY[0]));
    for room in MONEY {
        faults.extend(complain(rules(room) == first, || {
            format!("engine/{room}/clippy.toml differs from that of {}; copy it", MONEY[0])
        }));
    }
    faults
}

fn complain(fine: bool, what: impl FnOnce() -> String) -> Vec<String> {
    if fine { Vec::new() } else { vec![what()] }
}

/// Runs a check over every file of the project.
fn hold(check: impl Fn(&File) -> Vec<String>) {
    let faults: Vec<_> = house::files().iter().flat_map(check).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn files_open_with_a_sentence() {
    hold(opens_with_a_sentence);
}

#[test]
fn files_are_short() {
    hold(|file| is_short(file, LONGER));
}

#[test]
fn names_say_something() {
    hold(is_named);
}

#[test]
fn packages_keep_the_lints() {
    hold(keeps_the_lints);
}

#[test]
fn code_is_finished_and_safe() {
    hold(is_finished);
}

/// `unsafe` is kept out of the program by more than a list of files: the folder that may have it is another workspace.
#[test]
fn where_unsafe_is_allowed_is_another_workspace() {
    let manifest: toml::Table = house::read(&format!("{UNSAFE}Cargo.toml")).parse().expect("it is TOML");
    let lints = &manifest["workspace"]["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("deny"), "each place has to ask, with a reason");
    assert_eq!(lints["clippy"]["undocumented_unsafe_blocks"].as_str(), Some("deny"));
    let lock = house::read("Cargo.lock");
    for stranger in ["libloading", "tonic"] {
        assert!(
            !lock.contains(&format!("name = \"{stranger}\"")),
            "{stranger} got into the program's lock file"
        );
    }
}

/// The lints of the room that may have it are the workspace's, but that each `unsafe` asks and says why.
#[test]
fn the_room_of_maps_asks_for_each_unsafe() {
    let table = |path: &str| -> toml::Table { house::read(path).parse().expect("it is TOML") };
    let (own, all) = (table(&format!("{MAP}Cargo.toml")), table("Cargo.toml"));
    let lints = |table: &toml::Table, of: &str| table["lints"][of].as_table().expect("lints").clone();
    let mut rust = all["workspace"]["lints"]["rust"].as_table().expect("lints").clone();
    rust.insert("unsafe_code".to_owned(), "deny".into());
    assert_eq!(lints(&own, "rust"), rust);
    let mut clippy = all["workspace"]["lints"]["clippy"].as_table().expect("lints").clone();
    clippy.insert("undocumented_unsafe_blocks".to_owned(), "deny".into());
    assert_eq!(lints(&own, "clippy"), clippy);
}

#[test]
fn texts_name_no_machine() {
    hold(names_no_machine);
}

#[test]
fn files_are_small() {
    hold(is_small);
}

#[test]
fn the_rooms_of_money_keep_the_same_rules() {
    let faults = money_rules_agree(&house::files());
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

mod shown_to_fail {
    //! Each check, given what it forbids and what it allows.

    use super::*;

    fn rust(text: &str) -> File {
        File::new("engine/types/src/a.rs", text)
    }

    fn fails(check: impl Fn(&File) -> Vec<String>, file: &File, wanted: &str) {
        let faults = check(file);
        assert!(
            faults.len() == 1 && faults[0].contains(wanted),
            "wanted one fault with `{wanted}`: {faults:?}"
        );
    }

    fn passes(check: impl Fn(&File) -> Vec<String>, file: &File) {
        assert_eq!(check(file), [""; 0], "{}", file.path);
    }

    #[test]
    fn a_file_without_a_sentence() {
        fails(opens_with_a_sentence, &rust("use std::fmt;\n"), "a.rs:1:");
        fails(opens_with_a_sentence, &rust("\n//! Late.\n"), "a.rs:1:");
        passes(opens_with_a_sentence, &rust("//! What lives here.\n"));
        passes(opens_with_a_sentence, &File::new("README.md", "# No Rust\n"));
    }

    #[test]
    fn a_long_file() {
        let long = "// one\n".repeat(LINES + 1);
        fails(|file| is_short(file, &[]), &rust(&long), "401 lines");
        passes(|file| is_short(file, &[]), &rust(&"// one\n".repeat(LINES)));
        passes(|file| is_short(file, &[]), &File::new("tests/it/long.rs", &long));
        let tests = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
        passes(|file| is_short(file, &[]), &rust(&tests));
    }

    #[test]
    fn a_debt_that_grows_or_was_paid() {
        let path = "engine/types/src/a.rs";
        fails(|file| is_short(file, &[(path, 500)]), &rust(&"// one\n".repeat(501)), "grew to 501");
        fails(|file| is_short(file, &[(path, 500)]), &rust(&"// one\n".repeat(499)), "shrank to 499");
        passes(|file| is_short(file, &[(path, 500)]), &rust(&"// one\n".repeat(500)));
    }

    #[test]
    fn a_name_that_says_nothing() {
        for path in ["src/utils.rs", "engine/common/src/lib.rs", "src/misc/mod.rs", "docs/helpers/a.md"] {
            fails(is_named, &File::new(path, ""), "says nothing");
        }
        passes(is_named, &File::new("src/common_sense.rs", ""));
    }

    #[test]
    fn a_package_with_lints_of_its_own() {
        let bare = "[package]\nname = \"a\"\n";
        fails(keeps_the_lints, &File::new("engine/a/Cargo.toml", bare), "add `[lints]");
        let off = format!("{bare}[lints]\nworkspace = false\n");
        fails(keeps_the_lints, &File::new("engine/a/Cargo.toml", &off), "add `[lints]");
        fails(keeps_the_lints, &File::new("engine/a/Cargo.toml", "[package"), "engine/a/Cargo.toml");
        passes(
            keeps_the_lints,
            &File::new("engine/a/Cargo.toml", &format!("{bare}[lints]\nworkspace = true\n")),
        );
    }

    #[test]
    fn unfinished_code() {
        for (source, wanted) in [
            ("fn a() { unsafe { b() } }", "`unsafe`"),
            ("#[test]\n#[ignore]\nfn a() {}", "a.rs:2: an ignored test"),
            ("#[cfg(test)]\nmod tests { #[ignore = \"slow\"] fn a() {} }", "an ignored test"),
            ("fn a() { todo!() }", "`todo!`"),
            ("fn a() { unimplemented!() }", "`unimplemented!`"),
            ("fn a() { std::thread::sleep(b); }", "`thread::sleep`"),
            ("use std::thread::{self, sleep};", "`thread::sleep`"),
            ("fn a( {", "not Rust"),
        ] {
            fails(is_finished, &rust(source), wanted);
        }
        let measured = |source| File::new("benches/delivery/src/library.rs", source);
        passes(is_finished, &measured("fn a() { unsafe { b() } }"));
        fails(is_finished, &measured("fn a() { unsafe { todo!() } }"), "`todo!`");
        passes(is_finished, &rust("// unsafe, todo!()\nfn a() { b(\"unimplemented!\") }"));
    }

    #[test]
    fn a_machine_in_a_text() {
        let [root, home, users, work] = HOMES;
        for line in [
            format!("HOME={root}"),
            format!("`{root}/.cargo`"),
            format!("see {home}ann/notes"),
            format!("(\"{users}ann\")"),
            format!("{work}main"),
        ] {
            fails(names_no_machine, &File::new("docs/a.md", &format!("fine\n{line}\n")), "docs/a.md:2:");
        }
        for line in [
            format!("src{work}a.rs"),
            format!("{{dir}}{home}b"),
            format!("src{root}.rs"),
            format!("{root}ed"),
        ] {
            passes(names_no_machine, &File::new("docs/a.md", &line));
        }
    }

    #[test]
    fn a_huge_file() {
        let huge = File { path: "a.bin".to_owned(), bytes: vec![0; BYTES + 1] };
        fails(is_small, &huge, "2097153 bytes");
        passes(is_small, &File { path: "a.bin".to_owned(), bytes: vec![0; BYTES] });
    }

    #[test]
    fn rooms_of_money_with_rules_of_their_own() {
        let rule = "path = \"f64\" path = \"f32\"";
        let rules =
            |text: &str| MONEY.map(|room| File::new(&format!("engine/{room}/clippy.toml"), text)).to_vec();
        assert_eq!(money_rules_agree(&rules(rule)), [""; 0]);
        let mut files = rules(rule);
        files[4].bytes.push(b'\n');
        assert_eq!(
            money_rules_agree(&files),
            ["engine/kernel/clippy.toml differs from that of types; copy it"]
        );
        files.remove(4);
        assert_eq!(money_rules_agree(&files).len(), 1);
        assert_eq!(money_rules_agree(&rules("")), ["engine/types/clippy.toml must refuse f32 and f64"]);
    }
}
