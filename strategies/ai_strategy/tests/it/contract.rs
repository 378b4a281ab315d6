//! What a user may rely on, on random tapes with an unreliable exchange.

use std::error::Error;

use ai_strategy::{Kind, Training, train};
use testkit::{Contract, random_bars};

use crate::sample;

#[test]
fn the_contract_holds_with_every_kind_of_model_bound_and_permission() -> Result<(), Box<dyn Error>> {
    // One that says nothing of its bars; the others were trained on such bars as these.
    let onnx = format!(
        "model = '{}'\nfeatures = ['roc_1', 'roc_5', 'rsi_14', 'from_sma_20']\n",
        sample::handed_over("tests/reference/forest.onnx")?
    );
    let bars = random_bars(2, 400, 100_000);
    let trained = |model: Kind| {
        train(Training { model, trees: 5, ..Training::default() }, "TESTUSDT", &bars)?
            .to_json()
            .map_err(Box::<dyn Error>::from)
    };
    let trees = trained(Kind::BoostedTrees)?;
    let logistic = format!("model = '''{}'''\n", trained(Kind::Logistic)?);
    let eager = &format!("{logistic}confidence = 0.5\n");
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
            "model = '''{trees}'''\nconfidence = 0.5\ndirection = 'both'\nmax_bar_turnover_pct = 10\nrebalance_pct = 3"
        ),
        format!(
            "{onnx}confidence = 0.5\ndirection = 'both'\nrebalance_pct = 10\nadvisor = 'apply'\nadvisor_source = 'model'"
        ),
    ] {
        let mut contract = Contract::new()?;
        // The features need sixty-one bars.
        (contract.tapes, contract.events) = (15, 600);
        contract.holds("ai_strategy", &params)?;
    }
    Ok(())
}
