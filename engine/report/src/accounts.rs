//! What strategies that hold others say of each one's part: a table for text, and the same for JSON.

use std::fmt::Write;

use ledger::{AccountRecord, RunRecord};
use serde_json::{Value as Json, json};
use types::Money;

use crate::{Context, show};

/// The parts of one strategy, and their sum.
struct Family<'a> {
    name: String,
    each: &'a [AccountRecord],
    sum: AccountRecord,
    /// Whether nothing else made the run's result, so that the sum is to be that.
    alone: bool,
}

fn families<'a>(record: &'a RunRecord, context: &'a Context) -> impl Iterator<Item = Family<'a>> {
    record.accounts.chunk_by(|one, next| one.strategy == next.strategy).filter_map(|each| {
        let mut sum = AccountRecord { id: "sum", ..*each.first()? };
        for one in each.iter().skip(1) {
            sum.equity = plus(sum.equity, one.equity);
            sum.realised = plus(sum.realised, one.realised);
            sum.unrealised = plus(sum.unrealised, one.unrealised);
            sum.fees = plus(sum.fees, one.fees);
            sum.funding = plus(sum.funding, one.funding);
            sum.fills = sum.fills.saturating_add(one.fills);
        }
        let name = context.strategies.get(usize::from(sum.strategy));
        let name = name.map_or_else(|| format!("strategy {}", sum.strategy), Clone::clone);
        Some(Family { name, each, sum, alone: context.strategies.len() < 2 })
    })
}

fn plus(one: Money, other: Money) -> Money {
    Money::from_units(one.units().saturating_add(other.units()))
}

fn minus(one: Money, other: Money) -> Money {
    Money::from_units(one.units().saturating_sub(other.units()))
}

/// All that it made: realised and unrealised, less fees, with funding.
fn profit(of: &AccountRecord) -> Money {
    plus(minus(plus(of.realised, of.unrealised), of.fees), of.funding)
}

fn profit_of_run(record: &RunRecord) -> Money {
    let totals = record.totals;
    plus(minus(plus(totals.realised, totals.unrealised), totals.fees), totals.funding)
}

/// A table for each strategy that holds others; `heading` makes a line of text stand out.
pub(crate) fn text(
    out: &mut String,
    record: &RunRecord,
    context: &Context,
    heading: impl Fn(&str) -> String,
) {
    for family in families(record, context) {
        let _ = writeln!(out, "\n{}", heading(&format!("INSIDE {}", family.name)));
        let head = ["", "profit", "realised", "unrealised", "fees", "funding", "fills"].map(str::to_owned);
        let rows = family.each.iter().chain([&family.sum]).map(|one| {
            let money = [profit(one), one.realised, one.unrealised, one.fees, one.funding].map(show::money);
            let [profit, realised, unrealised, fees, funding] = money;
            let fills = show::grouped(u128::from(one.fills));
            [one.id.to_owned(), profit, realised, unrealised, fees, funding, fills]
        });
        table(out, &std::iter::once(head).chain(rows).collect::<Vec<_>>());
        let said = match (family.alone, minus(profit_of_run(record), profit(&family.sum))) {
            (true, Money::ZERO) => "their profits sum to the run's, to the last unit".to_owned(),
            (true, rest) => format!("{rest} of the run's profit is nobody's of these"),
            (false, _) => "their profits sum to this strategy's part of the run's".to_owned(),
        };
        let _ = writeln!(out, "{said}; a fill between two of them counts for both");
    }
}

/// The first column to the left, all others to the right.
fn table(out: &mut String, rows: &[[String; 7]]) {
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    for row in rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let pad = " ".repeat(width(at).unwrap_or(0).saturating_sub(cell.chars().count()));
            line += &if at == 0 { format!("{cell}{pad}") } else { format!("  {pad}{cell}") };
        }
        let _ = writeln!(out, "{line}");
    }
}

/// The same as JSON, with exact amounts.
pub(crate) fn json(record: &RunRecord, context: &Context) -> Vec<Json> {
    let one = |of: &AccountRecord| {
        json!({
            "id": of.id,
            "equity": of.equity.to_string(),
            "profit": profit(of).to_string(),
            "realised": of.realised.to_string(),
            "unrealised": of.unrealised.to_string(),
            "fees": of.fees.to_string(),
            "funding": of.funding.to_string(),
            "fills": of.fills,
        })
    };
    let family = |family: Family<'_>| {
        json!({
            "strategy": family.sum.strategy,
            "name": family.name,
            "accounts": family.each.iter().map(one).collect::<Vec<_>>(),
            "sum": one(&family.sum),
        })
    };
    families(record, context).map(family).collect()
}

#[cfg(test)]
mod tests {
    use ledger::{Recorder, RecorderOptions};

    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    /// Two accounts inside the run's only strategy, or inside the second of two.
    fn record(strategy: u16) -> RunRecord {
        let recorder =
            Recorder::new("USDT".parse().unwrap(), money("10000"), Vec::new(), RecorderOptions::default());
        let mut record = recorder.finish(&[money("12.5")]);
        (record.totals.realised, record.totals.fees) = (money("1100"), money("3"));
        record.totals.funding = money("-0.5");
        let account = |id, realised, unrealised, fees, funding, fills| AccountRecord {
            strategy,
            id,
            equity: money("5000"),
            realised: money(realised),
            unrealised: money(unrealised),
            fees: money(fees),
            funding: money(funding),
            fills,
        };
        record.accounts = vec![
            account("grid", "1212.5", "-100", "2", "0.25", 7),
            account("trend_following", "0", "0", "1", "-0.75", 2),
        ];
        record
    }

    fn context(strategies: &[&str]) -> Context {
        Context {
            strategies: strategies.iter().map(|name| (*name).to_owned()).collect(),
            ..Context::default()
        }
    }

    fn said(record: &RunRecord, context: &Context) -> String {
        let mut out = String::new();
        text(&mut out, record, context, str::to_owned);
        out
    }

    #[test]
    fn parts_stand_in_a_table_over_their_sum_which_is_held_against_the_run() {
        let expected = "
INSIDE multi_strategy 0.1.0
                   profit  realised  unrealised  fees  funding  fills
grid             1 110.75  1 212.50     −100.00  2.00     0.25      7
trend_following     −1.75      0.00        0.00  1.00    −0.75      2
sum              1 109.00  1 212.50     −100.00  3.00    −0.50      9
their profits sum to the run's, to the last unit; a fill between two of them counts for both
";
        assert_eq!(said(&record(0), &context(&["multi_strategy 0.1.0"])), expected);
    }

    #[test]
    fn a_sum_that_is_not_the_runs_is_not_said_to_be() {
        let mut other = record(0);
        other.totals.fees = money("2.9");
        let text = said(&other, &context(&["multi_strategy 0.1.0"]));
        assert!(text.contains("\n0.1 of the run's profit is nobody's of these; "), "{text}");
        let text = said(&record(1), &context(&["grid 0.1.0", "multi_strategy 0.1.0"]));
        assert!(text.starts_with("\nINSIDE multi_strategy 0.1.0\n"), "{text}");
        assert!(text.contains("\ntheir profits sum to this strategy's part of the run's; "), "{text}");
        other.accounts.clear();
        assert_eq!(said(&other, &context(&["grid 0.1.0"])), "");
        assert!(json(&other, &context(&["grid 0.1.0"])).is_empty());
    }

    #[test]
    fn amounts_in_json_are_exact() {
        let json = json(&record(0), &context(&["multi_strategy 0.1.0"]));
        let [family] = json.as_slice() else { panic!("{json:?}") };
        assert_eq!(family["name"], "multi_strategy 0.1.0");
        assert_eq!(family["accounts"][1]["id"], "trend_following");
        assert_eq!(family["accounts"][0]["profit"], "1110.75");
        assert_eq!(family["sum"]["profit"], "1109");
        assert_eq!(family["sum"]["fills"], 9);
    }
}
