//! Training gives the shipped model, the same bytes each time, and a file that says when it was changed.

use std::error::Error;
use std::fs;

use ai_strategy::{BoostedTrees, Kind, Model, ModelError, Node, Predictor, Training, Validation, train};
use sdk::{Catalogue, Event, InstrumentId};
use testkit::random_bars;

use crate::sample;

const FILE: &str = "model/btcusdt_1d.json";

/// `UPDATE=1` writes the file anew.
#[test]
fn the_shipped_model_is_what_training_gives() -> Result<(), Box<dyn Error>> {
    let Some((lab, bars)) = sample::bars()? else { return Ok(()) };
    let [trainer] = sdk::trainers()[..] else { return Err("one trainer is registered".into()) };
    let mut events = bars
        .iter()
        .map(|bar| Event::Bar { instrument: InstrumentId(0), bar: *bar })
        .collect::<Vec<_>>()
        .into_iter();
    let trained = trainer.run(&toml::Table::new(), &lab.setup(None)?, &mut events)?;
    let text = String::from_utf8(trained.bytes)?;
    if std::env::var_os("UPDATE").is_some() {
        fs::write(sample::here(FILE), &text)?;
        println!("{}", trained.summary);
    }
    assert_eq!(fs::read_to_string(sample::here(FILE))?, text);
    assert_eq!(Catalogue::of_this_binary()?.get(trainer.id).map(|entry| entry.id), Some("ai_strategy"));
    Ok(())
}

/// The figures in the crate's page are those of the file.
#[test]
fn the_page_says_what_the_file_says() -> Result<(), Box<dyn Error>> {
    let model = Model::from_json(&fs::read_to_string(sample::here(FILE))?)?;
    let page = fs::read_to_string(sample::here("src/lib.rs"))?;
    let row = |name: &str, score: &ai_strategy::Score| {
        format!(
            "//! | {name} | {} | {:.1} % | {:.1} % | {:.4} | {:.1} % | {} | {:.1} % | {:.1} % |",
            score.span.samples,
            score.right * 100.0,
            score.always_up * 100.0,
            score.log_loss,
            score.return_pct,
            score.trades,
            score.hold_pct,
            score.flat_pct
        )
    };
    for row in [row("five folds", &model.validation), row("kept back", &model.test)] {
        assert!(page.contains(&row), "the page lacks\n{row}");
    }
    Ok(())
}

#[test]
fn a_file_that_was_changed_or_is_of_another_kind_is_refused() -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(sample::here(FILE))?;
    let model = Model::from_json(&text)?;
    for (from, to) in [("\"bias\": ", "\"bias\": 1"), ("\"roc_20\"", "\"roc_30\""), ("BTCUSDT", "ETHUSDT")] {
        let changed = Model::from_json(&text.replacen(from, to, 1));
        assert!(matches!(changed, Err(ModelError::Changed { .. })), "{from} as {to}: {changed:?}");
    }
    // Sealed anew by whoever changed it, it still has to be one that this version can use.
    let reads = |change: &dyn Fn(&mut Model)| {
        let mut other = model.clone();
        change(&mut other);
        other.to_json().and_then(|text| Model::from_json(&text))
    };
    for (change, part) in [
        (
            &(|model: &mut Model| model.format = 1) as &dyn Fn(&mut Model),
            "its format is 1; this version reads 3",
        ),
        (&|model: &mut Model| model.interval_nanos = 0, "its bars are 0 nanoseconds long"),
        (&|model: &mut Model| model.features_version = 9, "its features are of version 9"),
        (&|model: &mut Model| model.features[0] = "roc_3".to_owned(), "`roc_3` is no feature"),
        (&|model: &mut Model| model.features.truncate(2), "need one number a feature"),
        (
            &|model: &mut Model| {
                let node = Node::Split { feature: 0, at: 0.0, low: 0, high: 1 };
                model.predictor =
                    Predictor::BoostedTrees(BoostedTrees { bias: 0.0, trees: vec![vec![node]] });
            },
            "node 0 of tree 0 leads nowhere",
        ),
    ] {
        let error = reads(change).map_or_else(|error| error.to_string(), |_| "it was read".to_owned());
        assert!(error.contains(part), "{error}");
    }
    // One of an earlier version, which lacks what later ones have.
    let old = text.replacen("\"format\": 3", "\"format\": 2", 1);
    let old: String = old.lines().filter(|line| !line.contains("interval_nanos")).collect();
    let error = Model::from_json(&old).map_or_else(|error| error.to_string(), |_| "it was read".to_owned());
    assert!(error.contains("its format is 2; this version reads 3"), "{error}");
    assert!(matches!(Model::from_json(""), Err(ModelError::Malformed(_))));
    assert!(matches!(Model::from_json(&text.replacen('{', "[", 1)), Err(ModelError::Malformed(_))));
    Ok(())
}

#[test]
fn the_same_data_give_the_same_bytes() -> Result<(), Box<dyn Error>> {
    let bars = random_bars(5, 600, 100_000);
    for model in [Kind::Logistic, Kind::BoostedTrees] {
        for validation in [Validation::WalkForward, Validation::KFold] {
            let training = Training { model, validation, horizon: 3, trees: 10, ..Training::default() };
            let one = train(training.clone(), "TEST", &bars)?.to_json()?;
            assert_eq!(one, train(training.clone(), "TEST", &bars)?.to_json()?);
            assert_eq!(Model::from_json(&one)?.to_json()?, one);
        }
    }
    Ok(())
}

/// A market that goes up after an up bar and down after a down bar, three times in four, is learnt by both kinds, out
/// of sample.
#[test]
fn what_is_there_is_found() -> Result<(), Box<dyn Error>> {
    let mut random = testkit::Seed::new(3);
    let (mut close, mut step) = (1_000_000_i64, 1_000_i64);
    let mut bars = random_bars(1, 900, 1_000_000);
    for bar in &mut bars {
        step = if random.below(4) == 0 { -step } else { step };
        let open = close;
        close += step;
        (bar.open, bar.close) = (sdk::Price::from_ticks(open), sdk::Price::from_ticks(close));
        (bar.high, bar.low) = (bar.open.max(bar.close), bar.open.min(bar.close));
    }
    for model in [Kind::Logistic, Kind::BoostedTrees] {
        let model = train(Training { model, ..Training::default() }, "TEST", &bars)?;
        assert!(model.validation.right > 0.7 && model.test.right > 0.7, "{}", model.summary());
        assert!(
            model.test.log_loss < 0.62 && model.test.return_pct > model.test.hold_pct,
            "{}",
            model.summary()
        );
    }
    Ok(())
}

/// The model and its folds see nothing of what is kept back: changing it changes no fold and no weight.
#[test]
fn what_is_kept_back_is_not_seen() -> Result<(), Box<dyn Error>> {
    let bars = random_bars(9, 700, 100_000);
    let model = train(Training::default(), "TEST", &bars)?;
    let first =
        bars.iter().position(|bar| bar.close_time.nanos() == model.test.span.from).ok_or("no test")?;
    let mut changed = bars.clone();
    for bar in changed.iter_mut().skip(first) {
        for price in [&mut bar.open, &mut bar.high, &mut bar.low, &mut bar.close] {
            *price = sdk::Price::from_ticks(price.ticks() * 2);
        }
    }
    let other = train(Training::default(), "TEST", &changed)?;
    assert_eq!((model.predictor, model.folds), (other.predictor, other.folds));
    assert_ne!(model.test, other.test);
    Ok(())
}

#[test]
fn what_can_not_be_trained_on_is_said() -> Result<(), Box<dyn Error>> {
    let error = |training: Training, count: usize| {
        let made = train(training, "TEST", &random_bars(1, count, 100_000));
        made.err().map_or_else(|| "it was trained".to_owned(), |error| error.to_string())
    };
    let odd = Training { features: vec!["moon".to_owned()], ..Training::default() };
    for (training, count, part) in [
        (odd, 500, "features: `moon` is no feature"),
        (Training::default(), 100, "data: the bars give 39 samples with a vector and a label; at least 200"),
        (Training { folds: 40, ..Training::default() }, 300, "folds: 40 folds leave "),
    ] {
        let said = error(training, count);
        assert!(said.starts_with(part), "{said}");
    }
    let lab = testkit::Lab::new()?;
    let [trainer] = sdk::trainers()[..] else { return Err("one trainer is registered".into()) };
    let trained = |params: &str| -> Result<String, Box<dyn Error>> {
        let trained = trainer.run(&toml::from_str(params)?, &lab.setup(None)?, &mut std::iter::empty());
        Ok(trained.err().map_or_else(|| "it was trained".to_owned(), |error| error.to_string()))
    };
    assert!(trained("")?.starts_with("data: the data holds no bars"), "{}", trained("")?);
    assert!(
        trained("depth = 5")?.starts_with("`depth` is 5; it must be from 1 to 4"),
        "{}",
        trained("depth = 5")?
    );
    Ok(())
}
