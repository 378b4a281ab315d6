//! The advisor outside: what its answers may change, how they are checked, and how long they hold.

use std::cmp::Ordering;

use sdk::{Answer, BuildError, Decimal, Label, Number, ParamField, Signal, Time, param_fields};
use serde::{Deserialize, Serialize};

use crate::params::{Params, Permission};

/// The parameters that an advisor may propose values for, beside `bias`.
pub const CHANGEABLE: [&str; 3] = ["confidence", "size", "target_volatility_pct"];

/// The name of a signal that shifts the log-odds, from −1 to 1.
const BIAS: &str = "bias";

/// Who is listened to, and what may be said.
#[derive(Debug, Clone)]
pub(crate) struct Advisor {
    permission: Permission,
    source: Option<Label>,
    /// As configured; no advice makes a position larger than these do.
    size: Number,
    target_volatility_pct: Number,
    fields: Vec<ParamField>,
}

/// What an advisor said and still holds; all of it is saved.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Advice(Vec<Said>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Said {
    name: String,
    value: Number,
    #[serde(with = "sdk::state::exact")]
    until: Time,
}

/// The parameters as they count now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) confidence: Number,
    pub(crate) size: Number,
    pub(crate) target_volatility_pct: Number,
    pub(crate) bias: Number,
}

impl Advisor {
    /// # Errors
    /// [`BuildError`] for a source that is no name of one.
    pub(crate) fn new(params: &Params) -> Result<Self, BuildError> {
        let source = (!params.advisor_source.is_empty()).then(|| params.advisor_source.parse());
        let source = source.transpose().map_err(|error: sdk::LabelError| {
            BuildError::new("advisor_source", format!("{error}; leave it empty to listen to anybody"))
        })?;
        let mut fields = param_fields(&schemars::schema_for!(Params));
        fields.retain(|field| CHANGEABLE.contains(&field.key.as_str()));
        let Params { size, target_volatility_pct, .. } = *params;
        Ok(Self { permission: params.advisor, source, size, target_volatility_pct, fields })
    }

    /// Whether anybody is listened to.
    pub(crate) fn listens(&self) -> bool {
        self.permission != Permission::Off
    }

    /// Takes in an answer: checks it, takes it up where it may, and says what became of it; `None` where nobody
    /// listens.
    pub(crate) fn hear(&self, advice: &mut Advice, signal: &Signal, now: Time) -> Option<Answer> {
        if !self.listens() {
            return None;
        }
        Some(match self.check(signal, now) {
            Err(why) => Answer::Refused(why),
            Ok(_) if self.permission == Permission::Propose => Answer::Proposed,
            Ok(value) => {
                advice.take(Said { name: signal.name.to_string(), value, until: signal.valid_until });
                Answer::Applied
            }
        })
    }

    /// Whether a value would make a position larger than the configuration does.
    fn enlarges(&self, name: &str, value: Decimal) -> bool {
        let above = |configured: Number| compare(value, configured.decimal()).is_none_or(Ordering::is_gt);
        match name {
            "size" => above(self.size),
            // A target that is 0 makes nothing smaller.
            "target_volatility_pct" if self.target_volatility_pct.decimal().mantissa() != 0 => {
                value.mantissa() == 0 || above(self.target_volatility_pct)
            }
            _ => false,
        }
    }

    fn check(&self, signal: &Signal, now: Time) -> Result<Number, &'static str> {
        if self.source.is_some_and(|source| source != signal.source) {
            return Err("it is not from advisor_source");
        }
        if signal.valid_until < now {
            return Err("it came after its valid_until");
        }
        let name = signal.name.as_str();
        let in_range = if name == BIAS {
            let [least, most] = [-1, 1].map(|bound| compare(signal.value, Number::whole(bound).decimal()));
            least.is_some_and(Ordering::is_ge) && most.is_some_and(Ordering::is_le)
        } else {
            let field = self.fields.iter().find(|field| field.key == name);
            holds(field.ok_or("its name is no changeable parameter, and not bias")?, signal.value)
        };
        if !in_range {
            return Err("its value is out of range");
        }
        if self.permission == Permission::Apply && self.enlarges(name, signal.value) {
            return Err("it makes positions larger than configured; only a change of the configuration may");
        }
        Ok(Number::from(signal.value))
    }
}

impl Advice {
    fn take(&mut self, said: Said) {
        self.0.retain(|other| other.name != said.name);
        self.0.push(said);
    }

    /// Forgets what no longer holds.
    pub(crate) fn expire(&mut self, now: Time) {
        self.0.retain(|said| said.until >= now);
    }

    /// The parameters with what holds now.
    pub(crate) fn live(&self, params: &Params) -> Live {
        let value = |name: &str, or: Number| {
            self.0.iter().find(|said| said.name == name).map_or(or, |said| said.value)
        };
        Live {
            confidence: value("confidence", params.confidence),
            size: value("size", params.size),
            target_volatility_pct: value("target_volatility_pct", params.target_volatility_pct),
            bias: value(BIAS, Number::ZERO),
        }
    }
}

/// Whether a value is in a parameter's range.
fn holds(field: &ParamField, value: Decimal) -> bool {
    let low = field.minimum.is_none_or(|low| match compare(value, low) {
        Some(Ordering::Equal) => !field.above,
        order => order == Some(Ordering::Greater),
    });
    low && field.maximum.is_none_or(|high| compare(value, high).is_some_and(Ordering::is_le))
}

/// How two numbers stand to each other; `None` where they are too far apart to be written alike.
fn compare(one: Decimal, other: Decimal) -> Option<Ordering> {
    let scale = one.scale().max(other.scale());
    Some(one.at_scale(scale).ok()?.cmp(&other.at_scale(scale).ok()?))
}
