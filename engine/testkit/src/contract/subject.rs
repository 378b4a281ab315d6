//! A strategy under watch: what it wishes for is looked at before the kernel may drop it, and it is restarted on demand.

use std::sync::{Arc, OnceLock};

use sdk::{
    BuildError, Event, Intent, Intents, Interest, Maker, Market, Mode, RestoreError, Setup, Strategy,
    SubAccount, View, WarmUp, Wish,
};
use types::{Overflow, Side};

use crate::Seed;

/// The first promise that was not kept inside a strategy, for whoever drives it.
pub(super) type Shared = Arc<OnceLock<String>>;

/// See the file's page.
pub(super) struct Subject {
    inner: Box<dyn Strategy>,
    restarts: Option<Restarts>,
    broken: Shared,
}

/// What builds a strategy anew before one event in four.
pub(super) struct Restarts {
    make: Maker<dyn Strategy>,
    params: toml::Table,
    setup: Setup,
    random: Seed,
}

impl Restarts {
    pub(super) fn new(make: Maker<dyn Strategy>, params: toml::Table, setup: Setup, seed: u64) -> Self {
        Self { make, params, setup, random: Seed::new(seed ^ 0x5EED) }
    }

    /// The same strategy, saved, built anew and restored.
    fn again(&self, old: &dyn Strategy) -> Result<Box<dyn Strategy>, String> {
        let built = (self.make)(self.params.clone(), &self.setup);
        let mut fresh = built.map_err(|error: BuildError| error.to_string())?;
        let restored = fresh.restore(&old.save());
        restored.map_err(|RestoreError(what)| format!("its own state can't be restored: {what}"))?;
        Ok(fresh)
    }
}

impl Subject {
    pub(super) fn new(inner: Box<dyn Strategy>, restarts: Option<Restarts>, broken: &Shared) -> Self {
        Self { inner, restarts, broken: Arc::clone(broken) }
    }

    fn restart(&mut self) {
        let Some(restarts) = &mut self.restarts else { return };
        if restarts.random.below(4) != 0 {
            return;
        }
        match restarts.again(self.inner.as_ref()) {
            Ok(fresh) => self.inner = fresh,
            // The first one is the one to tell.
            Err(what) => self.broken.set(what).unwrap_or(()),
        }
    }
}

impl Strategy for Subject {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        self.restart();
        self.inner.on_event(view, event, intents);
        if view.mode != Mode::Running
            && let Some(wish) = first_opening(view, intents.as_slice())
        {
            let what = format!("it may open nothing ({:?}), and wished for {wish:?}", view.mode);
            self.broken.set(what).unwrap_or(());
        }
    }

    fn interest(&self) -> Interest {
        self.inner.interest()
    }

    fn warm_up(&self) -> WarmUp {
        self.inner.warm_up()
    }

    fn parts(&self) -> Vec<&'static str> {
        self.inner.parts()
    }

    fn accounts(&self, markets: &[Market]) -> Result<Vec<SubAccount>, Overflow> {
        self.inner.accounts(markets)
    }

    fn save(&self) -> Vec<u8> {
        self.inner.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), RestoreError> {
        self.inner.restore(state)
    }
}

/// The first wish that would open something, with what waits already and what was wished for before it in the same event.
fn first_opening(view: &View<'_>, intents: &[Intent]) -> Option<Wish> {
    let wishes: Vec<Wish> = intents
        .iter()
        .filter_map(|intent| if let Intent::Place(_, wish) = intent { Some(*wish) } else { None })
        .collect();
    let mut before = wishes.iter();
    wishes.iter().copied().find(|wish| {
        let earlier = wishes.len() - before.len();
        before.next();
        if wish.reduce_only {
            return false;
        }
        let Some(market) = view.market(wish.instrument) else { return true };
        let in_time = wishes.iter().take(earlier).filter(|other| other.instrument == wish.instrument);
        let alike = in_time.filter(|other| other.reduce_only || other.side == wish.side);
        let wished = alike.map(|other| other.qty.lots()).fold(0, i64::saturating_add);
        wished.saturating_add(wish.qty.lots()) > closable(market, wish.side)
    })
}

/// How many lots of an order that is not reduce-only would only close: what is held on the other side, less what waits to close
/// it, and what else waits on this side.
pub(super) fn closable(market: &Market, side: Side) -> i64 {
    let held = market.position.qty.lots().saturating_mul(-side.sign()).max(0);
    let waiting = if side == Side::Buy { market.open_buy } else { market.open_sell };
    held.saturating_sub(market.closing.lots()).saturating_sub(waiting.lots()).max(0)
}
