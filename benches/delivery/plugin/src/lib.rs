//! The same strategies in a library that is loaded while the program runs: by a C interface, which any two builds can agree
//! on, and by Rust types, which only two builds from one state of the sources can.
#![expect(
    unsafe_code,
    reason = "a C interface is made of raw pointers, and nothing checks that both sides mean the same by them"
)]

use sdk::{Setup, Strategy};
use session::{AnySession, Facts, Order, session};

/// Makes a session for the strategy whose id is `length` bytes at `id`; null when there is none.
///
/// # Safety
/// `id` must point to that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strategy_open(id: *const u8, length: usize) -> *mut AnySession {
    // SAFETY: the caller promises it.
    let id = unsafe { std::slice::from_raw_parts(id, length) };
    let made = std::str::from_utf8(id).ok().and_then(|id| session(id).ok());
    made.map_or(std::ptr::null_mut(), |session| Box::into_raw(Box::new(session)))
}

/// Takes in a bar, writes at most `room` orders to `orders`, and gives their number.
///
/// # Safety
/// `session` must come from [`strategy_open`], and the other pointers must point to what their types and `room` say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strategy_on_bar(
    session: *mut AnySession,
    facts: *const Facts,
    orders: *mut Order,
    room: usize,
) -> usize {
    // SAFETY: the caller promises it.
    let (session, facts, orders) =
        unsafe { (&mut *session, &*facts, std::slice::from_raw_parts_mut(orders, room)) };
    let mut count = 0;
    for (place, order) in orders.iter_mut().zip(session.on_bar(facts)) {
        *place = order;
        count += 1;
    }
    count
}

/// Ends a session.
///
/// # Safety
/// `session` must come from [`strategy_open`], and is gone afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strategy_close(session: *mut AnySession) {
    // SAFETY: the caller promises it.
    drop(unsafe { Box::from_raw(session) });
}

/// Builds a strategy and hands it over as the Rust object it is.
#[unsafe(no_mangle)]
pub extern "Rust" fn strategy_build(id: &str, setup: &Setup) -> Option<Box<dyn Strategy>> {
    let own = session::setup().ok()?;
    // The catalogue of this library, and not the one of the program that loaded it.
    session::build(id, &Setup { granted: own.granted, ..setup.clone() }).ok()
}
