//! From a file's text to a raw configuration; errors name file, line, column and key.

use std::path::{Path, PathBuf};

use toml::Table;

use super::{Config, edit, nearest};
use crate::Failure;

/// A configuration with where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// What to call it in messages: the file's name, or what is built in.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
    /// The folder that relative paths start from.
    pub(crate) folder: PathBuf,
}

impl Source {
    /// Reads a file.
    pub(crate) fn file(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let hint = if error.kind() == std::io::ErrorKind::NotFound {
                "; `quantmesh config init FILE` writes one to start from"
            } else {
                ""
            };
            Failure::config(format!("{}: {error}{hint}", path.display()))
        })?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { name: path.display().to_string(), text, folder })
    }

    /// `name:line` of the first line that sets `key`, or just the name.
    pub(crate) fn place_of(&self, key: &str) -> String {
        let sets = |line: &str| {
            line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        match self.text.lines().position(sets) {
            Some(line) => format!("{}:{}", self.name, line + 1),
            None => self.name.clone(),
        }
    }

    fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        (line, column)
    }

    fn explain(&self, error: &toml::de::Error) -> Failure {
        let place = match error.span() {
            Some(span) if !self.text.is_empty() => {
                let (line, column) = self.line_and_column(span.start);
                format!("{}:{line}:{column}", self.name)
            }
            _ => self.name.clone(),
        };
        Failure::config(format!("{place}: {}{}", error.message().trim_end(), did_you_mean(error.message())))
    }
}

/// Reads a configuration and applies the `--set` values to it.
pub(crate) fn read(source: &Source, set: &[String]) -> Result<Config, Failure> {
    let raw: Config = toml::from_str(&source.text).map_err(|error| source.explain(&error))?;
    if set.is_empty() {
        return Ok(raw);
    }
    let mut table: Table = toml::from_str(&source.text).map_err(|error| source.explain(&error))?;
    for assignment in set {
        edit::set(&mut table, assignment).map_err(Failure::config)?;
    }
    toml::Value::Table(table).try_into().map_err(|error: toml::de::Error| {
        let message = error.message();
        Failure::config(format!("--set: {}{}", message.trim_end(), did_you_mean(message)))
    })
}

/// Serde names an unknown field and the known ones in backticks; the nearest of them is worth a hint.
fn did_you_mean(message: &str) -> String {
    if !message.starts_with("unknown") {
        return String::new();
    }
    let mut words = message.split('`').skip(1).step_by(2);
    let Some(word) = words.next() else { return String::new() };
    nearest(word, words).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}
