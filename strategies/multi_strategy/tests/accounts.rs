//! The accounts of children in the record of a run: each one's own, and in sum the run's.

#[cfg(test)]
mod script;

use multi_strategy as _;
use sdk::{Event, Funding, InstrumentId, Money, OperatorVerb, Rate};
use testkit::{Lab, LabError, random_bars};

mod registered_script {
    sdk::register_strategy! {
        id: "script",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::script::Params,
        build: super::script::build,
    }
}

const TWO: &str = "
[[child]]
id = 'script'
weight = 0.5
max_leverage = 0
params.script = '''
1: buy 10 market
9: sell 3 market reduce
'''
[[child]]
id = 'script'
weight = 0.4
max_leverage = 0
params.script = '''
1: sell 4 market
14: buy 9 market
'''
";

#[test]
fn a_run_ends_with_its_childrens_accounts_which_sum_to_its_own() -> Result<(), LabError> {
    let bars = random_bars(7, 20, 10_000);
    for (rebalance, stopped) in [("", false), ("rebalance_interval = 5", false), ("", true)] {
        let lab = Lab::new()?;
        let params = format!("{rebalance}\n{TWO}");
        let mut backtest = lab.backtest("multi_strategy", &params, bars.first(), bars.len(), false)?;
        for (at, bar) in bars.iter().enumerate() {
            if stopped && at == 18 {
                let (time, verb) = (bar.open_time, OperatorVerb::Stop);
                backtest.feed(&Event::Operator { time, verb })?;
            }
            backtest.feed(&Event::Bar { instrument: InstrumentId(0), bar: *bar })?;
            if at % 4 == 3 {
                let funding = Funding { time: bar.close_time, rate: Rate::from_nanos(300_000), mark: None };
                backtest.feed(&Event::Funding { instrument: InstrumentId(0), funding })?;
            }
        }
        let record = backtest.finish()?.record;
        let sum = |of: &dyn Fn(usize) -> Money| {
            (0..record.accounts.len()).fold(Money::ZERO, |sum, at| sum.plus(of(at)).unwrap())
        };
        let (all, totals) = (&record.accounts, &record.totals);
        assert_eq!(all.iter().map(|one| (one.strategy, one.id)).collect::<Vec<_>>(), [(0, "script"); 2]);
        assert_eq!(sum(&|at| all[at].fees), totals.fees);
        assert_eq!(sum(&|at| all[at].funding), totals.funding);
        assert!(totals.fees > Money::ZERO && totals.funding < Money::ZERO, "{totals:?}");
        let gross = sum(&|at| all[at].realised.plus(all[at].unrealised).unwrap());
        assert_eq!(gross, totals.realised.plus(totals.unrealised).unwrap());
        assert!(all.iter().all(|one| one.realised != Money::ZERO), "{all:?}");
        assert_eq!(all.iter().any(|one| one.unrealised != Money::ZERO), !stopped, "{all:?}");
        // Nine tenths of the account were given out; a rebalance gives out nine tenths of what it made, too.
        let kept = lab.capital.minus(sum(&|at| all[at].equity)).unwrap();
        let made = record.final_equity().minus(lab.capital).unwrap();
        if rebalance.is_empty() {
            assert_eq!(kept.plus(made).unwrap().to_string(), "1000");
        }
        // Four lots of the first two orders were crossed inside: a fill of each, and none at the venue.
        let fills: u64 = all.iter().map(|one| one.fills).sum();
        assert!(stopped || (fills, totals.fills) == (5, 3), "{fills} and {}", totals.fills);
    }
    Ok(())
}
