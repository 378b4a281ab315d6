//! What a strategy may wish for: a bounded list, filled anew at each event.

use types::{ClientOrderId, InstrumentId, OrderKind, Price, Qty, Side, TimeInForce};

/// An order as a strategy wishes it; the gate decides what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What to trade.
    pub instrument: InstrumentId,
    /// Which way.
    pub side: Side,
    /// How much.
    pub qty: Qty,
    /// At what conditions.
    pub kind: OrderKind,
    /// May only shrink the position; such an order is never blocked by a risk rule.
    pub reduce_only: bool,
}

impl Wish {
    /// A market order.
    #[must_use]
    pub const fn market(instrument: InstrumentId, side: Side, qty: Qty) -> Self {
        Self { instrument, side, qty, kind: OrderKind::Market, reduce_only: false }
    }

    /// A limit order that rests or is rejected, and never takes.
    #[must_use]
    pub const fn post_only(instrument: InstrumentId, side: Side, qty: Qty, price: Price) -> Self {
        let kind = OrderKind::Limit { price, tif: TimeInForce::PostOnly };
        Self { instrument, side, qty, kind, reduce_only: false }
    }

    /// A limit order that works until it fills or is cancelled.
    #[must_use]
    pub const fn limit(instrument: InstrumentId, side: Side, qty: Qty, price: Price) -> Self {
        let kind = OrderKind::Limit { price, tif: TimeInForce::GoodTillCancel };
        Self { instrument, side, qty, kind, reduce_only: false }
    }

    /// A stop order: market once the last price reaches `trigger`.
    #[must_use]
    pub const fn stop(instrument: InstrumentId, side: Side, qty: Qty, trigger: Price) -> Self {
        Self { instrument, side, qty, kind: OrderKind::StopMarket { trigger }, reduce_only: false }
    }

    /// The same, allowed only to shrink the position.
    #[must_use]
    pub const fn reducing(self) -> Self {
        Self { reduce_only: true, ..self }
    }
}

/// One wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Send an order under this id.
    Place(ClientOrderId, Wish),
    /// Cancel an order.
    Cancel(ClientOrderId),
    /// Cancel every order, close the position reduce-only, verify flat, latch. The text says why.
    Stop(&'static str),
    /// A remark for the report.
    Note(&'static str),
}

/// What a strategy makes of a signal from outside; the run's record shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It would be taken up, if the operator allowed it.
    Proposed,
    /// It was taken up.
    Applied,
    /// It was not: the reason.
    Refused(&'static str),
}

/// The list a strategy writes its wishes into.
#[derive(Debug)]
pub struct Intents {
    list: Vec<Intent>,
    next: ClientOrderId,
    overflowed: bool,
    answer: Option<Answer>,
}

impl Intents {
    /// The most wishes one event may raise: two hundred grid levels a side moved at once, and as much again. A strategy
    /// that wishes for more is out of control and gets stopped.
    pub const BOUND: usize = 1024;

    /// An empty list for the strategy at place `strategy` of run `run`.
    #[must_use]
    pub fn new(run: u32, strategy: u16) -> Self {
        let next = ClientOrderId { run, strategy, slot: 0, generation: 1 };
        Self { list: Vec::with_capacity(64), next, overflowed: false, answer: None }
    }

    /// The same list, whose next order gets this generation: for one that goes on where another stopped.
    ///
    /// ```
    /// # use quantmesh_sdk::{InstrumentId, Intents, Qty, Side, Wish};
    /// let mut intents = Intents::new(0, 3).counting_from(u32::MAX - 1);
    /// let wish = Wish::market(InstrumentId(0), Side::Buy, Qty::from_lots(1));
    /// assert_eq!(intents.place(7, wish).generation, u32::MAX - 1);
    /// assert_eq!(intents.next_generation(), u32::MAX);
    /// ```
    #[must_use]
    pub const fn counting_from(mut self, generation: u32) -> Self {
        self.next.generation = generation;
        self
    }

    /// Wishes for an order. `slot` is the strategy's own number for the place this order belongs to (0 if it has only
    /// one); the id carries it, and comes back in every report.
    pub fn place(&mut self, slot: u32, wish: Wish) -> ClientOrderId {
        let id = ClientOrderId { slot, ..self.next };
        self.next.generation = self.next.generation.saturating_add(1);
        self.push(Intent::Place(id, wish));
        id
    }

    /// Wishes that an order be cancelled.
    pub fn cancel(&mut self, id: ClientOrderId) {
        self.push(Intent::Cancel(id));
    }

    /// Wishes for the end: every order cancelled, the position closed reduce-only and verified flat, nothing opened
    /// again in this run.
    pub fn stop(&mut self, reason: &'static str) {
        self.push(Intent::Stop(reason));
    }

    /// Leaves a remark in the run's record.
    pub fn note(&mut self, text: &'static str) {
        self.push(Intent::Note(text));
    }

    /// Says what becomes of the signal being handled. Without an answer it counts as passed over.
    pub fn answer(&mut self, answer: Answer) {
        self.answer = Some(answer);
    }

    /// The answer to the signal being handled.
    #[must_use]
    pub const fn answered(&self) -> Option<Answer> {
        self.answer
    }

    /// The wishes so far.
    #[must_use]
    pub fn as_slice(&self) -> &[Intent] {
        &self.list
    }

    /// Whether more was wished for than [`Self::BOUND`]; what was over it is not in the list.
    #[must_use]
    pub const fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The generation the next order gets.
    #[must_use]
    pub const fn next_generation(&self) -> u32 {
        self.next.generation
    }

    /// Empties the list for the next event; ids go on counting.
    pub fn clear(&mut self) {
        self.list.clear();
        self.overflowed = false;
        self.answer = None;
    }

    fn push(&mut self, intent: Intent) {
        if self.list.len() < Self::BOUND {
            self.list.push(intent);
        } else {
            self.overflowed = true;
        }
    }
}
