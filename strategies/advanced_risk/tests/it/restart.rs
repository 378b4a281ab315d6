//! What survives a restart, and what is refused as a state.

use std::collections::BTreeMap;

use sdk::{Catalogue, Event, Market, Money, RiskRule, Setup, Side, Verdict, View};
use testkit::{Lab, Seed, random_bars, random_events};

use crate::trader::{lab, order, view, with_more};

const ALL: &str = "window = 30\nmin_history = 20\nmethod = 'cornish_fisher'\nmeasure = 'es'\ntarget_vol_pct = 40\n\
                   kelly_fraction = 0.5\nkelly_floor = 0.2\nmax_correlated = 0.8\nweights = 'hrp'\nrebalance_bars = 3\n\
                   shrinkage = 'ledoit_wolf'\ndrawdown_reduce_pct = 3\ndrawdown_stop_pct = 8\ncooldown_bars = 10\n\
                   cooldown_minutes = 5\nmax_stress_pct = 20\nscenario = [{ all_pct = -25 }]";

fn setup() -> Setup {
    with_more(lab("").unwrap(), 2).setup(None).unwrap()
}

fn rule(params: &str, setup: &Setup) -> Box<dyn RiskRule> {
    let entry = Catalogue::of_this_binary().unwrap().get("advanced_risk").unwrap();
    entry.build_rule(&toml::from_str(params).unwrap(), setup).unwrap()
}

/// Rows of bars that all instruments have, and what a bad feed may bring.
fn tapes(seed: u64, setup: &Setup) -> [Vec<Event>; 2] {
    let bars: Vec<_> = (0..3).map(|at| random_bars(seed * 3 + at, 150, 10_000)).collect();
    let row = |row: usize| setup.instruments.iter().zip(&bars).map(move |(one, bars)| (one.id(), bars[row]));
    let rows = (0..150).flat_map(row).map(|(instrument, bar)| Event::Bar { instrument, bar }).collect();
    [rows, random_events(seed, 400, &setup.instruments)]
}

/// With every limit on, a rule that is saved and built anew all the time judges what the other one does.
#[test]
fn a_restored_rule_judges_the_same() {
    let setup = setup();
    let mut verdicts = BTreeMap::new();
    for (seed, before) in (0..8).zip(["refuse", "pass"].iter().cycle()) {
        let params = format!("{ALL}\nbefore_ready = '{before}'");
        for tape in tapes(seed, &setup) {
            let (mut steady, mut restarted) = (rule(&params, &setup), rule(&params, &setup));
            let mut markets: Vec<Market> = setup.instruments.iter().cloned().map(Market::new).collect();
            let (mut random, mut equity) = (Seed::new(seed), 10_000);
            for event in tape {
                let Some(at) = event.instrument() else { continue };
                match event {
                    Event::Bar { bar, .. } => markets[at.index()].last = Some(bar.close),
                    Event::Trade { trade, .. } => markets[at.index()].last = Some(trade.price),
                    _ => {}
                }
                equity = (equity + random.between(-30, 30)).max(1);
                let money = Money::from_units(i128::from(equity) * 10_i128.pow(18));
                let view = View { now: event.time(), ..view(&markets, money) };
                steady.on_event(&view, &event);
                restarted.on_event(&view, &event);
                if random.below(4) == 0 {
                    let saved = restarted.save();
                    restarted = rule(&params, &setup);
                    restarted.restore(&saved).unwrap();
                    assert_eq!(restarted.save(), saved);
                }
                let side = if random.below(2) == 0 { Side::Buy } else { Side::Sell };
                let wish = order(at.0, side, random.between(1, 20_000));
                let verdict = steady.judge(&view, &wish);
                assert_eq!(restarted.judge(&view, &wish), verdict);
                *verdicts.entry(text(&verdict)).or_insert(0) += 1;
            }
        }
    }
    assert!(verdicts.len() > 10, "too little was tried: {verdicts:?}");
}

fn text(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Pass => "passes".to_owned(),
        Verdict::Shrink { why, .. } => format!("shrinks: {why}"),
        Verdict::Refuse { why, .. } => format!("refused: {why}"),
    }
}

#[test]
fn another_state_is_refused_and_changes_nothing() {
    let setup = setup();
    let mut one = rule(ALL, &setup);
    let mut markets: Vec<Market> = setup.instruments.iter().cloned().map(Market::new).collect();
    for event in random_events(3, 100, &setup.instruments) {
        if let Event::Bar { instrument, bar } = event {
            markets[instrument.index()].last = Some(bar.close);
            one.on_event(&view(&markets, setup.capital), &event);
        }
    }
    let saved = one.save();
    let text = String::from_utf8(saved.clone()).unwrap();
    let refuses = |rule: &mut Box<dyn RiskRule>, bytes: &str, expected: &str| {
        let error = rule.restore(bytes.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(rule.save(), saved);
    };
    refuses(&mut one, "[]", "");
    refuses(&mut one, "{", "");
    refuses(&mut one, &text.replace("\"rung\":0", "\"rung\":3"), "numbers that this rule never writes");
    refuses(&mut one, &text.replace("\"from\":", "\"from\":-"), "numbers that this rule never writes");
    refuses(
        &mut one,
        &text.replace("advanced_risk", "grid"),
        "it is a state of `grid`, and this is `advanced_risk`",
    );
    let other = rule(&ALL.replace("window = 30", "window = 31"), &setup).save();
    refuses(&mut one, &String::from_utf8(other).unwrap(), "`window` was 31 and is 30");
    let single = rule(ALL, &Lab::new().unwrap().setup(None).unwrap()).save();
    refuses(&mut one, &String::from_utf8(single).unwrap(), "it is of 1 instruments, this run has 3");
}
