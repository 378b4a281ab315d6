//! Parameters: one Rust struct is the source of parsing, ranges, help, schema and documentation.

use schemars::Schema;
use serde_json::Value as Json;
use types::Decimal;

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// No parameter has this name.
    #[error("`{key}` is not a parameter of this strategy; it has: {}", known.join(", "))]
    UnknownKey {
        /// What was written.
        key: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The value is outside the parameter's range.
    #[error("`{key}` is {value}; it must be {range}")]
    OutOfRange {
        /// Which parameter.
        key: String,
        /// What was written.
        value: String,
        /// The range in words.
        range: String,
    },
    /// The value is no number.
    #[error(
        "`{key}` is {value}, which is not a plain decimal number (write digits with at most one point, such as 0.25)"
    )]
    NotANumber {
        /// Which parameter.
        key: String,
        /// What was written.
        value: String,
    },
    /// The value has another type.
    #[error("{0}")]
    Malformed(
        /// What the parser said.
        String,
    ),
}

/// One parameter as documentation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamField {
    /// Its name.
    pub key: String,
    /// Its doc comment.
    pub help: String,
    /// Its default as JSON text.
    pub default: String,
    /// Its type in a word.
    pub kind: String,
    /// Its unit, where it has one.
    pub unit: Option<String>,
    /// Lower bound, inclusive unless [`Self::above`].
    pub minimum: Option<Decimal>,
    /// Upper bound, inclusive.
    pub maximum: Option<Decimal>,
    /// Whether the lower bound itself is excluded.
    pub above: bool,
    /// The words it may be, for a choice.
    pub choices: Vec<String>,
}

impl ParamField {
    /// The range in words, such as `from 1 to 200`; empty where anything goes.
    #[must_use]
    pub fn range(&self) -> String {
        if !self.choices.is_empty() {
            return format!("one of {}", self.choices.join(", "));
        }
        let low =
            self.minimum.map(|m| if self.above { format!("above {m}") } else { format!("at least {m}") });
        match (low, self.minimum, self.maximum) {
            (Some(low), Some(minimum), Some(maximum)) => {
                if self.above {
                    format!("{low}, at most {maximum}")
                } else {
                    format!("from {minimum} to {maximum}")
                }
            }
            (Some(low), _, _) => low,
            (None, _, Some(maximum)) => format!("at most {maximum}"),
            (None, ..) => String::new(),
        }
    }

    fn holds(&self, value: Decimal) -> bool {
        let compared = |bound: Decimal| {
            let scale = bound.scale().max(value.scale());
            value.at_scale(scale).ok().zip(bound.at_scale(scale).ok())
        };
        let low =
            self.minimum.and_then(compared).is_none_or(|(v, b)| if self.above { v > b } else { v >= b });
        let high = self.maximum.and_then(compared).is_none_or(|(v, b)| v <= b);
        low && high
    }
}

/// The parameters of a schema, in the order of their names. Units are its `x-unit` entries.
#[must_use]
pub fn param_fields(schema: &Schema) -> Vec<ParamField> {
    let root = schema.as_value();
    let properties = root.get("properties").and_then(|p| p.as_object());
    let mut fields: Vec<ParamField> =
        properties.into_iter().flatten().map(|(key, value)| field(key, value, root)).collect();
    // A build with serde_json's `preserve_order` somewhere in it gives them in another order.
    fields.sort_by(|one, other| one.key.cmp(&other.key));
    fields
}

fn field(key: &str, property: &Json, root: &Json) -> ParamField {
    let target = resolve(property, root);
    let number =
        |name: &str| property.get(name).or_else(|| target.get(name)).and_then(|v| v.to_string().parse().ok());
    let text = |name: &str| {
        property.get(name).or_else(|| target.get(name)).and_then(Json::as_str).map(str::to_owned)
    };
    let exclusive = number("exclusiveMinimum");
    let choices = choices(target);
    let kind = if !choices.is_empty() {
        "choice".to_owned()
    } else {
        match target.get("type") {
            Some(Json::String(name)) => name.clone(),
            Some(Json::Array(names)) => {
                let words: Vec<&str> =
                    names.iter().filter_map(Json::as_str).filter(|n| *n != "null").collect();
                if words.contains(&"number") { "number".to_owned() } else { words.join(" or ") }
            }
            _ => "value".to_owned(),
        }
    };
    ParamField {
        key: key.to_owned(),
        help: text("description").unwrap_or_default(),
        default: property.get("default").map(ToString::to_string).unwrap_or_default(),
        kind,
        unit: text("x-unit"),
        above: exclusive.is_some(),
        minimum: exclusive.or_else(|| number("minimum")),
        maximum: number("maximum"),
        choices,
    }
}

/// Follows `$ref` and the first arm of `anyOf`, as schemars writes them for enums and options.
fn resolve<'a>(property: &'a Json, root: &'a Json) -> &'a Json {
    let inner = property.get("anyOf").and_then(|any| any.get(0)).unwrap_or(property);
    let pointer = inner.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix('#'));
    pointer.and_then(|p| root.pointer(p)).unwrap_or(inner)
}

fn choices(target: &Json) -> Vec<String> {
    let plain = target.get("enum").and_then(Json::as_array).into_iter().flatten();
    let documented = target.get("oneOf").and_then(Json::as_array).into_iter().flatten();
    plain
        .chain(documented.filter_map(|arm| arm.get("const")))
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

/// Holds a table of values against the schema: unknown names and numbers outside their range.
pub(crate) fn check(schema: &Schema, table: &toml::Table) -> Result<(), ParamError> {
    let fields = param_fields(schema);
    for (key, value) in table {
        let Some(field) = fields.iter().find(|field| field.key == *key) else {
            let known = fields.iter().map(|field| field.key.clone()).collect();
            return Err(ParamError::UnknownKey { key: key.clone(), known });
        };
        let text = match value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let number = text.parse::<Decimal>();
        if matches!(field.kind.as_str(), "number" | "integer") && number.is_err() {
            return Err(ParamError::NotANumber { key: key.clone(), value: text });
        }
        let in_range = number.map_or(true, |number| field.holds(number));
        let listed = field.choices.is_empty() || field.choices.contains(&text);
        if !(in_range && listed) {
            return Err(ParamError::OutOfRange { key: key.clone(), value: text, range: field.range() });
        }
    }
    Ok(())
}
