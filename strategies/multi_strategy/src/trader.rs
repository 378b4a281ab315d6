//! The parent: hands events to its children, and their wishes on.

use sdk::{BuildError, Event, Intents, Kind, Number, Rate, Rounding, Setup, Strategy, View, WarmUp};

use crate::book::Book;
use crate::child::Child;
use crate::{ChildParams, Params};

const OWN_ID: &str = "multi_strategy";

/// The strategy. See the crate's page.
pub struct MultiStrategy {
    children: Vec<Child>,
}

impl MultiStrategy {
    /// Builds the strategy with its children.
    ///
    /// # Errors
    /// [`BuildError`] for no child, a child that this run may not use or that refuses its parameters, and weights that come to
    /// more than 1.
    pub fn build(params: Params, setup: &Setup) -> Result<Self, BuildError> {
        if params.child.is_empty() {
            return Err(BuildError::new(
                "child",
                "there is none; add a [[strategy.params.child]] with an id and a weight",
            ));
        }
        let mut children = Vec::new();
        let mut sum = 0_i128;
        for (slot, child) in (0_u32..).zip(&params.child) {
            let weight = share(child)?;
            sum += i128::from(weight.nanos());
            children.push(build(child, slot, weight, setup)?);
        }
        if sum > i128::from(Rate::ONE) {
            let sum = Number::scaled(i64::try_from(sum).unwrap_or(i64::MAX), 9);
            return Err(BuildError::new(
                "weight",
                format!("the weights come to {sum}; they may come to at most 1"),
            ));
        }
        Ok(Self { children })
    }
}

fn share(child: &ChildParams) -> Result<Rate, BuildError> {
    let weight = Rate::from_decimal(child.weight.decimal()).ok();
    weight.filter(|weight| *weight > Rate::ZERO && weight.nanos() <= Rate::ONE).ok_or_else(|| {
        BuildError::new(
            "weight",
            format!("{} of child {} must be above 0 and at most 1", child.weight, child.id),
        )
    })
}

fn build(child: &ChildParams, slot: u32, weight: Rate, setup: &Setup) -> Result<Child, BuildError> {
    let granted = setup.granted.only(|entry| entry.kind() == Kind::Strategy && entry.id != OWN_ID);
    let Some(entry) = granted.get(&child.id) else {
        let ids: Vec<_> = granted.iter().map(|entry| entry.id).collect();
        let what = format!(
            "`{}` is no strategy that this run may use: it is not compiled in, or no licence names it; there is {}",
            child.id,
            if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
        );
        return Err(BuildError::new("child.id", what));
    };
    let too_large = |_| BuildError::new("weight", "the share of capital does not fit");
    let capital = setup.capital.at_rate(weight, Rounding::Down).map_err(too_large)?;
    let own = Setup { capital, granted: granted.clone(), ..setup.clone() };
    let strategy = entry
        .build(&child.params, &own)
        .map_err(|error| BuildError::new(format!("child.{}", child.id), error.to_string()))?;
    let book = Book { markets: Vec::new(), out: Vec::with_capacity(64) };
    Ok(Child { id: entry.id, strategy, weight, slot, intents: Intents::new(0, 0), book, stopped: false })
}

impl Strategy for MultiStrategy {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let done = match event {
            Event::Order(report) => {
                let child = usize::try_from(report.id.slot).ok().and_then(|at| self.children.get_mut(at));
                child.map_or(Ok(()), |child| child.hear(view, report, intents))
            }
            _ => self.children.iter_mut().try_for_each(|child| child.tell(view, event, intents)),
        };
        if done.is_err() {
            intents.stop("the books of a child can't hold a number this large");
        }
    }

    fn warm_up(&self) -> WarmUp {
        let each = self.children.iter().map(|child| child.strategy.warm_up());
        each.fold(WarmUp::default(), |most, one| WarmUp {
            bars: most.bars.max(one.bars),
            ticks: most.ticks.max(one.ticks),
        })
    }

    fn parts(&self) -> Vec<&'static str> {
        self.children.iter().map(|child| child.id).collect()
    }
}
