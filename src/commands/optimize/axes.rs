//! From what the configuration wants tried, and the schemas of its strategies, to a space.

use sdk::{ParamField, param_fields};
use search::{Axis, Space, SpaceError, Value};
use toml::Table;
use types::Decimal;

use crate::Failure;
use crate::assemble::Assembled;
use crate::config::{Source, nearest};

/// Which parameter an axis is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    strategy: usize,
    key: String,
}

/// A space, and for each of its axes the parameter that it is.
#[derive(Debug, Clone)]
pub(crate) struct Searched {
    pub(crate) space: Space,
    targets: Vec<Target>,
    /// The configured parameters of each strategy.
    params: Vec<Table>,
}

/// Every parameter of every strategy: the names that it may be called by, its strategy's place, and its schema.
struct Known {
    names: Vec<String>,
    strategy: usize,
    field: ParamField,
}

impl Searched {
    pub(crate) fn new(source: &Source, assembled: &Assembled) -> Result<Self, Failure> {
        let wanted = &assembled.checked.raw.optimize;
        let known = known(assembled);
        let (mut axes, mut targets) = (Vec::new(), Vec::new());
        // A build may keep the order of the file; the axes are in the order of their names in every build.
        let mut given: Vec<_> = wanted.params.iter().collect();
        given.sort_by_key(|(name, _)| *name);
        for (name, given) in given {
            let at = |what: String| {
                Failure::config(format!("{}: optimize.params.{name}: {what}", source.place_of(name)))
            };
            let one = find(&known, name).map_err(at)?;
            let axis = axis(name, given, &one.field).map_err(at)?;
            if let Some(entry) = assembled.parts.strategies.get(one.strategy) {
                let target = Target { strategy: one.strategy, key: one.field.key.clone() };
                for value in axis.values() {
                    let table = Table::from_iter([(target.key.clone(), target.toml(value))]);
                    entry.check(&table).map_err(|error| at(error.to_string()))?;
                }
                targets.push(target);
                axes.push(axis);
            }
        }
        let mut fixed = fixed(assembled, &known);
        fixed.retain(|(name, _)| !axes.iter().any(|axis| axis.name() == name));
        let space = Space::new(axes, &wanted.constraints, &fixed).map_err(|error| match error {
            SpaceError::Empty => nothing(source, &known),
            SpaceError::Unknown { ref word, known: ref names, .. } => {
                let near = nearest(word, names.iter().map(String::as_str));
                let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Failure::config(format!(
                    "{}: optimize.constraints: {error}{hint}",
                    source.place_of("constraints")
                ))
            }
            other => {
                Failure::config(format!("{}: optimize.constraints: {other}", source.place_of("constraints")))
            }
        })?;
        let params = assembled.checked.raw.strategy.iter().map(|one| one.params.clone()).collect();
        Ok(Self { space, targets, params })
    }

    /// The parameters of every strategy at a point, whose values stand in the order of the axes.
    pub(crate) fn params(&self, values: &[&Value]) -> Vec<Table> {
        let mut all = self.params.clone();
        for (target, value) in self.targets.iter().zip(values) {
            if let Some(table) = all.get_mut(target.strategy) {
                table.insert(target.key.clone(), target.toml(value));
            }
        }
        all
    }

    /// Where each axis is in a configuration, as `--set` names it.
    pub(crate) fn paths(&self) -> impl Iterator<Item = String> + '_ {
        self.targets.iter().map(|target| {
            let place = if self.params.len() > 1 { format!("{}.", target.strategy) } else { String::new() };
            format!("strategy.{place}params.{}", target.key)
        })
    }
}

impl Target {
    /// A value as configuration files have it. Floats hold up to fifteen digits as they are written; more go as text.
    fn toml(&self, value: &Value) -> toml::Value {
        match value {
            Value::Flag(flag) => toml::Value::Boolean(*flag),
            Value::Word(word) => toml::Value::String(word.clone()),
            Value::Number(number) => {
                let whole = i64::try_from(number.mantissa()).ok().filter(|_| number.scale() == 0);
                let text = number.to_string();
                match whole {
                    Some(whole) => toml::Value::Integer(whole),
                    None if number.mantissa().unsigned_abs() < 10_u128.pow(15) => {
                        text.parse().map_or(toml::Value::String(text), toml::Value::Float)
                    }
                    None => toml::Value::String(text),
                }
            }
        }
    }
}

fn known(assembled: &Assembled) -> Vec<Known> {
    let mut all: Vec<Known> = Vec::new();
    let several = assembled.parts.strategies.len() > 1;
    for (strategy, entry) in assembled.parts.strategies.iter().enumerate() {
        for field in param_fields(&(entry.schema)()) {
            let mut names = vec![field.key.clone()];
            if several {
                names.push(format!("{strategy}.{}", field.key));
            }
            all.push(Known { names, strategy, field });
        }
    }
    all
}

fn find<'k>(known: &'k [Known], name: &str) -> Result<&'k Known, String> {
    let mut found = known.iter().filter(|one| one.names.iter().any(|other| other == name));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(one), Some(other)) => Err(format!(
            "several strategies have it; write \"{}.{name}\" or \"{}.{name}\"",
            one.strategy, other.strategy
        )),
        (None, _) => {
            let names = known.iter().flat_map(|one| one.names.iter().map(String::as_str));
            let hint = nearest(name, names.clone()).map(|near| format!("; did you mean `{near}`?"));
            let all: Vec<&str> = names.collect();
            Err(format!(
                "no strategy has this parameter{}; there are {}",
                hint.unwrap_or_default(),
                all.join(", ")
            ))
        }
    }
}

/// What is not searched over, for constraints that name it.
fn fixed(assembled: &Assembled, known: &[Known]) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for one in known {
        let configured =
            assembled.checked.raw.strategy.get(one.strategy).and_then(|s| s.params.get(&one.field.key));
        let default = serde_json::from_str::<toml::Value>(&one.field.default).ok();
        if let Some(value) =
            configured.cloned().or(default).and_then(|value| value_of(&value, &one.field).ok())
        {
            all.extend(one.names.iter().map(|name| (name.clone(), value.clone())));
        }
    }
    all
}

fn nothing(source: &Source, known: &[Known]) -> Failure {
    let line = |one: &Known| {
        let range = one.field.range();
        let range = if range.is_empty() { one.field.kind.clone() } else { range };
        format!("\n  {} ({range})", one.names.last().map_or("", String::as_str))
    };
    let lines: String = known.iter().map(line).collect();
    Failure::config(format!(
        "{}: nothing to search over; add a table [optimize.params] with lines such as `NAME = {{ from = 5, to = 23, step = 2 }}` or `NAME = [5, 9, 14]`; there are:{lines}",
        source.name
    ))
}

fn number(value: &toml::Value) -> Result<Decimal, String> {
    let text = match value {
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::String(text) => text.trim().to_owned(),
        other => return Err(format!("{other} is a {}, and a number is wanted", other.type_str())),
    };
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}

fn is_number(field: &ParamField) -> bool {
    matches!(field.kind.as_str(), "integer" | "number")
}

fn value_of(value: &toml::Value, field: &ParamField) -> Result<Value, String> {
    match value {
        value if is_number(field) => number(value).map(Value::Number),
        toml::Value::String(word) => Ok(Value::Word(word.clone())),
        toml::Value::Boolean(flag) => Ok(Value::Flag(*flag)),
        other => Err(format!("{other} can't be tried for a {}", field.kind)),
    }
}

/// An axis from what stands in the configuration.
fn axis(name: &str, given: &toml::Value, field: &ParamField) -> Result<Axis, String> {
    // What is wrong with an axis is said behind its name, which the caller gives too.
    let plain = |error: SpaceError| match error {
        SpaceError::Axis { what, .. } => what,
        other => other.to_string(),
    };
    match given {
        toml::Value::Array(list) => {
            let values = list.iter().map(|value| value_of(value, field)).collect::<Result<_, _>>()?;
            Axis::list(name, values).map_err(plain)
        }
        toml::Value::Table(table) if is_number(field) => range(name, table, field, plain),
        toml::Value::Table(table) if table.is_empty() => {
            let values: Vec<Value> = match field.kind.as_str() {
                "boolean" => vec![Value::Flag(false), Value::Flag(true)],
                _ => field.choices.iter().cloned().map(Value::Word).collect(),
            };
            if values.is_empty() {
                return Err(format!(
                    "a {} has no list of values; write one, as in [\"a\", \"b\"]",
                    field.kind
                ));
            }
            Axis::list(name, values).map_err(plain)
        }
        toml::Value::Table(_) => {
            Err(format!("a {} has no range; write a list of values, or {{}}", field.kind))
        }
        other => Err(format!(
            "{other} is one value; write a list, such as [{other}], or a range, such as {{ from = 5, to = 23, step = 2 }}"
        )),
    }
}

const KEYS: [&str; 5] = ["from", "to", "step", "log", "points"];

fn range(
    name: &str,
    table: &Table,
    field: &ParamField,
    plain: impl Fn(SpaceError) -> String,
) -> Result<Axis, String> {
    if let Some(other) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let hint = nearest(other, KEYS).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(format!("a range has no `{other}`{hint}; it has {}", KEYS.join(", ")));
    }
    let end = |key: &str, bound: Option<Decimal>| match table.get(key) {
        Some(value) => number(value).map_err(|what| format!("{key}: {what}")),
        None => bound.ok_or_else(|| format!("its schema has no bound there, so set `{key}`")),
    };
    let from = end("from", field.minimum.filter(|_| !field.above))?;
    let to = end("to", field.maximum)?;
    let whole = field.kind == "integer";
    match table.get("log") {
        Some(toml::Value::Boolean(true)) if table.contains_key("step") => {
            Err("a logarithmic range has no step; set `points`, how many values there are".to_owned())
        }
        Some(toml::Value::Boolean(true)) => {
            let points = match table.get("points") {
                None => {
                    return Err(
                        "set `points`, how many values there are from one end to the other".to_owned()
                    );
                }
                Some(value) => value.as_integer().and_then(|points| usize::try_from(points).ok()),
            };
            let points = points.ok_or("points must be a whole number")?;
            Axis::log(name, from, to, points, whole).map_err(plain)
        }
        Some(toml::Value::Boolean(false)) | None => {
            if table.contains_key("points") {
                return Err("`points` goes with log = true; without it, set `step`".to_owned());
            }
            let step = match table.get("step") {
                Some(value) => number(value).map_err(|what| format!("step: {what}"))?,
                None if whole => Decimal::new(1, 0).map_err(|error| error.to_string())?,
                None => return Err("set `step`, or log = true and `points`".to_owned()),
            };
            Axis::range(name, from, to, step).map_err(plain)
        }
        Some(other) => Err(format!("log is {other}; it can be true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: &str, choices: &[&str]) -> ParamField {
        ParamField {
            key: "p".to_owned(),
            help: String::new(),
            default: "5".to_owned(),
            kind: kind.to_owned(),
            unit: None,
            minimum: Decimal::new(1, 0).ok(),
            maximum: Decimal::new(4, 0).ok(),
            above: kind == "number",
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        }
    }

    fn shown(kind: &str, given: &str) -> String {
        let table: Table = toml::from_str(&format!("v = {given}")).unwrap();
        match axis("p", &table["v"], &field(kind, if kind == "choice" { &["a", "b"] } else { &[] })) {
            Ok(axis) => axis.values().iter().map(Value::to_string).collect::<Vec<_>>().join(" "),
            Err(what) => what,
        }
    }

    #[test]
    fn what_is_written_becomes_values_and_the_schema_fills_in() {
        for (kind, given, expected) in [
            ("integer", "{}", "1 2 3 4"),
            ("integer", "{ from = 3 }", "3 4"),
            ("integer", "{ from = 5, to = 23, step = 6 }", "5 11 17 23"),
            ("integer", "{ from = 1, to = 8, log = true, points = 4 }", "1 2 4 8"),
            ("integer", "[7, 3]", "7 3"),
            ("number", "{ from = 0.1, to = '0.3', step = 0.1 }", "0.1 0.2 0.3"),
            ("number", "[0.5, '1.25', 2]", "0.5 1.25 2"),
            ("boolean", "{}", "false true"),
            ("choice", "{}", "a b"),
            ("choice", "['b']", "b"),
            ("number", "{ to = 3, step = 1 }", "its schema has no bound there, so set `from`"),
            ("number", "{ from = 1, to = 3 }", "set `step`, or log = true and `points`"),
            (
                "number",
                "{ from = 1, form = 3 }",
                "a range has no `form`; did you mean `from`?; it has from, to, step, log, points",
            ),
            (
                "number",
                "{ from = 1, log = true }",
                "set `points`, how many values there are from one end to the other",
            ),
            (
                "number",
                "{ from = 1, log = true, step = 1 }",
                "a logarithmic range has no step; set `points`, how many values there are",
            ),
            ("number", "{ from = 1, points = 3 }", "`points` goes with log = true; without it, set `step`"),
            ("number", "{ from = true, to = 1 }", "from: true is a boolean, and a number is wanted"),
            ("number", "[]", "has no value to try"),
            (
                "number",
                "['x']",
                "`x`: not a plain decimal number (write digits with at most one point, such as 0.25)",
            ),
            (
                "number",
                "3",
                "3 is one value; write a list, such as [3], or a range, such as { from = 5, to = 23, step = 2 }",
            ),
            ("choice", "{ from = 1 }", "a choice has no range; write a list of values, or {}"),
            ("string", "{}", "a string has no list of values; write one, as in [\"a\", \"b\"]"),
        ] {
            assert_eq!(shown(kind, given), expected, "{kind} {given}");
        }
    }

    #[test]
    fn values_go_into_a_configuration_exactly() -> Result<(), types::DecimalError> {
        let target = Target { strategy: 0, key: "p".to_owned() };
        for (text, expected) in [
            ("5", toml::Value::Integer(5)),
            ("0.1", toml::Value::Float(0.1)),
            ("1.2345678901234567", toml::Value::String("1.2345678901234567".to_owned())),
        ] {
            assert_eq!(target.toml(&Value::Number(text.parse()?)), expected);
        }
        Ok(())
    }
}
