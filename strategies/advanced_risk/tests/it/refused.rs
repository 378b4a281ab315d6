//! Parameters that this rule refuses to start with, and what it says.

use sdk::Catalogue;
use testkit::Lab;

#[track_caller]
fn says(params: &str, expected: &str) {
    let setup = Lab::new().unwrap().setup(None).unwrap();
    let entry = Catalogue::of_this_binary().unwrap().get("advanced_risk").unwrap();
    let error =
        entry.build_rule(&toml::from_str(params).unwrap(), &setup).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some(expected));
}

#[test]
fn what_contradicts_itself_is_refused_with_what_to_do() {
    says("window = 50", "min_history: 60 bars are needed, but only 50 are kept; set it to at most window");
    says(
        "drawdown_reduce_pct = 10\ndrawdown_stop_pct = 10",
        "drawdown_stop_pct: 10 % is reached before drawdown_reduce_pct, which is 10 %; set it above that",
    );
    says(
        "drawdown_reduce_pct = 1",
        "drawdown_hysteresis_pct: a fall that shrinks by 1 % from drawdown_reduce_pct, which is 1 %, is none; set it below that",
    );
    says("drawdown_stop_pct = 1.00000001", "drawdown_stop_pct: 1.00000001 has more than seven decimals");
}

#[test]
fn scenarios_must_fit_the_run() {
    says(
        "max_stress_pct = 10",
        "scenario: max_stress_pct is set, but there is no scenario to hold it against; add one, such as `scenario = [{ all_pct = -30 }]`, or set max_stress_pct = 0",
    );
    says(
        "scenario = [{}, { pct = { BTC = -10 } }]",
        "scenario: scenario 2 names `BTC`, which this run does not trade; it has: TESTUSDT",
    );
    says(
        "scenario = [{ all_pct = -101 }]",
        "scenario: scenario 1 has a move by -101 %; it must be from -100 to 10000",
    );
}

#[test]
fn values_out_of_range_are_refused() {
    says("max_var_pct = 101", "`max_var_pct` is 101; it must be from 0 to 100");
    says("confidence = 0.9999", "`confidence` is 0.9999; it must be from 0.5 to 0.999");
    says("weights = 'equal'", "`weights` is equal; it must be one of none, min_variance, hrp");
}
