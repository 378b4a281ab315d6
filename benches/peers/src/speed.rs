//! Work W2 in one run: our engine, hftbacktest's two books, and a loop written by hand; ratios per CPU second.

pub fn compare(_ticks: &str) -> Result<(), Box<dyn std::error::Error>> {
    Err("to come".into())
}
