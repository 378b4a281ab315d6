//! What a licence does to a run that goes on: instances, notice, and an end on the way.

use std::fs;
use std::process::{Command, Stdio};

use licence::{Plan, Terms, show_time, sign};

use super::{DAY, Home, config, demo, now, terms};

#[test]
fn one_instance_too_many_is_refused_and_its_place_is_free_again_afterwards() {
    let home = Home::new();
    home.write("l.licence", &sign(&terms(), &demo()).unwrap());
    // A run that hangs in reading its data holds the licence's only place.
    let pipe = home.path().join("slow.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let args = ["backtest", "paid.toml", "--licence", "l.licence", "--allow-demo-key"];
    let mut slow = home
        .command(&args)
        .args(["--data", "slow.csv"])
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let place = home.path().join(".local/state/quantmesh/instances/L_7.1");
    let taken = || fs::File::open(&place).is_ok_and(|file| file.try_lock().is_err());
    while !taken() {
        assert!(slow.try_wait().unwrap().is_none(), "it is waiting for data");
        std::thread::yield_now();
    }
    let (code, text) = home.said(&args);
    assert_eq!(
        (code, text.as_str()),
        (
            Some(31),
            "licence error: ai_strategy 0.1.0: licence L-7 of ACME allows 1 running at once on a machine, and this would be number 2; stop another one, or ask for more: sales@vendor.example\n"
        )
    );
    slow.kill().unwrap();
    slow.wait().unwrap();
    assert_eq!(home.said(&args).0, Some(0));
}

#[test]
fn notice_is_given_and_an_old_version_may_run_on() {
    let home = Home::new();
    let ends = now() + 30 * DAY;
    let (code, text) = home.trade(&Terms { expires: Some(ends), notify_from: Some(now() - DAY), ..terms() });
    let said = format!("note: ai_strategy 0.1.0: licence L-7 of ACME, ends at {}\n", show_time(ends));
    assert_eq!((code, text), (Some(0), said));
    let released = licence::day("2026-11-24").unwrap();
    let fallback = Terms {
        issued: released - 10 * DAY,
        starts: released - 10 * DAY,
        expires: Some(released + 1),
        plan: Plan::PerpetualFallback,
        ..terms()
    };
    let (code, text) = home.trade(&fallback);
    assert_eq!(code, Some(0), "{text}");
}

/// The licence ends in the middle of the data: the run goes on, opens nothing more, and says so in its report.
#[test]
fn a_licence_that_ends_while_running_is_rehearsed_by_the_clock_of_the_data() {
    let home = Home::new();
    let middle = licence::day("2019-06-01").unwrap();
    let of_then = Terms {
        issued: licence::day("2017-01-01").unwrap(),
        starts: licence::day("2017-01-01").unwrap(),
        expires: Some(middle),
        notify_from: Some(middle - 30 * DAY),
        ..terms()
    };
    home.write("paid.toml", &config("ai_strategy", "", "[licence]\nclock = \"data\"\n"));
    // By their opening day, the trades of a run under these terms that were opened after the middle.
    let opened_after = |terms: &Terms| {
        let (code, text) = home.trade(terms);
        assert_eq!(code, Some(0), "{text}");
        let trades = fs::read_to_string(home.path().join("quantmesh-out/trades.csv")).unwrap();
        trades.lines().skip(1).map(opened).filter(|day| day.as_str() > "2019-06-01").count()
    };
    assert!(
        opened_after(&Terms { expires: None, ..of_then.clone() }) > 0,
        "without an end it goes on opening"
    );
    assert_eq!(opened_after(&of_then), 0);
    let report = fs::read_to_string(home.path().join("quantmesh-out/result.json")).unwrap();
    for said in ["the licence is about to end", "the licence ends soon", "the licence has ended"] {
        assert!(report.contains(said), "{said}");
    }
}

/// The day on which a trade of `trades.csv` was opened.
fn opened(line: &str) -> String {
    let time = line.split(',').find(|field| field.len() >= 10 && field.as_bytes()[4] == b'-');
    time.unwrap_or_default().chars().take(10).collect()
}
