//! Wall and CPU seconds of the phases of a command.

use std::time::Instant;

/// A stopwatch for one phase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    wall: Instant,
    cpu: f64,
}

/// What a phase took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Taken {
    /// Seconds on the wall.
    pub(crate) wall: f64,
    /// Seconds of all threads of this process; equal to the wall where the system can't say.
    pub(crate) cpu: f64,
}

impl Watch {
    pub(crate) fn start() -> Self {
        Self { wall: Instant::now(), cpu: cpu_seconds().unwrap_or(0.0) }
    }

    pub(crate) fn taken(&self) -> Taken {
        let wall = self.wall.elapsed().as_secs_f64();
        Taken { wall, cpu: cpu_seconds().map_or(wall, |now| now - self.cpu) }
    }
}

#[cfg(unix)]
fn cpu_seconds() -> Option<f64> {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    #[expect(clippy::cast_precision_loss, reason = "seconds of CPU time are far below 2⁵³")]
    Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

#[cfg(not(unix))]
fn cpu_seconds() -> Option<f64> {
    None
}
