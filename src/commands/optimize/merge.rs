//! `quantmesh optimize merge`: the parts of a search joined into what one run would have written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use search::{Method, Shard};

use super::args::MergeArgs;
use super::journal::{Trials, failed};
use super::results::{self, Results, TRIALS};
use super::trial::Row;
use crate::Failure;

pub(crate) fn run(args: &MergeArgs) -> Result<(), Failure> {
    let there = args.out.join(TRIALS);
    if there.exists() && !args.force {
        return Err(Failure::output(format!(
            "{}: this holds trials of an earlier search; --force overwrites it, and another OUT leaves it alone",
            there.display()
        )));
    }
    let mut files = Vec::new();
    for path in &args.shards {
        files.extend(files_of(path)?);
    }
    let read = files.into_iter().map(|path| Trials::read(&path).map(|trials| (path, trials)));
    let results = join(read.collect::<Result<_, _>>()?)?;
    results::finish(&args.out, &results, args.json)
}

/// The file itself, or every file of trials in a folder, by name.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(|error| failed(path, error))? {
        let entry = entry.map_err(|error| failed(path, error))?.path();
        if entry.extension().is_some_and(|extension| extension == "journal") {
            files.push(entry);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::data(format!("{}: the folder holds no file of trials", path.display())));
    }
    Ok(files)
}

fn join(parts: Vec<(PathBuf, Trials)>) -> Result<Results, Failure> {
    let mut joined: BTreeMap<usize, (Row, usize)> = BTreeMap::new();
    let Some((first, one)) = parts.first() else {
        return Err(Failure::data("no file of trials to join"));
    };
    for (at, (path, part)) in parts.iter().enumerate() {
        if let Some(what) = one.header.difference(&part.header) {
            return Err(Failure::data(format!(
                "{}: this part is of another {what} than {}; join parts of one search only",
                path.display(),
                first.display()
            )));
        }
        for (trial, row) in &part.rows {
            let (before, from) = joined.entry(*trial).or_insert_with(|| (row.clone(), at));
            if before != row {
                let other = parts.get(*from).map(|(path, _)| path.display().to_string()).unwrap_or_default();
                return Err(Failure::data(format!(
                    "{}: trial {trial} came out otherwise in {other}; one of them is wrong, so run its shard again",
                    path.display()
                )));
            }
        }
    }
    let header = one.header.clone();
    if let Some(what) = missing(header.trials, &header.method, &joined, &parts) {
        return Err(Failure::data(what));
    }
    Ok(Results::new(header, joined.into_iter().map(|(trial, (row, _))| (trial, row)).collect()))
}

/// What is missing, and how to get it.
fn missing(
    trials: usize,
    method: &str,
    joined: &BTreeMap<usize, (Row, usize)>,
    parts: &[(PathBuf, Trials)],
) -> Option<String> {
    // A method that learns may end before its last trial, and is never divided.
    let learns = method.parse::<Method>().is_ok_and(Method::learns);
    let left: Vec<usize> = (0..trials).filter(|trial| !learns && !joined.contains_key(trial)).collect();
    let first = left.first()?;
    // Most files are named after their shard, which tells how many there are.
    let count = parts.iter().find_map(|(path, _)| {
        path.file_stem()?.to_str()?.rsplit_once("-of-")?.1.parse::<u32>().ok().filter(|count| *count > 0)
    });
    let which = count.map(|count| {
        let holders = (0..count).filter_map(|index| Shard::new(index, count).ok());
        let holders = holders.filter(|shard| left.iter().any(|trial| shard.holds(*trial)));
        let named: Vec<String> = holders.map(|shard| shard.to_string()).collect();
        format!(": of shard {}", named.join(", "))
    });
    let again = "run what is missing again, with --resume, and join once more";
    Some(format!(
        "{} of {trials} trials are missing, the first is trial {first}{}; {again}",
        left.len(),
        which.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::optimize::journal::tests::{header, row};
    use crate::commands::optimize::journal::{Header, text};

    fn part(folder: &Path, name: &str, header: &Header, rows: &[Row]) -> (PathBuf, Trials) {
        let path = folder.join(name);
        let rows = rows.iter().map(|row| (row.trial, row.clone())).collect();
        std::fs::write(&path, text(header, &rows).unwrap()).unwrap();
        let trials = Trials::read(&path).unwrap();
        (PathBuf::from(name), trials)
    }

    #[test]
    fn parts_make_a_whole_or_say_why_not() {
        let there = tempfile::tempdir().unwrap();
        let whole = header();
        let one = |rows: &[Row]| part(there.path(), "shard-00000-of-00002.journal", &whole, rows);
        let two = |rows: &[Row]| part(there.path(), "shard-00001-of-00002.journal", &whole, rows);
        let even = [row(0, "1"), row(2, "3")];
        let odd = [row(1, "2"), row(3, "4")];
        let other = Header { data: "x".to_owned(), ..header() };
        let cases = [
            (vec![one(&even), two(&odd)], "0 1 2 3"),
            (vec![two(&odd), one(&even), two(&odd)], "0 1 2 3"),
            (
                vec![one(&even)],
                "2 of 4 trials are missing, the first is trial 1: of shard 1/2; run what is missing again, with --resume, and join once more",
            ),
            (
                vec![one(&even), two(&odd), part(there.path(), "a", &whole, &[row(3, "5")])],
                "a: trial 3 came out otherwise in shard-00001-of-00002.journal; one of them is wrong, so run its shard again",
            ),
            (
                vec![one(&even), part(there.path(), "b", &other, &odd)],
                "b: this part is of another market data than shard-00000-of-00002.journal; join parts of one search only",
            ),
            (vec![], "no file of trials to join"),
        ];
        for (parts, expected) in cases {
            let said = match join(parts) {
                Ok(results) => results.rows.keys().map(usize::to_string).collect::<Vec<_>>().join(" "),
                Err(failure) => failure.message,
            };
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn the_best_are_ordered_by_goal_and_then_by_number() {
        let rows = [row(0, "1"), row(1, ""), row(2, "3"), row(3, "3")];
        let rows = rows.into_iter().map(|row| (row.trial, row)).collect();
        let results = Results::new(header(), rows);
        assert_eq!(results.best().iter().map(|row| row.trial).collect::<Vec<_>>(), [2, 3, 0]);
    }
}
