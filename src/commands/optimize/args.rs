//! The command lines of searches.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::MethodConfig;

/// What is searched and how, for every command that searches. Each value goes before the configuration's.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// How points are chosen; grid, unless the configuration says otherwise
    #[arg(long, value_enum)]
    pub(crate) method: Option<MethodConfig>,
    /// The most trials; without it, every point of a grid, and 200 of any other method
    #[arg(long, value_name = "N")]
    pub(crate) trials: Option<usize>,
    /// The seed of whatever is drawn
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
    /// Metrics that should go the better way, or the one behind them, such as sharpe,max_drawdown or round_trips:min
    #[arg(long, value_name = "METRIC,...", value_delimiter = ',')]
    pub(crate) goal: Vec<String>,
    /// How many trials run at once; all cores, unless given. The result is the same for any number
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Market data to use instead of what the configuration names: a file, or a folder of files
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Change one value of the configuration, such as optimize.params.short_period={from=5,to=23,step=2}
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Go on where an earlier search into the same folder was cut off, or begin where there was none
    #[arg(long)]
    pub(crate) resume: bool,
    /// Begin anew where the folder holds trials of an earlier search, which are lost
    #[arg(long, conflicts_with = "resume")]
    pub(crate) force: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct OptimizeArgs {
    #[command(subcommand)]
    pub(crate) command: Option<OptimizeCommand>,
    /// Configuration file, with a table [optimize.params]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    /// Where results go
    #[arg(long, value_name = "DIR", default_value = "quantmesh-optimize")]
    pub(crate) out: PathBuf,
    /// Run one part of several, counted from 0: 0/4 is the first of four, 0,2/4 the first and the third, all everything. Without it,
    /// SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX of a cluster's job says which
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<String>,
    /// How many parts there are, where a cluster's job says which one this is
    #[arg(long, value_name = "N", conflicts_with = "shard")]
    pub(crate) shards: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OptimizeCommand {
    /// Join the parts of a search into what one run would have written
    Merge(MergeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Where results go
    pub(crate) out: PathBuf,
    /// Files of trials, or folders that hold some
    #[arg(required = true, value_name = "SHARD")]
    pub(crate) shards: Vec<PathBuf>,
    /// Overwrite the results of an earlier search
    #[arg(long)]
    pub(crate) force: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WalkForwardArgs {
    /// Configuration file, with a table [optimize.params]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    /// How long to learn before each test, such as 90d, 12h or 30m
    #[arg(long, value_name = "LENGTH", required_unless_present = "groups", conflicts_with = "groups")]
    pub(crate) train: Option<String>,
    /// How long each test is; the next begins where it ends
    #[arg(long, value_name = "LENGTH", required_unless_present = "groups", conflicts_with = "groups")]
    pub(crate) test: Option<String>,
    /// Every training begins where the data does
    #[arg(long, conflicts_with = "rolling")]
    pub(crate) anchored: bool,
    /// Every training is as long as the first; this is so unless --anchored is given
    #[arg(long)]
    pub(crate) rolling: bool,
    /// Part history into so many groups, and let every choice of some be the test of a search on the others: combinatorial purged
    /// cross-validation
    #[arg(long, value_name = "N", conflicts_with_all = ["anchored", "rolling"])]
    pub(crate) groups: Option<usize>,
    /// How many of the groups are tested at a time
    #[arg(long, value_name = "K", default_value_t = 2, requires = "groups")]
    pub(crate) tested: usize,
    /// Left out at the end of each training: a position may still be open when the test begins
    #[arg(long, value_name = "LENGTH", default_value = "0d")]
    pub(crate) purge: String,
    /// Left out at the beginning of each test
    #[arg(long, value_name = "LENGTH", default_value = "0d")]
    pub(crate) embargo: String,
    /// Where results go
    #[arg(long, value_name = "DIR", default_value = "quantmesh-walk-forward")]
    pub(crate) out: PathBuf,
}
