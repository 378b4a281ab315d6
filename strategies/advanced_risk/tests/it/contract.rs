//! A strategy that trades all the time, on random tapes with an unreliable exchange, behind the rule with every limit
//! on.

use sdk::{
    BuildError, Event, Intents, Mode, Qty, RestoreError, Setup, Side, Strategy, View, Wish, orderable, state,
};
use testkit::{Broken, Contract};

use crate::trader::with_more;

/// Opens on one bar in three of an instrument, by turns long and short, and closes reduce-only two bars later.
#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {}

struct Restless {
    bars: Vec<u32>,
}

impl Strategy for Restless {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Event::Bar { instrument, .. } = event else { return };
        let (Some(market), Some(count)) = (view.market(*instrument), self.bars.get_mut(instrument.index()))
        else {
            return;
        };
        *count += 1;
        let held = market.position.qty;
        if *count % 3 == 2
            && let Some(side) = Side::closing(held)
            && market.closing.is_zero()
        {
            intents.place(0, Wish::market(*instrument, side, held.abs()).reducing());
        } else if *count % 3 == 0
            && view.mode == Mode::Running
            && let Some(qty) =
                market.last.and_then(|last| orderable(&market.instrument, last, Qty::from_lots(5_000)))
        {
            let side = if *count % 2 == 0 { Side::Buy } else { Side::Sell };
            intents.place(0, Wish::market(*instrument, side, qty));
        }
    }

    fn save(&self) -> Vec<u8> {
        state::save("restless", 1, &"none", &self.bars)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.bars = state::restore("restless", 1, &"none", bytes)?;
        Ok(())
    }
}

fn build(_: Params, setup: &Setup) -> Result<Restless, BuildError> {
    Ok(Restless { bars: vec![0; setup.instruments.len()] })
}

sdk::register_strategy! {
    id: "restless",
    summary: "trades all the time",
    tier: sdk::Tier::Free,
    params: Params,
    build: build,
}

/// Nothing said, and every limit on.
const RULES: [&str; 3] = [
    "",
    "window = 20\nmin_history = 20\nmax_var_pct = 20\nmethod = 'cornish_fisher'\ntarget_vol_pct = 1000\n\
     kelly_fraction = 1\nkelly_floor = 2\nmax_correlated = 3\nweights = 'hrp'\nmax_gross = 9\nrebalance_bars = 1\n\
     drawdown_reduce_pct = 5\ndrawdown_stop_pct = 30\ncooldown_minutes = 60\nmax_stress_pct = 90\n\
     scenario = [{ all_pct = -20 }]\nbefore_ready = 'pass'",
    "window = 20\nmin_history = 20\nmeasure = 'es'\nmethod = 'parametric'\nweights = 'min_variance'\n\
     before_ready = 'pass'\nmax_gross = 5\ncooldown_bars = 3\ndrawdown_stop_pct = 2",
];

#[test]
fn the_engine_keeps_its_contract_behind_the_rule() -> Result<(), Broken> {
    for rule in RULES {
        let mut contract = Contract::new()?;
        contract.lab = with_more(contract.lab, 1);
        contract.lab.rules = vec![("advanced_risk".to_owned(), rule.to_owned())];
        contract.holds("restless", "")?;
    }
    Ok(())
}

/// It only takes away from what opens, and a restart changes no verdict.
#[test]
fn the_rule_keeps_its_own() -> Result<(), Broken> {
    for (rule, more) in RULES.iter().flat_map(|rule| [(rule, 0), (rule, 2)]) {
        let mut contract = Contract { tapes: 18, ..Contract::new()? };
        contract.lab = with_more(contract.lab, more);
        contract.rule_holds("advanced_risk", rule)?;
    }
    Ok(())
}
