//! The rule by which a venue's changes follow on its snapshot, and what breaks it.

use std::collections::VecDeque;

use super::gather::Gathered;

/// Ids of one message of changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    /// First change.
    pub(crate) first: i64,
    /// Last change.
    pub(crate) last: i64,
    /// Last change of the message before, where the venue says it.
    pub(crate) before: Option<i64>,
}

/// Where a file stands between its snapshots.
#[derive(Debug, Default)]
pub(crate) struct Sync {
    last: Option<i64>,
    /// The id of a snapshot that no change has followed on yet.
    snapshot: Option<i64>,
    /// The latest messages of changes: their last id, and the places of their ticks.
    recent: VecDeque<(i64, usize, usize)>,
}

/// How many messages of changes a snapshot may be late. REST answers take well under a second, and a venue sends at most a few
/// hundred messages in that time.
const LATE: usize = 4_096;

impl Sync {
    /// Whether a message of changes is to be taken; a break in the sequence is counted.
    ///
    /// With `before`, by Binance's rule for futures: drop what ends before the snapshot's id, the first one taken must span it,
    /// and then each must name the last id of the one before. Without, by its rule for spot: drop what ends at the snapshot's
    /// id or before, the first one taken must span the next id, and then each must begin with the next id.
    pub(crate) fn takes(&mut self, ids: Ids, line: u64, to: &mut Gathered) -> bool {
        let follows = match (self.snapshot, self.last, ids.before) {
            (Some(snapshot), _, Some(_)) if ids.last < snapshot => return stale(to),
            (Some(snapshot), _, None) if ids.last <= snapshot => return stale(to),
            (Some(snapshot), _, Some(_)) => ids.first <= snapshot,
            (Some(snapshot), _, None) => ids.first <= snapshot.saturating_add(1),
            (None, Some(last), _) if ids.last <= last => return stale(to),
            (None, Some(last), Some(before)) => before == last,
            (None, Some(last), None) => ids.first == last.saturating_add(1),
            (None, None, _) => true,
        };
        if !follows {
            to.found.breaks += 1;
            to.found.first_break.get_or_insert(line);
        }
        (self.snapshot, self.last) = (None, Some(ids.last));
        true
    }

    /// Remembers the ticks from `first` on as those of a message that ended with `last`.
    pub(crate) fn taken(&mut self, last: i64, first: usize, to: &Gathered) {
        if self.recent.len() == LATE {
            self.recent.pop_front();
        }
        self.recent.push_back((last, first, to.ticks.len()));
    }

    /// After the ticks of a snapshot: what had come before it and is newer is said once more, at the snapshot's local time.
    pub(crate) fn follow_snapshot(&mut self, id: i64, to: &mut Gathered) {
        self.snapshot = Some(id);
        let local = to.ticks.last().map(|tick| tick.local_time);
        let newer: Vec<_> = self.recent.iter().copied().filter(|(last, ..)| *last > id).collect();
        for (last, first, end) in newer {
            let again = to.ticks.get(first..end).unwrap_or_default().to_vec();
            let start = to.ticks.len();
            to.ticks.extend(
                again
                    .into_iter()
                    .map(|tick| types::Tick { local_time: local.unwrap_or(tick.local_time), ..tick }),
            );
            to.found.repeated += 1;
            to.found.repeated_at.push(start..to.ticks.len());
            (self.snapshot, self.last) = (None, Some(last));
        }
        self.recent.clear();
    }
}

fn stale(to: &mut Gathered) -> bool {
    to.found.stale += 1;
    false
}
