//! Reading a build file: every mistake with its line, its key and what was meant.

use std::ops::Range;
use std::path::PathBuf;

use toml_edit::{Document, Item, TableLike, Value};

use super::{At, BuildFile, Source, Strategy};
use crate::{Failure, Kind, redact};

const TOP: [&str; 4] = ["features", "engine", "strategies", "build"];
const ENGINE: [&str; 6] = ["git", "tag", "rev", "path", "version", "registry"];
const STRATEGY: [&str; 7] = ["git", "tag", "rev", "path", "version", "registry", "package"];
const BUILD: [&str; 3] = ["target", "customer", "profile"];

/// A text with its name, for messages.
struct Page<'t> {
    name: &'t str,
    text: &'t str,
}

type Read<T> = Result<T, Failure>;

/// Reads a build file; `name` is what messages call it.
pub(crate) fn parse(name: &str, text: &str) -> Read<BuildFile> {
    let page = Page { name, text };
    let document = Document::parse(text).map_err(|error| {
        page.fault(error.span(), "", error.message().trim_end_matches('\n').replace('\n', "; "))
    })?;
    let top = document.as_table();
    page.only(top, "", &TOP)?;
    let engine = match top.get("engine") {
        Some(item) => {
            let table = page.table(item, "engine", &ENGINE)?;
            page.source(item, table, "engine")?
        }
        None => {
            return Err(page.fault(
                None,
                "engine",
                "is missing; say where the engine comes from: [engine] with git and tag, path, or version"
                    .to_owned(),
            ));
        }
    };
    let mut strategies = Vec::new();
    if let Some(item) = top.get("strategies") {
        let table = page.table(item, "strategies", &[])?;
        for (id, item) in table.iter() {
            strategies.push(page.strategy(table, id, item)?);
        }
    }
    strategies.sort_by(|a, b| a.id.cmp(&b.id));
    let mut file = BuildFile {
        features: page.features(top)?,
        engine,
        strategies,
        target: None,
        customer: None,
        profile: "release".to_owned(),
    };
    if let Some(item) = top.get("build") {
        let table = page.table(item, "build", &BUILD)?;
        file.target = page.string(table, "build", "target")?;
        file.customer = page.string(table, "build", "customer")?;
        file.profile = page.string(table, "build", "profile")?.unwrap_or(file.profile);
    }
    Ok(file)
}

/// A dependency table such as those of `[patch]`, read as a source. `None` where it is one that a build file can't have.
pub(crate) fn dependency(name: &str, text: &str, table: &dyn TableLike, key: &str) -> Read<Source> {
    Page { name, text }.source(&Item::None, table, key)
}

impl Page<'_> {
    fn fault(&self, at: Option<Range<usize>>, key: &str, what: String) -> Failure {
        let line = at.map_or_else(String::new, |span| {
            let before = self.text.get(..span.start).unwrap_or(self.text);
            format!(":{}", before.matches('\n').count() + 1)
        });
        let key = if key.is_empty() { String::new() } else { format!(" {key}:") };
        Failure::new(Kind::BuildFile, redact::text(&format!("{}{line}:{key} {what}", self.name)))
    }

    /// Refuses keys that mean nothing.
    fn only(&self, table: &dyn TableLike, place: &str, known: &[&str]) -> Read<()> {
        for (key, _) in table.iter() {
            if !known.contains(&key) {
                let span = table.key(key).and_then(toml_edit::Key::span);
                let hint = match key {
                    "branch" => "a branch moves, and the build with it; name a tag or a rev".to_owned(),
                    _ => nearest(key, known.iter().copied()).map_or_else(
                        || format!("there is no such key; there is {}", known.join(", ")),
                        |near| format!("there is no such key; did you mean `{near}`?"),
                    ),
                };
                return Err(self.fault(span, &joined(place, key), hint));
            }
        }
        Ok(())
    }

    /// A table with these keys; any keys where none are given.
    fn table<'i>(&self, item: &'i Item, key: &str, known: &[&str]) -> Read<&'i dyn TableLike> {
        let Some(table) = item.as_table_like() else {
            return Err(self.fault(item.span(), key, format!("must be a table, is {}", kind(item))));
        };
        if !known.is_empty() {
            self.only(table, key, known)?;
        }
        Ok(table)
    }

    fn string(&self, table: &dyn TableLike, place: &str, key: &str) -> Read<Option<String>> {
        let Some(item) = table.get(key) else { return Ok(None) };
        let fault = |what| Err(self.fault(item.span(), &joined(place, key), what));
        match item.as_str() {
            None => fault(format!("must be text in quotes, is {}", kind(item))),
            Some(text) if text.trim().is_empty() => {
                fault("is empty; give a value, or leave the key out".to_owned())
            }
            Some(text) => Ok(Some(text.to_owned())),
        }
    }

    fn features(&self, top: &dyn TableLike) -> Read<Vec<String>> {
        let Some(item) = top.get("features") else { return Ok(Vec::new()) };
        let wrong = |span, found: &str| {
            Err(self.fault(
                span,
                "features",
                format!("must be a list of texts, such as [\"grid\"]; found {found}"),
            ))
        };
        let Some(list) = item.as_array() else { return wrong(item.span(), kind(item)) };
        let mut features: Vec<String> = Vec::new();
        for value in list {
            match value {
                Value::String(text) if features.contains(text.value()) => {
                    return Err(self.fault(
                        value.span(),
                        "features",
                        format!("`{}` is there twice", text.value()),
                    ));
                }
                Value::String(text) => features.push(text.value().clone()),
                other => return wrong(other.span(), other.type_name()),
            }
        }
        Ok(features)
    }

    fn strategy(&self, table: &dyn TableLike, id: &str, item: &Item) -> Read<Strategy> {
        let place = joined("strategies", id);
        let named = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !named || ["quantmesh", "std", "core", "alloc", "self", "super", "crate", "engine"].contains(&id) {
            let span = table.key(id).and_then(toml_edit::Key::span);
            let what =
                "is not an id; ids are lower-case words such as house_alpha, as the crate registers them";
            return Err(self.fault(span, &place, what.to_owned()));
        }
        let keys = self.table(item, &place, &STRATEGY)?;
        Ok(Strategy {
            id: id.to_owned(),
            package: self.string(keys, &place, "package")?,
            source: self.source(item, keys, &place)?,
        })
    }

    fn source(&self, item: &Item, table: &dyn TableLike, place: &str) -> Read<Source> {
        let get = |key| self.string(table, place, key);
        let span = |key: &str| table.get(key).and_then(Item::span).or_else(|| item.span());
        let (git, tag, rev) = (get("git")?, get("tag")?, get("rev")?);
        let (path, version, registry) = (get("path")?, get("version")?, get("registry")?);
        let only = |key: &str, with: &str| {
            Err(self.fault(span(key), &joined(place, key), format!("goes with {with} only")))
        };
        if git.is_none() && tag.is_some() {
            return only("tag", "git");
        }
        if git.is_none() && rev.is_some() {
            return only("rev", "git");
        }
        if version.is_none() && registry.is_some() {
            return only("registry", "version");
        }
        match (git, path, version) {
            (Some(url), None, None) => {
                self.url(&url, span("git"), &joined(place, "git"))?;
                let at = match (tag, rev) {
                    (Some(tag), None) => At::Tag(tag),
                    (None, Some(rev)) => At::Rev(rev),
                    _ => {
                        let what =
                            "needs exactly one of tag and rev, so that it is the same commit next year";
                        return Err(self.fault(span("git"), place, what.to_owned()));
                    }
                };
                Ok(Source::Git { url, at })
            }
            (None, Some(path), None) => Ok(Source::Path(PathBuf::from(path))),
            (None, None, Some(version)) => {
                semver::VersionReq::parse(&version).map_err(|error| {
                    self.fault(span("version"), &joined(place, "version"), format!("`{version}`: {error}"))
                })?;
                Ok(Source::Registry { version, registry })
            }
            (None, None, None) => {
                let what = "says no source; give git with tag or rev, or path, or version";
                Err(self.fault(item.span(), place, what.to_owned()))
            }
            _ => Err(self.fault(
                item.span(),
                place,
                "says more than one source; keep git, path or version".to_owned(),
            )),
        }
    }

    fn url(&self, url: &str, span: Option<Range<usize>>, key: &str) -> Read<()> {
        let fault = |what: &str| Err(self.fault(span.clone(), key, what.to_owned()));
        let Some((scheme, rest)) = url.split_once("://") else {
            return fault(
                "is not an address with ://; write git@host:folder/name as ssh://git@host/folder/name",
            );
        };
        let user = rest.split('/').next().and_then(|host| host.rsplit_once('@')).map(|(user, _)| user);
        match user {
            Some(user) if user.contains(':') || scheme != "ssh" => fault(
                "holds a user name or password; this file is committed, so take it out and give it by a credential helper, or by GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.https://USER:TOKEN@HOST/.insteadOf GIT_CONFIG_VALUE_0=https://HOST/",
            ),
            _ => Ok(()),
        }
    }
}

fn joined(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

fn kind(item: &Item) -> &'static str {
    item.type_name()
}

/// The known word nearest to `word`, when it is near enough to have been meant.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.into_iter().map(|other| (strsim::damerau_levenshtein(word, other), other));
    let (distance, other) = near.min()?;
    (distance <= 1 + word.len() / 3).then_some(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        parse("f.toml", text).expect_err("is wrong").message
    }

    #[test]
    fn a_whole_file() {
        let text = "features = [\"binance\", \"web\"]\n[engine]\ngit = \"https://e.example/q\"\ntag = \"v1.4.0\"\n[strategies]\nhouse_alpha = { path = \"../house_alpha\", package = \"alpha\" }\nai_strategy = { git = \"ssh://git@v.example/ai.git\", rev = \"abc\" }\nrisk = { version = \"1.2\", registry = \"acme\" }\n[build]\ntarget = \"x86_64-unknown-linux-gnu\"\ncustomer = \"ACME\"\n";
        let file = parse("f.toml", text).expect("is right");
        assert_eq!(file.features, ["binance", "web"]);
        let ids: Vec<_> = file.strategies.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["ai_strategy", "house_alpha", "risk"]);
        assert_eq!(file.strategies[1].package.as_deref(), Some("alpha"));
        assert_eq!(
            file.strategies[2].source,
            Source::Registry { version: "1.2".to_owned(), registry: Some("acme".to_owned()) }
        );
        assert_eq!((file.profile.as_str(), file.customer.as_deref()), ("release", Some("ACME")));
        assert!(parse("f.toml", super::super::START).is_ok(), "what init writes is right");
    }

    #[test]
    fn mistakes_have_a_line_a_key_and_a_way_out() {
        let engine = "[engine]\npath = \"e\"\n";
        for (text, wanted) in [
            (
                "".to_owned(),
                "f.toml: engine: is missing; say where the engine comes from: [engine] with git and tag, path, or version",
            ),
            (
                format!("{engine}[strategy]\n"),
                "f.toml:3: strategy: there is no such key; did you mean `strategies`?",
            ),
            (
                format!("{engine}[build]\nprofil = \"dev\"\n"),
                "f.toml:4: build.profil: there is no such key; did you mean `profile`?",
            ),
            (
                format!("{engine}[build]\nprofile = 3\n"),
                "f.toml:4: build.profile: must be text in quotes, is integer",
            ),
            (
                format!("{engine}[build]\ncustomer = \" \"\n"),
                "f.toml:4: build.customer: is empty; give a value, or leave the key out",
            ),
            (
                format!("{engine}[strategies]\na = {{ git = \"ssh://h/a\", tga = \"v1\" }}\n"),
                "f.toml:4: strategies.a.tga: there is no such key; did you mean `tag`?",
            ),
            (
                format!("{engine}[strategies]\na = {{ git = \"ssh://h/a\", branch = \"main\" }}\n"),
                "f.toml:4: strategies.a.branch: a branch moves, and the build with it; name a tag or a rev",
            ),
            (
                format!("{engine}[strategies]\na = {{ git = \"ssh://h/a\" }}\n"),
                "f.toml:4: strategies.a: needs exactly one of tag and rev, so that it is the same commit next year",
            ),
            (
                format!("{engine}[strategies]\na = {{ git = \"git@h:a\", tag = \"v1\" }}\n"),
                "f.toml:4: strategies.a.git: is not an address with ://; write git@host:folder/name as ssh://git@host/folder/name",
            ),
            (
                format!("{engine}[strategies]\na = {{ path = \"a\", version = \"1\" }}\n"),
                "f.toml:4: strategies.a: says more than one source; keep git, path or version",
            ),
            (
                format!("{engine}[strategies]\na = {{ path = \"a\", tag = \"1\" }}\n"),
                "f.toml:4: strategies.a.tag: goes with git only",
            ),
            (
                format!("{engine}[strategies]\na = {{ package = \"a\" }}\n"),
                "f.toml:4: strategies.a: says no source; give git with tag or rev, or path, or version",
            ),
            (
                format!("{engine}[strategies]\na = \"1\"\n"),
                "f.toml:4: strategies.a: must be a table, is string",
            ),
            (
                format!("{engine}[strategies]\nHouse-A = {{ path = \"a\" }}\n"),
                "f.toml:4: strategies.House-A: is not an id; ids are lower-case words such as house_alpha, as the crate registers them",
            ),
            (format!("features = [\"a\", \"a\"]\n{engine}"), "f.toml:1: features: `a` is there twice"),
            (
                format!("features = \"a\"\n{engine}"),
                "f.toml:1: features: must be a list of texts, such as [\"grid\"]; found string",
            ),
        ] {
            assert_eq!(said(&text), wanted, "{text}");
        }
        assert!(said("[engine\n").starts_with("f.toml:1: "), "{}", said("[engine\n"));
    }
}
