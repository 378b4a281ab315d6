//! Everything that a report shows, worked out once for all of its forms.

use ledger::RunRecord;

use crate::attribution::Attribution;
use crate::curve::{self, Drawdown};
use crate::lint::{Evidence, Finding};
use crate::months::{self, Year};
use crate::robustness::Robustness;
use crate::{Context, Metric, lint, metrics};

/// A run with all that is said of it.
pub(crate) struct Sheet<'r> {
    pub(crate) record: &'r RunRecord,
    pub(crate) context: &'r Context,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) drawdowns: Vec<Drawdown>,
    pub(crate) years: Vec<Year>,
    pub(crate) attribution: Attribution,
    pub(crate) robustness: Robustness,
    pub(crate) findings: Vec<Finding>,
}

impl<'r> Sheet<'r> {
    pub(crate) fn of(record: &'r RunRecord, context: &'r Context) -> Self {
        let robustness = Robustness::of(record, context);
        let findings = lint::all(&Evidence::of(record, context, &robustness));
        Self {
            metrics: metrics::with(record, context, &robustness),
            drawdowns: curve::drawdowns(record),
            years: months::years(&curve::daily(&record.equity)),
            attribution: Attribution::of(record, context),
            robustness,
            findings,
            record,
            context,
        }
    }
}
