//! What a user may rely on, on random tapes with an unreliable exchange.

use market_making as _;
use testkit::{Broken, Contract};

#[test]
fn the_contract_holds_with_both_models_and_every_guard() -> Result<(), Broken> {
    for params in [
        "",
        "model = 'glft'\nvolatility = 2\nmin_edge_bps = 0\nrequote_bps = 0\nmin_quote_life_ms = 0\n\
         requote_size_pct = 0\nstale_seconds = 0\nstop_loss_pct = 0",
        "volatility = 1\nmin_samples = 1000000\nsizing = 'fixed_quantity'\nsize = 0.5\nmax_long = 1.25\nmax_short = 0\n\
         size_skew = 0.7\nstop_loss_pct = 1\nmax_spread_bps = 20",
        "sizing = 'equity_fraction'\nsize = 0.1\nmax_long = 0\nmax_short = 0.35\nmin_samples = 2\nsample_ms = 0\n\
         session_length = 3600\nwind_down = 900\nhorizon = 600\ngamma = 5\nkappa = 0.01",
        "model = 'glft'\nmin_samples = 1\nmin_arrivals = 10\ndepth_step_bps = 5\nestimate_bound = 10000\n\
         gamma = 0.0001\nmax_spread_bps = 5000\nstale_seconds = 60\nsize_skew = 0.1",
    ] {
        Contract::new()?.holds("market_making", params)?;
    }
    Ok(())
}
