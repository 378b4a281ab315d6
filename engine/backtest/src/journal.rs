//! The journal of decisions: every event that went into a kernel and every command that came out.

use kernel::{Kernel, KernelError, Outbox};
use types::{Command, Event};

/// One step: what went in, what came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The event.
    pub event: Event,
    /// The commands, in order.
    pub commands: Vec<Command>,
}

/// All steps of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    entries: Vec<Entry>,
}

/// Where a replay decided differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Divergence {
    /// Other commands.
    #[error("step {step}: the replay decided differently: {replayed:?} instead of {journaled:?}")]
    Commands {
        /// Which step, from 0.
        step: usize,
        /// What the journal says.
        journaled: Vec<Command>,
        /// What the replay said.
        replayed: Vec<Command>,
    },
    /// The kernel refused an event that it had taken before.
    #[error("step {step}: {source}")]
    Kernel {
        /// Which step, from 0.
        step: usize,
        /// Why.
        source: KernelError,
    },
}

impl Journal {
    /// Writes a step down.
    pub fn write(&mut self, event: &Event, commands: &[Command]) {
        self.entries.push(Entry { event: *event, commands: commands.to_vec() });
    }

    /// The steps, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Feeds the journal's events to a fresh kernel and holds its commands against the journal's.
    ///
    /// # Errors
    /// The first [`Divergence`].
    pub fn replay(&self, kernel: &mut Kernel) -> Result<(), Divergence> {
        let mut outbox = Outbox::new();
        for (step, entry) in self.entries.iter().enumerate() {
            kernel.step(&entry.event, &mut outbox).map_err(|source| Divergence::Kernel { step, source })?;
            if outbox.commands != entry.commands {
                let (journaled, replayed) = (entry.commands.clone(), outbox.commands.clone());
                return Err(Divergence::Commands { step, journaled, replayed });
            }
        }
        Ok(())
    }
}
