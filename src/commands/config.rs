//! `quantmesh config`: check a file, print the schema, write a starter file.

use std::fmt::Write;

use sdk::{Kind, param_fields};
use serde_json::{Value, json};

use crate::assemble;
use crate::catalogue::{catalogue, find};
use crate::cli::{CheckArgs, ConfigCommand, InitArgs, LicenceArgs};
use crate::config::{Config, Source};
use crate::{Failure, terminal};

pub(crate) fn run(command: &ConfigCommand, licence: &LicenceArgs) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check(args) => check(args, licence),
        ConfigCommand::Schema => print_schema(),
        ConfigCommand::Init(args) => init(args),
    }
}

fn check(args: &CheckArgs, licence: &LicenceArgs) -> Result<(), Failure> {
    let source = Source::file(&args.config)?;
    let assembled = assemble::assemble(&source, &args.set, None, licence)?;
    assembled.setup(&source, false)?;
    let strategies: Vec<&str> = assembled.parts.strategies.iter().map(|entry| entry.id).collect();
    let symbols: Vec<&str> = assembled.instruments.iter().map(types::Instrument::symbol).collect();
    let (strategies, symbols) = (strategies.join(", "), symbols.join(", "));
    terminal::say(&format!(
        "{}: good: {strategies} on {symbols}, {} market events\n",
        source.name,
        assembled.events()
    ))
}

pub(crate) fn print_schema() -> Result<(), Failure> {
    terminal::say_json(&schema()?)
}

/// The schema of the file for exactly this binary: its ids, and under each id its own parameters.
fn schema() -> Result<Value, Failure> {
    let mut root = schemars::schema_for!(Config).to_value();
    for (kind, table) in [(Kind::Strategy, "/$defs/StrategyConfig"), (Kind::RiskRule, "/$defs/RuleConfig")] {
        let (mut rules, mut ids) = (Vec::new(), Vec::new());
        for entry in catalogue()?.iter().filter(|entry| entry.kind() == kind) {
            // Two entries may use one name for different things: each gets names of its own.
            let own = format!("#/$defs/{}.", entry.id);
            let text = (entry.schema)().to_value().to_string().replace("#/$defs/", &own);
            let mut params: Value = serde_json::from_str(&text).unwrap_or_default();
            let definitions = params.as_object_mut().and_then(|map| map.remove("$defs"));
            if let (Some(all), Some(Value::Object(defined))) =
                (root.pointer_mut("/$defs").and_then(Value::as_object_mut), definitions)
            {
                all.extend(defined.into_iter().map(|(name, value)| (format!("{}.{name}", entry.id), value)));
            }
            ids.push(json!({ "const": entry.id, "description": entry.summary }));
            rules.push(json!({
                "if": { "properties": { "id": { "const": entry.id } } },
                "then": { "properties": { "params": params } },
            }));
        }
        if let Some(place) =
            root.pointer_mut(table).and_then(Value::as_object_mut).filter(|_| !ids.is_empty())
        {
            place.insert("allOf".to_owned(), Value::Array(rules));
            if let Some(id) = place.get_mut("properties").and_then(|all| all.get_mut("id")?.as_object_mut()) {
                id.insert("oneOf".to_owned(), Value::Array(ids));
            }
        }
    }
    Ok(root)
}

fn init(args: &InitArgs) -> Result<(), Failure> {
    let text = starter(&args.strategy)?;
    let Some(path) = &args.file else { return terminal::say(&text) };
    let exists = path.exists();
    if exists && !args.force {
        return Err(Failure::output(format!("{}: the file exists; --force overwrites it", path.display())));
    }
    crate::machine::replace(path, text.as_bytes())
        .map_err(|error| Failure::output(format!("{}: {error}", path.display())))?;
    terminal::say(&format!("{} written; `quantmesh backtest {0}` runs it\n", path.display()))
}

/// A file that runs as it is, with every parameter of the strategy at its default and explained.
fn starter(id: &str) -> Result<String, Failure> {
    let entry = find(&catalogue()?, "config init", id)?;
    if entry.kind() != Kind::Strategy {
        return Err(Failure::new(
            crate::Kind::Usage,
            format!("--strategy {id}: that is a {}", entry.kind().text()),
        ));
    }
    let mut text = String::from(STARTER_HEAD);
    text.push_str(
        &OTHERS
            .iter()
            .take(entry.instruments.saturating_sub(1) as usize)
            .map(|symbol| other(symbol))
            .collect::<String>(),
    );
    let _ = writeln!(
        text,
        "\n[[strategy]]\nid = \"{}\"           # {}\n\n[strategy.params]",
        entry.id, entry.summary
    );
    for field in param_fields(&(entry.schema)()) {
        for line in field.help.lines() {
            let _ = writeln!(text, "# {line}");
        }
        let range = Some(field.range()).filter(|range| !range.is_empty());
        let unit = field.unit.as_ref().map_or_else(String::new, |unit| format!(" [{unit}]"));
        let range = range.map_or_else(String::new, |range| format!("  # {range}"));
        let _ = writeln!(text, "{} = {}{range}{unit}", field.key, in_toml(&field.default));
    }
    text.push_str(STARTER_TAIL);
    Ok(text)
}

/// A default, which the schema has as JSON, on one line of TOML.
fn in_toml(default: &str) -> String {
    serde_json::from_str::<toml::Value>(default)
        .map_or_else(|_| default.to_owned(), |value| value.to_string())
}

/// What further instruments are called in a starter file.
const OTHERS: [&str; 3] = ["ETHUSDT", "SOLUSDT", "XRPUSDT"];

/// A further instrument of a starter file. The program has data of one alone.
fn other(symbol: &str) -> String {
    let file = symbol.to_ascii_lowercase();
    format!(
        "
[[instrument]]
symbol = \"{symbol}\"
maker_fee_bps = 2
taker_fee_bps = 4
min_notional = 5

[instrument.data]
path = \"{file}_1d.csv\"  # a file of yours: this strategy trades several instruments, and the program has data of one
"
    )
}

const STARTER_HEAD: &str = "\
# A QuantMesh run. `quantmesh config schema` describes every key; `quantmesh config check FILE` checks this file.
title = \"my first run\"

[account]
capital = 10000          # equity at the start
currency = \"USDT\"        # what equity is counted in

[[instrument]]
symbol = \"BTCUSDT\"
maker_fee_bps = 2        # basis points: 2 is 0.02 %
taker_fee_bps = 4
min_notional = 5
# tick_size and lot_size come from the data unless they are set here.

[instrument.data]
builtin = \"btcusdt_1d\"   # or: path = \"my/bars.csv.gz\"
";

const STARTER_TAIL: &str = "
[execution]
touch = \"through\"        # a resting order fills when price trades through it; \"touch\" is optimistic
path = \"worst_first\"     # within a bar, the extreme against the position comes first
market_fill = \"next_price\"
slippage_ticks = 1       # what market and stop orders lose
max_volume_pct = 100     # resting orders fill at most this share of a bar's volume
end = \"mark\"             # open positions count at the last price

[risk]                   # 0 switches a rule off; exits are never bound
max_leverage = 1
max_drawdown_pct = 0
";
