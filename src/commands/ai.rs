//! `quantmesh ai`: training of models, by whatever trainers are compiled in.

use std::path::PathBuf;

use sdk::{BuildError, RegisteredTrainer, Setup, trainers};
use serde_json::json;
use toml::Table;

use crate::assemble::{Assembled, assemble};
use crate::catalogue::{catalogue, find};
use crate::cli::{AiCommand, LicenceArgs, TrainArgs};
use crate::config::{Source, set};
use crate::failure::Kind;
use crate::machine::replace;
use crate::{Failure, terminal};

pub(crate) fn run(command: &AiCommand, licence: &LicenceArgs) -> Result<(), Failure> {
    match command {
        AiCommand::Train(args) => train(args, licence),
    }
}

fn train(args: &TrainArgs, licence: &LicenceArgs) -> Result<(), Failure> {
    let trainer = trainer(args.strategy.as_deref())?;
    if args.out.exists() && !args.force {
        let what = format!("{}: the file exists; --force overwrites it", args.out.display());
        return Err(Failure::output(what));
    }
    let mut params = Table::new();
    for assignment in &args.set {
        set(&mut params, assignment).map_err(|what| Failure::new(Kind::Usage, what))?;
    }
    let source = match &args.config {
        Some(path) => Source::file(path)?,
        None => Source {
            name: "--data".to_owned(),
            text: bare(args.instrument.as_deref()),
            folder: PathBuf::new(),
        },
    };
    // What is trained for takes the place of what would trade, and is asked for its licence as that would be.
    let symbols = args.instrument.iter().map(|symbol| format!("{symbol:?}")).collect::<Vec<_>>().join(", ");
    let strategy = format!("strategy=[{{ id = \"{}\", instruments = [{symbols}] }}]", trainer.id);
    let sets = [strategy, "risk.rule=[]".to_owned()];
    let assembled = assemble(&source, &sets, args.data.as_deref(), licence)?;
    let setup = setup(&assembled);
    let trained =
        trainer.run(&params, &setup, &mut assembled.feed()).map_err(|error| explain(trainer, &error))?;
    replace(&args.out, &trained.bytes)
        .map_err(|error| Failure::output(format!("{}: {error}", args.out.display())))?;
    let (file, bytes) = (args.out.display().to_string(), trained.bytes.len());
    if args.json {
        return terminal::say_json(&json!({ "file": file, "bytes": bytes, "summary": trained.summary }));
    }
    terminal::say(&format!(
        "{}\n{file} written, {bytes} bytes; a configuration beside it names it under [strategy.params] as model = \"{}\"\n",
        trained.summary.trim_end(),
        args.out.file_name().unwrap_or_default().to_string_lossy()
    ))
}

/// What stands around the data where no configuration is named. The model says that it is of this symbol.
fn bare(symbol: Option<&str>) -> String {
    format!("[[instrument]]\nsymbol = {:?}\ntaker_fee_bps = 4\n", symbol.unwrap_or("DATAUSDT"))
}

/// The trainer of a strategy, or the only one; where there is none, what to build.
fn trainer(strategy: Option<&str>) -> Result<&'static RegisteredTrainer, Failure> {
    let all = trainers();
    let ids = || all.iter().map(|trainer| trainer.id).collect::<Vec<_>>().join(", ");
    let id = match (strategy, &all[..]) {
        (None, [only]) => only.id,
        (None, []) => "ai_strategy",
        (None, _) => {
            let what = format!("several strategies can be trained; say which with --strategy: {}", ids());
            return Err(Failure::new(Kind::Usage, what));
        }
        (Some(id), _) => id,
    };
    find(&catalogue()?, "ai train", id)?;
    all.iter().find(|trainer| trainer.id == id).copied().ok_or_else(|| {
        let there = if all.is_empty() { "nothing".to_owned() } else { ids() };
        Failure::new(Kind::Usage, format!("ai train: `{id}` has no model to train; {there} has"))
    })
}

fn setup(assembled: &Assembled) -> Setup {
    let places = assembled.checked.trades.first().map_or(&[][..], Vec::as_slice);
    let instruments: Vec<_> =
        places.iter().filter_map(|place| assembled.instruments.get(*place).cloned()).collect();
    Setup {
        prices: vec![None; instruments.len()],
        instruments,
        settlement: assembled.checked.settlement,
        capital: assembled.checked.capital,
        granted: assembled.parts.usable.clone(),
    }
}

fn explain(trainer: &RegisteredTrainer, error: &BuildError) -> Failure {
    let kind = match error {
        BuildError::Refused { key, .. } if key == "data" => Kind::Data,
        _ => Kind::Usage,
    };
    Failure::new(kind, format!("ai train {}: {error}", trainer.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "ai_strategy"))]
    #[test]
    fn without_a_trainer_it_says_which_feature_to_build_with() {
        let failure = trainer(None).err().map(|failure| (failure.kind, failure.message));
        assert!(
            failure.as_ref().is_some_and(|(kind, message)| {
                *kind == Kind::Config
                    && message.contains("ai train: strategy `ai_strategy` is not compiled into this binary")
                    && message.contains("cargo build --release --features ai_strategy")
            }),
            "{failure:?}"
        );
    }

    #[cfg(feature = "ai_strategy")]
    #[test]
    fn a_strategy_without_a_model_is_named() {
        let failure = trainer(Some("grid")).err().map(|failure| failure.message).unwrap_or_default();
        let expected = "ai train: `grid` has no model to train; ai_strategy has";
        assert!(failure == expected || !cfg!(feature = "grid"), "{failure}");
    }
}
