//! What a user may rely on, on random tapes with an unreliable exchange.

use mean_reversion as _;
use testkit::{Broken, Contract};

#[test]
fn the_contract_holds_with_every_direction_filter_and_guard() -> Result<(), Broken> {
    for params in [
        "",
        "period = 5\nstd_multiplier = 1\ndirection = 'both'",
        "period = 4\nstd_multiplier = 1.2\nreversion_threshold = 0\ndirection = 'both'\nconfirmation = true\n\
         stop_loss_sigma = 1\nmax_bars_held = 4",
        "period = 6\nstd_multiplier = 1.5\ndirection = 'short'\nstop_loss_pct = 0.3\ntake_profit_pct = 0.3\n\
         sizing = 'fixed_quote'\nsize = 500",
        "period = 3\nstd_multiplier = 0.8\nreversion_threshold = 0.7\ndirection = 'both'\nmax_adx = 40\n\
         adx_period = 3\nsize = 1.5\nstop_loss_sigma = 0.1\ntake_profit_pct = 0.1",
        "period = 5\nstd_multiplier = 1\nsizing = 'fixed_quantity'\nsize = 1\nstop_loss_sigma = 100\n\
         max_bars_held = 1",
    ] {
        Contract::new()?.holds("mean_reversion", params)?;
    }
    Ok(())
}
