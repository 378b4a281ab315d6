//! The machine that measures: which it is, how busy it is, its clocks, and how to stay on one core of it.

use std::fs;
use std::process::Command;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use session::Trouble;

/// Keeps this process, and those it starts, on the last core it may use.
pub(crate) fn stay_on_one_core() -> Result<usize, Trouble> {
    let allowed = sched_getaffinity(None)?;
    let core = (0..CpuSet::MAX_CPU).rev().find(|core| allowed.is_set(*core)).ok_or("there is no core")?;
    let mut only = CpuSet::new();
    only.set(core);
    sched_setaffinity(None, &only)?;
    Ok(core)
}

/// Nanoseconds of CPU time that this process has used.
pub(crate) fn cpu_time() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// Nanoseconds of CPU time that the first thread of another process has used.
pub(crate) fn cpu_time_of(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap_or_default();
    text.split(' ').next().and_then(|field| field.parse().ok()).unwrap_or(0)
}

/// How many processes wanted to run of late: the system's one-minute average.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// The lines above a table: by which command, when, where and with what.
pub(crate) fn heading(title: &str, chore: &str, note: &str) -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    // This process may be bound to one core, so it is the system that is asked for their number.
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let text = |program: &str, words: &[&str]| {
        let output = Command::new(program).args(words).output();
        output.map_or_else(
            |_| String::new(),
            |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        )
    };
    format!(
        "# {title}\n\nWritten by `benches/delivery/run {chore}`, on {}. {} ({}), {cores} cores, Linux {}, {}. {note}\n\n",
        text("date", &["-u", "+%Y-%m-%d"]),
        cpu.map_or("unknown CPU", str::trim),
        std::env::consts::ARCH,
        kernel.trim(),
        text("rustc", &["-V"]),
    )
}
