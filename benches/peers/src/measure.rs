//! Time and memory of one contestant, as a line of JSON.

use std::hint::black_box;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

type Failure = Box<dyn std::error::Error>;

/// The best of so many runs counts, or of as many as `PEERS_REPEATS` says (many, for a profile).
const REPEATS: usize = 5;

fn repeats() -> usize {
    std::env::var("PEERS_REPEATS").ok().and_then(|text| text.parse().ok()).unwrap_or(REPEATS)
}

/// Seconds that one run took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// Of CPU, user and system, in all threads of the process.
    pub cpu: f64,
    pub wall: f64,
}

fn cpu() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// Times one call.
pub fn clocked<T>(call: impl FnOnce() -> T) -> (T, Took) {
    let (start, wall) = (cpu(), Instant::now());
    let result = black_box(call());
    (result, Took { cpu: cpu() - start, wall: wall.elapsed().as_secs_f64() })
}

/// Runs a contestant a few times, and keeps what it came to and the best time. It must come to the same each time.
pub fn best<T: PartialEq>(mut run: impl FnMut() -> Result<(T, Took), Failure>) -> Result<(T, Took), Failure> {
    let (first, mut best) = run()?;
    for _ in 1..repeats() {
        let (again, took) = run()?;
        if again != first {
            return Err("two runs on the same data came to different results".into());
        }
        if took.cpu < best.cpu {
            best = took;
        }
    }
    Ok((first, best))
}

/// The line: how many units were done, in what time, in what memory, and what came out (as JSON).
pub fn line(units: usize, took: Took, result: &str) -> Result<String, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
    let peak: u64 = peak.ok_or("no VmHWM in /proc/self/status")?.trim().parse()?;
    let Took { cpu, wall } = took;
    Ok(format!(
        r#"{{"units": {units}, "cpu": {cpu:.6}, "wall": {wall:.6}, "peak_kib": {peak}, "result": {result}}}"#
    ))
}
