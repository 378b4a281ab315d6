//! What a user may rely on, on random tapes with an unreliable exchange.

use breakout as _;
use testkit::{Broken, Contract};

#[test]
fn the_contract_holds_with_every_direction_stop_and_size() -> Result<(), Broken> {
    for params in [
        "",
        "entry_period = 3\nexit_period = 2\natr_multiplier = 0\ndirection = 'both'",
        "entry_period = 2\nexit_period = 2\natr_period = 3\natr_multiplier = 1\ntrailing_atr_multiplier = 1.5\n\
         direction = 'both'\nrisk_pct = 1\nmax_leverage = 3",
        "entry_period = 1\nexit_period = 1\natr_period = 1\natr_multiplier = 0.5\ntrailing_atr_multiplier = 0.3\n\
         direction = 'both'\ntake_profit_pct = 0.3\nrisk_pct = 100\nmax_leverage = 0.5",
        "entry_period = 5\nexit_period = 1\natr_period = 2\natr_multiplier = 0.2\ndirection = 'short'\n\
         take_profit_pct = 0.2\nsizing = 'fixed_quote'\nsize = 500",
        "entry_period = 4\nexit_period = 3\natr_period = 10\natr_multiplier = 100\nrisk_pct = 5",
        "entry_period = 2\nexit_period = 1\natr_multiplier = 1\natr_period = 1\ntrailing_atr_multiplier = 3\n\
         sizing = 'fixed_quantity'\nsize = 1",
    ] {
        Contract::new()?.holds("breakout", params)?;
    }
    Ok(())
}
