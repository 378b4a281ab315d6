//! A golden run over the daily bars that come with the tree, with everything that conditions do to entries switched on.

use grid as _;
use sdk::{Bar, Decimal, Event, Funding, InstrumentId, Price, Qty, Rate, Time};
use testkit::{Lab, LabError};

const ID: &str = "grid";
const PLAIN: &str = "spacing_pct = 2\norder_quantity = 100\nbuy_window_size = 8\nsell_window_size = 8\nmax_grid_layers = 20\n\
                     price_lower = 3000\nprice_upper = 9000\n";
const CONDITIONS: [&str; 5] = [
    "trailing_shift = 'both'\n",
    "atr_multiplier = 0.5\n",
    "inventory_skew = 4\n",
    "regime_filter = true\nregime_ema_period = 20\n",
    "funding_pause_minutes = 1440\nfunding_min_bps = 1\n",
];

const EXPECTED: [&str; 3] = [
    "long: 10845.58393566224, 2150 orders, 400 fills, -2.00214978472 funding, 47 refused",
    "short: 1660.1736818283, 2192 orders, 394 fills, 28.15974828076 funding, 31 refused",
    "neutral: 5610.89934615313, 2577 orders, 480 fills, 16.11931552249 funding, 45 refused",
];

/// A row of the sample, on the grid of ticks and lots; the day counts from 1970.
fn bar(row: &str, day: i64) -> Option<Bar> {
    const DAY: i64 = 86_400_000_000_000;
    let at_scale = |text: &str, scale| -> Option<i64> {
        i64::try_from(text.parse::<Decimal>().ok()?.at_scale(scale).ok()?).ok()
    };
    let mut fields = row.split(',').skip(2);
    let mut price = || Some(Price::from_ticks(at_scale(fields.next()?, 2)?));
    let [open, high, low, close] = [price()?, price()?, price()?, price()?];
    // Volumes have more decimals than a lot; a fill takes a share of them, so less than a unit does not show.
    let volume = Qty::from_lots(at_scale(fields.next()?.split('.').next()?, 5)?);
    let [open_time, close_time] = [day, day + 1].map(|day| Time::from_nanos(day * DAY));
    Some(Bar { open_time, close_time, open, high, low, close, volume })
}

/// The daily bars of the sample; it begins on 2017-08-16, day 17 394, and has no gap.
fn sample() -> Vec<Bar> {
    let text = include_str!("../../../examples/data/btcusdt_1d.csv");
    text.lines().skip(1).zip(17_394..).filter_map(|(row, day)| bar(row, day)).collect()
}

/// The bars, and a settlement of funding at each midnight: the side that a day's move favoured pays 0.01 %. The rates are made up;
/// they are there so that the pause has something to do.
fn events(bars: &[Bar]) -> Vec<Event> {
    let instrument = InstrumentId(0);
    let settled = |bar: &Bar| {
        let rate = Rate::from_nanos(if bar.close >= bar.open { 100_000 } else { -100_000 });
        Event::Funding { instrument, funding: Funding { time: bar.close_time, rate, mark: Some(bar.close) } }
    };
    bars.iter().flat_map(|bar| [Event::Bar { instrument, bar: *bar }, settled(bar)]).collect()
}

fn lab() -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.spec.lot_size = "0.00001".parse()?;
    lab.spec.min_notional = "5".parse()?;
    Ok(lab)
}

/// Equity at the end, orders, fills, funding and refusals.
type Figures = (String, u64, u64, String, u64);

fn run(params: &str) -> Result<Figures, LabError> {
    let bars = sample();
    assert_eq!(bars.len(), 1_246);
    let events = events(&bars);
    let count = events.len();
    let record = lab()?.run_events(ID, params, bars.first(), events, count)?.record;
    let totals = &record.totals;
    let ended = record.final_equity().to_string();
    Ok((ended, totals.orders, totals.fills, totals.funding.to_string(), totals.refused + totals.rejected))
}

#[test]
fn with_every_condition_on() -> Result<(), LabError> {
    let mut actual = Vec::new();
    for direction in ["long", "short", "neutral"] {
        let params = format!("direction = '{direction}'\n{PLAIN}{}", CONDITIONS.concat());
        let (ended, orders, fills, funding, refused) = run(&params)?;
        actual.push(format!(
            "{direction}: {ended}, {orders} orders, {fills} fills, {funding} funding, {refused} refused"
        ));
    }
    assert_eq!(actual, EXPECTED);
    Ok(())
}

#[test]
fn each_condition_makes_a_difference() -> Result<(), LabError> {
    let params = |without: usize| -> String {
        let others = CONDITIONS.iter().enumerate().filter(|(at, _)| *at != without);
        format!("{PLAIN}{}", others.map(|(_, text)| *text).collect::<String>())
    };
    let all = run(&params(CONDITIONS.len()))?;
    for (at, condition) in CONDITIONS.iter().enumerate() {
        assert_ne!(run(&params(at))?, all, "{condition}");
    }
    Ok(())
}
