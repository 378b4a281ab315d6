//! Other engines on the same work: `fills` compares every fill with hftbacktest's, `work` runs one contestant of one work
//! and prints a line for `compare.py`, which holds the results together and the times against each other.

mod bars;
mod fills;
mod hft;
mod measure;
mod plan;
mod recording;
mod speed;
mod sweep;
#[path = "../../../engine/backtest/tests/works/mod.rs"]
mod works;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let line = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fills", files @ ..] if !files.is_empty() => return fills::compare(files),
        ["work", "w1", contestant, bars] => bars::run(contestant, bars)?,
        ["work", "w2", contestant, ticks] => speed::run(contestant, ticks)?,
        ["work", "w3", contestant, bars] => sweep::run(contestant, bars)?,
        _ => {
            let usage = "say `fills RECORDING...` or `work w1|w2|w3 CONTESTANT FILE`; see README.md beside Cargo.toml";
            return Err(usage.into());
        }
    };
    println!("{line}");
    Ok(())
}
