//! Who earned it: the parts sum to the run's totals to the last digit, whatever was traded and by whom.
#![expect(clippy::indexing_slicing, reason = "a test that looks in the wrong place is to stop")]

mod runs;

use backtest::{Feed, Stream};
use ledger::{FillRecord, FundingRecord, RunRecord};
use quantmesh_report::{Context, text_sheet, to_json};
use runs::{curve, day, fill, money, trip};
use serde_json::Value;
use testkit::{Lab, random_bars};
use trend_following as _;
use types::{Funding, InstrumentId, Liquidity, Money, Rate, Side};

fn sum(parts: &Value, key: &str) -> Result<Money, Box<dyn std::error::Error>> {
    let parts = parts.as_array().ok_or("a list")?;
    parts.iter().try_fold(Money::ZERO, |sum, part| {
        let money: Money = part[key].as_str().ok_or("decimal text")?.parse()?;
        Ok(sum.plus(money)?)
    })
}

fn sums_to_totals(record: &RunRecord, parts: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let totals = record.totals;
    for (key, total) in [
        ("realised", totals.realised),
        ("unrealised", totals.unrealised),
        ("fees", totals.fees),
        ("funding", totals.funding),
        ("turnover", totals.turnover),
        ("net", record.final_equity().minus(record.capital)?),
    ] {
        assert_eq!(sum(parts, key)?, total, "{key}");
    }
    Ok(())
}

#[test]
fn the_parts_of_a_real_run_are_its_totals() -> Result<(), Box<dyn std::error::Error>> {
    let lab = Lab::new()?;
    for seed in 0..6 {
        let bars = random_bars(seed, 600, 10_000);
        let rate = Rate::from_decimal("0.0003".parse()?)?;
        let settled =
            bars.iter().skip(20).step_by(8).map(|bar| Funding { time: bar.close_time, rate, mark: None });
        let settled: Vec<Funding> = settled.collect();
        let id = InstrumentId(0);
        let feed = Feed::new([Stream::Bars(id, bars.iter()), Stream::Funding(id, settled.iter())]);
        let params = "short_period = 2\nlong_period = 5";
        let record = lab.run_events("trend_following", params, bars.first(), feed, bars.len())?.record;
        assert!(record.totals.fills > 10 && !record.funding.is_empty(), "seed {seed} trades and pays");
        let context = Context { strategies: vec!["trend_following 1".to_owned()], ..Context::default() };
        let json = to_json(&record, &context);
        sums_to_totals(&record, &json["attribution"]["instruments"])?;
        sums_to_totals(&record, &json["attribution"]["strategies"])?;
        assert_eq!(json["attribution"]["strategies"][0]["name"], "trend_following 1");
    }
    Ok(())
}

/// Three instruments, the first two by one strategy.
fn three() -> Result<RunRecord, Box<dyn std::error::Error>> {
    let mut record = curve(&[1_000.0, 1_000.0, 1_010.0, 1_012.0, 1_009.0]);
    let lab = Lab::new()?;
    record.instruments.clear();
    for id in 0..3 {
        let mut spec = lab.spec.clone();
        spec.symbol = format!("M{id}USDT");
        record.instruments.push(types::Instrument::new(InstrumentId(id), spec)?);
    }
    record.candles = vec![Vec::new(); 3];
    record.unrealised = vec![money(1.0), Money::ZERO, money(-2.0)];
    record.funding =
        vec![FundingRecord { time: day(3), instrument: InstrumentId(1), received: money(-0.25) }];
    let of = |id: u32, strategy: u16, realised: f64, fill: FillRecord| {
        let mut fill = fill;
        (fill.instrument, fill.id.strategy, fill.realised) = (InstrumentId(id), strategy, money(realised));
        fill
    };
    record.fills = vec![
        of(0, 0, 0.0, fill(1, Side::Buy, 1_000)),
        of(1, 0, 0.0, fill(2, Side::Buy, 1_000)),
        of(1, 0, 11.5, fill(4, Side::Sell, 0)),
        of(2, 1, 0.0, fill(2, Side::Sell, -1_000)),
    ];
    record.fills[0].fill.liquidity = Liquidity::Maker;
    record.round_trips = vec![ledger::RoundTrip { instrument: InstrumentId(1), ..trip(2, 4, 10.5) }];
    Ok(record)
}

#[test]
fn instruments_and_strategies_by_hand() -> Result<(), Box<dyn std::error::Error>> {
    let record = three()?;
    let context = Context { strategies: vec!["one 1".to_owned(), "two 2".to_owned()], ..Context::default() };
    let json = to_json(&record, &context);
    let row = |group: &str, at: usize, key: &str| json["attribution"][group][at][key].clone();
    for (group, at, key, value) in [
        ("instruments", 0, "net", "0.5"),
        ("instruments", 1, "net", "10.25"),
        ("instruments", 2, "net", "-2.5"),
        ("instruments", 1, "funding", "-0.25"),
        ("strategies", 0, "name", "one 1"),
        ("strategies", 0, "net", "10.75"),
        ("strategies", 0, "turnover", "300"),
        ("strategies", 1, "name", "two 2"),
        ("strategies", 1, "unrealised", "-2"),
    ] {
        assert_eq!(row(group, at, key), value, "{group} {at} {key}");
    }
    // Held from the end of day 1 to that of day 5, and from 2 to 4 of those four days.
    assert_eq!(row("instruments", 0, "time_in_market"), 1.0);
    assert_eq!(row("instruments", 1, "time_in_market"), 0.5);
    assert_eq!(row("instruments", 0, "maker_share"), 1.0);
    assert_eq!(row("strategies", 0, "time_in_market"), Value::Null);
    let text = text_sheet(&record, &context, 100, false);
    assert!(text.contains("BY STRATEGY") && text.contains("two 2") && text.contains("M2USDT"), "{text}");
    Ok(())
}
