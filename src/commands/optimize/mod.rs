//! `quantmesh optimize`: a backtest of every point that a search asks for.

pub(crate) mod args;
pub(crate) mod axes;
mod goals;
mod heat;
pub(crate) mod identity;
pub(crate) mod journal;
mod luck;
mod merge;
mod page;
pub(crate) mod results;
mod shards;
pub(crate) mod sweep;
pub(crate) mod table;
pub(crate) mod trial;

use std::path::PathBuf;

use args::{OptimizeArgs, OptimizeCommand};
use axes::Searched;
use identity::Identity;
use journal::Header;
use results::Results;
use sweep::{Keep, Prepared};
use types::Money;

use crate::assemble::{DEFAULT_CONFIG, assemble};
use crate::cli::LicenceArgs;
use crate::config::Source;
use crate::{Failure, terminal};

pub(crate) fn run(args: &OptimizeArgs, licence: &LicenceArgs) -> Result<(), Failure> {
    if let Some(OptimizeCommand::Merge(args)) = &args.command {
        return merge::run(args);
    }
    let shards = shards::wanted(args.shard.as_deref(), args.shards, |name| std::env::var(name).ok())?;
    let source = source(args.config.as_ref())?;
    let assembled = assemble(&source, &args.search.set, args.search.data.as_deref(), licence)?;
    let searched = Searched::new(&source, &assembled)?;
    let identity = Identity::of(&source, &assembled, args.search.data.as_deref())?;
    let prepared = Prepared::new(&source, &assembled, &searched, &args.search, &identity, None)?;
    let keep = Keep { resume: args.search.resume, force: args.search.force };
    let Some(shards) = shards else {
        let path = args.out.join(results::TRIALS);
        let rows = prepared.search(&path, keep, None)?;
        return results::finish(&args.out, &Results::new(prepared.header, rows), args.search.json);
    };
    for shard in shards {
        let path = args.out.join(shards::file_name(shard));
        let rows = prepared.search(&path, keep, Some(shard))?;
        terminal::say(&format!(
            "shard {shard}: {} of {} trials are in {}; `quantmesh optimize merge OUT SHARD...` joins all shards\n",
            rows.len(),
            prepared.header.trials,
            path.display()
        ))?;
    }
    Ok(())
}

/// The configuration, or the built-in one.
pub(crate) fn source(config: Option<&PathBuf>) -> Result<Source, Failure> {
    match config {
        Some(path) => Source::file(path),
        None => Ok(Source {
            name: "built-in configuration".to_owned(),
            text: DEFAULT_CONFIG.to_owned(),
            folder: PathBuf::new(),
        }),
    }
}

/// Money as a float, for statistics only.
#[expect(clippy::cast_precision_loss, reason = "ratios need no more than the 53 bits that are kept")]
pub(crate) fn float(money: Money) -> f64 {
    money.units() as f64 / 1e18
}
