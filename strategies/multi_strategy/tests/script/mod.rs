//! A child for tests that does what its script says, bar by bar, and checks what it sees and hears.

use sdk::{
    BuildError, CancelReason, ClientOrderId, Decimal, Event, Instrument, Intents, Mode, OrderKind,
    OrderReport, Price, Qty, ReportKind, Setup, Side, Strategy, TimeInForce, View, Wish,
};

/// Lines of `N: action; action`, for its N-th bar, from 1.
///
/// - `buy 2 market`, `sell 1 @ 101`, `buy 1 stop 105`, with `post-only`, `ioc`, `fok` and `reduce` behind it
/// - `cancel` for all its orders, `stop`, `flood`
/// - `held -1`, `equity 2000`, `equity 1990 to 2010`, `mode paused`, `heard buy 1 @ 100 fee 0, accepted`: what must be so at that bar
#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Params {
    /// The script.
    pub(crate) script: String,
    /// Which instrument of its own.
    pub(crate) market: usize,
}

pub(crate) struct Script {
    lines: Vec<(u32, Vec<String>)>,
    instrument: Instrument,
    bar: u32,
    out: Vec<ClientOrderId>,
    heard: Vec<String>,
}

pub(crate) fn build(params: Params, setup: &Setup) -> Result<Script, BuildError> {
    let lines = params.script.lines().filter_map(|line| line.split_once(':')).map(|(bar, actions)| {
        let actions = actions.split(';').map(|action| action.trim().to_owned()).collect();
        (bar.trim().parse().unwrap(), actions)
    });
    let instrument = setup.instruments[params.market].clone();
    Ok(Script { lines: lines.collect(), instrument, bar: 0, out: Vec::new(), heard: Vec::new() })
}

impl Script {
    fn act(&mut self, action: &str, view: &View<'_>, intents: &mut Intents) {
        let words: Vec<&str> = action.split_whitespace().collect();
        let market = view.market(self.instrument.id()).unwrap();
        let place = format!("bar {}: {action}", self.bar);
        match words[..] {
            ["cancel"] => self.out.iter().for_each(|id| intents.cancel(*id)),
            ["stop"] => intents.stop("the script says so"),
            ["flood"] => {
                for _ in 0..=Intents::BOUND {
                    intents.note("water");
                }
            }
            ["held", lots] => {
                let held = self.instrument.qty_decimal(market.position.qty);
                assert_eq!(held.to_string(), lots, "{place}");
            }
            ["equity", low, "to", high] => {
                let [low, high] = [low, high].map(|text| text.parse::<sdk::Money>().unwrap());
                assert!((low..=high).contains(&view.equity), "{place}: {}", view.equity);
            }
            ["equity", money] => assert_eq!(view.equity.to_string(), money, "{place}"),
            ["mode", mode] => assert_eq!(view.mode == Mode::Paused, mode == "paused", "{place}"),
            ["heard", ..] => {
                let heard = std::mem::take(&mut self.heard).join(", ");
                assert_eq!(heard, action.trim_start_matches("heard").trim(), "{place}");
            }
            [side @ ("buy" | "sell"), qty, ref rest @ ..] => {
                let wish = self.wish(side, qty, rest);
                let id = intents.place(self.bar, wish);
                self.out.push(id);
            }
            _ => panic!("{place}"),
        }
    }

    fn wish(&self, side: &str, qty: &str, rest: &[&str]) -> Wish {
        let side = if side == "buy" { Side::Buy } else { Side::Sell };
        let price =
            |text: &str| -> Price { self.instrument.price(text.parse::<Decimal>().unwrap()).unwrap() };
        let qty: Qty = self.instrument.qty(qty.parse::<Decimal>().unwrap()).unwrap();
        let tif = match () {
            () if rest.contains(&"post-only") => TimeInForce::PostOnly,
            () if rest.contains(&"ioc") => TimeInForce::ImmediateOrCancel,
            () if rest.contains(&"fok") => TimeInForce::FillOrKill,
            () => TimeInForce::GoodTillCancel,
        };
        let kind = match rest {
            ["market", ..] => OrderKind::Market,
            ["@", at, ..] => OrderKind::Limit { price: price(at), tif },
            ["stop", at, ..] => OrderKind::StopMarket { trigger: price(at) },
            _ => panic!("{rest:?}"),
        };
        let reduce_only = rest.contains(&"reduce");
        Wish { instrument: self.instrument.id(), side, qty, kind, reduce_only }
    }

    fn hear(&mut self, report: &OrderReport) {
        self.heard.push(match &report.kind {
            ReportKind::Filled(fill) => {
                let [qty, price] =
                    [self.instrument.qty_decimal(fill.qty), self.instrument.price_decimal(fill.price)];
                format!("{} {qty} @ {price} fee {}", fill.side.text(), fill.fee.money)
            }
            ReportKind::Refused(refusal) => refusal.to_string(),
            ReportKind::Cancelled(CancelReason::Requested) => "cancelled".to_owned(),
            ReportKind::Cancelled(reason) => format!("{reason:?}"),
            ReportKind::Rejected(reason) => format!("{reason:?}"),
            other => other.name().to_owned(),
        });
    }
}

impl Strategy for Script {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { instrument, .. } if *instrument == self.instrument.id() => {
                self.bar += 1;
                let mine = self.lines.iter().filter(|(bar, _)| *bar == self.bar);
                let actions: Vec<String> = mine.flat_map(|(_, actions)| actions.clone()).collect();
                for action in actions {
                    self.act(&action, view, intents);
                }
            }
            Event::Order(report) => self.hear(report),
            _ => {}
        }
    }
}
