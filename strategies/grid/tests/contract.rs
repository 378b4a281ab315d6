//! What a user may rely on, on random tapes with an unreliable exchange.

use grid as _;
use testkit::{Broken, Contract};

#[test]
fn the_contract_holds_in_every_direction() -> Result<(), Broken> {
    for params in [
        "",
        "direction = 'short'\nspacing = 'arithmetic'\nprice_interval = 3\nbuy_window_size = 3\nsell_window_size = 4",
        "direction = 'neutral'\nspacing_pct = 0.3\nstop_loss_pct = 5\ntake_profit_pct = 2\ntrailing_take_profit_pct = 1",
        "direction = 'neutral'\nspacing_pct = 0.2\natr_multiplier = 1.5\natr_period = 3\ninventory_skew = 4",
        "regime_filter = true\nadx_period = 3\nregime_ema_period = 4\nregime_dwell = 1\nspacing_pct = 0.3\n\
         funding_pause_minutes = 400",
        "direction = 'short'\nspacing_pct = 0.4\nprice_lower = 990\nprice_upper = 1010\ntrailing_shift = 'both'\n\
         funding_pause_minutes = 60\nregime_filter = true\nadx_period = 3\nregime_ema_period = 4",
        "trigger_price = 1010\nstop_loss_price = 500\nmax_grid_layers = 5",
    ] {
        Contract { tapes: 9, ..Contract::new()? }.holds("grid", params)?;
    }
    Ok(())
}
