//! A strategy that does what it is told at the bars that it is told, and the laboratory that it trades in.

use sdk::{BuildError, Event, InstrumentId, Intents, Price, Qty, Setup, Side, Strategy, View, Wish};
use testkit::{Lab, LabError, check};

/// Steps such as `22 buy 10000`, with `;` between them: at the 22nd bar of the first instrument, buy 10 000 lots of it.
/// `close` sells what is held, as an order like any other; `bid 100 9000` rests at 9 000 ticks; a `+` before the verb
/// means the second instrument, `++` the third, at that bar of theirs.
#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Params {
    /// The steps.
    plan: String,
}

struct Trader {
    steps: Vec<(u32, usize, String, Vec<i64>)>,
    bars: Vec<u32>,
}

impl Strategy for Trader {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Event::Bar { instrument, .. } = event else { return };
        let place = instrument.index();
        self.bars[place] += 1;
        for (bar, of, verb, numbers) in &self.steps {
            if (*bar, *of) != (self.bars[place], place) {
                continue;
            }
            let lots = numbers.first().copied().unwrap_or(0);
            let held = view.markets[place].position.qty;
            let wish = match verb.as_str() {
                "buy" => Wish::market(*instrument, Side::Buy, Qty::from_lots(lots)),
                "sell" => Wish::market(*instrument, Side::Sell, Qty::from_lots(lots)),
                "bid" => {
                    Wish::limit(*instrument, Side::Buy, Qty::from_lots(lots), Price::from_ticks(numbers[1]))
                }
                "close" if held.lots() < 0 => Wish::market(*instrument, Side::Buy, held.abs()),
                "close" if held.lots() > 0 => Wish::market(*instrument, Side::Sell, held),
                "close" => continue,
                other => panic!("{other}"),
            };
            intents.place(0, wish);
        }
    }
}

fn build(params: Params, setup: &Setup) -> Result<Trader, BuildError> {
    let steps = params.plan.split(';').map(str::trim).filter(|step| !step.is_empty());
    let steps = steps.map(|step| {
        let mut words = step.split_whitespace();
        let bar = words.next().unwrap().parse().unwrap();
        let verb = words.next().unwrap();
        let name = verb.trim_start_matches('+');
        let numbers = words.map(|word| word.parse().unwrap()).collect();
        (bar, verb.len() - name.len(), name.to_owned(), numbers)
    });
    Ok(Trader { steps: steps.collect(), bars: vec![0; setup.instruments.len()] })
}

sdk::register_strategy! {
    id: "trader",
    summary: "does what it is told",
    tier: sdk::Tier::Free,
    params: Params,
    build: build,
}

/// A laboratory without slippage and fees, whose only rule has a window of 20 bars and these parameters.
pub(crate) fn lab(rule: &str) -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    lab.spec.fees.taker = sdk::Rate::ZERO;
    lab.spec.fees.maker = sdk::Rate::ZERO;
    lab.rules = vec![("advanced_risk".to_owned(), format!("window = 20\nmin_history = 20\n{rule}"))];
    Ok(lab)
}

/// With as many more instruments, TWOUSDT and THREEUSDT, as these.
pub(crate) fn with_more(mut lab: Lab, more: usize) -> Lab {
    for symbol in ["TWOUSDT", "THREEUSDT"].iter().take(more) {
        lab.others.push(sdk::InstrumentSpec { symbol: (*symbol).to_owned(), ..lab.spec.clone() });
    }
    lab
}

/// Twenty bars between 100 and 90, so that a bar loses 10 % half of the time and gains 11.1 % the other half; then
/// these.
pub(crate) fn holds(rule: &str, plan: &str, last: &str) -> Result<(), LabError> {
    let mut table = String::new();
    for bar in 0..20 {
        table.push_str(if bar % 2 == 0 { "100 |\n" } else { "90 |\n" });
    }
    check(&lab(rule)?, "trader", &format!("plan = '{plan}'"), &(table + last))
}

/// The view of these markets at some time, with this equity.
pub(crate) fn view(markets: &[sdk::Market], equity: sdk::Money) -> View<'_> {
    View { now: sdk::Time::EPOCH, markets, equity, mode: sdk::Mode::Running }
}

/// A market order of this instrument.
pub(crate) fn order(instrument: u32, side: Side, lots: i64) -> sdk::Order {
    sdk::Order {
        id: sdk::ClientOrderId { run: 0, strategy: 0, slot: 0, generation: 1 },
        instrument: InstrumentId(instrument),
        side,
        qty: Qty::from_lots(lots),
        kind: sdk::OrderKind::Market,
        reduce_only: false,
        time: sdk::Time::EPOCH,
    }
}
