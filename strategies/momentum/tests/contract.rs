//! What a user may rely on, on random tapes with an unreliable exchange.

use momentum as _;
use testkit::{Broken, Contract};

#[test]
fn the_contract_holds_with_both_styles_every_direction_and_every_guard() -> Result<(), Broken> {
    for params in [
        "",
        "rsi_period = 3\nroc_period = 2\nmomentum_threshold = 0\noverbought = 95\noversold = 5\ndirection = 'both'",
        "rsi_period = 4\nroc_period = 3\nmomentum_threshold = 0.1\noverbought = 90\noversold = 10\n\
         direction = 'both'\nstop_loss_pct = 0.3\ntake_profit_pct = 0.5\nmax_bars_held = 5\ncooldown_bars = 4",
        "rsi_period = 2\nroc_period = 1\nmomentum_threshold = 0\noversold = 1\ndirection = 'short'\n\
         stop_loss_pct = 0.01\nsizing = 'fixed_quote'\nsize = 500\ncooldown_bars = 1",
        "style = 'contrarian'\nrsi_period = 2\ndirection = 'both'\nsize = 1.5",
        "style = 'contrarian'\nrsi_period = 3\ndirection = 'both'\nstop_loss_pct = 0.2\ntake_profit_pct = 0.2\n\
         max_bars_held = 3\ncooldown_bars = 2\nsizing = 'fixed_quantity'\nsize = 1",
        "style = 'contrarian'\nrsi_period = 5\nstop_loss_pct = 99\nmax_bars_held = 1",
    ] {
        Contract::new()?.holds("momentum", params)?;
    }
    Ok(())
}
