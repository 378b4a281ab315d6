//! What becomes of orders that fail, and of a position between closes.

use breakout as _;
use sdk::{CancelReason, Mode, RejectReason, ReportKind};
use testkit::LabError;
use testkit::{Desk, Placed, texts};

const REJECTED: ReportKind = ReportKind::Rejected(RejectReason::BadQuantity);
const EXPIRED: ReportKind = ReportKind::Cancelled(CancelReason::Expired);

const PARAMS: &str =
    "entry_period = 3\nexit_period = 2\natr_period = 1\nsizing = 'fixed_quantity'\nsize = 0.01\n";
const BARS: [[i64; 4]; 4] =
    [[100, 101, 99, 100], [100, 101, 99, 100], [100, 101, 99, 100], [100, 102, 100, 102]];

/// A desk that has seen a break of a bar with a range of 2, and its entry.
fn entered(extra: &str) -> Result<(Desk, Placed), LabError> {
    let mut desk = Desk::new("breakout", &format!("{PARAMS}{extra}"))?;
    let mut placed: Vec<Placed> = BARS.into_iter().flat_map(|bar| desk.bar(bar)).collect();
    assert_eq!(texts(&placed), ["buy 10 market"]);
    Ok((desk, placed.remove(0)))
}

#[test]
fn a_stop_that_expired_is_sent_again_at_the_next_price() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    let stop = desk.fill(&entry, 10, 103);
    assert_eq!(texts(&stop), ["sell 10 stop 99 reduce"]);
    assert!(desk.report(&stop[0], EXPIRED).is_empty(), "not at once");
    assert_eq!(texts(&desk.trade(100)), ["sell 10 stop 99 reduce"]);
    assert!(desk.trade(100).is_empty(), "it is out");
    Ok(())
}

#[test]
fn a_stop_that_followed_is_sent_again_where_it_was() -> Result<(), LabError> {
    let (mut desk, entry) = entered("trailing_atr_multiplier = 3")?;
    desk.fill(&entry, 10, 102);
    let moved = desk.bar([102, 103, 102, 103]);
    assert_eq!(texts(&moved), ["sell 10 stop 100 reduce"]);
    desk.report(&moved[0], REJECTED);
    // A range of 3 would put it at 94.
    assert_eq!(texts(&desk.bar([103, 103, 101, 103])), ["sell 10 stop 100 reduce"]);
    Ok(())
}

#[test]
fn a_stop_that_the_market_has_passed_is_carried_out() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    let stop = desk.fill(&entry, 10, 103);
    desk.report(&stop[0], REJECTED);
    let exit = desk.trade(99);
    assert_eq!(texts(&exit), ["sell 10 market reduce"]);
    assert!(desk.fill(&exit[0], 10, 99).is_empty());
    assert!(desk.trade(99).is_empty(), "nothing is left to do");
    Ok(())
}

#[test]
fn a_fill_far_from_the_last_price_is_no_passed_stop() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    // The last price known is still 102.
    assert_eq!(texts(&desk.fill(&entry, 10, 200)), ["sell 10 stop 196 reduce"]);
    Ok(())
}

#[test]
fn what_the_market_did_before_the_fill_does_not_move_the_stop() -> Result<(), LabError> {
    let (mut desk, entry) = entered("trailing_atr_multiplier = 3")?;
    assert!(desk.bar([102, 120, 102, 103]).is_empty(), "on its way");
    assert_eq!(texts(&desk.fill(&entry, 10, 103)), ["sell 10 stop 99 reduce"]);
    // 104 − 3 × 1, not 120 − 3 × 1.
    assert_eq!(texts(&desk.bar([103, 104, 103, 104])), ["sell 10 stop 101 reduce"]);
    Ok(())
}

#[test]
fn an_exit_that_was_rejected_is_sent_again_at_the_next_price() -> Result<(), LabError> {
    let (mut desk, entry) = entered("atr_multiplier = 0")?;
    desk.fill(&entry, 10, 102);
    let exit = desk.bars(&[98]);
    assert_eq!(texts(&exit), ["sell 10 market reduce"]);
    assert!(desk.report(&exit[0], REJECTED).is_empty(), "not at once");
    desk.mode = Mode::Paused;
    let again = desk.trade(98);
    assert_eq!(texts(&again), ["sell 10 market reduce"]);
    // Half of it, and then no more.
    desk.fill(&again[0], 5, 98);
    desk.report(&again[0], EXPIRED);
    assert_eq!(texts(&desk.trade(98)), ["sell 5 market reduce"]);
    Ok(())
}

#[test]
fn an_entry_that_was_rejected_is_left_and_the_next_break_is_entered() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    desk.report(&entry, REJECTED);
    assert!(desk.trade(103).is_empty());
    assert!(desk.bars(&[102]).is_empty(), "on the highest high");
    assert_eq!(texts(&desk.bars(&[103])), ["buy 10 market"]);
    Ok(())
}

#[test]
fn what_was_filled_of_an_entry_is_guarded_and_left_like_any_position() -> Result<(), LabError> {
    let (mut desk, entry) = entered("take_profit_pct = 20")?;
    assert!(desk.fill(&entry, 4, 105).is_empty(), "more may come");
    assert_eq!(texts(&desk.report(&entry, EXPIRED)), ["sell 4 stop 101 reduce", "sell 4 at 126 reduce"]);
    assert_eq!(texts(&desk.bars(&[98])), ["sell 4 market reduce"]);
    Ok(())
}

#[test]
fn an_exit_signal_while_the_entry_is_on_its_way_is_not_forgotten() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    assert!(desk.bars(&[98]).is_empty(), "nothing is held yet");
    desk.fill(&entry, 10, 98);
    assert_eq!(texts(&desk.trade(98)), ["sell 10 market reduce"]);
    Ok(())
}

#[test]
fn a_break_while_paused_is_not_entered_later() -> Result<(), LabError> {
    let mut desk = Desk::new("breakout", PARAMS)?;
    desk.mode = Mode::Paused;
    assert!(BARS.into_iter().flat_map(|bar| desk.bar(bar)).next().is_none());
    desk.mode = Mode::Running;
    assert!(desk.trade(110).is_empty(), "only at a close");
    assert!(desk.bars(&[102]).is_empty());
    assert_eq!(texts(&desk.bars(&[103])), ["buy 10 market"], "a new one");
    Ok(())
}
