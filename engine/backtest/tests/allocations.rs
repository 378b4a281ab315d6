//! In steady state a bar costs no allocation: not in the venue, the kernel, the books, the record or the strategy.

use testkit::{Lab, LabError, random_bars};
use types::{Event, InstrumentId};
use {grid as _, trend_following as _};

/// Allocations while the second half of a tape goes through, and fills in the whole of it.
fn measured(id: &str, params: &str) -> Result<(u64, usize), LabError> {
    let bars = random_bars(5, 20_000, 400_000);
    let mut lab = Lab::new()?;
    lab.capital = "10000000".parse()?;
    let mut backtest = lab.backtest(id, params, bars.first(), bars.len(), false)?;
    let event = |bar: &types::Bar| Event::Bar { instrument: InstrumentId(0), bar: *bar };
    let (first, second) = bars.split_at(bars.len() / 2);
    for bar in first {
        backtest.feed(&event(bar))?;
    }
    let mut failed = Ok(());
    let counted = allocation_counter::measure(|| {
        failed = second.iter().try_for_each(|bar| backtest.feed(&event(bar)));
    });
    failed?;
    Ok((counted.count_total, backtest.finish()?.record.fills.len()))
}

#[test]
fn bars_cost_no_allocation() -> Result<(), LabError> {
    for (name, id, params, fewest) in [
        ("an idle strategy", "trend_following", "short_period = 9000\nlong_period = 10000", 0),
        (
            "a cross",
            "trend_following",
            "method = 'sma'\nshort_period = 40\nlong_period = 120\nsizing = 'fixed_quantity'\nsize = 1",
            50,
        ),
        ("a grid", "grid", "spacing_pct = 4\norder_quantity = 10000", 50),
    ] {
        let (allocations, fills) = measured(id, params)?;
        assert!(fills >= fewest, "{name}: {fills} fills are too few to show anything");
        assert_eq!(allocations, 0, "{name}, with {fills} fills");
    }
    Ok(())
}
