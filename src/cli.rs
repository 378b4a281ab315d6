//! The command line: one tree of structs is the source of parsing and help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::optimize::args::{OptimizeArgs, WalkForwardArgs};

/// A trading engine whose strategies are compiled in.
///
/// Exit codes: 0 done, 1 a fault of the program, 2 wrong arguments, 3 configuration, 4 market data, 5 the run,
/// 6 output, 7 the build, 20 and up a licence. Logs go to standard error; RUST_LOG sets how many.
#[derive(Debug, Parser)]
#[command(name = "quantmesh", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) licence: LicenceArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where licences are; every command takes these.
#[derive(Debug, Default, Args)]
pub(crate) struct LicenceArgs {
    /// A licence file or a folder of them, instead of the environment's QUANTMESH_LICENCE, the configuration's licence.path, and the
    /// user's folder
    #[arg(long, global = true, value_name = "FILE|DIR", help_heading = "Licences")]
    pub(crate) licence: Option<PathBuf>,
    /// Take licences signed with the demonstration key, which everybody has
    #[arg(long, global = true, help_heading = "Licences")]
    pub(crate) allow_demo_key: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run strategies over history and write a tear sheet
    Backtest(BacktestArgs),
    /// Run several configurations and put their results beside each other
    Compare(CompareArgs),
    /// Try many parameters: a backtest of each point of a grid, of a sample, or of a search that learns
    Optimize(OptimizeArgs),
    /// Search on a stretch of history, try what was found on the next one, and go on
    WalkForward(WalkForwardArgs),
    /// Look at market data, and convert it
    #[command(subcommand)]
    Data(DataCommand),
    /// What is compiled into this binary
    #[command(subcommand)]
    Strategies(StrategiesCommand),
    /// Configuration files: check them, describe them, start one
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Train the models of strategies that have some
    #[command(subcommand, hide = cfg!(not(feature = "ai_strategy")))]
    Ai(AiCommand),
    /// Licences of paid strategies: what there is, what it allows, installing one
    #[command(subcommand)]
    Licence(LicenceCommand),
    /// Is this build, this machine and this configuration fit to run, and if not, what to do; exits with 0, or with the code of the
    /// first fault, and warnings are no faults
    Doctor(DoctorArgs),
    /// Print the JSON Schema of configuration files for exactly this binary
    Schema,
    /// What this binary was built from
    Version(JsonArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BacktestArgs {
    /// Configuration file; without one, a geometric grid over the built-in daily BTCUSDT bars
    pub(crate) config: Option<PathBuf>,
    /// Market data to use instead of what the configuration names: a file, or a folder of files
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where results go
    #[arg(long, value_name = "DIR", default_value = "quantmesh-out")]
    pub(crate) out: PathBuf,
    /// Print one JSON document instead of the tear sheet
    #[arg(long)]
    pub(crate) json: bool,
    /// Change one value of the configuration, such as strategy.params.buy_window_size=20
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Also run under more cautious and more optimistic conventions of fills, and show both beside the result
    #[arg(long)]
    pub(crate) bounds: bool,
    /// Also run over so many beginnings of the data, and fail if anything is decided otherwise than over all of it: who looked ahead
    #[arg(long, value_name = "CUTS", num_args = 0..=1, default_missing_value = "10")]
    pub(crate) lookahead: Option<usize>,
    /// Also replay the journal of decisions and fail if anything is decided differently
    #[arg(long)]
    pub(crate) verify: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Configuration files, two or more
    #[arg(value_name = "CONFIG", required = true)]
    pub(crate) configs: Vec<PathBuf>,
    /// Where the comparison goes
    #[arg(long, value_name = "DIR", default_value = "quantmesh-out")]
    pub(crate) out: PathBuf,
    /// Print one JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Change one value of every configuration, such as execution.slippage_ticks=5
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Rows, span, interval, gaps, duplicates, backward time, off-tick prices, clocks; exit code 4 if a file can't be used
    Inspect(InspectArgs),
    /// Convert files to one tape: CSV, recordings of order books, NumPy events, Parquet; plain, gzip or zip
    Import(ImportArgs),
    /// Write a tape's rows as CSV or Parquet
    Export(ExportArgs),
    /// Make bars of trades or ticks, or longer bars of shorter ones, on boundaries of UTC; gaps stay gaps
    Resample(ResampleArgs),
    /// Join stretches of one instrument to one tape, in the order of time
    Merge(MergeArgs),
    /// Cut a stretch of time out of a tape
    Slice(SliceArgs),
    /// Hold every block of tapes against its checksum, and name those that are damaged; exit code 4 if there are any
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The tape to read
    #[arg(value_name = "TAPE")]
    pub(crate) tape: PathBuf,
    /// The file to write; its ending says the format: .csv or .parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ResampleArgs {
    /// Files or tapes to read; several are joined in the order of time
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Length of a bar: a number and ms, s, m, h, d or w, such as 5m
    #[arg(long, value_name = "LENGTH")]
    pub(crate) interval: String,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// Files or tapes to read
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) out: OutArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SliceArgs {
    /// The tape to read
    #[arg(value_name = "TAPE")]
    pub(crate) tape: PathBuf,
    /// First moment that is wanted, such as 2024-08-08 or 2024-08-08T23:55:00Z; the beginning, unless given
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// First moment that no longer is; the end, unless given
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The tapes to look at
    #[arg(required = true, value_name = "TAPE")]
    pub(crate) tapes: Vec<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where a tape goes, and how that is told.
#[derive(Debug, Args)]
pub(crate) struct OutArgs {
    /// The tape to write
    #[arg(long, value_name = "TAPE")]
    pub(crate) out: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GridArgs {
    /// Smallest price step; without it, the finest step seen in the data
    #[arg(long, value_name = "STEP")]
    pub(crate) tick: Option<String>,
    /// Smallest quantity step
    #[arg(long, value_name = "STEP")]
    pub(crate) lot: Option<String>,
    /// Which columns of a file that holds several assets side by side, such as BTC for BTC:open
    #[arg(long, value_name = "PREFIX")]
    pub(crate) column_prefix: Option<String>,
    /// Leave the best prices of a recording out, so that its book comes from its changes alone
    #[arg(long)]
    pub(crate) without_best: bool,
    /// Smallest latency of a recording whose local clock is behind the venue's and is put right, in nanoseconds
    #[arg(long, value_name = "NANOSECONDS", default_value_t = 0)]
    pub(crate) base_latency: i64,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Files to look at
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Files to read; several are joined in the order of time
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The tape to write
    #[arg(long, value_name = "TAPE")]
    pub(crate) out: PathBuf,
    /// Name of the instrument, kept in the tape
    #[arg(long)]
    pub(crate) symbol: Option<String>,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StrategiesCommand {
    /// Every strategy in this binary
    List(JsonArgs),
    /// One strategy with its parameters
    Show(ShowArgs),
    /// Start one of your own: a crate with a small strategy, its tests and a program around it
    New(NewArgs),
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Its id: lower-case words with underscores, such as my_idea
    pub(crate) name: String,
    /// The folder to write; one of that name here, unless given
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    /// Where the engine is: the folder it was cloned to, or the address of its repository, which is taken at the tag of this
    /// program's version; unless given, the tree that the new folder is in
    #[arg(long, value_name = "FOLDER|URL")]
    pub(crate) engine: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Which
    pub(crate) id: String,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AiCommand {
    /// Train a model on history, try it out of sample, and write it to a file
    ///
    /// A model is of one instrument and one length of bars, and remembers both. What trades in the configuration plays no part here,
    /// and its risk rules neither.
    Train(TrainArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    /// Configuration whose instrument, fees and data to train with
    #[arg(long, value_name = "FILE", required_unless_present = "data")]
    pub(crate) config: Option<PathBuf>,
    /// Bars to train on: a file, or a folder of files; with --config in place of its data; one of the two is needed
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Symbol that the model is for: one of the instruments of --config (else the first), or the name of --data's (else DATAUSDT)
    ///
    /// The model keeps it, and a run that trades another symbol says so in its notes. Of a configuration with several
    /// instruments it is the one whose data and fees are trained with. A file of bars does not say whose they are, so with --data
    /// alone name what the model is to trade.
    #[arg(long, value_name = "SYMBOL")]
    pub(crate) instrument: Option<String>,
    /// Change one parameter of the training, such as model=boosted_trees
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Whose model, where several strategies have one
    #[arg(long, value_name = "ID")]
    pub(crate) strategy: Option<String>,
    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LicenceCommand {
    /// Every licence found, and how each paid strategy of this binary stands
    Show(JsonArgs),
    /// Exit with 0 if every paid strategy of this binary may run, or with the code of the first refusal
    Check(LicenceCheckArgs),
    /// Copy a licence, or a vendor's list of revoked ones, to where it is found without being named
    Install(InstallArgs),
}

#[derive(Debug, Args)]
pub(crate) struct LicenceCheckArgs {
    /// Only this one
    pub(crate) id: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    /// The file that the vendor sent
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Also look at this configuration and its data
    pub(crate) config: Option<PathBuf>,
    /// Also look up this host, as a connection to it will
    #[arg(long, value_name = "HOST")]
    pub(crate) resolve: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Hold a file against the schema, the strategies of this binary and itself
    Check(CheckArgs),
    /// Print the JSON Schema of configuration files, for editors
    Schema,
    /// Write a commented file to start from
    Init(InitArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The file
    pub(crate) config: PathBuf,
    /// Change one value before checking
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write; without it, standard output
    pub(crate) file: Option<PathBuf>,
    /// Which strategy it is for
    #[arg(long, default_value = "grid")]
    pub(crate) strategy: String,
    /// Overwrite an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct JsonArgs {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
