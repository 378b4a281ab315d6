//! Text tables: what market making does, bar by bar. On bars the close is the mid, and quotes stay clear of it.

use market_making as _;
use sdk::Rate;
use testkit::{Lab, LabError, check};

/// σ = 1 basis point a √second, a horizon of 100 s and γ = 0.1: one size held moves the reservation price by
/// γσ²(T−t) = 10 basis points. Half a spread of the model's is 5 + 10·ln 1.1 = 5.95 basis points, and the narrowest
/// that pays is 2 for the fee and 7.5 for half the edge, so quotes stand 9.5 basis points from the reservation price.
const PARAMS: &str = "sizing = 'fixed_quantity'\nsize = 1\nmax_long = 2\nmax_short = 2\nvolatility = 1\n\
    min_samples = 1000\ngamma = 0.1\nhorizon = 100\nkappa = 1\nmin_edge_bps = 15\nrequote_bps = 0\nrequote_ticks = 0\n";

fn lab() -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    Ok(lab)
}

fn holds(extra: &str, table: &str) -> Result<(), LabError> {
    check(&lab()?, "market_making", &format!("{PARAMS}{extra}"), table)
}

#[test]
fn quotes_lean_against_the_inventory_and_the_side_at_its_cap_is_not_quoted() -> Result<(), LabError> {
    // Long 1: the reservation price is 99.90, the bid 99.805 rounded down; the ask would be 99.995, kept clear of 100.
    holds(
        "",
        "
        100              | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        100 100 99.8 100 | filled buy 1 @ 99.9; buy 1 @ 99.8 post-only; cancel sell 1 @ 100.1; cancelled sell 1 @ 100.1; sell 1 @ 100.01 post-only reduce
        100 100 99.7 100 | filled buy 1 @ 99.8
        100 101 100 100  | filled sell 1 @ 100.01; buy 1 @ 99.8 post-only; sell 1 @ 100.01 post-only reduce
        100 101 100 100  | filled sell 1 @ 100.01; cancel buy 1 @ 99.8; sell 1 @ 100.1 post-only; cancelled buy 1 @ 99.8; buy 1 @ 99.9 post-only
        100 101 100 100  | filled sell 1 @ 100.1; cancel buy 1 @ 99.9; sell 1 @ 100.2 post-only; cancelled buy 1 @ 99.9; buy 1 @ 99.99 post-only reduce
        102              | filled sell 1 @ 100.2; cancel buy 1 @ 99.99; cancelled buy 1 @ 99.99; buy 1 @ 101.99 post-only reduce
        ",
    )
}

#[test]
fn glft_shifts_by_its_own_constant() -> Result<(), LabError> {
    // σ = 20, A = 0.1: C² = σ²γ/(2κA)·1.1^11 = 400·0.1/0.2·2.853 117 = 570.62, C = 23.888 basis points. Half a spread is
    // 0.953 + 11.944 = 12.897; long 1, the reservation price is 99.761 and the bid 99.632.
    let params = PARAMS.replace("volatility = 1\n", "volatility = 20\n");
    check(
        &lab()?,
        "market_making",
        &format!("{params}model = 'glft'\nintensity = 0.1\n"),
        "
        100              | buy 1 @ 99.87 post-only; sell 1 @ 100.13 post-only
        100 100 99.8 100 | filled buy 1 @ 99.87; buy 1 @ 99.63 post-only; cancel sell 1 @ 100.13; cancelled sell 1 @ 100.13; sell 1 @ 100.01 post-only reduce
        ",
    )
}

#[test]
fn a_quote_is_replaced_only_once_it_is_off_by_more_than_the_tolerance() -> Result<(), LabError> {
    // Five ticks of tolerance widen the narrowest spread by as many on each side.
    let params = PARAMS.replace("requote_ticks = 0", "requote_ticks = 5");
    check(
        &lab()?,
        "market_making",
        &params,
        "
        100    | buy 1 @ 99.85 post-only; sell 1 @ 100.15 post-only
        100.05 |
        99.95  |
        100.06 | cancel buy 1 @ 99.85; cancel sell 1 @ 100.15; cancelled buy 1 @ 99.85; buy 1 @ 99.91 post-only; cancelled sell 1 @ 100.15; sell 1 @ 100.21 post-only
        ",
    )
}

#[test]
fn a_quote_younger_than_its_least_life_stays() -> Result<(), LabError> {
    holds(
        "min_quote_life_ms = 120000\n",
        "
        100    | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        100.05 |
        100.05 | cancel buy 1 @ 99.9; cancel sell 1 @ 100.1; cancelled buy 1 @ 99.9; buy 1 @ 99.95 post-only; cancelled sell 1 @ 100.1; sell 1 @ 100.15 post-only
        ",
    )
}

#[test]
fn nothing_is_opened_before_the_volatility_is_known() -> Result<(), LabError> {
    // Bars that stand still have no variance: the arrivals' part of the spread is left, and the narrowest that pays.
    let params = PARAMS.replace("volatility = 1\n", "").replace("min_samples = 1000", "min_samples = 3");
    check(
        &lab()?,
        "market_making",
        &params,
        "
        100 |
        100 |
        100 | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        ",
    )
}

#[test]
fn the_ranges_of_bars_make_the_volatility() -> Result<(), LabError> {
    // (10⁴·ln(100.1/99.9))²/(4·ln 2)/60 s = 2.4045 basis points² a second: half a spread is 24.045/2 + 0.953 = 12.976.
    let params = PARAMS.replace("volatility = 1\n", "").replace("min_samples = 1000", "min_samples = 1");
    check(
        &lab()?,
        "market_making",
        &params,
        "
        100 100.1 99.9 100 | buy 1 @ 99.87 post-only; sell 1 @ 100.13 post-only
        ",
    )
}

#[test]
fn without_shorts_only_what_is_held_is_offered() -> Result<(), LabError> {
    let params = PARAMS.replace("max_short = 2", "max_short = 0");
    check(
        &lab()?,
        "market_making",
        &params,
        "
        100              | buy 1 @ 99.9 post-only
        100 100 99.8 100 | filled buy 1 @ 99.9; buy 1 @ 99.8 post-only; sell 1 @ 100.01 post-only reduce
        100 101 100 100  | filled sell 1 @ 100.01; cancel buy 1 @ 99.8; cancelled buy 1 @ 99.8; buy 1 @ 99.9 post-only
        ",
    )
}

#[test]
fn a_cap_that_is_no_multiple_of_the_size_leaves_a_smaller_quote() -> Result<(), LabError> {
    let params = PARAMS.replace("max_long = 2", "max_long = 1.25").replace("max_short = 2", "max_short = 0");
    check(
        &lab()?,
        "market_making",
        &params,
        "
        100              | buy 1 @ 99.9 post-only
        100 100 99.8 100 | filled buy 1 @ 99.9; buy 0.25 @ 99.8 post-only; sell 1 @ 100.01 post-only reduce
        100 100 99.7 100 | filled buy 0.25 @ 99.8
        100 101 100 100  | filled sell 1 @ 100.01; buy 1 @ 99.88 post-only; sell 0.25 @ 100.07 post-only reduce
        ",
    )
}

#[test]
fn the_side_that_adds_shrinks_with_the_inventory() -> Result<(), LabError> {
    // e^(−0.5) = 0.606 53 of a size at one size held.
    holds(
        "size_skew = 0.5\n",
        "
        100              | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        100 100 99.8 100 | filled buy 1 @ 99.9; buy 0.606 @ 99.8 post-only; cancel sell 1 @ 100.1; cancelled sell 1 @ 100.1; sell 1 @ 100.01 post-only reduce
        ",
    )
}

#[test]
fn in_the_last_part_of_a_session_only_what_is_held_is_reduced() -> Result<(), LabError> {
    // Sessions of five minutes, of which the last two open nothing; the time left never exceeds the session's.
    holds(
        "session_length = 300\nwind_down = 120\n",
        "
        100              | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        100 100 99.8 100 | filled buy 1 @ 99.9; buy 1 @ 99.8 post-only; cancel sell 1 @ 100.1; cancelled sell 1 @ 100.1; sell 1 @ 100.01 post-only reduce
        100              | cancel buy 1 @ 99.8; cancelled buy 1 @ 99.8
        100 101 100 100  | filled sell 1 @ 100.01
        100              | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        ",
    )
}

#[test]
fn a_loss_as_large_as_the_stop_ends_it() -> Result<(), LabError> {
    // 10 000 to begin with; a hundredth of a per cent of it is 1.
    holds(
        "stop_loss_pct = 0.01\n",
        "
        100              | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        100 100 99.8 99.8 | filled buy 1 @ 99.9; buy 1 @ 99.6 post-only; cancel sell 1 @ 100.1; cancelled sell 1 @ 100.1; sell 1 @ 99.81 post-only reduce
        98                | filled buy 1 @ 99.6; cancel sell 1 @ 99.81; cancelled sell 1 @ 99.81; sell 2 market reduce
        98                | filled sell 2 @ 98
        98                |
        ",
    )
}

#[test]
fn fees_widen_the_spread_and_a_rebate_does_not_narrow_it_below_the_edge() -> Result<(), LabError> {
    let params = PARAMS.replace("min_edge_bps = 15", "min_edge_bps = 35");
    for (maker, quotes) in [
        // A fee of 10 basis points: half a spread is 10 + 17.5.
        (1_000_000, "buy 1 @ 99.72 post-only; sell 1 @ 100.28 post-only"),
        (-1_000_000, "buy 1 @ 99.82 post-only; sell 1 @ 100.18 post-only"),
    ] {
        let mut lab = lab()?;
        lab.spec.fees.maker = Rate::from_nanos(maker);
        check(&lab, "market_making", &params, &format!("100 | {quotes}"))?;
    }
    Ok(())
}

#[test]
fn an_opening_quote_that_the_gate_refuses_leaves_the_exit_alone() -> Result<(), LabError> {
    let mut lab = lab()?;
    lab.limits.max_position_notional = Some("150".parse()?);
    check(
        &lab,
        "market_making",
        PARAMS,
        "
        100              | buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        100 100 99.8 100 | filled buy 1 @ 99.9; refused position with open orders too large (risk.max_position_notional): 199.6, limit 150; cancel sell 1 @ 100.1; cancelled sell 1 @ 100.1; sell 1 @ 100.01 post-only reduce
        100              | refused position with open orders too large (risk.max_position_notional): 199.6, limit 150
        100 101 100 100  | filled sell 1 @ 100.01; buy 1 @ 99.9 post-only; sell 1 @ 100.1 post-only
        ",
    )
}
