//! `quantmesh config`: check a file, print the schema, write a starter file.

use std::fmt::Write;

use sdk::param_fields;
use serde_json::{Value, json};

use crate::assemble;
use crate::catalogue::{catalogue, find};
use crate::cli::{CheckArgs, ConfigCommand, InitArgs};
use crate::config::{Config, Source};
use crate::{Failure, terminal};

pub(crate) fn run(command: &ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Check(args) => check(args),
        ConfigCommand::Schema => terminal::say_json(&schema()?),
        ConfigCommand::Init(args) => init(args),
    }
}

fn check(args: &CheckArgs) -> Result<(), Failure> {
    let source = Source::file(&args.config)?;
    let assembled = assemble::assemble(&source, &args.set, None)?;
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

/// The schema of the file, with each strategy's own parameters under its id.
fn schema() -> Result<Value, Failure> {
    let mut root = schemars::schema_for!(Config).to_value();
    let mut rules = Vec::new();
    for entry in catalogue()?.iter() {
        let mut params = (entry.schema)().to_value();
        let definitions = params.as_object_mut().and_then(|map| map.remove("$defs"));
        if let (Some(all), Some(Value::Object(own))) =
            (root.pointer_mut("/$defs").and_then(Value::as_object_mut), definitions)
        {
            all.extend(own);
        }
        rules.push(json!({
            "if": { "properties": { "id": { "const": entry.id } } },
            "then": { "properties": { "params": params } },
        }));
    }
    if let Some(strategy) = root.pointer_mut("/$defs/StrategyConfig").and_then(Value::as_object_mut) {
        strategy.insert("allOf".to_owned(), Value::Array(rules));
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
    std::fs::write(path, text).map_err(|error| Failure::output(format!("{}: {error}", path.display())))?;
    terminal::say(&format!("{} written; `quantmesh backtest {0}` runs it\n", path.display()))
}

/// A file that runs as it is, with every parameter of the strategy at its default and explained.
fn starter(id: &str) -> Result<String, Failure> {
    let entry = find(&catalogue()?, "config init", id)?;
    let mut text = String::from(STARTER_HEAD);
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
    serde_json::from_str::<toml::Value>(default).map_or_else(|_| default.to_owned(), |value| value.to_string())
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
