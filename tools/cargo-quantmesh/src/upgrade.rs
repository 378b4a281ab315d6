//! `cargo quantmesh upgrade`: moves one crate, the engine or all of them; everything else stays where the lock has it.

use std::fmt::Write as _;

use semver::Version;

use crate::build_file::{self, At, BuildFile, Source, Strategy, moved, nearest};
use crate::cli::UpgradeArgs;
use crate::copy::write_whole;
use crate::host::{Host, Settling};
use crate::lock::Lock;
use crate::preflight::{self, Found};
use crate::program::{captured, cargo, complaint};
use crate::project::Project;
use crate::{Failure, Kind, say, tell};

/// One thing on its way from a tag, revision or version to another.
#[derive(Debug)]
struct Move {
    id: String,
    key: &'static str,
    from: String,
    to: String,
}

/// `cargo quantmesh upgrade`.
pub(crate) fn command(args: &UpgradeArgs) -> Result<(), Failure> {
    let project = Project::at(&args.file.file)?;
    let text = build_file::read_text(&project.file)?;
    let name = project.file.display().to_string();
    let file = build_file::parse(&name, &text)?;
    let moves = moves(&project, &file, args)?;
    if moves.is_empty() {
        return say("nothing to move: everything is at its newest\n");
    }
    let mut after = text;
    for one in &moves {
        after = moved(&after, &one.id, one.key, &one.to)?;
    }
    let newer = build_file::parse(&name, &after)?;
    let ground = preflight::preflight(&project, &newer, false)?;
    let trial = project.work.join("trial");
    let host = Host::write(&project, &newer, &ground, &trial, Settling { locked: false, offline: false })?;
    let mut report = String::new();
    for one in &moves {
        let found = std::iter::once(&ground.engine).chain(&ground.crates).find(|found| found.id == one.id);
        let before = look_back(&project, &file, &one.id);
        if let Some(found) = found {
            report.push_str(&described(one, before.as_ref(), found));
        }
    }
    let changes = Lock::read(&project.lock)?.changes(&host.lock);
    report.push_str("lock:\n");
    for change in &changes {
        let _ = writeln!(report, "  {change}");
    }
    if args.dry_run {
        report.push_str("nothing was written (--dry-run)\n");
    } else {
        write_whole(&project.lock, host.lock_text.as_bytes())?;
        write_whole(&project.file, after.as_bytes())?;
        let _ = writeln!(
            report,
            "wrote {} and its lock; `cargo quantmesh build --locked` builds it",
            project.file.display()
        );
    }
    say(&report)
}

/// What is to be moved, and where to.
fn moves(project: &Project, file: &BuildFile, args: &UpgradeArgs) -> Result<Vec<Move>, Failure> {
    let mut all = vec![("engine", &file.engine, preflight::ENGINE.to_owned())];
    all.extend(file.strategies.iter().map(|one| {
        (one.id.as_str(), &one.source, one.package.clone().unwrap_or_else(|| one.usual_package()))
    }));
    if let Some(id) = &args.id {
        let known: Vec<&str> = all.iter().map(|(id, _, _)| *id).collect();
        if !known.contains(&id.as_str()) {
            let near = nearest(id, known.iter().copied())
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(Failure::new(
                Kind::BuildFile,
                format!("{} names no `{id}`{near}\n  it names: {}", project.file.display(), known.join(", ")),
            ));
        }
        all.retain(|(known, _, _)| known == id);
    }
    let mut moves = Vec::new();
    for (id, source, package) in all {
        let to = args.to.clone();
        let (key, from, to) = match source {
            Source::Path(path) => {
                tell(&format!(
                    "    {id} is the folder {}: it is copied as it is at each build",
                    path.display()
                ));
                continue;
            }
            Source::Git { url, at: At::Tag(tag) } => {
                ("tag", tag, to.map_or_else(|| newest_tag(id, url, tag), Ok)?)
            }
            Source::Git { at: At::Rev(rev), .. } => match to {
                Some(to) => ("rev", rev, to),
                None => {
                    tell(&format!("    {id} is at a revision; say where to with --to"));
                    continue;
                }
            },
            Source::Registry { version, registry } => {
                let to = match to {
                    Some(to) => to,
                    None => newest_version(project, id, &package, registry.as_deref())?,
                };
                ("version", version, to)
            }
        };
        if *from != to {
            moves.push(Move { id: id.to_owned(), key, from: from.clone(), to });
        }
    }
    Ok(moves)
}

/// A tag as a version: `v1.2.0`, `ai_strategy-1.2.0`. Versions before a release are left out unless we are at one.
fn version_of(tag: &str) -> Option<(&str, Version)> {
    let at = tag.find(|c: char| c.is_ascii_digit())?;
    let (prefix, version) = tag.split_at(at);
    Some((prefix, Version::parse(version).ok()?))
}

/// The newest tag of the same kind, or the one we are at.
fn newest_tag(id: &str, url: &str, tag: &str) -> Result<String, Failure> {
    let Some((prefix, now)) = version_of(tag) else {
        return Err(Failure::new(
            Kind::Preflight,
            format!(
                "{id}: the tag {tag} is no version, so there is no telling which is newer; say where to with --to"
            ),
        ));
    };
    let tags = preflight::tags(id, url)?;
    let newer = tags.iter().filter_map(|tag| version_of(tag).map(|(prefix, version)| (prefix, version, tag)));
    let same = newer.filter(|(other, version, _)| {
        *other == prefix && *version > now && (version.pre.is_empty() || !now.pre.is_empty())
    });
    Ok(same.max_by(|a, b| a.1.cmp(&b.1)).map_or_else(|| tag.to_owned(), |(_, _, tag)| tag.clone()))
}

fn newest_version(
    project: &Project,
    id: &str,
    package: &str,
    registry: Option<&str>,
) -> Result<String, Failure> {
    project.prepare()?;
    let name = registry.unwrap_or("crates-io");
    let args = ["info", "--registry", name, "--color", "never", package];
    let said = captured(&mut cargo(&project.registry(), &args))?;
    let line = said.out.lines().find_map(|line| line.strip_prefix("version: ")).unwrap_or_default();
    let latest = line.split_once("(latest ").map_or(line, |(_, latest)| latest.trim_end_matches(')'));
    let version = latest.split(' ').next().unwrap_or_default();
    if version.is_empty() {
        let text = format!(
            "{id}: the newest version of {package} is not to be had\n  cargo says: {}",
            complaint(&said.err)
        );
        return Err(Failure::new(Kind::Preflight, text));
    }
    Ok(version.to_owned())
}

/// What is there before the move; `None` where it can't be reached any more.
fn look_back(project: &Project, file: &BuildFile, id: &str) -> Option<Found> {
    let strategy = if id == "engine" {
        Strategy { id: id.to_owned(), package: None, source: file.engine.clone() }
    } else {
        file.strategies.iter().find(|one| one.id == id)?.clone()
    };
    preflight::look_into(project, &strategy, false).ok()
}

fn described(one: &Move, before: Option<&Found>, after: &Found) -> String {
    let mut text = format!("{}: {} {} -> {}\n", one.id, one.key, one.from, one.to);
    let some = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
    type Fact = (&'static str, fn(&Found) -> Option<String>, &'static str);
    let facts: [Fact; 5] = [
        ("version", |found| Some(found.version.to_string()), ""),
        ("commit", |found| found.commit.clone(), "none"),
        ("quantmesh-sdk", |found| found.sdk.as_ref().map(ToString::to_string), "none"),
        ("rustc", |found| found.rust_version.as_ref().map(|version| format!("{version} or newer")), "any"),
        ("released", |found| found.released.clone(), "not said"),
    ];
    for (name, fact, none) in facts {
        let new = some(fact(after), none);
        let line = match before.map(|before| some(fact(before), none)) {
            Some(old) if old == new => format!("{new}, as before"),
            Some(old) => format!("{old} -> {new}"),
            None => new,
        };
        let _ = writeln!(text, "  {name:<14} {line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_are_versions() {
        assert_eq!(version_of("v1.2.0"), Some(("v", Version::new(1, 2, 0))));
        assert_eq!(version_of("ai-1.2.0"), Some(("ai-", Version::new(1, 2, 0))));
        assert_eq!(version_of("latest"), None);
        assert_eq!(version_of("v1"), None);
    }
}
