//! What a restart needs: the books, the allocation's state, and what each child saved of its own.

use sdk::{RestoreError, Strategy, state};
use serde::{Deserialize, Serialize};

use crate::child::{Child, Memory};
use crate::rebalance::Clock;
use crate::regime::Weather;
use crate::scene::Floor;
use crate::trader::{MultiStrategy, OWN_ID};

const LAYOUT: u32 = 2;

#[derive(Serialize)]
struct Written<'a> {
    floor: &'a Floor,
    clock: &'a Clock,
    weather: &'a Option<Weather>,
    children: Vec<WrittenChild<'a>>,
}

#[derive(Serialize)]
struct WrittenChild<'a> {
    memory: &'a Memory,
    /// The number that its next order gets.
    generation: u32,
    own: Own,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    floor: Floor,
    clock: Clock,
    weather: Option<Weather>,
    children: Vec<ReadChild>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadChild {
    memory: Memory,
    generation: u32,
    own: Own,
}

/// A strategy's own bytes: as text where they are one.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Own {
    Text(String),
    Bytes(Vec<u8>),
}

impl Own {
    fn of(strategy: &dyn Strategy) -> Self {
        String::from_utf8(strategy.save()).map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text)
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl MultiStrategy {
    pub(crate) fn write(&self) -> Vec<u8> {
        let children = self.children.iter().map(|child| WrittenChild {
            memory: &child.memory,
            generation: child.intents.next_generation(),
            own: Own::of(&*child.strategy),
        });
        let children = children.collect();
        let written = Written { floor: &self.floor, clock: &self.clock, weather: &self.weather, children };
        state::save(OWN_ID, LAYOUT, &self.params, &written)
    }

    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<(), RestoreError> {
        let read: Read = state::restore(OWN_ID, LAYOUT, &self.params, bytes)?;
        if read.children.len() != self.children.len() || read.weather.is_some() != self.weather.is_some() {
            return Err(RestoreError("it has other children".to_owned()));
        }
        let before: Vec<Vec<u8>> = self.children.iter().map(|child| child.strategy.save()).collect();
        for (at, (child, saved)) in self.children.iter_mut().zip(&read.children).enumerate() {
            let Err(RestoreError(what)) = child.strategy.restore(saved.own.bytes()) else { continue };
            let message = RestoreError(format!("child {} ({}): {what}", at + 1, child.id));
            // Those before it go back to where they were.
            for (child, bytes) in self.children.iter_mut().zip(&before).take(at) {
                child.strategy.restore(bytes)?;
            }
            return Err(message);
        }
        (self.floor, self.clock, self.weather) = (read.floor, read.clock, read.weather);
        for (child, saved) in self.children.iter_mut().zip(read.children) {
            child.intents = Child::intents(child.slot).counting_from(saved.generation);
            child.memory = saved.memory;
            // Made anew from what is remembered and the next event's prices.
            child.markets.clear();
            child.behind = true;
        }
        Ok(())
    }
}
