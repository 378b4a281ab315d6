//! What a child may do, what shuts it off, and what the whole can't be built from.

#[cfg(test)]
mod script;

use multi_strategy as _;
use testkit::{Lab, LabError, check};

mod registered_script {
    sdk::register_strategy! {
        id: "script",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::script::Params,
        build: super::script::build,
    }
}

fn lab() -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    Ok(lab)
}

fn scripted(more: &str, script: &str) -> String {
    format!("[[child]]\nid = 'script'\nweight = 0.5\n{more}\nparams.script = '''\n{script}\n'''\n")
}

/// One under a limit, and one that goes on.
fn beside(more: &str, script: &str, table: &str) -> Result<(), LabError> {
    let other = scripted("", "1: buy 1 market\n6: held 1; sell 1 market reduce\n7: held 0");
    let params = format!("{}{other}", scripted(more, script));
    check(&lab()?, "multi_strategy", &params, table)
}

#[test]
fn a_child_that_loses_too_much_is_flattened_and_shut_off_while_the_other_goes_on() -> Result<(), LabError> {
    // 10 % of 5000 are 500: 20 held lose that at 75, fees included a little earlier.
    beside(
        "max_loss_pct = 10",
        "1: buy 20 market
         2: sell 5 @ 130 reduce
         3: held 20; equity 4519.2
         5: held 99",
        "
        100          | buy 20 market; buy 1 market
        100          | filled buy 20 @ 100; filled buy 1 @ 100; sell 5 @ 130 reduce
        76           |
        # 4499.2 is under 4500.
        75           | cancel sell 5 @ 130; cancelled sell 5 @ 130; sell 20 market reduce
        80           | filled sell 20 @ 80
        80           | sell 1 market reduce
        80           | filled sell 1 @ 80
        ",
    )
}

#[test]
fn a_child_that_wishes_without_bound_is_shut_off_while_the_other_goes_on() -> Result<(), LabError> {
    beside(
        "",
        "1: sell 2 @ 105
         2: flood; buy 50 market
         3: held 99",
        "
        100 | sell 2 @ 105; buy 1 market
        100 | filled buy 1 @ 100; cancel sell 2 @ 105; cancelled sell 2 @ 105
        100 |
        100 |
        100 |
        100 | sell 1 market reduce
        100 | filled sell 1 @ 100
        ",
    )
}

#[test]
fn a_child_that_asks_for_its_end_is_closed_against_what_the_whole_holds() -> Result<(), LabError> {
    beside(
        "",
        "1: sell 1 market
         3: buy 1 @ 90
         4: held -1; stop",
        "
        # Both are filled by each other, and nothing goes out.
        100 |
        100 |
        100 | buy 1 @ 90
        # To close it the whole has to grow.
        100 | cancel buy 1 @ 90; cancelled buy 1 @ 90; buy 1 market
        100 | filled buy 1 @ 100
        100 | sell 1 market reduce
        100 | filled sell 1 @ 100
        ",
    )
}

#[test]
fn a_child_may_not_use_more_than_its_capital_and_gets_it_back_when_orders_end() -> Result<(), LabError> {
    let over = "exposure over equity times leverage (risk.max_leverage): ";
    let script = format!(
        "1: buy 30 @ 90; buy 24 @ 99; buy 1 @ 95
         2: heard {over}5076, limit 5000, accepted, accepted; cancel
         3: heard cancelled, cancelled; buy 50 market
         4: held 50; heard accepted, buy 50 @ 100 fee 2; buy 1 @ 10; sell 50 market reduce; sell 49 market
         5: held -49; heard {over}5010, limit 4998, accepted, accepted, sell 50 @ 100 fee 2, sell 49 @ 100 fee 1.96"
    );
    beside(
        "",
        &script,
        "
        100 | buy 30 @ 90; buy 1 @ 95; buy 1 market
        100 | filled buy 1 @ 100; cancel buy 30 @ 90; cancel buy 1 @ 95; cancelled buy 30 @ 90; cancelled buy 1 @ 95
        100 | buy 50 market
        100 | filled buy 50 @ 100; sell 50 market reduce; sell 49 market
        100 | filled sell 50 @ 100; filled sell 49 @ 100
        ",
    )
}

#[test]
fn outside_of_its_regimes_a_child_may_close_and_sees_every_price() -> Result<(), LabError> {
    const PAUSED: &str = "the strategy is paused or stopped, and this order would open risk";
    let judged = "adx_period = 2\nadx_enter = 60\nadx_exit = 50\nregime_ema_period = 2\nregime_slope_bars = 1\nregime_dwell = 1\n";
    let child = scripted(
        "regimes = ['trend_up', 'trend_down']",
        &format!(
            "1: mode paused; buy 1 market
             2: heard {PAUSED}
             6: mode running; buy 1 market
             7: held 1; sell 0.5 stop 90 reduce
             13: mode paused; buy 1 market; sell 0.5 market reduce
             14: heard accepted, buy 1 @ 106 fee 0.0424, accepted, {PAUSED}, accepted, sell 0.5 @ 110 fee 0.022; held 0.5
             15: held 0.5"
        ),
    );
    check(
        &lab()?,
        "multi_strategy",
        &format!("{judged}{child}"),
        "
        100 |
        101 |
        102 |
        103 |
        104 |
        105 | buy 1 market
        106 | filled buy 1 @ 106; sell 0.5 stop 90 reduce
        110 |
        109 |
        110 |
        109 |
        110 |
        109 | sell 0.5 market reduce
        110 | filled sell 0.5 @ 110
        109 |
        # The stop works whatever the regime is.
        80  | filled sell 0.5 @ 80
        ",
    )
}

#[test]
fn a_child_trades_the_instruments_it_names_and_is_told_of_no_other() -> Result<(), LabError> {
    let mut lab = lab()?;
    lab.others = vec![sdk::InstrumentSpec { symbol: "TWOUSDT".to_owned(), ..lab.spec.clone() }];
    let second = scripted("instruments = ['TWOUSDT']", "1: buy 1 @ 49\n2: held 1; sell 1 @ 51 reduce");
    let both = scripted("", "1: buy 1 @ 48").replace("params.script", "params.market = 1\nparams.script");
    check(
        &lab,
        "multi_strategy",
        &format!("{second}{both}"),
        "
        100 / 50          | TWOUSDT buy 1 @ 49; TWOUSDT buy 1 @ 48
        100 / 50 50 47 47 | TWOUSDT filled buy 1 @ 49; TWOUSDT filled buy 1 @ 48; TWOUSDT sell 1 @ 51 reduce
        100 / 50          |
        ",
    )
}

#[test]
fn what_it_can_not_be_built_from_is_told_with_what_to_do() -> Result<(), LabError> {
    let lab = lab()?;
    for (params, message) in [
        ("child = []", "child: there is none; add a [[strategy.params.child]] with an id and a weight"),
        (
            "child = [{ id = 'script', weight = 0.6 }, { id = 'script', weight = 0.5 }]",
            "weight: the weights come to 1.1; they may come to at most 1",
        ),
        (
            "child = [{ id = 'script', weight = 0 }]",
            "weight: 0 of child script must be above 0 and at most 1",
        ),
        (
            "child = [{ id = 'multi_strategy', weight = 1 }]",
            "child.id: `multi_strategy` is no strategy that this run may use: it is not compiled in, or no licence names it; there is script",
        ),
        (
            "child = [{ id = 'script', weight = 1, params = { size = 1 } }]",
            "child.script: `size` is not a parameter of this strategy; it has: market, script",
        ),
        (
            "child = [{ id = 'script', weight = 1, instruments = ['BTCUSDT'] }]",
            "child.instruments: `BTCUSDT` of child script is no instrument of this run; there is TESTUSDT",
        ),
        (
            "child = [{ id = 'script', weight = 1, max_loss_pct = 101 }]",
            "max_loss_pct: 101 of child script must be from 0 to 100, in percent",
        ),
        (
            "child = [{ id = 'script', weight = 1, max_leverage = -1 }]",
            "max_leverage: -1 of child script must be from 0 to 1000",
        ),
        (
            "child = [{ id = 'script', weight = 1, max_leverage = 0.0000000001 }]",
            "max_leverage: 0.0000000001 of child script has more than nine decimals",
        ),
        (
            "allocation = 'risk_parity'\nchild = [{ id = 'script', weight = 1 }]",
            "rebalance_interval: 0 is never, and this allocation acts at rebalances alone; set how often",
        ),
        (
            "min_weight = 0.8\nchild = [{ id = 'script', weight = 1 }]",
            "min_weight: 0.8 must be at most max_weight, which is 0.7",
        ),
        (
            "adx_exit = 30\nchild = [{ id = 'script', weight = 1 }]",
            "adx_exit: 30 must be at most adx_enter, which is 25",
        ),
    ] {
        let error = lab.kernel("multi_strategy", params, None).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some(message), "{params}");
    }
    Ok(())
}
