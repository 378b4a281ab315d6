//! Models of other trainers say here what they say there.

use std::error::Error;
use std::fs;

use ai_strategy::{FEATURES, Features, Onnx, Vector};
use serde::Deserialize;

use crate::sample;

#[derive(Deserialize)]
struct Line {
    time: i64,
    features: Vec<f64>,
    probability: f64,
}

const MLP: &str = "model/mlp_btcusdt_1d.onnx";

/// The network of `examples/python/train_onnx.py`: the features that Python made are those made here, and so is what
/// it says.
#[test]
fn the_network_says_what_it_said_in_python() -> Result<(), Box<dyn Error>> {
    let Some((_, bars)) = sample::bars()? else { return Ok(()) };
    let lines: Vec<Line> =
        serde_json::from_str(&fs::read_to_string(sample::here("tests/reference/mlp_btcusdt_1d.json"))?)?;
    let names = ["roc_1", "roc_5", "roc_20", "from_sma_50", "deviation_20", "donchian_20", "bar_position"];
    let model = Onnx::read(&fs::read(sample::here(MLP))?, &[])?;
    assert!(model.trained().is_some_and(|span| span.holds(lines[0].time)));
    assert_eq!((model.symbol(), model.interval_nanos()), (Some("BTCUSDT"), Some(86_400_000_000_000)));
    let mut features = Features::default();
    let mut met = 0;
    for bar in &bars {
        let vector = features.update(bar);
        let Some(line) = lines.iter().find(|line| line.time == bar.close_time.nanos()) else { continue };
        // Python's features begin earlier than the longest one here.
        let Some(vector) = vector else { continue };
        for (name, expected) in names.iter().zip(&line.features) {
            let place = FEATURES.iter().position(|known| known == name).ok_or("a name")?;
            assert!((vector[place] - expected).abs() < 1e-9, "{name}: {} for {expected}", vector[place]);
        }
        let odds = model.log_odds(&vector).ok_or("it says nothing")?;
        let expected = (line.probability / (1.0 - line.probability)).ln();
        assert!((odds - expected).abs() < 1e-5, "{odds} for {expected}");
        met += 1;
    }
    assert!(met >= 10, "{met} lines were met");
    Ok(())
}

#[derive(Deserialize)]
struct Reference {
    rows: Vec<Vec<f64>>,
    probabilities: std::collections::BTreeMap<String, Vec<f64>>,
}

/// Logistic regression, a random forest, gradient boosting and a network of scikit-learn, against onnxruntime.
#[test]
fn models_of_scikit_learn_say_what_onnxruntime_says() -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(sample::here("tests/reference/sklearn_models.json"))?;
    let reference: Reference = serde_json::from_str(&text)?;
    assert_eq!(reference.probabilities.len(), 4);
    let names: Vec<String> = FEATURES.iter().take(4).map(|name| (*name).to_owned()).collect();
    for (name, expected) in &reference.probabilities {
        let model = Onnx::read(&fs::read(sample::here(&format!("tests/reference/{name}.onnx")))?, &names)
            .map_err(|what| format!("{name}: {what}"))?;
        for (row, expected) in reference.rows.iter().zip(expected) {
            let mut vector: Vector = [0.0; ai_strategy::COUNT];
            vector[..4].copy_from_slice(row);
            let odds = model.log_odds(&vector).ok_or("it says nothing")?;
            let said = 1.0 / (1.0 + (-odds).exp());
            assert!((said - expected).abs() < 2e-6, "{name}: {said} for {expected}");
        }
    }
    Ok(())
}

#[test]
fn what_can_not_be_used_is_said() -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(sample::here(MLP))?;
    let error = |bytes: &[u8], features: &[&str]| {
        let features: Vec<String> = features.iter().map(|name| (*name).to_owned()).collect();
        Onnx::read(bytes, &features).err().unwrap_or_else(|| "it was read".to_owned())
    };
    let replaced = |from: &[u8], to: &[u8]| {
        let mut bytes = bytes.clone();
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap_or(0);
        bytes[at..at + to.len()].copy_from_slice(to);
        bytes
    };
    for (bytes, features, part) in [
        (
            &bytes,
            &["roc_1"][..],
            "it takes 7 inputs, and 1 features are named (roc_1); name one for each input, in order",
        ),
        (&bytes, &["moon"], "`moon` is no feature"),
        (
            &replaced(b"Tanh", b"Cosh"),
            &[],
            "the operator Cosh: there is none here; export the model with these: Add, ",
        ),
        (
            &replaced(b"86400000000000", b"8640000000000x"),
            &[],
            "its metadata says interval_nanos = 8640000000000x; it is how long a bar is",
        ),
        (&replaced(b"roc_20", b"roc_99"), &[], "`roc_99` is no feature"),
        (&fs::read(sample::here("tests/reference/forest.onnx"))?, &[], "does not name its features"),
        (
            &fs::read(sample::here("tests/reference/forest.onnx"))?,
            &["roc_1"],
            "it takes 4 inputs, and 1 features are named",
        ),
        (&b"{}".to_vec(), &[], "this is no ONNX file that can be read"),
    ] {
        let said = error(bytes, features);
        assert!(said.contains(part), "{said}, and not {part}");
    }
    Ok(())
}

/// No damage makes it panic: every cut, and every byte changed.
#[test]
fn damaged_files_are_errors_or_other_models() -> Result<(), Box<dyn Error>> {
    for file in [MLP, "tests/reference/forest.onnx", "tests/reference/logistic.onnx"] {
        let bytes = fs::read(sample::here(file))?;
        let names: Vec<String> = FEATURES.iter().take(4).map(|name| (*name).to_owned()).collect();
        let features = if file == MLP { &[][..] } else { &names };
        for at in 0..bytes.len() {
            let read = Onnx::read(&bytes[..at], features);
            assert!(at + 260 > bytes.len() || read.is_err(), "{file} cut at {at} was read");
            let mut changed = bytes.clone();
            for value in [0, 0xFF, bytes[at] ^ 1] {
                changed[at] = value;
                if let Ok(model) = Onnx::read(&changed, features) {
                    let _ = model.log_odds(&[1.0; ai_strategy::COUNT]);
                }
            }
        }
    }
    Ok(())
}
