//! Several markets whose bars close at the same moment: the second one's opening lies before the first one's close.

use kernel::{Seat, Term};
use ledger::RecorderOptions;
use quantmesh_backtest::{Backtest, BacktestSetup, EndOfRun, Feed, Stream};
use sdk::Setup;
use testkit::{Lab, random_bars};
use trend_following as _;
use types::InstrumentId;

const PARAMS: &str =
    "short_period = 2\nlong_period = 3\nsignal = 'level'\nsizing = 'fixed_quantity'\nsize = 0.1\n";

#[test]
fn each_trades_at_its_own_next_opening_and_time_runs_forward() -> Result<(), Box<dyn std::error::Error>> {
    for (opening_prints, size_at) in [(false, "close"), (true, "close"), (true, "next_price")] {
        let mut lab = Lab::new()?;
        let mut other = lab.spec.clone();
        other.symbol = "OTHERUSDT".to_owned();
        lab.others.push(other);
        let params = format!("{PARAMS}size_at = '{size_at}'");
        let mut kernel = lab.kernel("trend_following", &params, None)?;
        let whole = lab.setup(None)?;
        let entry = whole.granted.get("trend_following").ok_or("it is linked")?;
        let second = Setup { instruments: whole.instruments.iter().skip(1).cloned().collect(), ..whole };
        let strategy = entry.build(&toml::from_str(&params)?, &second)?;
        for seat in &mut kernel.seats {
            seat.instruments = vec![InstrumentId(0)];
        }
        kernel.seats.push(Seat { strategy, instruments: vec![InstrumentId(1)], term: Term::default() });

        let bars = [11, 12].map(|seed| random_bars(seed, 300, 100_000));
        let run = Backtest::new(BacktestSetup {
            kernel,
            execution: lab.execution,
            end: EndOfRun::Mark,
            opening_prints,
            recorder: RecorderOptions::default(),
            journal: true,
            replay: quantmesh_backtest::ReplaySetup::default(),
        })?;
        let streams = (0..).map(InstrumentId).zip(&bars);
        let outcome = run.run(Feed::new(streams.map(|(id, bars)| Stream::Bars(id, bars.iter()))), |_| ())?;
        let fills = &outcome.record.fills;
        for id in [0, 1].map(InstrumentId) {
            assert!(fills.iter().filter(|fill| fill.instrument == id).count() > 10, "{id:?} trades");
        }
        assert!(fills.is_sorted_by_key(|fill| fill.time), "time runs forward");
    }
    Ok(())
}
