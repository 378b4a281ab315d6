//! The market as the tape tells it: the mid and the best prices to quote around, how old they are, and the estimates.

use sdk::{Bar, Event, InstrumentId, Market, Price, Quote, Time, Trade};
use serde::{Deserialize, Serialize};

use crate::intensity::{Counting, Intensity};
use crate::volatility::{Sampling, Volatility, ticks};

/// The best kind of price that has come in so far; each counts only until a better one comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) enum Source {
    /// Closes of bars.
    #[default]
    Bars,
    /// Trades.
    Trades,
    /// Best bid and ask.
    Quotes,
}

/// What has been heard of the market.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Tape {
    source: Source,
    #[serde(with = "sdk::state::exact")]
    quote: Option<((Price, Price), Time)>,
    #[serde(with = "sdk::state::exact")]
    last: Option<(Price, Time)>,
    pub(crate) volatility: Volatility,
    pub(crate) intensity: Intensity,
}

/// What quotes are placed around.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reference {
    /// The mid, in ticks.
    pub(crate) mid: f64,
    /// The highest price at which a buy still rests.
    pub(crate) highest_bid: Price,
    /// The lowest price at which a sell still rests.
    pub(crate) lowest_ask: Price,
    /// Whether it is fresh enough to open anything on.
    pub(crate) fresh: bool,
}

/// How the tape is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    pub(crate) sampling: Sampling,
    pub(crate) counting: Counting,
    /// Nanoseconds after which a price is too old to open anything on; `None` for never.
    pub(crate) stale: Option<i64>,
}

impl Reading {
    fn is_young(&self, at: Time, now: Time) -> bool {
        self.stale.is_none_or(|most| now.nanos().saturating_sub(at.nanos()) <= most)
    }
}

impl Tape {
    /// Takes in an event of this instrument; says whether it told a price.
    pub(crate) fn take_in(&mut self, event: &Event, of: InstrumentId, reading: &Reading) -> bool {
        match event {
            Event::Bar { instrument, bar } if *instrument == of => self.bar(bar, reading),
            Event::Trade { instrument, trade } if *instrument == of => self.trade(trade, reading),
            Event::Quote { instrument, quote } if *instrument == of => self.quote(quote, reading),
            _ => false,
        }
    }

    /// What to quote around now; `None` before the first price.
    ///
    /// That is the best bid and ask. Where there are none, or they have become too old, it is the last price, and
    /// quotes stay clear of that and of the old bid and ask.
    pub(crate) fn reference(&self, now: Time, market: &Market, reading: &Reading) -> Option<Reference> {
        if let Some(((bid, ask), at)) = self.quote
            && reading.is_young(at, now)
        {
            return Some(Reference {
                mid: f64::midpoint(ticks(bid), ticks(ask)),
                highest_bid: beside(ask, -1)?,
                lowest_ask: beside(bid, 1)?,
                fresh: true,
            });
        }
        let (last, at) = self.last?;
        let (bid, ask) = (market.bid.unwrap_or(last), market.ask.unwrap_or(last));
        Some(Reference {
            mid: ticks(last),
            highest_bid: beside(last.min(ask), -1)?,
            lowest_ask: beside(last.max(bid), 1)?,
            fresh: match self.source {
                Source::Bars => true,
                Source::Trades => reading.is_young(at, now),
                Source::Quotes => false,
            },
        })
    }

    fn bar(&mut self, bar: &Bar, reading: &Reading) -> bool {
        if bar.close.ticks() <= 0 {
            return false;
        }
        if self.source == Source::Bars {
            self.volatility.bar(bar, &reading.sampling);
        }
        self.last = Some((bar.close, bar.close_time));
        true
    }

    /// A trade without a quantity is a price and no order that arrived, such as a bar's opening print.
    fn trade(&mut self, trade: &Trade, reading: &Reading) -> bool {
        if trade.price.ticks() <= 0 {
            return false;
        }
        if trade.qty.lots() > 0 {
            self.raise(Source::Trades);
            let price = ticks(trade.price);
            let quoted = self.quote.filter(|(_, at)| reading.is_young(*at, trade.time));
            let before = quoted.map(|((bid, ask), _)| f64::midpoint(ticks(bid), ticks(ask)));
            let before = before.or(self.last.map(|(last, _)| ticks(last)));
            if let Some(mid) = before {
                self.intensity.print(price, mid, trade.taker, trade.time, &reading.counting);
            }
            if self.source == Source::Trades {
                self.volatility.price(price, trade.time, &reading.sampling);
            }
        }
        self.last = Some((trade.price, trade.time));
        true
    }

    /// A quote that is crossed or locked, or has no price on a side, tells nothing to quote around.
    fn quote(&mut self, quote: &Quote, reading: &Reading) -> bool {
        if quote.bid.ticks() <= 0 || quote.bid >= quote.ask {
            return false;
        }
        self.raise(Source::Quotes);
        self.quote = Some(((quote.bid, quote.ask), quote.time));
        let mid = f64::midpoint(ticks(quote.bid), ticks(quote.ask));
        self.volatility.price(mid, quote.time, &reading.sampling);
        true
    }

    fn raise(&mut self, source: Source) {
        if source > self.source {
            self.source = source;
            self.volatility.begin_anew();
        }
    }
}

fn beside(price: Price, by: i64) -> Option<Price> {
    price.offset(by).ok()
}

#[cfg(test)]
mod tests {
    use sdk::{Qty, Side};
    use testkit::Lab;

    use super::*;

    const READING: Reading = Reading {
        sampling: Sampling { half_life: 1e9, apart: 0, least: 1 },
        counting: Counting { step: 1.0, half_life: 1e9, least: 1.0, fallback: (1.0, 1.0), bound: 10.0 },
        stale: Some(10_000_000_000),
    };
    const ID: InstrumentId = InstrumentId(0);

    fn at(seconds: i64) -> Time {
        Time::from_nanos(seconds * 1_000_000_000)
    }

    fn trade(seconds: i64, price: i64, lots: i64) -> Event {
        let (price, qty) = (Price::from_ticks(price), Qty::from_lots(lots));
        Event::Trade {
            instrument: ID,
            trade: Trade { time: at(seconds), price, qty, taker: Some(Side::Buy) },
        }
    }

    fn quote(seconds: i64, bid: i64, ask: i64) -> Event {
        let [bid, ask] = [bid, ask].map(Price::from_ticks);
        let quote = Quote { time: at(seconds), bid, bid_qty: Qty::ZERO, ask, ask_qty: Qty::ZERO };
        Event::Quote { instrument: ID, quote }
    }

    fn bar(seconds: i64, close: i64) -> Event {
        let close = Price::from_ticks(close);
        let (open_time, close_time) = (at(seconds - 60), at(seconds));
        let bar =
            Bar { open_time, close_time, open: close, high: close, low: close, close, volume: Qty::ZERO };
        Event::Bar { instrument: ID, bar }
    }

    fn told(events: &[Event]) -> Tape {
        let mut tape = Tape::default();
        for event in events {
            tape.take_in(event, ID, &READING);
        }
        tape
    }

    #[test]
    fn the_better_source_takes_over_and_a_print_without_a_quantity_is_none() {
        let market = Market::new(Lab::new().unwrap().instrument().unwrap());
        let variance = |events: &[Event]| told(events).volatility.variance(&READING.sampling);
        let bars = [bar(60, 10_000), bar(120, 10_000)];
        assert_eq!(variance(&[bars[0], trade(60, 10_500, 0), bars[1]]), Some(0.0), "an opening print");
        // From the first trade on bars count no more, and from the first quote on trades do not.
        assert_eq!(variance(&[trade(50, 10_000, 1), bar(60, 11_000), trade(70, 10_000, 1)]), Some(0.0));
        assert_eq!(
            variance(&[quote(50, 9_999, 10_001), trade(60, 11_000, 1), quote(70, 9_999, 10_001)]),
            Some(0.0)
        );
        // The last price is at hand for when quotes have become too old.
        let tape = told(&[quote(50, 9_999, 10_001), trade(61, 9_000, 1)]);
        let reference = |seconds| tape.reference(at(seconds), &market, &READING).unwrap();
        assert_eq!((reference(60).mid, reference(60).fresh), (10_000.0, true));
        assert_eq!((reference(61).mid, reference(61).fresh), (9_000.0, false));
        assert_eq!(told(&[]).reference(at(0), &market, &READING), None);
        assert!(!Tape::default().take_in(&bar(60, 1), InstrumentId(1), &READING), "another instrument");
    }

    #[test]
    fn an_arrival_reaches_beyond_the_mid_of_the_quotes_or_the_price_before_it() {
        // The first arrival starts the clock and the last is still open; of the others, those at 10 020 are 20 basis
        // points beyond a mid of 10 000 and none beyond a price before it of 10 020.
        let reach = |events: &[Event]| told(events).intensity.hits_beyond(7);
        let trades = [trade(1, 10_020, 1), trade(2, 10_020, 1), trade(3, 10_020, 1), trade(4, 10_020, 1)];
        assert_eq!(reach(&trades).round(), 0.0);
        let mut quoted = vec![quote(0, 9_999, 10_001)];
        quoted.extend(trades);
        assert_eq!(reach(&quoted).round(), 2.0);
        // Twelve seconds old, the quote counts no more.
        let late = [trade(12, 10_020, 1), trade(13, 10_020, 1), trade(14, 10_020, 1), trade(15, 10_020, 1)];
        assert_eq!(reach(&[[quote(0, 9_999, 10_001)].as_slice(), &late].concat()).round(), 0.0);
    }
}
