//! `--set key.path=value`: changes one value of a configuration before it is checked.

use toml::{Table, Value};

/// Applies one `key.path=value`. A list with one entry is entered without naming its place.
///
/// The value is read as TOML where it is TOML (`5`, `true`, `"x"`, `[1, 2]`), and as text otherwise.
pub(crate) fn set(table: &mut Table, assignment: &str) -> Result<(), String> {
    let (path, text) = assignment
        .split_once('=')
        .ok_or_else(|| format!("--set {assignment}: write it as key.path=value"))?;
    let keys: Vec<&str> = path.split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(format!("--set {assignment}: a key in the path is empty"));
    }
    let value = parse(text.trim());
    put(table, &keys, value).map_err(|what| format!("--set {assignment}: {what}"))
}

fn parse(text: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("v = {text}")).ok().and_then(|mut table| table.remove("v"));
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn put(table: &mut Table, keys: &[&str], value: Value) -> Result<(), String> {
    let Some((key, rest)) = keys.split_first() else { return Ok(()) };
    if rest.is_empty() {
        table.insert((*key).to_owned(), value);
        return Ok(());
    }
    match table.entry(*key).or_insert_with(|| Value::Table(Table::new())) {
        Value::Table(inner) => put(inner, rest, value),
        Value::Array(list) => put_in_list(list, key, rest, value),
        other => Err(format!("`{key}` is a {}, so nothing can stand under it", other.type_str())),
    }
}

fn put_in_list(list: &mut [Value], key: &str, rest: &[&str], value: Value) -> Result<(), String> {
    let named = rest.split_first().and_then(|(place, rest)| place.parse::<usize>().ok().map(|at| (at, rest)));
    let entries = list.len();
    let (at, rest) = match named {
        Some(named) => named,
        None if entries == 1 => (0, rest),
        None => return Err(format!("`{key}` has {entries} entries; name one by its place, as in {key}.0")),
    };
    match list.get_mut(at) {
        Some(Value::Table(inner)) if !rest.is_empty() => put(inner, rest, value),
        Some(entry) if rest.is_empty() => {
            *entry = value;
            Ok(())
        }
        Some(_) => Err(format!("entry {at} of `{key}` is not a table")),
        None => Err(format!("`{key}` has {entries} entries, so none at place {at}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_land_where_the_path_points() -> Result<(), Box<dyn std::error::Error>> {
        let mut table: Table = toml::from_str("[[strategy]]\nid = \"grid\"\n[account]\ncapital = 1\n")?;
        for assignment in [
            "account.capital=2.5",
            "strategy.id=trend_following",
            "strategy.0.params.x=7",
            "title=a b",
            "risk.max_leverage=\"3\"",
        ] {
            set(&mut table, assignment)?;
        }
        let expected: Table = toml::from_str(
            "title = \"a b\"\n[[strategy]]\nid = \"trend_following\"\nparams = { x = 7 }\n[account]\ncapital = 2.5\n[risk]\nmax_leverage = \"3\"\n",
        )?;
        assert_eq!(table, expected);
        Ok(())
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() -> Result<(), Box<dyn std::error::Error>> {
        let mut table: Table = toml::from_str("title = \"x\"\n[[strategy]]\n[[strategy]]\n")?;
        for (assignment, part) in [
            ("title", "write it as key.path=value"),
            ("title.x=1", "`title` is a string"),
            ("strategy.id=x", "has 2 entries; name one"),
            ("strategy.7.id=x", "none at place 7"),
            (".x=1", "a key in the path is empty"),
        ] {
            let message = set(&mut table, assignment).err().unwrap_or_default();
            assert!(message.contains(part), "{assignment}: {message}");
        }
        Ok(())
    }
}
