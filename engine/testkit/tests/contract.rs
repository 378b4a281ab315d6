//! The contract finds what it is there for: strategies and rules that break one promise each, beside ones that keep them all.

use quantmesh_testkit::{Broken, Contract, LabError};
use sdk::{
    BuildError, Event, Intents, Interest, Mode, Money, Number, Order, Qty, RestoreError, RiskRule, Setup,
    Side, Strategy, Verdict, View, Wish, orderable, state,
};

/// Which promise is broken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {
    /// In a word; none where it is empty.
    fault: String,
    /// What has no TOML of its own.
    nothing: Option<Number>,
    /// And what has it inside something else.
    inside: Vec<Inside>,
}

#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(default)]
struct Inside {
    text: String,
    nothing: Option<u32>,
}

impl Default for Params {
    fn default() -> Self {
        let inside = vec![Inside { text: "it's \"so\"\u{1}: a = {}".to_owned(), nothing: None }];
        Self { fault: String::new(), nothing: None, inside }
    }
}

/// Buys at one bar or trade in two, and closes at the other.
struct Restless {
    fault: String,
    main: sdk::InstrumentId,
    heard: u64,
}

impl Strategy for Restless {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        if matches!(event, Event::Timer { .. }) && self.fault.starts_with("opens when woken") {
            let price = view.market(self.main).and_then(|market| Some((&market.instrument, market.last?)));
            let qty = price.and_then(|(instrument, last)| orderable(instrument, last, Qty::from_lots(7)));
            if let Some(qty) = qty {
                intents.place(1, Wish::market(self.main, Side::Buy, qty));
            }
        }
        let (Event::Bar { instrument, bar: sdk::Bar { close: price, .. } }
        | Event::Trade { instrument, trade: sdk::Trade { price, .. } }) = event
        else {
            return;
        };
        if *instrument != self.main && self.fault != "hears strangers" {
            return;
        }
        let Some(market) = view.market(self.main) else { return };
        let Some(last) = market.last else { return };
        self.heard += 1 + u64::from(self.fault == "hears strangers" && price.ticks() % 3 == 0);
        let may_open = match self.fault.as_str() {
            "opens when stopped" => view.mode != Mode::Paused,
            _ => view.mode == Mode::Running,
        };
        if let Some(closing) = Side::closing(market.position.qty) {
            if market.closing.is_zero() {
                intents.place(0, Wish::market(self.main, closing, market.position.qty.abs()).reducing());
            }
        } else if may_open && market.open_buy.is_zero() && self.heard.is_multiple_of(2) {
            let qty = Qty::from_lots(7);
            let taken =
                if self.fault == "sends dust" { Some(qty) } else { orderable(&market.instrument, last, qty) };
            if let Some(qty) = taken {
                intents.place(0, Wish::market(self.main, Side::Buy, qty));
            }
        }
    }

    fn interest(&self) -> Interest {
        let asks = self.fault == "opens when woken";
        Interest { every: asks.then_some(60_000_000_000), ..Interest::default() }
    }

    fn save(&self) -> Vec<u8> {
        state::save("restless", 1, &"", &if self.fault == "forgets" { 0 } else { self.heard })
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.heard = state::restore("restless", 1, &"", bytes)?;
        Ok(())
    }
}

fn build(params: Params, setup: &Setup) -> Result<Restless, BuildError> {
    if params.inside != Params::default().inside {
        return Err(BuildError::new("inside", "it is not what it is by default"));
    }
    Ok(Restless { fault: params.fault, main: setup.instrument()?.id(), heard: 0 })
}

mod registered_strategy {
    sdk::register_strategy! {
        id: "restless",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::Params,
        build: super::build,
    }
}

/// Refuses what opens at every other event.
struct Sieve {
    fault: String,
    heard: u64,
}

impl RiskRule for Sieve {
    fn on_event(&mut self, _: &View<'_>, _: &Event) {
        self.heard += 1;
    }

    fn judge(&self, view: &View<'_>, order: &Order) -> Verdict {
        if self.heard.is_multiple_of(2) {
            return Verdict::Pass;
        }
        let refusal = Verdict::Refuse { why: "a sieve", limit: Money::ZERO, actual: Money::ZERO };
        let Some(market) = view.market(order.instrument) else { return refusal };
        let waiting = if order.side == Side::Buy { market.open_buy } else { market.open_sell };
        let held = market.position.qty.lots() * -order.side.sign();
        let closes = (held - market.closing.lots() - waiting.lots()).max(0);
        let left = match self.fault.as_str() {
            "stops exits" => return refusal,
            "leaves nothing" => closes,
            _ if closes == 0 => return refusal,
            _ => closes,
        };
        Verdict::Shrink { qty: Qty::from_lots(left), why: "a sieve" }
    }

    fn save(&self) -> Vec<u8> {
        state::save("sieve", 1, &"", &if self.fault == "forgets" { 0 } else { self.heard })
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        self.heard = state::restore("sieve", 1, &"", bytes)?;
        Ok(())
    }
}

fn build_rule(params: Params, _: &Setup) -> Result<Sieve, BuildError> {
    Ok(Sieve { fault: params.fault, heard: 0 })
}

mod registered_rule {
    sdk::register_rule! {
        id: "sieve",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::Params,
        build: super::build_rule,
    }
}

mod registered_odd {
    /// A default beyond its range.
    #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
    #[serde(default, deny_unknown_fields)]
    struct Params {
        /// Too large.
        #[schemars(range(min = 1, max = 5))]
        size: u32,
    }

    impl Default for Params {
        fn default() -> Self {
            Self { size: 6 }
        }
    }

    sdk::register_rule! {
        id: "odd",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: Params,
        build: build,
    }

    fn build(_: Params, setup: &sdk::Setup) -> Result<super::Sieve, sdk::BuildError> {
        super::build_rule(super::Params::default(), setup)
    }
}

#[test]
fn what_keeps_every_promise_passes() -> Result<(), Broken> {
    let contract = Contract { tapes: 90, events: 100, ..Contract::new()? };
    contract.holds("restless", "")?;
    contract.holds("restless", "fault = 'opens when woken, and never asked for it'")?;
    contract.rule_holds("sieve", "")
}

#[test]
fn a_strategy_that_breaks_one_is_found() -> Result<(), LabError> {
    for (fault, expected) in [
        ("opens when stopped", "it may open nothing ("),
        ("opens when woken", "the strategy is paused or stopped, and this order would open risk"),
        ("sends dust", "it wished for what can't be sent: "),
        ("forgets", "a restart changes what it decides"),
        ("hears strangers", "the prices of a market that it does not trade change what it decides"),
    ] {
        let told = Contract::new()?.holds("restless", &format!("fault = '{fault}'"));
        let told = told.map_err(|broken| broken.to_string());
        assert!(told.as_ref().is_err_and(|told| told.contains(expected)), "{fault}: {told:?}");
    }
    let around = Contract { looks_around: true, ..Contract::new()? };
    assert!(around.holds("restless", "fault = 'hears strangers'").is_ok(), "unless it says that it does");
    Ok(())
}

#[test]
fn a_rule_that_breaks_one_is_found() -> Result<(), LabError> {
    for (fault, expected) in [
        ("stops exits", "it leaves 0 lots of "),
        ("leaves nothing", "it should refuse it then"),
        ("forgets", "a restart changes what it says of "),
    ] {
        let told = Contract::new()?.rule_holds("sieve", &format!("fault = '{fault}'"));
        let told = told.map_err(|broken| broken.to_string());
        assert!(told.as_ref().is_err_and(|told| told.contains(expected)), "{fault}: {told:?}");
    }
    let told = Contract::new()?.rule_holds("odd", "").map_err(|broken| broken.to_string());
    assert_eq!(
        told,
        Err("odd: the default parameters are refused: `size` is 6; it must be from 1 to 5".to_owned())
    );
    Ok(())
}

#[test]
fn neither_stands_in_for_the_other() -> Result<(), LabError> {
    let contract = Contract::new()?;
    for told in [contract.holds("sieve", ""), contract.rule_holds("restless", "")] {
        let told = told.map_err(|broken| broken.to_string());
        assert!(told.as_ref().is_err_and(|told| told.contains("it belongs under")), "{told:?}");
    }
    Ok(())
}
