//! Tables of single-precision numbers, and what can be done with two of them.

use rten_onnx::onnx::{DataLocation, DataType, TensorProto};

/// Numbers in rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Row by row.
    pub(super) data: Vec<f32>,
}

impl Table {
    /// One row.
    pub(super) const fn row(data: Vec<f32>) -> Self {
        Self { rows: 1, columns: data.len(), data }
    }

    /// A constant of the file: a number, a row or a table.
    pub(super) fn read(tensor: &TensorProto) -> Result<Self, String> {
        if tensor.data_location == Some(DataLocation::EXTERNAL) || !tensor.external_data.is_empty() {
            return Err("its numbers are in another file; save the model with all its data inside".to_owned());
        }
        let dims: Result<Vec<usize>, _> = tensor.dims.iter().map(|dim| usize::try_from(*dim)).collect();
        let dims = dims.map_err(|_| "a dimension is below zero".to_owned())?;
        let (rows, columns) = match dims[..] {
            [] => (1, 1),
            [columns] => (1, columns),
            [rows, columns] => (rows, columns),
            _ => return Err(format!("it has {} dimensions; up to two can be read", dims.len())),
        };
        let data = numbers(tensor)?;
        if rows.checked_mul(columns) != Some(data.len()) {
            return Err(format!("{rows} × {columns} numbers were to be there, and {} are", data.len()));
        }
        Ok(Self { rows, columns, data })
    }

    /// The same with each number changed.
    pub(super) fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let data = self.data.iter().map(|value| single(change(f64::from(*value)))).collect();
        Self { data, ..*self }
    }

    /// The same with each row changed as a whole.
    pub(super) fn map_rows(&self, change: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let rows = self.data.chunks(self.columns.max(1));
        let changed =
            rows.flat_map(|row| change(&row.iter().map(|value| f64::from(*value)).collect::<Vec<_>>()));
        let data: Vec<f32> = changed.map(single).collect();
        Self { rows: self.rows, columns: data.len() / self.rows.max(1), data }
    }

    pub(super) fn at(&self, row: usize, column: usize) -> f32 {
        self.data.get(row * self.columns + column).copied().unwrap_or(0.0)
    }

    /// Rows and columns changed round.
    pub(super) fn turned(&self) -> Self {
        let cells = (0..self.columns).flat_map(|column| (0..self.rows).map(move |row| (row, column)));
        let data = cells.map(|(row, column)| self.at(row, column)).collect();
        Self { rows: self.columns, columns: self.rows, data }
    }

    /// The product of two tables.
    pub(super) fn times(&self, other: &Self) -> Result<Self, String> {
        if self.columns != other.rows {
            return Err(format!(
                "{} × {} times {} × {} can't be: the inputs are as many as the features?",
                self.rows, self.columns, other.rows, other.columns
            ));
        }
        let cells = (0..self.rows).flat_map(|row| (0..other.columns).map(move |column| (row, column)));
        let data = cells.map(|(row, column)| {
            let pairs =
                (0..self.columns).map(|at| f64::from(self.at(row, at)) * f64::from(other.at(at, column)));
            single(pairs.sum())
        });
        Ok(Self { rows: self.rows, columns: other.columns, data: data.collect() })
    }

    /// Two tables number by number; a row or column of one stands for all.
    pub(super) fn with(&self, other: &Self, join: impl Fn(f64, f64) -> f64) -> Result<Self, String> {
        let along = |one: usize, two: usize| match (one, two) {
            (one, two) if one == two || two == 1 => Ok(one),
            (1, two) => Ok(two),
            _ => Err(format!("{one} and {two} numbers can't be joined")),
        };
        let (rows, columns) = (along(self.rows, other.rows)?, along(self.columns, other.columns)?);
        let cell = |table: &Self, row: usize, column: usize| {
            f64::from(
                table.at(row.min(table.rows.saturating_sub(1)), column.min(table.columns.saturating_sub(1))),
            )
        };
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let data = cells
            .map(|(row, column)| single(join(cell(self, row, column), cell(other, row, column))))
            .collect();
        Ok(Self { rows, columns, data })
    }
}

/// The numbers of a tensor: singles, or doubles made single.
fn numbers(tensor: &TensorProto) -> Result<Vec<f32>, String> {
    let raw = tensor.raw_data.as_ref().map(|raw| raw.borrow());
    let raw = raw.as_ref().map_or(&[][..], |raw| raw.as_slice());
    match tensor.data_type {
        Some(DataType::FLOAT) if raw.is_empty() => Ok(tensor.float_data.clone()),
        Some(DataType::FLOAT) => {
            let (numbers, rest) = raw.as_chunks::<4>();
            if rest.is_empty() {
                Ok(numbers.iter().map(|four| f32::from_le_bytes(*four)).collect())
            } else {
                Err(CUT.to_owned())
            }
        }
        Some(DataType::DOUBLE) if raw.is_empty() => {
            Ok(tensor.double_data.iter().map(|value| single(*value)).collect())
        }
        Some(DataType::DOUBLE) => {
            let (numbers, rest) = raw.as_chunks::<8>();
            if rest.is_empty() {
                Ok(numbers.iter().map(|eight| single(f64::from_le_bytes(*eight))).collect())
            } else {
                Err(CUT.to_owned())
            }
        }
        other => Err(format!(
            "its numbers are of type {}; float and double can be read",
            other.map_or_else(|| "none".to_owned(), |kind| kind.to_string())
        )),
    }
}

const CUT: &str = "its bytes are no whole count of numbers";

#[expect(clippy::cast_possible_truncation, reason = "ONNX values are single precision")]
pub(super) const fn single(value: f64) -> f32 {
    value as f32
}
