//! What a user may rely on, on random tapes with an unreliable exchange.
//!
//! The bars of a random tape close at random times, so that two of them hardly ever match. `pairs_in_step` is
//! `pairs` behind a clock that lets a bar of one market close together with the next one of the other market.

use pairs::{Pairs, Params};
use sdk::{
    BuildError, Event, InstrumentId, Intents, RestoreError, Setup, Strategy, Time, View, WarmUp, state,
};
use serde::{Deserialize, Serialize};
use testkit::{Broken, Contract, Lab, LabError, random_bars};

struct InStep {
    pairs: Pairs,
    clock: Clock,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Clock {
    ticks: i64,
    #[serde(with = "sdk::state::exact")]
    alone: Option<InstrumentId>,
}

impl InStep {
    fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        Ok(Self { pairs: Pairs::build(params, setup)?, clock: Clock::default() })
    }
}

impl Strategy for InStep {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let mut event = *event;
        if let Event::Bar { instrument, bar } = &mut event {
            let matches = self.clock.alone.is_some_and(|alone| alone != *instrument);
            self.clock.ticks += i64::from(!matches);
            self.clock.alone = (!matches).then_some(*instrument);
            bar.close_time = Time::from_nanos(self.clock.ticks);
        }
        self.pairs.on_event(view, &event, intents);
    }

    fn warm_up(&self) -> WarmUp {
        self.pairs.warm_up()
    }

    fn save(&self) -> Vec<u8> {
        state::save("pairs_in_step", 1, &(), &(self.clock, self.pairs.save()))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        let (clock, pairs): (Clock, Vec<u8>) = state::restore("pairs_in_step", 1, &(), bytes)?;
        self.pairs.restore(&pairs)?;
        self.clock = clock;
        Ok(())
    }
}

sdk::register_strategy! {
    id: "pairs_in_step",
    summary: "pairs whose bars close together",
    tier: sdk::Tier::Free,
    stability: sdk::Stability::Beta,
    params: Params,
    build: InStep::build,
}

fn lab() -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    let mut two = lab.spec.clone();
    (two.symbol, two.base) = ("TWOUSDT".to_owned(), "TWO".parse()?);
    (two.lot_size, two.max_qty, two.min_notional) = ("0.01".parse()?, "2".parse()?, "50".parse()?);
    lab.others.push(two);
    Ok(lab)
}

/// Ways to be entered often and left in every way.
const BUSY: [&str; 5] = [
    "lookback = 5\nz_period = 5\nentry_z = 0.6\nexit_z = 0.1\nstop_z = 1.5\nmax_bars = 7",
    "lookback = 4\nz_period = 8\nentry_z = 0.5\nexit_z = 0\nstop_z = 1\nmax_bars = 0\nfreeze = 'all'\nneutral = 'dollar'",
    "lookback = 3\nz_period = 6\nentry_z = 0.5\nstop_z = 0\nexit_z = 0.4\nprices = 'plain'\nleg_quote = 500",
    "method = 'kalman'\nlookback = 3\nz_period = 4\nentry_z = 0.7\nstop_z = 0\nmax_bars = 1\nprices = 'plain'",
    "method = 'kalman'\nkalman_delta = 0.01\nkalman_noise = 1\nlookback = 3\nz_period = 9\nentry_z = 0.5\nexit_z = 0.2\n\
     stop_z = 2\nleg_equity = 3",
];

#[test]
fn the_contract_holds_where_bars_match() -> Result<(), Broken> {
    for params in BUSY {
        Contract { lab: lab()?, ..Contract::new()? }.holds("pairs_in_step", params)?;
    }
    Ok(())
}

#[test]
fn the_contract_holds_where_bars_hardly_ever_match() -> Result<(), Broken> {
    for params in ["", BUSY[0]] {
        Contract { lab: lab()?, tapes: 9, ..Contract::new()? }.holds("pairs", params)?;
    }
    Ok(())
}

/// The contract above says nothing where nothing is traded.
#[test]
fn the_ways_that_are_tried_trade_both_markets() -> Result<(), LabError> {
    let mut lab = lab()?;
    lab.others[0].max_qty = "0".parse()?;
    for params in BUSY {
        let mut events = Vec::new();
        let bars = [1, 2].map(|seed| random_bars(seed, 400, 100_000));
        for minute in 0..400 {
            for (instrument, list) in (0..).map(InstrumentId).zip(&bars) {
                let mut bar = list[minute];
                // The second market's bars open when the first one's have closed, so that each fill comes in its time.
                let open = bar.open_time.nanos() * 2 + i64::from(instrument.0) * 60_000_000_000;
                [bar.open_time, bar.close_time] = [open, open + 60_000_000_000].map(Time::from_nanos);
                events.push(Event::Bar { instrument, bar });
            }
        }
        let count = events.len();
        let record = lab.run_events("pairs_in_step", params, None, events, count)?.record;
        for instrument in [0, 1].map(InstrumentId) {
            let fills = record.fills.iter().filter(|fill| fill.instrument == instrument).count();
            assert!(fills > 20, "{params}: {fills} fills of {instrument:?}");
        }
        // Where the books end flat in one market, they do in the other.
        assert_eq!(record.positions[0].is_zero(), record.positions[1].is_zero(), "{params}");
    }
    Ok(())
}
