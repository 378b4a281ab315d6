//! `docs/STRATEGIES.md` and its charts: every strategy on the same real data, run by the program. This is also the golden run of each.
//! `UPDATE=1 cargo test --features full --test it strategies_page` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plotters::prelude::{
    BLACK, ChartBuilder, Color, IntoDrawingArea, LineSeries, RGBColor, SVGBackend, SeriesLabelPosition, WHITE,
};
use serde_json::Value;

use crate::house;

const PAGE: &str = "docs/STRATEGIES.md";
const HEAD: &str = "\
# The strategies, as they did

Every strategy of this tree on the same real data: 1 246 daily BTCUSDT bars from August 2017 to January 2021 (the sample in
`examples/data`), 10 000 USDT at the start, maker and taker fees of each configuration counted, orders filled by the cautious
conventions. No parameter was searched for on this data, but whoever wrote the configurations knew how these prices had gone: the range of
`grid` holds every one of them. The model of `ai_strategy` was trained on the first 70 % of these very bars; its section says what to compare it with.
Nothing here says what will be: one market over three and a half years, most of them rising, is one observation. Buying at the first open
and holding made 910 %.

This page is written by a test from what the program reports, chart by chart, and the same test compares it: these are the results as they are,
good or bad. `pairs` needs two markets and is run over other data, which its section names. Strategies that live on ticks, such as `market_making`, are shown here for completeness: a daily bar is no market to make.

";

/// What has to be known of an entry to read its result; put behind the result.
const REMARKS: [(&str, &str); 1] = [(
    "ai_strategy",
    "Its model was trained on the first 70 % of these bars, so it trades only the 30 % or so behind them that it has not seen, and stands aside \
     before. The 910 % of holding is over all of the bars and no measure for it: over the unseen ones alone, holding made 344.3 %.",
)];

/// A strategy's example configuration: what it is run with.
struct Example {
    id: String,
    /// What the page says of it.
    shown: String,
    path: PathBuf,
    /// Whether it trades the sample, whose closes the chart shows then.
    sample: bool,
}

/// A pair needs two markets, and the tree has data of one.
const PAIRS: &str = "
[account]
capital = 10000
currency = 'USD'
[[instrument]]
symbol = 'ETHUSD'
tick_size = 0.01
lot_size = 0.0001
maker_fee_bps = 2
taker_fee_bps = 4
[instrument.data]
path = 'DATA'
column_prefix = 'ETH'
[[instrument]]
symbol = 'BTCUSD'
tick_size = 0.01
lot_size = 0.00001
maker_fee_bps = 2
taker_fee_bps = 4
[instrument.data]
path = 'DATA'
column_prefix = 'BTC'
[[strategy]]
id = 'pairs'
";

/// A run of `pairs` over the shared data, from this folder; `None` where that is not there. Its example configuration names
/// files of the user's.
fn pair(folder: &Path) -> Option<Example> {
    let data = testkit::shared_or_skip("data/market/bitstamp_btc_eth_ltc_1d.csv")?;
    let path = folder.join("pairs.toml");
    fs::write(&path, PAIRS.replace("DATA", data.to_str()?)).unwrap();
    let shown = "The default parameters over daily ETHUSD and BTCUSD bars of Bitstamp, which are not in this tree, end".to_owned();
    Some(Example { id: "pairs".to_owned(), shown, path, sample: false })
}

/// The examples by the entry they show: a risk rule where there is one, else the first strategy.
fn examples() -> BTreeMap<String, Example> {
    let folder = house::root().join("examples/configs");
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let config: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let first = |table: Option<&toml::Value>, key: &str| {
            Some(table?.get(key)?.get(0)?.get("id")?.as_str()?.to_owned())
        };
        let whole = toml::Value::Table(config.clone());
        // One that names files of the user's can't be run here.
        let instruments = whole["instrument"].as_array().unwrap();
        if instruments.iter().any(|instrument| instrument["data"].get("builtin").is_none()) {
            continue;
        }
        let id = first(config.get("risk"), "rule").or_else(|| first(Some(&whole), "strategy")).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let shown = format!("`quantmesh backtest examples/configs/{name}` ends");
        let twice = found.insert(id.clone(), Example { id, shown, path, sample: true });
        assert!(twice.is_none(), "two examples of {}", twice.unwrap().id);
    }
    found
}

/// What a run left behind.
struct Run {
    result: Value,
    equity: Vec<f64>,
}

fn quantmesh(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quantmesh"));
    command.current_dir(folder).env("HOME", folder);
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "QUANTMESH_LICENCE", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
}

fn run(config: &Path, licence: Option<&str>) -> Run {
    let there = tempfile::tempdir().unwrap();
    let mut command = quantmesh(there.path());
    command.arg("backtest").arg(config).args(["--out", "out"]);
    if let Some(licence) = licence {
        fs::write(there.path().join("all.licence"), licence).unwrap();
        command.args(["--licence", "all.licence", "--allow-demo-key"]);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", config.display());
    let read = |name: &str| fs::read_to_string(there.path().join("out").join(name)).unwrap();
    let equity = read("equity.csv").lines().skip(1).map(|line| field(line, 1)).collect();
    Run { result: serde_json::from_str(&read("result.json")).unwrap(), equity }
}

fn field(line: &str, at: usize) -> f64 {
    line.split(',').nth(at).unwrap().parse().unwrap()
}

fn metric<'a>(result: &'a Value, key: &str) -> &'a Value {
    let list = result["metrics"].as_array().unwrap();
    &list.iter().find(|metric| metric["key"] == key).unwrap_or_else(|| panic!("no {key}"))["value"]
}

fn number(result: &Value, key: &str, decimals: usize) -> String {
    let value = metric(result, key);
    let value = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}").replace('-', "−"))
}

fn count(result: &Value, key: &str) -> String {
    result["counts"][key].to_string()
}

/// The entry's line of the table.
fn row(show: &Value, result: &Value) -> String {
    let id = show["id"].as_str().unwrap();
    format!(
        "| [`{id}`](#{id}) | {} | {} % | {} % | {} | {} | {} | {} |\n",
        show["tier"].as_str().unwrap(),
        number(result, "total_return", 1),
        number(result, "max_drawdown", 1),
        number(result, "sharpe", 2),
        count(result, "round_trips"),
        count(result, "fills"),
        number(result, "fees", 2),
    )
}

/// The entry's part of the page.
fn section(show: &Value, shown: &str, result: &Value) -> String {
    let id = show["id"].as_str().unwrap();
    let mut text = format!("## {id}\n\n{}.\n\n", capital(show["summary"].as_str().unwrap()));
    let _ = writeln!(text, "![Equity of {id}](strategies/{id}.svg)\n");
    let _ = writeln!(
        text,
        "{shown} with {} {} after {} orders, {} fills, {} refused, {} rejected.\n",
        result["final_equity"].as_str().unwrap(),
        result["currency"].as_str().unwrap(),
        count(result, "orders"),
        count(result, "fills"),
        count(result, "refused"),
        count(result, "rejected")
    );
    if let Some((_, remark)) = REMARKS.iter().find(|(about, _)| *about == id) {
        let _ = writeln!(text, "{remark}\n");
    }
    text += "| parameter | default | range | what it is |\n| --- | --- | --- | --- |\n";
    for parameter in show["parameters"].as_array().unwrap() {
        let word = |key: &str| parameter[key].as_str().map(str::to_owned).unwrap_or_default();
        let default = match &parameter["default"] {
            Value::String(text) => text.clone(),
            Value::Array(_) | Value::Object(_) => "see below".to_owned(),
            other => other.to_string(),
        };
        let _ = writeln!(
            text,
            "| `{}` | {default}{} | {} | {} |",
            word("key"),
            parameter["unit"].as_str().map(|unit| format!(" {unit}")).unwrap_or_default(),
            range(parameter),
            word("help").replace('\n', " ").replace('|', "\\|")
        );
    }
    text.replace("see below", "a list") + "\n"
}

fn range(parameter: &Value) -> String {
    let choices: Vec<&str> =
        parameter["choices"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    if !choices.is_empty() {
        return choices.join(", ");
    }
    let low = parameter["minimum"].as_str().map(|low| {
        if parameter["minimum_excluded"] == true { format!("above {low}") } else { format!("from {low}") }
    });
    let high = parameter["maximum"].as_str().map(|high| format!("to {high}"));
    [low, high].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Equity in per cent of the start, beside the market's closes.
fn chart(id: &str, equity: &[f64], sample: bool) -> String {
    let rows = if sample { house::read("examples/data/btcusdt_1d.csv") } else { String::new() };
    let closes: Vec<f64> = rows.lines().skip(1).map(|line| field(line, 5)).collect();
    let share = |list: &[f64]| -> Vec<(i32, f64)> {
        (0..).zip(list).map(|(at, value)| (at, value / list[0] * 100.0)).collect()
    };
    let (own, market) = (share(equity), share(&closes));
    let values = || own.iter().chain(&market).map(|point| point.1);
    let (low, high) = (values().fold(f64::MAX, f64::min).min(0.0), values().fold(f64::MIN, f64::max) * 1.05);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (800, 260)).into_drawing_area();
        area.fill(&WHITE).unwrap();
        let last = i32::try_from(own.len().max(market.len())).unwrap();
        let mut chart = ChartBuilder::on(&area)
            .margin(8)
            .x_label_area_size(28)
            .y_label_area_size(56)
            .build_cartesian_2d(0..last, low..high)
            .unwrap();
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_desc("days")
            .y_desc("% of the start")
            .y_label_formatter(&|value| format!("{value:.0}"))
            .draw()
            .unwrap();
        let grey = RGBColor(170, 170, 170);
        let blue = RGBColor(20, 90, 180);
        let lines = [(market, grey, "buy and hold"), (own, blue, id)];
        for (points, colour, name) in lines.into_iter().filter(|(points, ..)| !points.is_empty()) {
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(1)))
                .unwrap()
                .label(name)
                .legend(move |(x, y)| plotters::prelude::PathElement::new([(x, y), (x + 16, y)], colour));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.2))
            .draw()
            .unwrap();
        area.present().unwrap();
    }
    svg
}

/// A licence for everything that is sold, by the demonstration key; nothing where nothing is sold.
#[cfg(all(feature = "ai_strategy", feature = "multi_strategy", feature = "advanced_risk"))]
fn licence() -> Option<String> {
    Some(crate::licences::for_all())
}

#[cfg(not(all(feature = "ai_strategy", feature = "multi_strategy", feature = "advanced_risk")))]
const fn licence() -> Option<String> {
    None
}

#[test]
fn what_is_said_of_the_model_is_what_its_own_page_says() {
    let page = house::read("strategies/ai_strategy/src/lib.rs");
    let kept_back = page.lines().find(|line| line.starts_with("//! | kept back")).unwrap();
    let hold = kept_back.split('|').nth(8).unwrap().trim();
    let (id, remark) = REMARKS[0];
    assert_eq!(id, "ai_strategy");
    assert!(remark.contains(&format!("holding made {hold}.")), "{hold}: {remark}");
    let share = page.split("on the first ").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(
        remark.contains(&format!("the first {share} %")) && HEAD.contains(&format!("the first {share} %"))
    );
}

#[test]
fn every_strategy_did_what_the_page_says() {
    let there = tempfile::tempdir().unwrap();
    let said = |args: &[&str]| -> Value {
        serde_json::from_slice(&quantmesh(there.path()).args(args).output().unwrap().stdout).unwrap()
    };
    let list = said(&["strategies", "list", "--json"]);
    let (mut examples, licence) = (examples(), licence());
    examples.extend(pair(there.path()).map(|example| (example.id.clone(), example)));
    let update = std::env::var_os("UPDATE").is_some();
    let page = if update { String::new() } else { house::read(PAGE) };
    assert!(update || page.starts_with(HEAD), "{PAGE}: another head; write it anew with UPDATE=1");
    let (mut table, mut sections) = (String::new(), String::new());
    for entry in list.as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        if entry["tier"] == "paid" && licence.is_none() {
            println!("passed over: {id} is not built with everything that is sold");
            continue;
        }
        let Some(example) = examples.get(id) else {
            assert!(id == "pairs" && !update, "examples/configs has no example of {id}");
            continue;
        };
        let run = run(&example.path, licence.as_deref().filter(|_| entry["tier"] == "paid"));
        let show = said(&["strategies", "show", id, "--json"]);
        let (row, section) = (row(&show, &run.result), section(&show, &example.shown, &run.result));
        let svg = chart(id, &run.equity, example.sample);
        let file = format!("docs/strategies/{id}.svg");
        if update {
            fs::create_dir_all(house::root().join("docs/strategies")).unwrap();
            fs::write(house::root().join(&file), &svg).unwrap();
        } else {
            let how = "run `UPDATE=1 cargo test --features full --test it strategies_page` and look at what changed";
            assert!(page.contains(&row), "{PAGE}: another result of {id}; {how}\n{row}");
            assert!(page.contains(section.trim_end()), "{PAGE}: another section of {id}; {how}\n{section}");
            assert_eq!(house::read(&file), svg, "{file}; {how}");
        }
        table += &row;
        sections += &section;
    }
    if update {
        assert!(licence.is_some(), "build with --features full, so that nothing is missing from the page");
        let titles = "| strategy | tier | return | largest drawdown | Sharpe | round trips | fills | fees |\n\
                      | --- | --- | --- | --- | --- | --- | --- | --- |\n";
        let page = format!("{HEAD}{titles}{table}\n{}\n", sections.trim_end());
        fs::write(house::root().join(PAGE), page).unwrap();
    }
}
