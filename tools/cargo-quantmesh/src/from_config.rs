//! `cargo quantmesh from-config`: the features and crates that a run's configuration needs, each with its reason.
//!
//! Which features there are is read from the engine's own manifest, so an engine of another version is answered by what it has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use toml::{Table, Value};

use crate::build_file::{self, BuildFile, START, Strategy, nearest, with_features};
use crate::cli::FromConfigArgs;
use crate::copy::write_whole;
use crate::engine::Engine;
use crate::preflight::{self, ENGINE};
use crate::project::Project;
use crate::{Failure, Kind, say, tell};

/// An id with the place that names it.
type Asked = BTreeMap<String, Vec<String>>;

/// What an id needs.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Need {
    /// A feature of the engine, whose crate is in the engine's tree.
    Feature,
    /// A slot of the engine for a crate that is sold, by this package.
    Slot(String),
    /// A line of the build file that is there already.
    Guest,
    /// Nobody has it; the nearest that there is.
    Unknown(Option<String>),
}

/// `cargo quantmesh from-config`.
pub(crate) fn command(args: &FromConfigArgs) -> Result<(), Failure> {
    let config = &args.config;
    let text = std::fs::read_to_string(config).map_err(|error| Failure::read(config, error))?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        Failure::new(Kind::BuildFile, format!("{}: {error}", config.display()))
    })?;
    let (asked, notes) = asked(&table);
    if asked.is_empty() {
        return Err(Failure::new(
            Kind::BuildFile,
            format!("{} names no strategy: it has no [[strategy]] with an id", config.display()),
        ));
    }
    let file = if args.file.file.exists() { Some(BuildFile::read(&args.file.file)?) } else { None };
    let engine = engine(args, file.as_ref())?;
    let guests: Vec<&str> =
        file.iter().flat_map(|file| &file.strategies).map(|one| one.id.as_str()).collect();
    let needs: BTreeMap<&String, Need> = asked.keys().map(|id| (id, need(id, &engine, &guests))).collect();
    let mut page = String::new();
    for (id, need) in &needs {
        let why = asked.get(*id).map(|places| places.join(", ")).unwrap_or_default();
        let _ = writeln!(page, "{id}: {}\n  needed by {why}", told(id, need));
    }
    for note in notes {
        let _ = writeln!(page, "note: {note}");
    }
    let features: Vec<String> = needs
        .iter()
        .filter(|(_, need)| matches!(need, Need::Feature | Need::Slot(_)))
        .map(|(id, _)| (*id).clone())
        .collect();
    let unknown: Vec<&str> = needs
        .iter()
        .filter(|(_, need)| matches!(need, Need::Unknown(_)))
        .map(|(id, _)| id.as_str())
        .collect();
    page.push_str(&commands(&features, &needs, file.is_some()));
    say(&page)?;
    if !unknown.is_empty() {
        return Err(Failure::new(
            Kind::BuildFile,
            format!("{}: nothing provides {}; see above", config.display(), unknown.join(", ")),
        ));
    }
    if args.write { write(args, &needs, file.as_ref()) } else { Ok(()) }
}

/// The ids that a configuration names, each with its places; and what can't be seen in it.
fn asked(table: &Table) -> (Asked, Vec<String>) {
    let (mut asked, mut notes) = (Asked::new(), Vec::new());
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    for (at, entry) in list(table.get("strategy")).iter().enumerate() {
        entries(entry, &format!("[[strategy]] {}", at + 1), &mut asked);
        let id = entry.get("id").and_then(Value::as_str);
        let children = entry.get("params").and_then(|params| params.get("child"));
        if id == Some("multi_strategy") && children.is_none() {
            notes.push(format!(
                "[[strategy]] {} is multi_strategy without a list of children: it takes those of its own defaults; write `child = [{{ id = ... }}]` into its params to have them counted here",
                at + 1
            ));
        }
    }
    for (at, entry) in list(table.get("risk").and_then(|risk| risk.get("rule"))).iter().enumerate() {
        entries(entry, &format!("[[risk.rule]] {}", at + 1), &mut asked);
    }
    (asked, notes)
}

/// The id of an entry, and of the children in its params, however deep.
fn entries(entry: &Value, place: &str, asked: &mut Asked) {
    if let Some(id) = entry.get("id").and_then(Value::as_str) {
        asked.entry(id.to_owned()).or_default().push(place.to_owned());
    }
    let children = entry.get("params").and_then(|params| params.get("child")).and_then(Value::as_array);
    for (at, child) in children.into_iter().flatten().enumerate() {
        entries(child, &format!("{place}, child {}", at + 1), asked);
    }
}

/// The engine whose features count: the one named, that of the build file, or the tree we are in.
fn engine(args: &FromConfigArgs, file: Option<&BuildFile>) -> Result<Engine, Failure> {
    if let Some(folder) = &args.engine {
        return Engine::read(folder);
    }
    if let Some(file) = file {
        let project = Project::at(&args.file.file)?;
        let strategy = Strategy { id: "engine".to_owned(), package: None, source: file.engine.clone() };
        let found = preflight::look_into(&project, &strategy, false)?;
        return Engine::read(&found.folder);
    }
    if preflight::is_engine_tree() {
        return Engine::read(Path::new("."));
    }
    Err(Failure::new(
        Kind::BuildFile,
        format!(
            "there is no {} here and this is no {ENGINE} tree, so there is no telling which features there are\n  do: name the engine's source with --engine FOLDER, or run `cargo quantmesh init`",
            args.file.file.display()
        ),
    ))
}

fn need(id: &str, engine: &Engine, guests: &[&str]) -> Need {
    if guests.contains(&id) {
        return Need::Guest;
    }
    match (engine.leaves.contains_key(id), engine.slots.get(id)) {
        (_, Some(package)) => Need::Slot(package.clone()),
        (true, None) => Need::Feature,
        (false, None) => {
            let known: BTreeSet<&str> =
                engine.leaves.keys().map(String::as_str).chain(guests.iter().copied()).collect();
            Need::Unknown(nearest(id, known).map(str::to_owned))
        }
    }
}

fn told(id: &str, need: &Need) -> String {
    match need {
        Need::Feature => format!("the engine's feature `{id}`"),
        Need::Slot(package) => format!("the engine's feature `{id}`, whose crate {package} is sold"),
        Need::Guest => format!("the build file's own [strategies] {id}"),
        Need::Unknown(near) => {
            let near = near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("no feature of the engine and no line of [strategies] has it{near}")
        }
    }
}

/// What to type.
fn commands(features: &[String], needs: &BTreeMap<&String, Need>, has_file: bool) -> String {
    let guests = needs.values().any(|need| *need == Need::Guest);
    let mut text = String::new();
    if !guests && !features.is_empty() {
        let _ = writeln!(
            text,
            "in a clone of the engine:\n  cargo build --release --no-default-features --features {}",
            features.join(",")
        );
    }
    let (free, sold): (Vec<_>, Vec<_>) = needs
        .iter()
        .filter(|(_, need)| matches!(need, Need::Feature | Need::Slot(_)))
        .partition(|(_, need)| **need == Need::Feature);
    let free: Vec<&str> = free.iter().map(|(id, _)| id.as_str()).collect();
    let _ = writeln!(text, "in a build file:\n  features = {free:?}");
    for (id, need) in sold {
        if let Need::Slot(package) = need {
            let _ = writeln!(
                text,
                "  [strategies] {id} = {{ git = \"ssh://...\", tag = \"v...\" }}   # the vendor of {package} gives the address"
            );
        }
    }
    text.push_str(if has_file {
        "  cargo quantmesh build\n"
    } else {
        "  cargo quantmesh init, then cargo quantmesh build\n"
    });
    text
}

/// Puts the features into the build file. What is sold needs a source, which only its vendor can tell.
fn write(
    args: &FromConfigArgs,
    needs: &BTreeMap<&String, Need>,
    file: Option<&BuildFile>,
) -> Result<(), Failure> {
    let path = &args.file.file;
    let text = if file.is_some() { build_file::read_text(path)? } else { START.to_owned() };
    let features: Vec<String> =
        needs.iter().filter(|(_, need)| **need == Need::Feature).map(|(id, _)| (*id).clone()).collect();
    let text = with_features(&text, &features)?;
    build_file::parse(&path.display().to_string(), &text)?;
    write_whole(path, text.as_bytes())?;
    tell(&format!("wrote features = {features:?} into {}", path.display()));
    for (id, need) in needs {
        if let Need::Slot(package) = need {
            tell(&format!(
                "still to do: name the source of {package} under [strategies] {id} in {}",
                path.display()
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINE_MANIFEST: &str = "[features]\ngrid = [\"dep:grid\"]\ntrend_following = [\"dep:trend_following\"]\nai_strategy = [\"dep:ai_strategy\"]\nweb = [\"dep:axum\"]\n\n[dependencies]\ngrid = { package = \"quantmesh-grid\", path = \"g\", optional = true }\ntrend_following = { package = \"quantmesh-trend-following\", path = \"t\", optional = true }\nai_strategy = { package = \"quantmesh-ai-strategy\", version = \"0.1\", optional = true }\naxum = { version = \"1\", optional = true }\n";

    #[test]
    fn each_id_is_one_of_four_things() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("Cargo.toml"), ENGINE_MANIFEST).expect("written");
        let engine = Engine::read(folder.path()).expect("read");
        let guests = ["house_alpha"];
        assert_eq!(need("grid", &engine, &guests), Need::Feature);
        assert_eq!(need("ai_strategy", &engine, &guests), Need::Slot("quantmesh-ai-strategy".to_owned()));
        assert_eq!(need("house_alpha", &engine, &guests), Need::Guest);
        assert_eq!(need("house_alfa", &engine, &guests), Need::Unknown(Some("house_alpha".to_owned())));
        assert_eq!(need("web", &engine, &guests), Need::Unknown(None));
    }

    #[test]
    fn ids_of_strategies_rules_and_children() {
        let config = "[[strategy]]\nid = \"grid\"\n[[strategy]]\nid = \"multi_strategy\"\n[strategy.params]\nchild = [{ id = \"grid\" }, { id = \"trend_following\" }]\n[[risk.rule]]\nid = \"advanced_risk\"\n";
        let (asked, notes) = asked(&config.parse().expect("is TOML"));
        assert!(notes.is_empty());
        let ids: Vec<_> = asked.keys().map(String::as_str).collect();
        assert_eq!(ids, ["advanced_risk", "grid", "multi_strategy", "trend_following"]);
        assert_eq!(asked["grid"], ["[[strategy]] 1", "[[strategy]] 2, child 1"]);
    }
}
