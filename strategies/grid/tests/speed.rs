//! Ephemeral.
use grid as _;
use testkit::Lab;
use sdk::*;
#[test]
fn speed() {
    let mut seed = 88172645463325252u64;
    let mut price = 6_000_000i64;
    let bars: Vec<Bar> = (0..1_000_000i64).map(|i| {
        let open = price;
        let mut r = || { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; (seed >> 20) as i64 % 6001 - 3000 };
        price = (price + r()).clamp(3_000_000, 12_000_000);
        let (hi, lo) = (open.max(price) + r().abs() / 3, open.min(price) - r().abs() / 3);
        let p = Price::from_ticks;
        Bar { open_time: Time::from_nanos(i * 60), close_time: Time::from_nanos(i * 60 + 60), open: p(open), high: p(hi), low: p(lo), close: p(price), volume: Qty::from_lots(1000) }
    }).collect();
    let lab = Lab::new().unwrap();
    for (name, params) in [("waiting", "trigger_price = 100000"), ("20 %", "spacing_pct = 20\nbuy_window_size=1\nsell_window_size=1"), ("1 %", "spacing_pct = 1"), ("0.2 %", "spacing_pct = 0.2")] {
        let instrument = lab.instrument().unwrap();
        let setup = Setup { prices: vec![None], settlement: instrument.quote(), capital: "10000".parse().unwrap(), instruments: vec![instrument.clone()] };
        let entry = *Catalogue::of_this_binary().unwrap().get("grid").unwrap();
        let mut grid = entry.build(&toml::from_str(&format!("{params}\norder_quantity = 1000")).unwrap(), &setup).unwrap();
        let mut markets = [Market::new(instrument)];
        let mut intents = Intents::new(0, 0);
        for _ in 0..3 {
            let (t, mut wishes) = (std::time::Instant::now(), 0);
            for bar in &bars {
                markets[0].last = Some(bar.close);
                intents.clear();
                let view = View { now: bar.close_time, markets: &markets, equity: setup.capital, mode: Mode::Running };
                grid.on_event(&view, &Event::Bar { instrument: InstrumentId(0), bar: *bar }, &mut intents);
                wishes += intents.as_slice().len();
            }
            eprintln!("{name}: {:.1} ns/bar, {wishes} wishes", t.elapsed().as_nanos() as f64 / bars.len() as f64);
        }
    }
}
