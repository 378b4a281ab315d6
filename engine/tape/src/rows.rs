//! The row scanner: lines of text to whole numbers on one running scale, in one pass.

use types::{DecimalError, Side, Time};

use crate::layout::{Kind, Layout, Role};
use crate::number::{Number, POWERS, at_scale, parse};
use crate::plain::{Column, Numbers, Plan};
use crate::when;

/// One row: up to four prices and two quantities, as counts of `10^-scale` of the [`Rows`] they stand in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Row {
    pub(crate) time: Time,
    pub(crate) prices: [i64; 4],
    pub(crate) quantities: [i64; 2],
    pub(crate) taker: Option<Side>,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bad {
    pub(crate) line: u64,
    pub(crate) what: String,
}

/// All rows of a file.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) price_scale: u8,
    pub(crate) quantity_scale: u8,
    /// Numbers that were floating-point noise and were brought back to 15 digits.
    pub(crate) snapped: u64,
    pub(crate) bad: u64,
    pub(crate) first_bad: Option<Bad>,
    pub(crate) repeated_ids: u64,
    pub(crate) first_repeated_id: Option<u64>,
    pub(crate) has_quantity: bool,
    first_line: u64,
    /// Where lines were passed over: the count of rows at that moment.
    skipped: Vec<usize>,
}

/// Quantities keep at most this many decimals; what is finer is rounded half-even.
const MAX_QUANTITY_SCALE: u8 = 8;

/// Most columns of a line that are looked at.
const MAX_COLUMNS: usize = 64;

/// Which columns a kind reads.
struct Columns {
    time: usize,
    prices: [Option<usize>; 4],
    quantities: [Option<usize>; 2],
    id: Option<usize>,
    taker: Option<(usize, bool)>,
}

/// The cells of one line.
struct Cells<'a> {
    line: &'a [u8],
    ends: [u32; MAX_COLUMNS],
    count: usize,
}

impl Rows {
    /// Reads all lines below the header.
    pub(crate) fn scan(bytes: &[u8], layout: &Layout) -> Self {
        let columns = Columns::of(layout);
        let mut rows = Self { first_line: 1, ..Self::default() };
        let mut rest = bytes;
        if layout.has_header {
            let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            rest = rest.get(end..).unwrap_or_default();
            rows.first_line = 2;
        }
        rows.rows.reserve(rest.len() / 48);
        let plan = columns.plan();
        let mut numbers = Numbers::default();
        let mut cells = Cells { line: &[], ends: [0; MAX_COLUMNS], count: 0 };
        let mut last_id: &[u8] = &[];
        while !rest.is_empty() {
            if let Some(used) = plan.as_ref().and_then(|plan| plan.line(rest, &mut numbers)) {
                let Numbers { time, prices, quantities } = &numbers;
                rows.has_quantity |= columns.quantities.iter().any(Option::is_some);
                rows.keep(Row { time: *time, ..Row::default() }, prices, quantities);
                rest = rest.get(used..).unwrap_or_default();
                continue;
            }
            let (used, quoted) = cells.split(rest);
            let line = rest.get(..used).unwrap_or_default();
            rest = rest.get(used..).unwrap_or_default();
            if cells.line.is_empty() {
                rows.skipped.push(rows.rows.len());
                continue;
            }
            if quoted {
                rows.quoted(line, &columns);
                continue;
            }
            if let Some(id) = columns.id.map(|at| cells.get(at)) {
                if id == last_id && !id.is_empty() {
                    rows.repeated_ids += 1;
                    rows.first_repeated_id.get_or_insert(rows.next_line());
                }
                last_id = id;
            }
            rows.take(|at| cells.get(at), &columns);
        }
        rows
    }

    /// The line that a row stands in, from 1.
    pub(crate) fn line_of(&self, row: usize) -> u64 {
        let before = self.skipped.partition_point(|at| *at <= row);
        self.first_line + (row + before) as u64
    }

    fn next_line(&self) -> u64 {
        self.first_line + (self.rows.len() + self.skipped.len()) as u64
    }

    /// A line with quotation marks goes through the csv reader.
    #[cold]
    fn quoted(&mut self, line: &[u8], columns: &Columns) {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line);
        let mut record = csv::ByteRecord::new();
        if matches!(reader.read_byte_record(&mut record), Ok(true)) {
            self.take(|at| record.get(at).unwrap_or_default(), columns);
        } else {
            self.refuse("quotation marks don't match".to_owned());
        }
    }

    #[inline]
    fn take<'c>(&mut self, cell: impl Fn(usize) -> &'c [u8], columns: &Columns) {
        let Some(time) = when::parse(cell(columns.time)) else {
            self.refuse(format!("`{}` is not a time", show(cell(columns.time))));
            return;
        };
        let mut row = Row { time, ..Row::default() };
        let (mut prices, mut missing) = ([Number::default(); 4], 0);
        for (at, place) in columns.prices.iter().zip(&mut prices) {
            let Some(text) = at.map(&cell) else { continue };
            if text.is_empty() {
                missing += 1;
                continue;
            }
            match parse(text) {
                Ok(number) => *place = number,
                Err(error) => return self.refuse(format!("`{}` is not a price: {error}", show(text))),
            }
        }
        if missing > 0 {
            return self.incomplete(missing, columns.prices.iter().flatten().count());
        }
        let mut quantities = [Number::default(); 2];
        for (at, place) in columns.quantities.iter().zip(&mut quantities) {
            let Some(text) = at.map(&cell).filter(|text| !text.is_empty()) else { continue };
            self.has_quantity = true;
            match parse(text) {
                Ok(number) if number.decimals > MAX_QUANTITY_SCALE => *place = rounded(number),
                Ok(number) => *place = number,
                Err(error) => return self.refuse(format!("`{}` is not a quantity: {error}", show(text))),
            }
        }
        if let Some((at, buyer_maker)) = columns.taker {
            row.taker = taker(cell(at), buyer_maker);
        }
        self.keep(row, &prices, &quantities);
    }

    /// Keeps a row whose numbers are read.
    #[inline]
    fn keep(&mut self, mut row: Row, prices: &[Number; 4], quantities: &[Number; 2]) {
        if let Err(error) = self.scaled(prices, quantities, &mut row) {
            return self.refuse(format!("a number does not fit: {error}"));
        }
        self.rows.push(row);
    }

    /// Brings a row's numbers to the running scales, which grow when finer numbers show up.
    #[inline]
    fn scaled(
        &mut self,
        prices: &[Number; 4],
        quantities: &[Number; 2],
        row: &mut Row,
    ) -> Result<(), DecimalError> {
        let finest = |numbers: &[Number]| numbers.iter().fold(0, |most, number| number.decimals.max(most));
        let (price, quantity) = (finest(prices), finest(quantities));
        if price > self.price_scale {
            rescale(self.rows.iter_mut().flat_map(|row| &mut row.prices), price - self.price_scale)?;
            self.price_scale = price;
        }
        if quantity > self.quantity_scale {
            rescale(
                self.rows.iter_mut().flat_map(|row| &mut row.quantities),
                quantity - self.quantity_scale,
            )?;
            self.quantity_scale = quantity;
        }
        for (number, place) in prices.iter().zip(&mut row.prices) {
            self.snapped += u64::from(number.snapped);
            *place = at_scale(*number, self.price_scale).ok_or(DecimalError::TooLong)?;
        }
        for (number, place) in quantities.iter().zip(&mut row.quantities) {
            *place = at_scale(*number, self.quantity_scale).ok_or(DecimalError::TooLong)?;
        }
        Ok(())
    }

    /// A row without any price stands for a time before the asset existed; one with some is broken.
    #[cold]
    fn incomplete(&mut self, missing: usize, all: usize) {
        if missing == all {
            self.skipped.push(self.rows.len());
        } else {
            self.refuse(format!("{missing} of {all} prices are missing"));
        }
    }

    #[cold]
    fn refuse(&mut self, what: String) {
        let line = self.next_line();
        self.first_bad.get_or_insert(Bad { line, what });
        self.bad += 1;
        self.skipped.push(self.rows.len());
    }
}

/// Multiplies by a power of ten. It happens once per decimal that turns up, so a handful of times in a file.
#[cold]
fn rescale<'v>(values: impl Iterator<Item = &'v mut i64>, by: u8) -> Result<(), DecimalError> {
    let power = *POWERS.get(usize::from(by)).ok_or(DecimalError::TooLong)?;
    for value in values {
        *value = value.checked_mul(power).ok_or(DecimalError::TooLong)?;
    }
    Ok(())
}

#[cold]
fn rounded(number: Number) -> Number {
    let power = POWERS.get(usize::from(number.decimals - MAX_QUANTITY_SCALE)).copied().unwrap_or(i64::MAX);
    let mantissa =
        types::div_round(i128::from(number.mantissa), i128::from(power), types::Rounding::HalfEven);
    let mantissa = i64::try_from(mantissa).unwrap_or(number.mantissa);
    Number { mantissa, decimals: MAX_QUANTITY_SCALE, snapped: false }
}

fn taker(text: &[u8], buyer_maker: bool) -> Option<Side> {
    match (text.to_ascii_lowercase().as_slice(), buyer_maker) {
        (b"true" | b"1", true) | (b"sell" | b"s", false) => Some(Side::Sell),
        (b"false" | b"0", true) | (b"buy" | b"b", false) => Some(Side::Buy),
        _ => None,
    }
}

fn show(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().take(40).collect()
}

impl Columns {
    fn of(layout: &Layout) -> Self {
        let at = |role| layout.column(role);
        let (prices, quantities) = match layout.kind {
            Kind::Bars => {
                ([at(Role::Open), at(Role::High), at(Role::Low), at(Role::Close)], [at(Role::Volume), None])
            }
            Kind::Trades => ([at(Role::Price), None, None, None], [at(Role::Qty), None]),
            Kind::Quotes => {
                ([at(Role::Bid), at(Role::Ask), None, None], [at(Role::BidQty), at(Role::AskQty)])
            }
            Kind::Funding => ([at(Role::Rate), None, None, None], [None; 2]),
            Kind::Ticks => ([None; 4], [None; 2]),
        };
        let buyer_maker = at(Role::BuyerMaker).map(|at| (at, true));
        Self {
            time: at(Role::Time).unwrap_or_default(),
            prices,
            quantities,
            id: if layout.kind == Kind::Trades { at(Role::Id) } else { None },
            taker: buyer_maker.or(at(Role::Side).map(|at| (at, false))),
        }
    }

    /// How to read a plain line, where it has nothing but numbers to be read.
    fn plan(&self) -> Option<Plan> {
        if self.id.is_some() || self.taker.is_some() {
            return None;
        }
        let at = |places: &[Option<usize>], column: fn(usize) -> Column| -> Vec<(usize, Column)> {
            (0..).zip(places).filter_map(|(of, at)| Some(((*at)?, column(of)))).collect()
        };
        let mut list = at(&self.prices, Column::Price);
        list.extend(at(&self.quantities, Column::Quantity));
        list.push((self.time, Column::Time));
        Plan::new(&list, MAX_COLUMNS)
    }
}

impl<'a> Cells<'a> {
    /// Splits the first line of `rest` at its commas; gives the bytes it takes, and whether it has quotation marks.
    #[inline]
    fn split(&mut self, rest: &'a [u8]) -> (usize, bool) {
        let (mut count, mut quoted, mut length) = (0, false, rest.len());
        let mut used = rest.len();
        for (at, byte) in rest.iter().enumerate() {
            match byte {
                b',' => {
                    if let Some(end) = self.ends.get_mut(count) {
                        *end = at as u32;
                        count += 1;
                    }
                }
                b'\n' => {
                    (length, used) = (at, at + 1);
                    break;
                }
                b'"' => quoted = true,
                _ => {}
            }
        }
        if length > 0 && rest.get(length - 1) == Some(&b'\r') {
            length -= 1;
        }
        self.line = rest.get(..length).unwrap_or_default();
        if let Some(end) = self.ends.get_mut(count) {
            *end = length as u32;
            count += 1;
        }
        self.count = count;
        (used, quoted)
    }

    #[inline]
    fn get(&self, at: usize) -> &'a [u8] {
        if at >= self.count {
            return &[];
        }
        let start = match at.checked_sub(1).and_then(|before| self.ends.get(before)) {
            Some(end) => *end as usize + 1,
            None => 0,
        };
        self.ends.get(at).and_then(|end| self.line.get(start..*end as usize)).unwrap_or_default()
    }
}
