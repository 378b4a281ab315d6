//! Each finding of the linter: made to appear, told with its numbers, and absent from a sound run.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of tests may stop where something is not as it should be"
)]

mod runs;

use ledger::RunRecord;
use quantmesh_report::{Context, Finding, Search, Severity, html, lint, text_sheet, to_json, write_all};
use runs::{bar, curve, day, fill, money, sound, trip};
use trend_following as _;
use types::Side;

/// 400 days, 40 round trips, a bar a day, and a position that is open half of the time.
fn fine() -> RunRecord {
    let mut record = curve(&sound(400));
    let trips =
        (0..40_i64).map(|at| trip(at * 10 + 1, at * 10 + 6, [9.0, -4.0, 6.0, -3.0, 5.0][at as usize % 5]));
    record.round_trips = trips.collect();
    record.fills = (0..40)
        .flat_map(|at| [fill(at * 10 + 1, Side::Buy, 1_000), fill(at * 10 + 6, Side::Sell, 0)])
        .collect();
    record.candles = vec![(1..=400).map(|at| bar(at, 10_000 + at % 3, 1_000_000)).collect()];
    let profit = record.final_equity().minus(record.capital).expect("it fits");
    let totals = &mut record.totals;
    (totals.bars, totals.orders, totals.fills, totals.buys, totals.sells) = (400, 80, 80, 40, 40);
    totals.fees = money(40.0);
    totals.realised = profit.plus(money(40.0)).expect("it fits");
    record
}

fn codes(found: &[Finding]) -> Vec<&'static str> {
    found.iter().map(|finding| finding.code).collect()
}

#[test]
fn a_sound_run_has_no_finding() {
    let context =
        Context { parameters: 4, search: Search { trials: 1.0, ..Search::default() }, ..Context::default() };
    assert_eq!(lint(&fine(), &context), []);
}

/// What is done to a sound run, what is found then, how heavy it is, and what its sentence says.
type Case = (&'static str, fn(&mut RunRecord, &mut Context), Severity, &'static str);

const CASES: [Case; 29] = [
    (
        "no_trades",
        |run, _| nothing(run),
        Severity::Serious,
        "3 were sent, the venue rejected 2, and the risk gate refused 7",
    ),
    (
        "few_trades",
        |run, _| run.round_trips.truncate(29),
        Severity::Caution,
        "There are 29 closed round trips",
    ),
    ("few_trades", |run, _| run.round_trips.truncate(9), Severity::Serious, "There are 9 closed round trips"),
    (
        "one_trade",
        |run, _| run.round_trips[7] = trip(71, 76, 104.0),
        Severity::Caution,
        "One round trip of 40 earned 104.00 USDT, which is 51 % of the 202.00 USDT",
    ),
    (
        "one_trade",
        |run, _| {
            run.round_trips =
                (0..40).map(|at| trip(at * 10, at * 10 + 5, if at == 3 { 50.0 } else { -0.5 })).collect();
        },
        Severity::Serious,
        "earned 50.00 USDT, which is 164 % of the 30.50 USDT",
    ),
    (
        "fees_eat_edge",
        |run, _| run.totals.fees = money(gross(run) * 0.6),
        Severity::Caution,
        "took 60 % of the",
    ),
    (
        "fees_eat_edge",
        |run, _| run.totals.fees = money(gross(run) * 1.2),
        Severity::Serious,
        "took 120 % of the",
    ),
    (
        "open_profit",
        |run, _| run.totals.unrealised = run.final_equity().minus(run.capital).expect("it fits"),
        Severity::Caution,
        "100 % of the net profit",
    ),
    (
        "turned_away",
        |run, _| run.totals.refused = 20,
        Severity::Note,
        "20 % of 100 wishes did not become working orders: the risk gate refused 20",
    ),
    ("turned_away", |run, _| run.totals.rejected = 60, Severity::Caution, "75 % of 80 wishes"),
    (
        "never_loses",
        |run, _| run.round_trips.iter_mut().for_each(|trip| trip.gross = money(9.0)),
        Severity::Caution,
        "Not one of 40 round trips lost",
    ),
    (
        "stale_fills",
        |run, _| still(run, 100..=101),
        Severity::Caution,
        "1 of 80 fills happened in bars in which nothing was traded and the price stood still, the first on 1970-04-12",
    ),
    ("stale_fills", |run, _| still(run, 1..=400), Severity::Serious, "79 of 80 fills"),
    (
        "data_gaps",
        |run, _| run.candles[0].retain(|bar| !(day(52)..day(61)).contains(&bar.close_time)),
        Severity::Caution,
        "has 1 gaps while a position was open; the longest, in TESTUSDT, is 216.0 hours from 1970-02-21 on",
    ),
    (
        "large_fills",
        |run, _| run.candles[0][5].volume = types::Qty::from_lots(4_000),
        Severity::Caution,
        "1 of 80 fills are more than 10 % of what their bar traded; the largest is 25 %",
    ),
    (
        "large_fills",
        |run, _| run.candles[0].iter_mut().for_each(|bar| bar.volume = types::Qty::from_lots(500)),
        Severity::Serious,
        "80 of 80 fills are more than 10 % of what their bar traded; the largest is 200 %",
    ),
    (
        "flat_equity",
        |run, _| run.equity.iter_mut().skip(180).for_each(|point| point.equity = money(1_100.0)),
        Severity::Caution,
        "Equity did not move on 219 of 399 days; the longest standstill took 219 days",
    ),
    ("ruin", |run, _| run.equity[150].equity = money(-3.0), Severity::Serious, "Equity was -3 on 1970-06-01"),
    (
        "short_history",
        |run, _| run.equity.truncate(100),
        Severity::Note,
        "The run covers 99.0 days; figures over a year are extrapolated 4 times",
    ),
    ("short_history", |run, _| run.equity.truncate(20), Severity::Caution, "The run covers 19.0 days"),
    (
        "behind_buy_and_hold",
        |run, _| run.candles[0][399].close = types::Price::from_ticks(90_000),
        Severity::Note,
        "buying and holding 800 %",
    ),
    ("too_good", |run, _| rise(run), Severity::Caution, "A Sharpe ratio of"),
    (
        "may_be_luck",
        |run, _| waver(run),
        Severity::Caution,
        "The probability that the true Sharpe ratio is above zero is",
    ),
    ("few_days", |run, _| jump(run), Severity::Caution, "The best 5 of 399 days earned"),
    ("lucky_order", |run, _| alternate(run), Severity::Serious, "In another order the same round trips fall"),
    (
        "best_of_many",
        |_, context| context.search.trials = 20.0,
        Severity::Caution,
        "The best of 20 trials without skill would reach a Sharpe ratio of",
    ),
    (
        "best_of_many",
        |_, context| context.search.trials = 5_000.0,
        Severity::Serious,
        "The best of 5000 trials without skill would reach a Sharpe ratio of",
    ),
    (
        "overfitting",
        |_, context| context.search.overfitting = Some(0.55),
        Severity::Serious,
        "With a probability of 55 %",
    ),
    (
        "many_parameters",
        |_, context| context.parameters = 8,
        Severity::Caution,
        "8 parameters stand on 40 round trips, 5.0 each",
    ),
];

fn nothing(run: &mut RunRecord) {
    run.fills.clear();
    run.round_trips.clear();
    (run.totals.fills, run.totals.orders, run.totals.rejected, run.totals.refused) = (0, 3, 2, 7);
}

fn gross(run: &RunRecord) -> f64 {
    run.totals.realised.to_string().parse().expect("a number")
}

/// Bars in which nothing was traded.
fn still(run: &mut RunRecord, days: std::ops::RangeInclusive<i64>) {
    for bar in &mut run.candles[0] {
        if days.contains(&(bar.close_time.nanos() / runs::DAY)) {
            *bar = runs::bar(bar.close_time.nanos() / runs::DAY, 10_000, 0);
        }
    }
}

fn draw(run: &mut RunRecord, change: impl Fn(usize) -> f64) {
    let mut equity = 1_000.0;
    for (at, point) in run.equity.iter_mut().enumerate() {
        equity += if at == 0 { 0.0 } else { change(at) };
        point.equity = money(equity);
    }
}

fn rise(run: &mut RunRecord) {
    draw(run, |at| [2.0, 1.0, -0.2][at % 3]);
}

fn waver(run: &mut RunRecord) {
    draw(run, |at| [3.0, -3.0, 5.0, -4.9][at % 4]);
}

fn jump(run: &mut RunRecord) {
    draw(run, |at| if at == 200 { 300.0 } else { [1.0, -1.1][at % 2] });
}

/// Gains and losses in turn, which fell little; in another order they fall much.
fn alternate(run: &mut RunRecord) {
    run.round_trips =
        (0..40).map(|at| trip(at * 10 + 1, at * 10 + 6, [130.0, -120.0][at as usize % 2])).collect();
}

#[test]
fn every_finding_appears_where_it_should() {
    let mut met = std::collections::BTreeSet::new();
    for (code, spoil, severity, said) in CASES {
        let (mut run, mut context) = (fine(), Context::default());
        spoil(&mut run, &mut context);
        let found = lint(&run, &context);
        let own = found.iter().find(|finding| finding.code == code);
        let own = own.unwrap_or_else(|| panic!("{code} is not among {:?}", codes(&found)));
        assert_eq!(own.severity, severity, "{}", own.text);
        assert!(own.text.contains(said), "wanted `{said}`: {}", own.text);
        assert!(!own.advice.is_empty());
        let weights: Vec<Severity> = found.iter().map(|finding| finding.severity).collect();
        assert!(weights.is_sorted(), "the heaviest first: {weights:?}");
        met.insert(code);
    }
    // Every check of the linter is in the table.
    let source = include_str!("../src/lint/mod.rs");
    assert!(
        source.contains(&format!("const CHECKS: [Check; {}]", met.len())),
        "{} codes are shown",
        met.len()
    );
}

#[test]
fn every_form_of_a_report_shows_the_findings() -> Result<(), Box<dyn std::error::Error>> {
    let (mut run, context) = (fine(), Context::default());
    run.round_trips.truncate(12);
    let folder = tempfile::tempdir()?;
    write_all(folder.path(), &run, &context)?;
    let table = std::fs::read_to_string(folder.path().join("sheet.csv"))?;
    for form in [
        text_sheet(&run, &context, 200, false),
        html(&run, &context),
        to_json(&run, &context).to_string(),
        table,
    ] {
        assert!(form.contains("There are 12 closed round trips"), "{form}");
        assert!(form.contains("few_trades") || form.contains("FINDINGS"));
        for word in ["stationary bootstrap", "xoshiro256++ seed 1", "shuffle"] {
            assert!(form.contains(word), "{word} is missing from {form}");
        }
    }
    Ok(())
}

#[test]
fn the_text_keeps_to_its_width() {
    let mut run = fine();
    run.round_trips.truncate(12);
    for width in [60, 80, 120] {
        let text = text_sheet(&run, &Context::default(), width, false);
        let long = text.lines().find(|line| line.chars().count() > width.max(72));
        assert_eq!(long, None, "of {width}");
    }
}
