//! What becomes of orders that fail, and of a position between closes.

use momentum as _;
use sdk::{CancelReason, Mode, RejectReason, ReportKind};
use testkit::LabError;
use testkit::{Desk, Placed, texts};

const REJECTED: ReportKind = ReportKind::Rejected(RejectReason::BadQuantity);
const EXPIRED: ReportKind = ReportKind::Cancelled(CancelReason::Expired);

const PARAMS: &str = "style = 'contrarian'\nrsi_period = 2\nsizing = 'fixed_quantity'\nsize = 0.01\n";

/// A desk that has seen a fall to 98, and its entry.
fn entered(extra: &str) -> Result<(Desk, Placed), LabError> {
    let mut desk = Desk::new("momentum", &format!("{PARAMS}{extra}"))?;
    let mut placed = desk.bars(&[100, 101, 100, 98]);
    assert_eq!(texts(&placed), ["buy 10 market"]);
    Ok((desk, placed.remove(0)))
}

#[test]
fn a_stop_that_expired_is_sent_again_at_the_next_price() -> Result<(), LabError> {
    let (mut desk, entry) = entered("stop_loss_pct = 10")?;
    let stop = desk.fill(&entry, 10, 100);
    assert_eq!(texts(&stop), ["sell 10 stop 90 reduce"]);
    assert!(desk.report(&stop[0], EXPIRED).is_empty(), "not at once");
    assert_eq!(texts(&desk.trade(91)), ["sell 10 stop 90 reduce"]);
    assert!(desk.trade(91).is_empty(), "it is out");
    Ok(())
}

#[test]
fn a_stop_that_the_market_has_passed_is_carried_out_and_counts_as_one() -> Result<(), LabError> {
    let (mut desk, entry) = entered("stop_loss_pct = 10\ncooldown_bars = 100")?;
    let stop = desk.fill(&entry, 10, 100);
    desk.report(&stop[0], REJECTED);
    let exit = desk.trade(90);
    assert_eq!(texts(&exit), ["sell 10 market reduce"]);
    assert!(desk.fill(&exit[0], 10, 90).is_empty());
    assert!(desk.bars(&[100, 98, 90]).is_empty(), "a new fall within the cooldown");
    Ok(())
}

#[test]
fn a_fill_far_from_the_last_price_is_no_passed_stop() -> Result<(), LabError> {
    let (mut desk, entry) = entered("stop_loss_pct = 10")?;
    // The last price known is still 98.
    assert_eq!(texts(&desk.fill(&entry, 10, 200)), ["sell 10 stop 180 reduce"]);
    Ok(())
}

#[test]
fn an_exit_that_was_rejected_is_sent_again_at_the_next_price() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    desk.fill(&entry, 10, 98);
    let exit = desk.bars(&[102]);
    assert_eq!(texts(&exit), ["sell 10 market reduce"]);
    assert!(desk.report(&exit[0], REJECTED).is_empty(), "not at once");
    desk.mode = Mode::Paused;
    let again = desk.trade(102);
    assert_eq!(texts(&again), ["sell 10 market reduce"]);
    // Half of it, and then no more.
    desk.fill(&again[0], 5, 102);
    desk.report(&again[0], EXPIRED);
    assert_eq!(texts(&desk.trade(102)), ["sell 5 market reduce"]);
    Ok(())
}

#[test]
fn an_entry_that_was_rejected_is_left_and_the_next_fall_is_entered() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    desk.report(&entry, REJECTED);
    assert!(desk.bars(&[97, 96]).is_empty());
    assert_eq!(texts(&desk.bars(&[104, 90])), ["buy 10 market"]);
    Ok(())
}

#[test]
fn what_was_filled_of_an_entry_is_guarded_and_left_like_any_position() -> Result<(), LabError> {
    let (mut desk, entry) = entered("stop_loss_pct = 10\ntake_profit_pct = 20")?;
    assert!(desk.fill(&entry, 4, 100).is_empty(), "more may come");
    assert_eq!(texts(&desk.report(&entry, EXPIRED)), ["sell 4 stop 90 reduce", "sell 4 at 120 reduce"]);
    assert_eq!(texts(&desk.bars(&[110])), ["sell 4 market reduce"]);
    Ok(())
}

#[test]
fn an_exit_signal_while_the_entry_is_on_its_way_is_not_forgotten() -> Result<(), LabError> {
    let (mut desk, entry) = entered("")?;
    assert!(desk.bars(&[104]).is_empty(), "nothing is held yet");
    desk.fill(&entry, 10, 104);
    assert_eq!(texts(&desk.trade(104)), ["sell 10 market reduce"]);
    Ok(())
}

#[test]
fn a_fall_that_began_while_paused_is_entered_when_it_may_be() -> Result<(), LabError> {
    let mut desk = Desk::new("momentum", PARAMS)?;
    desk.mode = Mode::Paused;
    assert!(desk.bars(&[100, 101, 100, 98]).is_empty());
    desk.mode = Mode::Running;
    assert!(desk.trade(98).is_empty(), "only at a close");
    assert_eq!(texts(&desk.bars(&[97])), ["buy 10 market"]);
    Ok(())
}
