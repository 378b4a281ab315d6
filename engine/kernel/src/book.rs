//! What a change of the visible order book leads to: nearly always nothing, so that path is kept short.

use sdk::Depth;
use types::{Event, InstrumentId, Price, Qty, Quote, Side, Tick};

use crate::step::middle;
use crate::{Kernel, KernelError, Outbox};

impl Kernel {
    /// Takes in a change of the book. Where the best prices move, it is also a quote for whoever hears of quotes.
    #[inline]
    pub(crate) fn book(
        &mut self,
        instrument: InstrumentId,
        tick: &Tick,
        outbox: &mut Outbox,
    ) -> Result<(), KernelError> {
        let time = tick.local_time;
        if time < self.now {
            return Err(KernelError::BackwardTime { now: self.now, event: time });
        }
        self.now = time;
        let market = self.market(instrument)?;
        let depth = market.depth.get_or_insert_with(|| Box::new(Depth::new()));
        depth.apply(tick);
        let (bid, ask) = (depth.best_price(Side::Buy), depth.best_price(Side::Sell));
        let moved = (bid, ask) != (market.bid, market.ask) && bid.is_some() && ask.is_some();
        if moved {
            (market.bid, market.ask) = (bid, ask);
            market.last = bid.zip(ask).map(|(bid, ask)| middle(bid, ask));
        }
        self.book_changed(instrument, tick, moved, outbox)
    }

    /// Who is to hear of it.
    #[inline]
    fn book_changed(
        &mut self,
        instrument: InstrumentId,
        tick: &Tick,
        moved: bool,
        outbox: &mut Outbox,
    ) -> Result<(), KernelError> {
        let owner = self.owner.get(instrument.index()).copied().flatten();
        let interest = owner.and_then(|place| self.interest(place));
        let (book, quotes) = interest.map_or((false, false), |interest| (interest.book, interest.quotes));
        let due = self.term_due.is_some_and(|due| self.now >= due);
        if !moved && !book && self.stopping == 0 && !due {
            return Ok(());
        }
        outbox.equity = self.equity()?;
        let event = Event::Book { instrument, tick: *tick };
        if book || !moved {
            return self.answer(&event, owner.filter(|_| book), outbox);
        }
        match self.best(instrument) {
            Some(quote) => self.answer(&Event::Quote { instrument, quote }, owner.filter(|_| quotes), outbox),
            None => self.answer(&event, None, outbox),
        }
    }

    /// The best of both sides as a quote; `None` while a side is empty.
    fn best(&self, instrument: InstrumentId) -> Option<Quote> {
        let depth = self.markets().get(instrument.index())?.depth.as_ref()?;
        let ((bid, bid_qty), (ask, ask_qty)): ((Price, Qty), (Price, Qty)) =
            (depth.best(Side::Buy)?, depth.best(Side::Sell)?);
        Some(Quote { time: self.now, bid, bid_qty, ask, ask_qty })
    }
}
