//! A trained model decides, the risk gate disposes.
//!
//! # Idea
//! Each closed bar becomes a vector of [`FEATURES`], computed while streaming, by the same code in training and in
//! trading. A model turns it into the log-odds that the close will be higher `horizon` bars from now. We go long where
//! the probability is at least `confidence`, short (if allowed) where it is at most 1 − `confidence`, and out as soon
//! as the model favours the other side. Between the two we keep what we have. Whatever the model says, orders pass the
//! gate of the engine.
//!
//! # Parameters
//! ```toml
//! model = "shipped"            # or a file beside the configuration: JSON of `quantmesh ai train`, or ONNX
//! features = []                # ONNX only: what its input takes, unless its metadata says so
//! direction = "long"           # long, short or both
//! confidence = 0.52            # probability from which on a position is opened
//! size = 0.5                   # share of equity in a position
//! target_volatility_pct = 0    # the position is smaller where the market moves more per bar; 0: off
//! max_bar_turnover_pct = 0     # the most that one order opens or adds, % of equity; 0: no bound
//! max_daily_turnover_pct = 0   # the same for a UTC day
//! rebalance_pct = 0            # resize a held position from this difference on; 0: leave it as it was opened
//! stop_loss_pct = 0            # protective stop under (over) the average entry price; 0: none
//! only_unseen = false          # open nothing on bars that the model was trained on
//! advisor = "off"              # or "propose", "apply": what somebody outside may do
//! advisor_source = ""          # whom to listen to; empty: anybody
//! advisor_bias = 0.5           # log-odds that a bias of 1 adds
//! ```
//! [`Params`] says each of them in full.
//!
//! **Volatility.** With `target_volatility_pct` a position is `size` × target / σ, and never more than `size`; σ is
//! the deviation of the changes of the last twenty closes. **Turnover.** The bounds count what opens or adds, by its
//! fills; exits and what makes a position smaller know no bound. With `rebalance_pct` a position that a bound kept
//! small grows bar by bar. **Stop.** A stop-market order, reduce-only, placed once an entry has ended, and anew after
//! each resizing. A side that was stopped out is not entered again before the model gave it up.
//!
//! # Models
//! **Trained here.** `quantmesh ai train --config RUN.toml --out model.json` (or `--data FILE --instrument SYMBOL`)
//! trains a logistic model (Cox 1958) with a ridge, fitted by L-BFGS, or gradient-boosted trees (Chen and Guestrin
//! 2016) of depth 4 at most, on the bars of a configuration; [`Training`] has its parameters, to be set as in `--set
//! model=boosted_trees`. The last `holdout` of the bars is kept back. On the rest, folds are tried out of sample, each
//! by a model of the bars before it; what a label reaches over is purged and an embargo left (López de Prado 2018,
//! §7.4). The file holds the features by name, the parameters, the span of the training, the score of each fold, of all
//! folds and of what was kept back, each beside buying and holding and beside staying flat, after taker fees, and a
//! SHA-256 of all that. A file that was changed is refused. The same data give the same bytes.
//!
//! **Tied to its market.** The file also holds the symbol and how long the bars were. On bars of another length (by
//! more than an eighth) nothing is opened or added, and the run's record says so once; exits go on. On another symbol
//! it trades, the record says once that it was trained elsewhere, and `only_unseen` leaves nothing out, as that
//! symbol's bars were not in the training. A strategy with several instruments trades the first and looks at no other.
//!
//! **Trained elsewhere.** An ONNX file with one input, a row of features, whose last output ends in the probability of
//! "up": networks of `Gemm`, `MatMul` and the usual activations, and what `skl2onnx` makes of scikit-learn's logistic
//! regression, random forests, gradient boosting and networks. Metadata of the file may say `features` (names with
//! commas between them), `output` (`probability` or `log_odds`), `trained_from` and `trained_to` in nanoseconds since
//! 1970, `symbol`, and `interval_nanos`, the length of a bar; what it does not say is not compared.
//! `examples/python/train_onnx.py` writes one. A strategy reads no file: the program hands it the content of what
//! `model` names.
//!
//! Log-odds are rounded to six decimals, so that the last bit of an exponential, where platforms differ, changes
//! nothing.
//!
//! # What the shipped model is worth
//! `model/btcusdt_1d.json` is a logistic model over all features, trained with the default parameters on the first 70
//! % of the daily BTCUSDT sample (2017 to 2021). Out of sample, with all the equity in one position, after 4 bps a
//! side:
//!
//! | what | samples | right | always "up" | log loss | return | trades | hold | flat |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | five folds | 686 | 52.2 % | 51.0 % | 0.7147 | -47.4 % | 67 | -19.3 % | 0.0 % |
//! | kept back | 356 | 57.9 % | 57.9 % | 0.6786 | 303.9 % | 54 | 344.3 % | 0.0 % |
//!
//! That is no edge. On the folds its log loss is worse than a coin's (0.6931), and it lost more than holding did. On
//! the bars kept back, most of which belong to the rise of 2020, it was right as often as always saying "up", and made
//! less than holding. It is an example of the way a model gets here. A test holds these figures against the file. These
//! scores trade at the very close that decided and without slippage, while the engine fills at the next open, with
//! slippage, so a backtest over the same bars comes to something else.
//!
//! # When it makes and when it loses money
//! It earns as far as the patterns of the training span go on, and pays taker fees for each change of mind. Daily bars
//! of a few years are few samples: most of what a model finds in them is chance, and more features or trees find more
//! of it. Look at the folds and not at a backtest over the training span, which shows what the model remembers: the
//! run's record says so once, and `only_unseen` leaves those bars out.
//!
//! # Advisor
//! Somebody outside, such as a language model, may answer in signals (`[instrument.data] signals = "file.csv"`). Names
//! are `bias`, from −1 to 1, which shifts the log-odds by up to `advisor_bias`, and the parameters `confidence`,
//! `size` and `target_volatility_pct`, with values in their ranges. With "apply", what makes a position larger than the
//! operator wrote is refused too: a `size` or `target_volatility_pct` above the configured one, or 0 for a target that
//! is set. An answer holds until its `valid_until`, for decisions at closed bars; a later answer of that name replaces
//! it. One that is late, out of range, of another name, of another source or for another instrument is refused with the
//! reason in the run's record; with "propose" all are shown and none is taken up: to approve of one is to change the
//! configuration and start again, and nothing does so while running. What is refused, shown or missing changes nothing
//! in trading, and what was applied is part of the saved state, so a replay decides the same.
//!
//! # Pause, rejects, partial fills, restarts
//! Paused, it opens and adds nothing, and goes on to exit. An exit that does not go through is tried again at the next
//! price, an entry at the next closed bar, while the model still wants it. What is held is known from events alone, so
//! a partial or late fill is guarded, resized or closed like any other. A restart takes up features, orders, the day's
//! turnover and applied advice; a state of another model or other parameters is refused.
//!
//! # Vendor key
//! Licences are held against `vendor.pub`, which is compiled in. In this tree that is the demonstration key of RFC
//! 8032, whose secret half everybody can read: builds with debug assertions take licences signed with it, all others
//! refuse them (exit code 24) unless asked by name (`--allow-demo-key`). Who sells this crate runs `quantmesh-licence
//! keygen`, puts the `.pub` file in the place of `vendor.pub`, and releases. `quantmesh doctor` names every crate that
//! still has the demonstration key. Training asks for the same licence as trading.

mod advisor;
mod features;
mod growth;
mod judge;
mod logistic;
mod model;
mod onnx;
mod origin;
mod params;
mod samples;
mod score;
mod size;
mod summary;
mod trader;
mod training;
mod trees;

pub use advisor::CHANGEABLE;
pub use features::{COUNT, FEATURES, FEATURES_VERSION, Features, Vector, places};
pub use growth::Growth;
pub use logistic::Logistic;
pub use model::{FORMAT, Model, ModelError, Predictor};
pub use onnx::Onnx;
pub use params::{Params, Permission};
pub use samples::{Purge, Sample, folds, samples};
pub use score::{Rule, Score, Span};
pub use trader::AiStrategy;
pub use training::{Kind, Training, Validation, train, train_on_events};
pub use trees::{BoostedTrees, Node};

sdk::register_strategy! {
    id: "ai_strategy",
    summary: "a trained model over streaming features of closed bars decides: logistic, boosted trees, or ONNX",
    tier: sdk::Tier::Paid { vendor_key: include_str!("../vendor.pub") },
    stability: sdk::Stability::Beta,
    released: "2026-11-24",
    params: Params,
    build: AiStrategy::build,
}

sdk::register_trainer! {
    id: "ai_strategy",
    summary: "logistic models and boosted trees, with purged and embargoed walk-forward validation",
    params: Training,
    train: train_on_events,
}
