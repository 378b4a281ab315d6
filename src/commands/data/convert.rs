//! `quantmesh data resample | merge | slice | verify`: from tapes to tapes.

use std::path::Path;

use serde_json::json;
use tape::{Kind, Record, Tape, TapeWriter};
use types::{Bar, Funding, Quote, Tick, Time, Trade};

use super::options;
use crate::cli::{MergeArgs, OutArgs, ResampleArgs, SliceArgs, VerifyArgs};
use crate::{Failure, failure, progress, terminal};

pub(super) fn resample(args: &ResampleArgs) -> Result<(), Failure> {
    let interval = length(&args.interval)?;
    let loaded = tape::read_all(&args.files, &options(&args.grid)?).map_err(Failure::data)?;
    super::warn(&loaded.inspection);
    let name = &loaded.inspection.file;
    let made =
        tape::resample(&loaded.series, interval).map_err(|what| Failure::data(format!("{name}: {what}")))?;
    if made.series.data.is_empty() {
        return Err(Failure::data(format!("{name}: there is no trade to make a bar of")));
    }
    tape::write(&args.out.out, &made.series).map_err(Failure::output)?;
    let rows = made.series.data.len() as u64;
    let partial = format!("{} of fewer bars than fit into them", made.partial);
    let beside =
        if loaded.series.data.kind() == Kind::Bars && made.partial > 0 { Some(partial) } else { None };
    written(&args.out, rows, "bars", beside)
}

pub(super) fn merge(args: &MergeArgs) -> Result<(), Failure> {
    let loaded = tape::read_all(&args.files, &options(&args.grid)?).map_err(Failure::data)?;
    super::warn(&loaded.inspection);
    tape::write(&args.out.out, &loaded.series).map_err(Failure::output)?;
    written(&args.out, loaded.series.data.len() as u64, "rows", None)
}

pub(super) fn slice(args: &SliceArgs) -> Result<(), Failure> {
    let moment = |name: &str, text: &Option<String>, otherwise: i64| match text {
        None => Ok(Time::from_nanos(otherwise)),
        Some(text) => tape::parse_time(text).ok_or_else(|| {
            let what = format!("--{name} {text}: not a time; write 2024-08-08 or 2024-08-08T23:55:00Z");
            Failure::new(failure::Kind::Usage, what)
        }),
    };
    let (from, to) = (moment("from", &args.from, i64::MIN)?, moment("to", &args.to, i64::MAX)?);
    let tape = Tape::open(&args.tape).map_err(Failure::data)?;
    let rows = match tape.kind() {
        Kind::Bars => cut::<Bar>(&tape, from, to, &args.out.out),
        Kind::Trades => cut::<Trade>(&tape, from, to, &args.out.out),
        Kind::Quotes => cut::<Quote>(&tape, from, to, &args.out.out),
        Kind::Funding => cut::<Funding>(&tape, from, to, &args.out.out),
        Kind::Ticks => cut::<Tick>(&tape, from, to, &args.out.out),
    }?;
    let begins = tape.kind() == Kind::Ticks && tape.span().is_some_and(|span| span.0 < from);
    let beside = "the book begins empty there, and fills as levels change or a snapshot comes";
    written(&args.out, rows, "rows", begins.then(|| beside.to_owned()))
}

fn cut<R: Record>(tape: &Tape, from: Time, to: Time, out: &Path) -> Result<u64, Failure> {
    let rows = tape.slice::<R>(from, to).map_err(Failure::data)?;
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        let span = tape.span().map_or_else(String::new, |(first, last)| {
            format!("; it goes from {} to {}", tape::show_time(first), tape::show_time(last))
        });
        return Err(Failure::data(format!("{}: no row lies in this stretch of time{span}", tape.name())));
    }
    let bar = progress::bar(tape.len(), "rows");
    let mut writer = TapeWriter::<R>::create(out, &tape.like()).map_err(Failure::output)?;
    for (at, row) in (1_u64..).zip(rows) {
        writer.push(&row).map_err(Failure::output)?;
        if at % 65_536 == 0 {
            bar.set_position(at);
        }
    }
    bar.finish_and_clear();
    writer.finish().map_err(Failure::output)
}

pub(super) fn verify(args: &VerifyArgs) -> Result<(), Failure> {
    let (mut first, mut found, mut text) = (None, Vec::new(), String::new());
    for path in &args.tapes {
        let (name, faults, blocks, rows) = match Tape::open(path) {
            Ok(tape) => {
                let seen = tape.verify();
                (tape.name().to_owned(), seen.faults, seen.blocks, seen.rows)
            }
            Err(tape::DataError::Tape { file, what }) => (file, vec![what], 0, 0),
            Err(error) => return Err(Failure::data(error)),
        };
        let verdict = if faults.is_empty() { "sound" } else { "DAMAGED" };
        text.push_str(&format!("{name}: {verdict}, {blocks} blocks, {rows} rows\n"));
        faults.iter().for_each(|fault| text.push_str(&format!("  {fault}\n")));
        found.push(json!({ "file": name, "sound": faults.is_empty(), "blocks": blocks, "rows": rows, "faults": faults }));
        first = first.or_else(|| faults.first().map(|fault| format!("{name}: {fault}")));
    }
    if args.json { terminal::say_json(&found.into()) } else { terminal::say(&text) }?;
    first.map_or(Ok(()), |fault| Err(Failure::data(fault)))
}

fn written(out: &OutArgs, rows: u64, what: &str, beside: Option<String>) -> Result<(), Failure> {
    let name = out.out.display().to_string();
    if out.json {
        return terminal::say_json(&json!({ "tape": name, "rows": rows, "note": beside }));
    }
    let beside = beside.map_or_else(String::new, |beside| format!(" ({beside})"));
    terminal::say(&format!("{rows} {what} written to {name}{beside}\n"))
}

/// A length such as `5m` in nanoseconds.
fn length(text: &str) -> Result<i64, Failure> {
    let units = [
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
        ("w", 604_800_000_000_000),
    ];
    let read = units.iter().find_map(|(unit, nanos)| {
        let count: i64 = text.strip_suffix(unit)?.parse().ok()?;
        count.checked_mul(*nanos).filter(|length| *length > 0)
    });
    read.ok_or_else(|| {
        let what =
            format!("--interval {text}: not a length; write a number and ms, s, m, h, d or w, such as 5m");
        Failure::new(failure::Kind::Usage, what)
    })
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_have_a_number_and_a_unit() {
        for (text, nanos) in [
            ("250ms", 250_000_000),
            ("1s", 1_000_000_000),
            ("5m", 300_000_000_000),
            ("1w", 604_800_000_000_000),
        ] {
            assert_eq!(length(text).ok(), Some(nanos), "{text}");
        }
        for text in ["", "m", "5", "0m", "-1m", "1.5h", "99999999999w", "5 m", "5min"] {
            assert!(length(text).is_err(), "{text}");
        }
    }
}
