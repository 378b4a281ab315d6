//! Published figures, from tables: the same series give the same metrics, to the digits given.

mod runs;

use ledger::RunRecord;
use quantmesh_report::{Calendar, Context, html, text_sheet, to_json, write_all};
use runs::{curve, figure, near};
use tape::{ReadOptions, SeriesData, read};
use testkit::{Lab, shared_or_skip};
use trend_following as _;
use types::Bar;
use venue::MarketFill;

/// The nine-value series of empyrical's own tests, of which the first is empty.
#[test]
fn the_published_short_series_comes_out() {
    let mut equity = vec![100.0];
    for percent in [1.0, 10.0, -4.0, 2.0, 3.0, 2.0, 1.0, -10.0] {
        equity.push(equity[equity.len() - 1] * (1.0 + percent / 100.0));
    }
    let (record, context) = (curve(&equity), Context { calendar: Calendar::Daily252, ..Context::default() });
    for (key, expected, tolerance) in [
        ("sharpe", 1.723_861_396_170_686_6, 1e-9),
        ("sortino", 2.605_531_251_673_693, 1e-9),
        ("volatility", 0.913_646_5, 1e-6),
        ("max_drawdown", -0.1, 1e-9),
    ] {
        near(key, figure(&record, &context, key), expected, tolerance);
    }
}

/// backtesting.py's published figures for its SMA(10)/SMA(30) cross on GOOG, as given in the shared reference results.
const GOOG: [(&str, f64, f64); 21] = [
    ("round_trips", 66.0, 0.0),
    ("final_equity", 51_422.99, 0.0),
    ("peak_equity", 75_787.44, 0.0),
    ("win_rate", 0.469_696_969_696_969_7, 1e-12),
    ("max_drawdown", -0.479_801_270_500_758_9, 1e-12),
    ("best_trade", 0.535_959_5, 1e-7),
    ("worst_trade", -0.183_988_7, 1e-7),
    // The figure published as the mean trade is the arithmetic mean of the 66 returns, which that project's table calls
    // expectancy; its geometric mean of the same returns is 2.5317 %.
    ("expectancy", 0.032_748_078, 1e-9),
    ("mean_trade", 0.025_317_16, 1e-8),
    ("profit_factor_returns", 2.167_945_974_262_033, 1e-12),
    ("annual_return", 0.211_910_99, 1e-8),
    ("volatility_compounded", 0.364_971_61, 1e-8),
    ("sharpe_compounded", 0.580_623_224_448_534_9, 1e-12),
    ("sortino_compounded", 1.085_343_44, 1e-8),
    ("calmar", 0.441_664_09, 1e-8),
    ("sqn", 1.076_618_7, 1e-7),
    ("kelly", 0.151_870_5, 1e-7),
    ("cagr", 0.211_602_46, 1e-8),
    ("buy_and_hold", 5.220_6, 1e-5),
    ("buys", 66.0, 0.0),
    ("fees", 0.0, 0.0),
];

fn goog() -> Result<Option<RunRecord>, Box<dyn std::error::Error>> {
    let Some(file) = shared_or_skip("data/market/goog_1d.csv") else { return Ok(None) };
    let SeriesData::Bars(bars) = read(&file, &ReadOptions::default())?.series.data else { return Ok(None) };
    let mut lab = Lab::new()?;
    (lab.spec.tick_size, lab.spec.lot_size) = ("0.01".parse()?, "1".parse()?);
    lab.spec.fees.taker = types::Rate::ZERO;
    (lab.execution.market_fill, lab.execution.slippage_ticks) = (MarketFill::LastPrice, 0);
    (lab.opening_prints, lab.end) = (true, backtest::EndOfRun::CloseAtLastOpen);
    let params =
        "method = 'sma'\ndirection = 'both'\nsizing = 'equity_fraction'\nsize = 1\nsize_at = 'next_price'";
    Ok(Some(lab.run("trend_following", params, &bars)?.record))
}

#[test]
fn the_goog_cross_has_every_published_figure() -> Result<(), Box<dyn std::error::Error>> {
    let Some(record) = goog()? else { return Ok(()) };
    let context = Context { warm_up_bars: 30, ..Context::default() };
    for (key, expected, tolerance) in GOOG {
        near(key, figure(&record, &context, key), expected, tolerance);
    }
    Ok(())
}

#[test]
fn a_report_is_the_same_bytes_twice_and_escapes_what_it_shows() -> Result<(), Box<dyn std::error::Error>> {
    let bars: Vec<Bar> = testkit::random_bars(3, 400, 10_000);
    let record = Lab::new()?.run("trend_following", "short_period = 2\nlong_period = 5", &bars)?.record;
    let nasty = "</script><script>alert('1')</script>&\"";
    let context = Context { title: nasty.to_owned(), config: nasty.to_owned(), ..Context::default() };
    let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let written = write_all(one.path(), &record, &context)?;
    write_all(two.path(), &record, &context)?;
    assert_eq!(written.len(), 5);
    for path in &written {
        let name = path.file_name().expect("a file");
        assert_eq!(std::fs::read(path)?, std::fs::read(two.path().join(name))?, "{}", path.display());
    }
    assert_eq!(std::fs::read_dir(one.path())?.count(), 5, "no part of a file is left behind");
    let page = html(&record, &context);
    assert!(!page.contains("<script>alert"), "text is escaped");
    assert!(!page.contains("{{"), "every place of the template is filled");
    assert!(!page.replace("http://www.w3.org", "").contains("src=\"http"), "nothing is fetched");
    assert!(to_json(&record, &context).to_string().contains("\"convention\""));
    Ok(())
}

#[test]
fn an_empty_run_has_a_report_without_a_single_nan() {
    for equity in [&[][..], &[0.0][..], &[5.0][..], &[5.0, 0.0, 0.0][..]] {
        let (record, context) = (curve(equity), Context::default());
        let texts = [
            text_sheet(&record, &context, 80, true),
            html(&record, &context),
            to_json(&record, &context).to_string(),
        ];
        for text in texts {
            let data = text.split("<script>").next().unwrap_or_default();
            assert!(
                !data.contains("NaN")
                    && !data.contains("inf ")
                    && !data.contains("null,null,null,null,null,null,null,null,null,null")
            );
        }
    }
}

#[test]
fn a_folder_that_can_not_be_made_is_named() {
    let there = tempfile::tempdir().expect("a folder");
    let file = there.path().join("file");
    std::fs::write(&file, "x").expect("room for a byte");
    let error =
        write_all(&file.join("out"), &curve(&[1.0]), &Context::default()).map_err(|error| error.to_string());
    assert!(
        matches!(&error, Err(message) if message.contains("can't be written") && message.contains("--out")),
        "{error:?}"
    );
}
