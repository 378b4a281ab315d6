//! The rule against reference values, and in the gate of a whole run.

use std::error::Error;

use advanced_risk::value_at_risk;
use testkit::{Lab, LabError, check, shared_or_skip};

/// empyrical-reloaded 0.7.1 on two equity curves of the shared reference values.
#[test]
fn value_at_risk_is_that_of_the_reference() -> Result<(), Box<dyn Error>> {
    let Some(path) = shared_or_skip("data/reference/metrics_btc_daily.json") else { return Ok(()) };
    let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    for case in ["buy_and_hold_daily", "ma_crossover_daily"] {
        let case = &reference["cases"][case];
        let equity: Vec<f64> = serde_json::from_value(case["equity"].clone())?;
        let mut returns: Vec<f64> = equity.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect();
        let expected = -case["empyrical_365"]["value_at_risk_5"].as_f64().ok_or("a number")?;
        let found = value_at_risk(&mut returns, 0.95);
        assert!((found - expected).abs() < 1e-12, "{found} against {expected}");
    }
    Ok(())
}

#[test]
fn value_at_risk_by_hand() {
    let is = |results: &mut [f64], confidence, expected: f64| {
        assert!((value_at_risk(results, confidence) - expected).abs() < 1e-12, "{results:?}");
    };
    is(&mut [], 0.95, 0.0);
    is(&mut [3.0, 1.0, 2.0], 0.95, 0.0);
    // Of -4 -3 -2 -1 0, a quarter of the way is -3; an eighth is half way between -4 and -3.
    is(&mut [0.0, -1.0, -4.0, -2.0, -3.0], 0.75, 3.0);
    is(&mut [0.0, -1.0, -4.0, -2.0, -3.0], 0.875, 3.5);
}

/// Twenty bars between 100 and 90, so that a bar loses 10 % half of the time; then a cross upward.
fn table(last: &str) -> String {
    let mut table = String::new();
    for bar in 0..20 {
        table.push_str(if bar % 2 == 0 { "100 |\n" } else { "90 |\n" });
    }
    table + last
}

fn holds(rule: &str, last: &str) -> Result<(), LabError> {
    use advanced_risk as _;
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    lab.rules = vec![("advanced_risk".to_owned(), format!("window = 20\nmin_history = 20\n{rule}"))];
    check(&lab, "buyer", "", &table(last))
}

/// A strategy that buys 100 lots of 0.1 once, after 22 bars: what the gate makes of that is the point.
mod buyer {
    use sdk::{BuildError, Event, Intents, Qty, Setup, Side, Strategy, View, Wish};

    #[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    #[serde(default, deny_unknown_fields)]
    struct Params {}

    struct Buyer(u32);

    impl Strategy for Buyer {
        fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
            let Event::Bar { instrument, .. } = event else { return };
            self.0 += 1;
            let held = view.market(*instrument).map_or(Qty::ZERO, |market| market.position.qty);
            match self.0 {
                22 => drop(intents.place(0, Wish::market(*instrument, Side::Buy, Qty::from_lots(10_000)))),
                24 if held.lots() > 0 => drop(intents.place(0, Wish::market(*instrument, Side::Sell, held))),
                _ => {}
            }
        }
    }

    fn build(_: Params, _: &Setup) -> Result<Buyer, BuildError> {
        Ok(Buyer(0))
    }

    sdk::register_strategy! {
        id: "buyer",
        summary: "buys once",
        tier: sdk::Tier::Free,
        params: Params,
        build: build,
    }
}

#[test]
fn an_order_within_the_limit_passes() -> Result<(), LabError> {
    // 10 at 100 is 1000; the worst quarter of bars lost 10 %: 100, which is 1 % of equity.
    holds(
        "max_var_pct = 1.01\nconfidence = 0.75",
        "100 |\n100 | buy 10 market\n100 | filled buy 10 @ 100\n100 | sell 10 market\n100 | filled sell 10 @ 100\n",
    )
}

#[test]
fn an_order_over_the_limit_is_made_smaller_and_its_exit_is_not() -> Result<(), LabError> {
    holds(
        "max_var_pct = 0.5\nconfidence = 0.75",
        "100 |\n100 | buy 5 market\n100 | filled buy 5 @ 100; cancelled buy 5 market\n99 | sell 5 market\n99 | filled sell 5 @ 99\n",
    )
}

#[test]
fn an_order_that_no_size_makes_good_is_refused() -> Result<(), LabError> {
    holds(
        "max_var_pct = 0.0000001\nconfidence = 0.75",
        "100 |\n100 | refused value at risk over max_var_pct of equity (advanced_risk): 100, limit 0.00001\n100 |\n",
    )
}

#[test]
fn without_history_nothing_is_opened_unless_asked_for() -> Result<(), LabError> {
    let rule = "window = 30\nmin_history = 30\nconfidence = 0.75";
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    let text = "refused too few closed bars to know value at risk (advanced_risk, min_history): 0, limit 0";
    for (before, said) in [("refuse", text), ("pass", "buy 10 market")] {
        lab.rules = vec![("advanced_risk".to_owned(), format!("{rule}\nbefore_ready = '{before}'"))];
        check(&lab, "buyer", "", &table(&format!("100 |\n100 | {said}\n")))?;
    }
    Ok(())
}

#[test]
fn the_history_survives_a_restart() -> Result<(), Box<dyn Error>> {
    use sdk::{Catalogue, Setup};
    let lab = Lab::new()?;
    let setup = Setup {
        instruments: vec![lab.instrument()?],
        prices: vec![None],
        settlement: lab.spec.quote,
        capital: lab.capital,
        granted: Catalogue::from_entries([])?,
    };
    let entry = Catalogue::of_this_binary()?.get("advanced_risk").ok_or("it is linked")?;
    let mut rule = entry.build_rule(&"".parse()?, &setup)?;
    let empty = rule.save();
    assert!(rule.restore(b"[]").is_err());
    assert!(rule.restore(b"{").is_err());
    assert_eq!(rule.save(), empty);
    rule.restore(br#"[{"last_close":9000,"returns":[-0.1,0.05]}]"#)?;
    assert_eq!(rule.save(), br#"[{"last_close":9000,"returns":[-0.1,0.05]}]"#);
    Ok(())
}
