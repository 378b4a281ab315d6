//! What a user may rely on, on random tapes with an unreliable exchange.

use testkit::{Broken, Contract};
use trend_following as _;

#[test]
fn the_contract_holds_with_every_kind_of_signal_guard_and_turn() -> Result<(), Broken> {
    for params in [
        "",
        "direction = 'both'\nshort_period = 2\nlong_period = 5\nstop_loss_pct = 0.5\ntake_profit_pct = 0.5",
        "direction = 'short'\nshort_period = 1\nlong_period = 2\nsignal = 'level'\nsize_at = 'next_price'",
        "direction = 'both'\nshort_period = 2\nlong_period = 4\natr_stop_multiplier = 1.5\natr_period = 3\n\
         trailing_stop = true\ntake_profit_pct = 2\nfunding_pause_minutes = 300",
        "direction = 'both'\nshort_period = 1\nlong_period = 2\nregime_filter = true\nadx_period = 3\n\
         regime_ema_period = 3\nregime_dwell = 1\natr_stop_multiplier = 0.5\natr_period = 2",
        "direction = 'both'\nmethod = 'sma'\nshort_period = 1\nlong_period = 3\nsignal = 'level'\nsize = 1.5\n\
         size_at = 'next_price'\nstop_loss_pct = 0.1\ntake_profit_pct = 0.2",
    ] {
        Contract::new()?.holds("trend_following", params)?;
    }
    Ok(())
}
