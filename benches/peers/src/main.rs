//! Other engines on the same work: `fills` compares every fill with hftbacktest's, `speed` compares the time.

mod fills;
mod hft;
mod plan;
mod recording;
mod speed;
#[path = "../../../engine/backtest/tests/works/mod.rs"]
mod works;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fills", files @ ..] if !files.is_empty() => fills::compare(files),
        ["speed", ticks] => speed::compare(ticks),
        _ => Err("say `fills RECORDING...` or `speed TICKS`; see README.md beside Cargo.toml".into()),
    }
}
