//! Measured ways of orders from a file: CSV with a header and the columns sent, arrived and answered.

use std::path::Path;

use types::Time;

use crate::{DataError, show_time, when};

/// The columns; in brackets the names that hftbacktest's users have for them.
const COLUMNS: [[&str; 2]; 3] = [["sent", "req_ts"], ["arrived", "exch_ts"], ["answered", "resp_ts"]];

/// One order's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderTimes {
    /// When we sent it.
    pub sent: Time,
    /// When the venue took it in.
    pub arrived: Time,
    /// When its answer reached us.
    pub answered: Time,
}

/// The ways of orders in a file, in the order in which they were sent.
///
/// # Errors
/// [`DataError`] names the file, the line and what is wrong with it: an order that arrives before it was sent, or that was sent
/// before the one above.
pub fn read_order_times(path: &Path) -> Result<Vec<OrderTimes>, DataError> {
    let file = path.display().to_string();
    let open = |error: csv::Error| DataError::Open { file: file.clone(), why: error.to_string() };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_path(path).map_err(open)?;
    let header = reader.headers().map_err(open)?.clone();
    let at = |names: [&str; 2]| header.iter().position(|column| names.contains(&column));
    let [Some(sent), Some(arrived), Some(answered)] = COLUMNS.map(at) else {
        let columns: Vec<&str> = header.iter().collect();
        let what = format!(
            "measured latencies need the columns sent, arrived, answered (or req_ts, exch_ts, resp_ts); the file has {}",
            columns.join(", ")
        );
        return Err(DataError::Layout { file, what });
    };
    let mut rows: Vec<OrderTimes> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(open)?;
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |what: String| DataError::Row { file: file.clone(), line, what };
        let time = |at: usize| {
            let text = record.get(at).unwrap_or_default();
            when::parse(text.as_bytes())
                .ok_or_else(|| wrong(format!("`{text}` is no time; write nanoseconds since 1970")))
        };
        let row = OrderTimes { sent: time(sent)?, arrived: time(arrived)?, answered: time(answered)? };
        if row.arrived < row.sent || row.answered < row.arrived {
            let what = "the order arrives before it was sent, or is answered before it arrived";
            return Err(wrong(what.to_owned()));
        }
        if let Some(before) = rows.last().filter(|before| before.sent > row.sent) {
            let (now, then) = (show_time(row.sent), show_time(before.sent));
            return Err(wrong(format!("{now} is before {then} of the row above; sort the file by `sent`")));
        }
        rows.push(row);
    }
    if rows.is_empty() { Err(DataError::Empty { file }) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<OrderTimes>, String> {
        let there = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(there.path(), text).expect("written");
        let name = there.path().display().to_string();
        read_order_times(there.path()).map_err(|error| error.to_string().replace(&name, "FILE"))
    }

    #[test]
    fn rows_are_read_and_what_is_wrong_is_named_by_line() {
        let t = |nanos| Time::from_nanos(nanos);
        let start = 1_700_000_000_000_000_000;
        let good = format!("req_ts,exch_ts,resp_ts\n{start},{},{}\n", start + 5, start + 9);
        let row = OrderTimes { sent: t(start), arrived: t(start + 5), answered: t(start + 9) };
        assert_eq!(read(&good), Ok(vec![row]));
        let says = |text: &str, part: &str| {
            let said = read(text).expect_err("refused");
            assert!(said.contains(part), "{said}");
        };
        says("a,b\n1,2\n", "the file has a, b");
        says("sent,arrived,answered\n", "FILE");
        says("sent,arrived,answered\n5,4,6\n", "arrives before it was sent");
        says("sent,arrived,answered\n5,6,7\n4,5,6\n", "of the row above");
        says("sent,arrived,answered\nx,6,7\n", "`x` is no time");
    }
}
