//! Parquet, where it is compiled in: rows as typed columns, and tables of others by the names of their columns.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;
use types::{Decimal, Price, Qty};

use crate::export::{columns, said, seen, side};
use crate::{AnyRows, Grid, Kind, Row};

/// Rows of a group: what is held in memory at a time.
const GROUP: usize = 65_536;
/// Digits of a decimal that 64 bits hold for certain.
const DIGITS: u8 = 18;

/// One column of a group.
enum Column {
    Numbers(Vec<i64>),
    Texts(Vec<ByteArray>),
}

/// Writes rows as Parquet: times as timestamps of nanoseconds in UTC, prices and quantities as decimals of up to 18 digits.
pub(crate) fn write(
    rows: AnyRows<'_>,
    kind: Kind,
    grid: Grid,
    to: &mut (impl Write + Send),
) -> io::Result<u64> {
    let schema = parse_message_type(&schema(kind, grid)).map_err(io::Error::other)?;
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
    let mut writer =
        SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties)).map_err(io::Error::other)?;
    let mut rows = rows.peekable();
    let mut count = 0;
    while rows.peek().is_some() {
        let mut group: Vec<Column> = Vec::new();
        for row in rows.by_ref().take(GROUP) {
            add(row, grid, &mut group)?;
            count += 1;
        }
        let put = |mut open: SerializedRowGroupWriter<'_, _>| -> Result<(), ParquetError> {
            let mut filled = group.iter();
            while let (Some(mut column), Some(values)) = (open.next_column()?, filled.next()) {
                match values {
                    Column::Numbers(values) => column.typed::<Int64Type>().write_batch(values, None, None)?,
                    Column::Texts(values) => {
                        column.typed::<ByteArrayType>().write_batch(values, None, None)?
                    }
                };
                column.close()?;
            }
            open.close().map(|_| ())
        };
        writer.next_row_group().and_then(put).map_err(io::Error::other)?;
    }
    writer.close().map_err(io::Error::other)?;
    Ok(count)
}

fn schema(kind: Kind, grid: Grid) -> String {
    let mut text = "message rows {\n".to_owned();
    for name in columns(kind) {
        let of = match *name {
            "open_time" | "close_time" | "time" | "calc_time" | "venue_time" | "local_time" => {
                "int64 NAME (TIMESTAMP(NANOS, true))".to_owned()
            }
            "kind" | "side" | "seen" => "binary NAME (UTF8)".to_owned(),
            "last_funding_rate" => format!("int64 NAME (DECIMAL({DIGITS}, 9))"),
            "volume" | "quantity" | "bid_qty" | "ask_qty" => {
                format!("int64 NAME (DECIMAL({DIGITS}, {}))", grid.lot_size.scale())
            }
            _ => format!("int64 NAME (DECIMAL({DIGITS}, {}))", grid.tick_size.scale()),
        };
        // A mark price that is not known is zero, so that no column needs a null.
        let _ = writeln!(text, "  required {};", of.replace("NAME", name));
    }
    text.push('}');
    text
}

/// A count of steps as a count of the step's last decimal.
fn scaled(count: i64, step: Decimal) -> io::Result<i64> {
    let value = i128::from(count).checked_mul(step.mantissa()).and_then(|value| i64::try_from(value).ok());
    value.filter(|value| value.unsigned_abs() < 10_u64.pow(u32::from(DIGITS))).ok_or_else(|| {
        io::Error::other(format!(
            "{count} steps of {step} have more than {DIGITS} digits; write .csv instead"
        ))
    })
}

fn add(row: Row, grid: Grid, to: &mut Vec<Column>) -> io::Result<()> {
    let p = |price: Price| scaled(price.ticks(), grid.tick_size).map(Cell::Number);
    let q = |qty: Qty| scaled(qty.lots(), grid.lot_size).map(Cell::Number);
    let t = |time: types::Time| Cell::Number(time.nanos());
    let cells = match row {
        Row::Bar(bar) => vec![
            t(bar.open_time),
            t(bar.close_time),
            p(bar.open)?,
            p(bar.high)?,
            p(bar.low)?,
            p(bar.close)?,
            q(bar.volume)?,
        ],
        Row::Trade(trade) => {
            vec![t(trade.time), p(trade.price)?, q(trade.qty)?, Cell::Text(side(trade.taker))]
        }
        Row::Quote(quote) => {
            vec![t(quote.time), p(quote.bid)?, q(quote.bid_qty)?, p(quote.ask)?, q(quote.ask_qty)?]
        }
        Row::Funding(funding) => {
            vec![t(funding.time), Cell::Number(funding.rate.nanos()), p(funding.mark.unwrap_or_default())?]
        }
        Row::Tick(tick) => {
            let (kind, side) = said(tick.kind);
            let texts = [kind, side, seen(tick.seen)].map(Cell::Text);
            let [kind, side, seen] = texts;
            vec![t(tick.venue_time), t(tick.local_time), kind, side, p(tick.price)?, q(tick.qty)?, seen]
        }
    };
    for (at, cell) in cells.into_iter().enumerate() {
        match (to.get_mut(at), cell) {
            (Some(Column::Numbers(values)), Cell::Number(value)) => values.push(value),
            (Some(Column::Texts(values)), Cell::Text(value)) => values.push(value.into()),
            (_, Cell::Number(value)) => to.push(Column::Numbers(vec![value])),
            (_, Cell::Text(value)) => to.push(Column::Texts(vec![value.into()])),
        }
    }
    Ok(())
}

enum Cell {
    Number(i64),
    Text(&'static str),
}

/// A table as CSV: its columns by name, each value as the shortest text that is it, exactly.
///
/// # Errors
/// A text that says what is damaged, or which column can't be read.
pub(crate) fn as_csv(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let damaged = |error: ParquetError| format!("the Parquet file can't be read: {error}");
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).map_err(damaged)?;
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
    let mut text = names.join(",");
    text.push('\n');
    for row in reader.get_row_iter(None).map_err(damaged)? {
        let row = row.map_err(damaged)?;
        for (at, (name, field)) in row.get_column_iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            put(field, &mut text).ok_or_else(|| {
                format!("column `{name}` holds something else than numbers, texts and times")
            })?;
        }
        text.push('\n');
    }
    Ok(text.into_bytes())
}

fn put(field: &Field, text: &mut String) -> Option<()> {
    let written = match field {
        Field::Null => Ok(()),
        Field::Bool(value) => write!(text, "{value}"),
        Field::Byte(value) => write!(text, "{value}"),
        Field::Short(value) => write!(text, "{value}"),
        Field::Int(value) => write!(text, "{value}"),
        Field::Long(value) | Field::TimestampMillis(value) | Field::TimestampMicros(value) => {
            write!(text, "{value}")
        }
        Field::UByte(value) => write!(text, "{value}"),
        Field::UShort(value) => write!(text, "{value}"),
        Field::UInt(value) => write!(text, "{value}"),
        Field::ULong(value) => write!(text, "{value}"),
        Field::Float(value) => write!(text, "{value}"),
        Field::Double(value) => write!(text, "{value}"),
        Field::Date(days) => write!(text, "{}", i64::from(*days) * 86_400),
        Field::Decimal(value) => write!(text, "{}", decimal(value)?),
        Field::Str(value) => {
            if value.contains([',', '"', '\n', '\r']) {
                return None;
            }
            text.push_str(value);
            Ok(())
        }
        _ => return None,
    };
    written.ok()
}

/// A decimal from its big-endian bytes.
fn decimal(value: &parquet::data_type::Decimal) -> Option<Decimal> {
    let bytes = value.data();
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let mut all = if negative { [0xff; 16] } else { [0; 16] };
    let start = all.len().checked_sub(bytes.len())?;
    all.get_mut(start..)?.copy_from_slice(bytes);
    Decimal::new(i128::from_be_bytes(all), u8::try_from(value.scale()).ok()?).ok()
}
