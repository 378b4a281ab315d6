//! `quantmesh version`: what this binary was built from.

use serde_json::{Map, Value};

use crate::cli::JsonArgs;
use crate::{Failure, identity, terminal};

pub(crate) fn run(args: &JsonArgs) -> Result<(), Failure> {
    let rows = identity::rows();
    if args.json {
        let map: Map<String, Value> =
            rows.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        return terminal::say_json(&Value::Object(map));
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: String = rows.iter().map(|(name, value)| format!("{name:<width$}  {value}\n")).collect();
    terminal::say(&format!("quantmesh {}\n{lines}", env!("CARGO_PKG_VERSION")))
}
