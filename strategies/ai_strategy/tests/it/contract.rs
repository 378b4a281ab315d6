//! What a user may rely on, on random tapes with an unreliable exchange.

use std::error::Error;

use ai_strategy::{Kind, Training, train};
use testkit::{Contract, random_bars};

use crate::sample;

#[test]
fn the_contract_holds_with_every_kind_of_model_bound_and_permission() -> Result<(), Box<dyn Error>> {
    let onnx = format!("model = '{}'\n", sample::handed_over("model/mlp_btcusdt_1d.onnx")?);
    let training = Training { model: Kind::BoostedTrees, trees: 5, ..Training::default() };
    let trees = train(training, "TESTUSDT", &random_bars(2, 400, 100_000))?.to_json()?;
    let eager = "confidence = 0.5\n";
    for params in [
        String::new(),
        format!("{eager}direction = 'both'\nstop_loss_pct = 0.5"),
        format!("{eager}direction = 'short'\ntarget_volatility_pct = 0.2\nrebalance_pct = 5\nsize = 1"),
        format!(
            "{eager}direction = 'both'\nmax_bar_turnover_pct = 3\nmax_daily_turnover_pct = 40\nrebalance_pct = 1\nstop_loss_pct = 2"
        ),
        format!(
            "{eager}direction = 'both'\nadvisor = 'apply'\nadvisor_bias = 2\nrebalance_pct = 2\ntarget_volatility_pct = 1\nstop_loss_pct = 1"
        ),
        format!("{eager}advisor = 'propose'\nonly_unseen = true"),
        format!(
            "model = '''{trees}'''\n{eager}direction = 'both'\nmax_bar_turnover_pct = 10\nrebalance_pct = 3"
        ),
        format!(
            "{onnx}{eager}direction = 'both'\nrebalance_pct = 10\nadvisor = 'apply'\nadvisor_source = 'model'"
        ),
    ] {
        let mut contract = Contract::new()?;
        // The features need sixty-one bars.
        (contract.tapes, contract.events) = (15, 600);
        contract.holds("ai_strategy", &params)?;
    }
    Ok(())
}
