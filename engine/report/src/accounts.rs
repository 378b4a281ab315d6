//! What strategies that hold others say of each one's part: a table for text and one for the page, and the same for JSON.

use std::fmt::Write;

use ledger::{AccountRecord, RunRecord};
use serde_json::{Value as Json, json};
use types::Money;

use crate::html::Escaped;
use crate::{Context, show};

/// Over the columns of figures.
const HEAD: [&str; 6] = ["profit", "realised", "unrealised", "fees", "funding", "fills"];

/// The parts of one strategy, and their sum.
struct Family<'a> {
    name: String,
    each: &'a [AccountRecord],
    sum: AccountRecord,
    /// Whether nothing else made the run's result, so that the sum is to be that.
    alone: bool,
}

impl Family<'_> {
    /// Name and figures, the sum in the last row.
    fn rows(&self) -> impl Iterator<Item = (&AccountRecord, [String; 6])> {
        self.each.iter().chain([&self.sum]).map(|one| {
            let money = [profit(one), one.realised, one.unrealised, one.fees, one.funding].map(show::money);
            let [profit, realised, unrealised, fees, funding] = money;
            (one, [profit, realised, unrealised, fees, funding, show::grouped(u128::from(one.fills))])
        })
    }

    /// What the sum is of the run.
    fn said(&self, record: &RunRecord) -> String {
        let said = match (self.alone, minus(profit_of_run(record), profit(&self.sum))) {
            (true, Money::ZERO) => "their profits sum to the run's, to the last unit".to_owned(),
            (true, rest) => format!("{rest} of the run's profit is nobody's of these"),
            (false, _) => "their profits sum to this strategy's part of the run's".to_owned(),
        };
        format!("{said}; a fill between two of them counts for both")
    }
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
    let traded = plus(minus(plus(totals.realised, totals.unrealised), totals.fees), totals.funding);
    minus(traded, totals.insurance)
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
        let head = ("", HEAD.map(str::to_owned));
        let rows = family.rows().map(|(one, figures)| (one.id, figures));
        table(out, &std::iter::once(head).chain(rows).collect::<Vec<_>>());
        let _ = writeln!(out, "{}", family.said(record));
    }
}

/// The same as a table of the page for each of them; nothing where no strategy holds others.
pub(crate) fn html(record: &RunRecord, context: &Context) -> String {
    let mut out = String::new();
    for family in families(record, context) {
        let _ = write!(out, "<table><thead><tr><th>Inside {}", Escaped(&family.name));
        for (at, name) in HEAD.iter().enumerate() {
            let (first, rest) = name.split_at(1);
            // Beside the profit what the strategy set aside for it: a capital, not a sum of this row.
            let equity = if at == 0 { "<th class=n>Equity" } else { "" };
            let _ = write!(out, "{equity}<th class=n>{}{rest}", first.to_uppercase());
        }
        out.push_str("</thead><tbody>");
        for (one, figures) in family.rows() {
            let tone = if profit(one).units() < 0 { "loss" } else { "gain" };
            let _ = write!(out, "<tr><th>{}<td class=n>{}", Escaped(one.id), show::money(one.equity));
            for (at, figure) in figures.iter().enumerate() {
                let class = if at == 0 { format!("\"n {tone}\"") } else { "n".to_owned() };
                let _ = write!(out, "<td class={class}>{figure}");
            }
        }
        let _ = write!(out, "</tbody></table><p class=foot>{}</p>", Escaped(&family.said(record)));
    }
    out
}

/// The first column to the left, all others to the right.
fn table(out: &mut String, rows: &[(&str, [String; 6])]) {
    let widest = |cells: &mut dyn Iterator<Item = &str>| cells.map(|cell| cell.chars().count()).max();
    let pad = |cell: &str, width: Option<usize>| {
        " ".repeat(width.unwrap_or(0).saturating_sub(cell.chars().count()))
    };
    let names = widest(&mut rows.iter().map(|row| row.0));
    for (name, figures) in rows {
        let _ = write!(out, "{name}{}", pad(name, names));
        for (at, cell) in figures.iter().enumerate() {
            let width = widest(&mut rows.iter().filter_map(|row| row.1.get(at)).map(String::as_str));
            let _ = write!(out, "  {}{cell}", pad(cell, width));
        }
        out.push('\n');
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
    fn the_page_has_a_table_of_the_same() {
        let (one, both) = (record(0), context(&["multi_strategy <0.1.0>"]));
        let expected = "<table><thead><tr><th>Inside multi_strategy &lt;0.1.0&gt;<th class=n>Equity<th class=n>Profit\
            <th class=n>Realised<th class=n>Unrealised<th class=n>Fees<th class=n>Funding<th class=n>Fills</thead><tbody>\
            <tr><th>grid<td class=n>5 000.00<td class=\"n gain\">1 110.75<td class=n>1 212.50<td class=n>−100.00<td class=n>2.00\
            <td class=n>0.25<td class=n>7\
            <tr><th>trend_following<td class=n>5 000.00<td class=\"n loss\">−1.75<td class=n>0.00<td class=n>0.00<td class=n>1.00\
            <td class=n>−0.75<td class=n>2\
            <tr><th>sum<td class=n>10 000.00<td class=\"n gain\">1 109.00<td class=n>1 212.50<td class=n>−100.00<td class=n>3.00\
            <td class=n>−0.50<td class=n>9</tbody></table>\
            <p class=foot>their profits sum to the run&#39;s, to the last unit; a fill between two of them counts for both</p>";
        assert_eq!(html(&one, &both), expected);
        let page = crate::html(&one, &both);
        assert!(page.contains(expected) && !page.contains("{{accounts}}"));
        let mut none = one;
        none.accounts.clear();
        assert_eq!(html(&none, &both), "");
        assert!(!crate::html(&none, &both).contains("Inside"));
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
