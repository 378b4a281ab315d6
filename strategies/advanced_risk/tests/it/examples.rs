//! The example configuration of two markets, as far as it goes without the files that it asks for: its rule on its instruments,
//! over two random tapes, gives each market a share of the equity and both together no more than there is to share.

use sdk::{Catalogue, Event, Market, Side, Verdict};
use testkit::random_bars;

use crate::trader::{lab, order, view};

const TEXT: &str = include_str!("../../../../examples/configs/allocation-ethusdt-btcusdt-1h.toml");

#[test]
fn two_markets_share_one_account() {
    let config: toml::Table = toml::from_str(TEXT).unwrap();
    let instruments = config["instrument"].as_array().unwrap();
    let mut lab = lab("").unwrap();
    let mut specs = Vec::new();
    for (at, instrument) in instruments.iter().enumerate() {
        let mut spec = lab.spec.clone();
        spec.symbol = instrument["symbol"].as_str().unwrap().to_owned();
        spec.lot_size = instrument["lot_size"].to_string().parse().unwrap();
        assert_eq!(config["strategy"][at]["instruments"][0].as_str(), Some(spec.symbol.as_str()));
        specs.push(spec);
    }
    assert_eq!(specs.len(), 2);
    (lab.spec, lab.others) = (specs.remove(0), specs);
    let setup = lab.setup(None).unwrap();
    let params = config["risk"]["rule"][0]["params"].as_table().unwrap();
    let rule = Catalogue::of_this_binary().unwrap().get("advanced_risk").unwrap();
    let mut rule = rule.build_rule(params, &setup).unwrap();
    let mut markets: Vec<Market> = setup.instruments.iter().cloned().map(Market::new).collect();
    let tapes = [random_bars(1, 300, 200_000), random_bars(2, 300, 4_000_000)];
    // How much of equity an order that wants a multiple of it may open, in each market.
    let shares = |rule: &dyn sdk::RiskRule, markets: &[Market]| -> Vec<f64> {
        let share =
            |at: u32| match rule.judge(&view(markets, setup.capital), &order(at, Side::Buy, 10_000_000)) {
                Verdict::Shrink { qty, .. } => {
                    let market = &markets[at as usize];
                    let worth = market.instrument.notional(market.last.unwrap(), qty).unwrap();
                    worth.units() as f64 / setup.capital.units() as f64
                }
                Verdict::Refuse { .. } => 0.0,
                Verdict::Pass => panic!("{at} passed"),
            };
        vec![share(0), share(1)]
    };
    for row in 0..300 {
        for (at, tape) in tapes.iter().enumerate() {
            markets[at].last = Some(tape[row].close);
            let event = Event::Bar { instrument: markets[at].instrument.id(), bar: tape[row] };
            rule.on_event(&view(&markets, setup.capital), &event);
        }
        let found = shares(rule.as_ref(), &markets);
        let ready = row >= 240;
        let whole = |sum: f64| if ready { (0.89..=0.9).contains(&sum) } else { sum == 0.0 };
        assert!(whole(found.iter().sum()), "{row}: {found:?}");
        assert!(found.iter().all(|share| (*share > 0.05) == ready), "{row}: {found:?}");
    }
}
