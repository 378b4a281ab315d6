//! Searches as a user meets them: the same bytes on any number of threads, after any cut, and from any number of shards.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::shared_or_skip;

use crate::program::{quantmesh, text};

/// Thirty pairs of a cross over the built-in data.
const CONFIG: &str = "\
title = \"a search\"
[[instrument]]
symbol = \"BTCUSDT\"
[instrument.data]
builtin = \"btcusdt_1d\"
[[strategy]]
id = \"trend_following\"
[optimize]
constraints = [\"short_period < long_period\"]
[optimize.params]
short_period = { from = 5, to = 25, step = 5 }
long_period = { from = 10, to = 80, step = 10 }
";

const FILES: [&str; 4] = ["results.csv", "search.html", "result.json", "trials.journal"];

fn folder(config: &str) -> tempfile::TempDir {
    let there = tempfile::tempdir().unwrap();
    fs::write(there.path().join("c.toml"), config).unwrap();
    there
}

/// Runs, and returns standard output; it must go well.
fn good(there: &Path, args: &[&str]) -> String {
    let run = quantmesh(there, args);
    assert!(run.status.success(), "{args:?}: {}", text(&run.stderr));
    text(&run.stdout)
}

/// Runs, and returns what it complained about; it must go wrong.
fn bad(there: &Path, args: &[&str], code: i32) -> String {
    let run = quantmesh(there, args);
    assert_eq!(run.status.code(), Some(code), "{args:?}: {}", text(&run.stderr));
    text(&run.stderr)
}

fn same(there: &Path, one: &str, two: &str) {
    for name in FILES {
        let [a, b] = [one, two].map(|folder| fs::read(there.join(folder).join(name)).unwrap());
        assert!(a == b, "{one}/{name} and {two}/{name} differ");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let there = folder(CONFIG);
    for (method, more) in [
        ("grid", &[][..]),
        ("random", &["--trials", "12", "--seed", "7"]),
        ("sobol", &["--trials", "12"]),
        ("tpe", &["--trials", "30", "--seed", "1"]),
        ("nsga2", &["--trials", "24", "--goal", "sharpe,max_drawdown", "--set", "optimize.batch=8"]),
    ] {
        for threads in ["1", "4"] {
            let out = format!("{method}-{threads}");
            let args = ["optimize", "c.toml", "--method", method, "--threads", threads, "--out", &out];
            let said = good(there.path(), &[&args, more].concat());
            for part in ["looks better than it is", "independent trials)", "(CSCV, 16 blocks)"] {
                assert!(said.contains(part), "{part}: {said}");
            }
        }
        same(there.path(), &format!("{method}-1"), &format!("{method}-4"));
    }
    let [grid, seeded] =
        ["grid-1", "random-1"].map(|out| fs::read_to_string(there.path().join(out).join("results.csv")));
    // 5 × 8 pairs, less six with a short period that is not shorter than the long one.
    assert_eq!((grid.unwrap().lines().count(), seeded.unwrap().lines().count()), (35, 13));
}

#[test]
fn a_row_says_what_a_backtest_of_that_point_says() {
    let there = folder(CONFIG);
    good(there.path(), &["optimize", "c.toml", "--out", "o"]);
    let found: Value =
        serde_json::from_slice(&fs::read(there.path().join("o/result.json")).unwrap()).unwrap();
    let best = &found["best"][0];
    let mut args = vec!["backtest".to_owned(), "c.toml".to_owned(), "--json".to_owned()];
    for param in best["params"].as_array().unwrap() {
        let [name, value] = ["name", "value"].map(|key| param[key].as_str().unwrap());
        args.extend(["--set".to_owned(), format!("strategy.params.{name}={value}")]);
    }
    let alone = good(there.path(), &args.iter().map(String::as_str).collect::<Vec<_>>());
    let alone: Value = serde_json::from_str(&alone).unwrap();
    let metrics = alone["metrics"].as_array().unwrap();
    assert!(metrics.len() > 30);
    for metric in metrics {
        let key = metric["key"].as_str().unwrap();
        let here = &best["metrics"][key];
        let there = &metric["value"];
        let equal = here == there || here.as_f64().is_some_and(|number| Some(number) == there.as_f64());
        assert!(equal, "{key}: {here} {there}");
    }
}

#[test]
fn a_search_that_was_cut_off_goes_on_to_the_same_bytes() {
    let there = folder(CONFIG);
    for (method, out) in [("grid", "g"), ("tpe", "t")] {
        let args = ["optimize", "c.toml", "--method", method, "--trials", "35", "--out"];
        good(there.path(), &[&args[..], &[out]].concat());
        let whole = fs::read(there.path().join(out).join("trials.journal")).unwrap();
        for share in [0, 30, 55, 99] {
            let cut = format!("{out}-{share}");
            fs::create_dir(there.path().join(&cut)).unwrap();
            let bytes = &whole[..whole.len() * share / 100];
            fs::write(there.path().join(&cut).join("trials.journal"), bytes).unwrap();
            let again = [&args[..], &[&cut, "--resume"]].concat();
            good(there.path(), &again);
            same(there.path(), out, &cut);
            // Once more: nothing is left to do, and nothing changes.
            good(there.path(), &again);
            same(there.path(), out, &cut);
        }
    }
    let refused = bad(there.path(), &["optimize", "c.toml", "--out", "g"], 6);
    assert!(refused.contains("holds trials of an earlier search; --resume goes on with it"), "{refused}");
    let other =
        bad(there.path(), &["optimize", "c.toml", "--out", "g", "--resume", "--set", "account.capital=5"], 6);
    assert!(other.contains("these trials are of another configuration"), "{other}");
    good(there.path(), &["optimize", "c.toml", "--out", "t", "--force"]);
    same(there.path(), "g", "t");
}

#[test]
fn a_killed_search_goes_on_to_the_same_bytes() {
    let there = folder(CONFIG);
    let args = [
        "optimize",
        "c.toml",
        "--set",
        "optimize.params.long_period={}",
        "--trials",
        "400",
        "--method",
        "random",
    ];
    good(there.path(), &[&args[..], &["--out", "whole"]].concat());
    let mut child = Command::new(env!("CARGO_BIN_EXE_quantmesh"))
        .args(args)
        .args(["--out", "killed"])
        .current_dir(there.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let journal = there.path().join("killed/trials.journal");
    // Some trials are written, and many are not.
    while fs::metadata(&journal).map_or(0, |file| file.len()) < 300_000 && child.try_wait().unwrap().is_none()
    {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!there.path().join("killed/results.csv").exists(), "it was killed before its end");
    good(there.path(), &[&args[..], &["--out", "killed", "--resume"]].concat());
    same(there.path(), "whole", "killed");
}

#[test]
fn shards_join_to_the_bytes_of_one_run() {
    let there = folder(CONFIG);
    let path = there.path();
    good(path, &["optimize", "c.toml", "--out", "whole"]);
    for shard in ["2/3", "0/3"] {
        good(path, &["optimize", "c.toml", "--out", "parts", "--shard", shard]);
    }
    let missing = bad(path, &["optimize", "merge", "joined", "parts"], 4);
    assert!(
        missing.contains("are missing, the first is trial 1: of shard 1/3; run what is missing again"),
        "{missing}"
    );
    assert!(!path.join("joined").exists());
    // One that was cut off, and goes on; and one that ran twice, in another place.
    good(path, &["optimize", "c.toml", "--out", "parts", "--shard", "1/3"]);
    let second = path.join("parts/shard-00001-of-00003.journal");
    let bytes = fs::read(&second).unwrap();
    fs::write(&second, &bytes[..bytes.len() / 2]).unwrap();
    good(path, &["optimize", "c.toml", "--out", "parts", "--shard", "1/3", "--resume"]);
    assert_eq!(fs::read(&second).unwrap(), bytes);
    good(path, &["optimize", "c.toml", "--out", "again", "--shard", "0,2/3"]);
    good(path, &["optimize", "merge", "joined", "parts", "again"]);
    same(path, "whole", "joined");
    let taken = bad(path, &["optimize", "merge", "joined", "parts"], 6);
    assert!(taken.contains("--force overwrites it"), "{taken}");
    // A part of another search is no part of this one, whatever it differs in.
    for (set, what) in [
        ("account.capital=5", "configuration"),
        ("optimize.params.short_period=[5, 10, 15, 20, 24]", "space"),
        ("optimize.seed=4", "seed"),
    ] {
        let out = format!("other-{what}");
        good(path, &["optimize", "c.toml", "--out", &out, "--shard", "1/3", "--set", set]);
        let refused = bad(path, &["optimize", "merge", "x", "parts", &out], 4);
        assert!(refused.contains(&format!("this part is of another {what} than")), "{refused}");
    }
    let learns = bad(path, &["optimize", "c.toml", "--method", "tpe", "--shard", "0/2", "--out", "x"], 2);
    assert!(
        learns.contains("tpe learns from all trials before it, so it can't be divided into shards"),
        "{learns}"
    );
}

#[test]
fn a_cluster_says_which_shard_it_is() {
    let there = folder(CONFIG);
    for (out, variables, more, shard) in [
        (
            "slurm",
            &[("SLURM_ARRAY_TASK_ID", "12"), ("SLURM_ARRAY_TASK_MIN", "10"), ("SLURM_ARRAY_TASK_COUNT", "4")]
                [..],
            &[][..],
            "shard-00002-of-00004",
        ),
        ("kubernetes", &[("JOB_COMPLETION_INDEX", "1")], &["--shards", "4"], "shard-00001-of-00004"),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_quantmesh"))
            .args(["optimize", "c.toml", "--out", out])
            .args(more)
            .envs(variables.iter().copied())
            .current_dir(there.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", text(&run.stderr));
        assert!(text(&run.stderr).contains("--shard all would run everything"), "{}", text(&run.stderr));
        assert!(there.path().join(out).join(format!("{shard}.journal")).exists(), "{out}");
    }
}

/// What is wrong with a search is said before anything runs.
#[test]
fn what_can_not_be_searched_is_said() {
    let there = folder(CONFIG);
    for (more, code, parts) in [
        (&["--goal", "sharp"][..], 2, &["there is no metric `sharp`; did you mean `sharpe`?"][..]),
        (
            &["--set", "optimize.params.short_perid={from=1,to=2}"],
            3,
            &["optimize.params.short_perid: no strategy has this parameter; did you mean `short_period`?"],
        ),
        (
            &["--set", "optimize.constraints=[\"short_perod < 5\"]"],
            3,
            &["c.toml:9: optimize.constraints: ", "did you mean `short_period`?"],
        ),
        (
            &["--set", "optimize.params.short_period={from=0,to=2}"],
            3,
            &["c.toml:11: optimize.params.short_period: ", "it must be from 1"],
        ),
        (&["--set", "optimize.params.short_period=5"], 3, &["5 is one value; write a list, such as [5]"]),
        (&["--trials", "9"], 3, &["the grid has more than 9 points; take longer steps"]),
        (
            &["--method", "tpe", "--goal", "sharpe,fees"],
            3,
            &["tpe takes one goal, and there are 2; nsga2 takes several"],
        ),
        (&["--threads", "0"], 2, &["--threads 0: at least one is needed"]),
        (&["--shard", "3/3"], 2, &["there is no shard 3 of 3"]),
    ] {
        let said = bad(there.path(), &[&["optimize", "c.toml"], more].concat(), code);
        assert!(parts.iter().all(|part| said.contains(part)), "{more:?}: {said}");
    }
    assert!(!there.path().join("quantmesh-optimize").exists(), "nothing is left behind");
}

#[test]
fn a_trial_that_fails_or_is_stopped_is_a_row_with_its_reason() {
    let there = folder(CONFIG);
    // Without the constraint, the strategy itself refuses pairs that are the wrong way round; and any loss trips the breaker.
    let args =
        ["optimize", "c.toml", "--set", "optimize.constraints=[]", "--set", "risk.max_drawdown_pct=10"];
    let said = good(there.path(), &args);
    assert!(
        said.contains("stopped by the breaker; the first, trial ")
            && said.contains("6 failed; the first, trial 1: "),
        "{said}"
    );
    let rows = fs::read_to_string(there.path().join("quantmesh-optimize/results.csv")).unwrap();
    assert_eq!(rows.lines().filter(|row| row.contains(",failed,")).count(), 6, "{rows}");
    assert!(rows.lines().any(|row| row.contains(",stopped,")));
    let none = bad(
        there.path(),
        &[
            "optimize",
            "c.toml",
            "--out",
            "n",
            "--set",
            "optimize.constraints=[]",
            "--set",
            "optimize.params.long_period=[5]",
        ],
        5,
    );
    assert!(none.contains("every trial failed; trial 0: "), "{none}");
}

#[test]
fn walk_forward_learns_before_it_tries() {
    let there = folder(CONFIG);
    for (threads, out) in [("1", "one"), ("3", "two")] {
        let args = [
            "walk-forward",
            "c.toml",
            "--train",
            "400d",
            "--test",
            "200d",
            "--purge",
            "10d",
            "--threads",
            threads,
            "--out",
            out,
        ];
        let said = good(there.path(), &args);
        assert!(said.contains("4 windows") && said.contains("All tests: return "), "{said}");
    }
    for name in ["windows.csv", "result.json", "window-003.journal"] {
        let [one, two] = ["one", "two"].map(|out| fs::read(there.path().join(out).join(name)).unwrap());
        assert_eq!(one, two, "{name}");
    }
    let rows = fs::read_to_string(there.path().join("one/windows.csv")).unwrap();
    let columns: Vec<Vec<&str>> = rows.lines().skip(1).map(|row| row.split(',').collect()).collect();
    for (row, next) in columns.iter().zip(&columns[1..]) {
        assert!(row[2] < row[3], "training ends before its test, by the purge");
        assert_eq!(row[4], next[3], "a test begins where the last one ended");
    }
    // Nothing after the end of a test can change it: the same windows come out of data that ends there.
    let cut = there.path().join("bars.csv");
    let bars = include_str!("../../examples/data/btcusdt_1d.csv");
    let end = columns[1][4];
    let lines: Vec<&str> = bars.lines().collect();
    let keep = lines.iter().position(|line| line.contains(&format!(",{end},"))).unwrap();
    fs::write(&cut, lines[..keep].join("\n") + "\n").unwrap();
    good(
        there.path(),
        &[
            "walk-forward",
            "c.toml",
            "--train",
            "400d",
            "--test",
            "200d",
            "--purge",
            "10d",
            "--data",
            "bars.csv",
            "--out",
            "short",
        ],
    );
    let short = fs::read_to_string(there.path().join("short/windows.csv")).unwrap();
    assert_eq!(rows.lines().take(3).collect::<Vec<_>>(), short.lines().take(3).collect::<Vec<_>>());
    let long = bad(there.path(), &["walk-forward", "c.toml", "--train", "9999d", "--test", "1d"], 2);
    assert!(long.contains("the data is too short for one training and one test"), "{long}");
}

#[test]
fn every_choice_of_groups_is_tried_on_what_the_others_chose() {
    let there = folder(CONFIG);
    for (threads, out) in [("1", "one"), ("3", "two")] {
        let args = ["walk-forward", "c.toml", "--groups", "6", "--purge", "5d", "--embargo", "2d"];
        let said = good(there.path(), &[args.as_slice(), &["--threads", threads, "--out", out]].concat());
        assert!(
            said.contains("15 choices of test groups, 5 paths") && said.contains("of 5 paths lose"),
            "{said}"
        );
    }
    let [one, two] = ["one", "two"].map(|out| fs::read(there.path().join(out).join("result.json")).unwrap());
    assert_eq!(one, two);
    let found: Value = serde_json::from_slice(&one).unwrap();
    let splits = found["splits"].as_array().unwrap();
    let paths = found["paths"].as_array().unwrap();
    let length = paths[0]["returns"].as_array().unwrap().len();
    assert!(paths.iter().all(|path| path["returns"].as_array().unwrap().len() == length));
    for split in splits {
        let tests = split["test_periods"].as_array().unwrap();
        let tested: u64 =
            tests.iter().map(|range| range[1].as_u64().unwrap() - range[0].as_u64().unwrap()).sum();
        // Purge and embargo take days beside each test out of the training.
        let trained = split["train_periods"].as_u64().unwrap();
        assert!(trained + tested < length as u64 && trained + tested + 20 > length as u64, "{split}");
    }
    // A search without a choice has the same path over and over: the run itself.
    let single = ["walk-forward", "c.toml", "--groups", "4", "--tested", "1", "--out", "single", "--json"];
    let set = ["--set", "optimize.params.short_period=[5]", "--set", "optimize.params.long_period=[20]"];
    let single: Value =
        serde_json::from_str(&good(there.path(), &[single.as_slice(), &set].concat())).unwrap();
    let run = ["backtest", "c.toml", "--json", "--set", "strategy.params.short_period=5"];
    let run = good(there.path(), &[run.as_slice(), &["--set", "strategy.params.long_period=20"]].concat());
    let run: Value = serde_json::from_str(&run).unwrap();
    let total = run["metrics"].as_array().unwrap().iter().find(|one| one["key"] == "total_return").unwrap();
    let [path] = single["paths"].as_array().unwrap().as_slice() else { panic!("{single}") };
    let (one, two) = (path["return_pct"].as_f64().unwrap(), total["value"].as_f64().unwrap());
    assert!((one - two).abs() < 1e-6 * two.abs(), "{one} and {two}");
    let wrong = bad(there.path(), &["walk-forward", "c.toml", "--groups", "6", "--tested", "6"], 2);
    assert!(wrong.contains("below the number of groups"), "{wrong}");
    bad(there.path(), &["walk-forward", "c.toml", "--groups", "6", "--train", "90d"], 2);
}

/// Work W3 of the performance anchors: W1 for 200 pairs on the first 200 000 generated bars, each against a loop written by hand in
/// whole numbers. A build without optimisation does every tenth.
#[test]
fn two_hundred_pairs_come_out_as_a_loop_by_hand_has_them() {
    let Some(maker) = shared_or_skip("bench/gen_bars.py") else { return };
    let there = folder(include_str!("../../examples/reference/w1.toml"));
    let path = there.path();
    let bars = generated(path, &maker);
    let (fast, slow) = if cfg!(debug_assertions) { (8, 8) } else { (2, 4) };
    let range = |key: &str, from: u32, to: u32, step: u32| {
        format!("optimize.params.{key}={{from={from},to={to},step={step}}}")
    };
    good(
        path,
        &[
            "optimize",
            "c.toml",
            "--data",
            "bars.csv",
            "--out",
            "o",
            "--goal",
            "net_profit",
            "--set",
            &range("short_period", 5, 23, fast),
            "--set",
            &range("long_period", 26, 102, slow),
        ],
    );
    let rows = fs::read_to_string(path.join("o/results.csv")).unwrap();
    let mut lines = rows.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let at = |name: &str| head.iter().position(|other| *other == name).unwrap();
    let (mut pairs, mut known) = (0, false);
    for row in lines {
        let [slow, fast] =
            ["long_period", "short_period"].map(|name| row[at(name)].parse::<usize>().unwrap());
        let (equity, trips) = by_hand(&bars, fast, slow);
        assert_eq!(
            (row[at("final_equity")], row[at("round_trips")]),
            (equity.as_str(), trips.to_string().as_str()),
            "{fast}/{slow}"
        );
        pairs += 1;
        known |= (fast, slow) == (11, 30);
    }
    assert_eq!(pairs, if cfg!(debug_assertions) { 30 } else { 200 });
    assert!(known || cfg!(debug_assertions));
    // The one pair that the anchors publish, as a check of the loop itself.
    assert_eq!(by_hand(&bars, 10, 30), ("9784138.97676".to_owned(), 4_187));
}

/// Writes the generated bars to `bars.csv` in a folder, and returns their opens and closes in ticks.
fn generated(path: &Path, maker: &Path) -> Vec<(i64, i64)> {
    let market = maker.parent().unwrap().parent().unwrap().join("data/market");
    for name in ["btc_perp_1m_20220101_20220201", "binance_usdm_btcusdt_1m_20251230"] {
        let packed = fs::File::open(market.join(format!("{name}.csv.gz"))).unwrap();
        let mut plain = fs::File::create(path.join(format!("{name}.csv"))).unwrap();
        std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut plain).unwrap();
    }
    let made = Command::new("python3")
        .arg(maker)
        .args([
            "--source",
            "btc_perp_1m_20220101_20220201.csv",
            "--gap-source",
            "binance_usdm_btcusdt_1m_20251230.csv",
        ])
        .args(["--bars", "200000", "--out", "bars.csv"])
        .current_dir(path)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));
    let bars = fs::read_to_string(path.join("bars.csv")).unwrap();
    let ticks = |text: &str| (text.parse::<f64>().unwrap() * 10.0).round() as i64;
    let bars: Vec<(i64, i64)> = bars
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (ticks(cells[1]), ticks(cells[4]))
        })
        .collect();
    assert_eq!(bars.len(), 200_000);
    bars
}

/// Final equity and round trips of W1, in units of 0.00001: a tick is 10⁴ of them, the fee of a price of one tick 4.
fn by_hand(bars: &[(i64, i64)], fast: usize, slow: usize) -> (String, usize) {
    let (mut cash, mut held, mut wish, mut trips) = (1_000_000_000_000_i64, false, None, 0);
    let (mut quick, mut lazy) = (0, 0);
    for (at, (open, close)) in bars.iter().enumerate() {
        if let Some(buy) = wish.take() {
            cash += if buy { -open * 10_000 } else { open * 10_000 } - open * 4;
            trips += usize::from(!buy);
            held = buy;
        }
        quick += close - if at >= fast { bars[at - fast].1 } else { 0 };
        lazy += close - if at >= slow { bars[at - slow].1 } else { 0 };
        let difference = quick * slow as i64 - lazy * fast as i64;
        if at + 1 >= slow && ((difference > 0 && !held) || (difference < 0 && held)) {
            wish = Some(!held);
        }
    }
    let equity = cash + if held { bars[bars.len() - 1].1 * 10_000 } else { 0 };
    let text = format!("{}.{:05}", equity / 100_000, equity % 100_000);
    (text.trim_end_matches('0').trim_end_matches('.').to_owned(), trips)
}
