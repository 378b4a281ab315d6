//! The wire between us and the simulated venue: what is under way, and when it arrives.
//!
//! Orders keep their order on either way: a later one never overtakes an earlier one, however their latencies were drawn.

use std::collections::VecDeque;

use types::{Command, OrderReport, Time};

use crate::Latency;
use crate::latency::Clockwork;

/// Commands on their way to the venue, and reports on their way to us.
#[derive(Debug)]
pub struct Wire {
    clockwork: Clockwork,
    up: VecDeque<(Time, Command)>,
    down: VecDeque<(Time, OrderReport)>,
}

impl Wire {
    /// An empty wire with this latency.
    #[must_use]
    pub fn new(latency: Latency) -> Self {
        let room = 256;
        Self {
            clockwork: Clockwork::new(latency),
            up: VecDeque::with_capacity(room),
            down: VecDeque::with_capacity(room),
        }
    }

    /// We send a command at `now`. What our own side only tells itself arrives at once.
    pub fn send(&mut self, now: Time, command: Command) {
        if let Command::Tell(report) = command {
            // Before what is still under way from the venue: it never left the house.
            let at = self.down.partition_point(|(time, _)| *time <= now);
            self.down.insert(at, (now, report));
            return;
        }
        let entry = self.clockwork.entry(now);
        push(&mut self.up, later(now, entry), command);
    }

    /// The venue says something at `now`.
    #[inline]
    pub fn answer(&mut self, now: Time, report: OrderReport) {
        let response = self.clockwork.response(now);
        push(&mut self.down, later(now, response), report);
    }

    /// When the next command reaches the venue.
    #[must_use]
    #[inline]
    pub fn next_arrival(&self) -> Option<Time> {
        self.up.front().map(|(time, _)| *time)
    }

    /// When the next report reaches us.
    #[must_use]
    #[inline]
    pub fn next_report(&self) -> Option<Time> {
        self.down.front().map(|(time, _)| *time)
    }

    /// The next command at the venue, with its time of arrival.
    pub fn arrive(&mut self) -> Option<(Time, Command)> {
        self.up.pop_front()
    }

    /// The next report at our side; its time is that of its arrival, when it could be known.
    pub fn receive(&mut self) -> Option<OrderReport> {
        self.down.pop_front().map(|(time, report)| OrderReport { time, ..report })
    }
}

fn later(now: Time, by: i64) -> Time {
    Time::from_nanos(now.nanos().saturating_add(by.max(0)))
}

fn push<T>(queue: &mut VecDeque<(Time, T)>, time: Time, what: T) {
    let time = queue.back().map_or(time, |(last, _)| time.max(*last));
    queue.push_back((time, what));
}
