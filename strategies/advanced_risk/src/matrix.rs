//! A small square matrix, and the one system of equations that is solved with it.

/// A square matrix by rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Square {
    size: usize,
    cells: Vec<f64>,
}

impl Square {
    /// The matrix of these cells.
    pub(crate) fn from_fn(size: usize, mut cell: impl FnMut(usize, usize) -> f64) -> Self {
        let cells = (0..size * size).map(|at| cell(at / size, at % size)).collect();
        Self { size, cells }
    }

    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// A cell; 0 outside of the matrix.
    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        if column < self.size {
            self.cells.get(row * self.size + column).copied().unwrap_or(0.0)
        } else {
            0.0
        }
    }

    fn put(&mut self, row: usize, column: usize, value: f64) {
        if let Some(cell) = self.cells.get_mut(row * self.size + column) {
            *cell = value;
        }
    }

    /// The diagonal.
    pub(crate) fn diagonal(&self) -> Vec<f64> {
        (0..self.size).map(|at| self.at(at, at)).collect()
    }

    /// The sum of a row's cells, each times its factor.
    pub(crate) fn row_times(&self, row: usize, factors: &[f64]) -> f64 {
        factors.iter().enumerate().map(|(column, factor)| self.at(row, column) * factor).sum()
    }

    /// The `x` for which the rows and columns `members` of this symmetric matrix, times `x`, are all ones; by Cholesky
    /// decomposition, and `None` where they are not positive definite.
    pub(crate) fn solve_ones(&self, members: &[usize]) -> Option<Vec<f64>> {
        /// A pivot that lost all but this share of its cell is rounding.
        const LEAST: f64 = 1e-12;
        let count = members.len();
        let mut lower = Self::from_fn(count, |_, _| 0.0);
        for (i, &row) in members.iter().enumerate() {
            for (j, &column) in members.iter().enumerate().take(i + 1) {
                let done: f64 = (0..j).map(|k| lower.at(i, k) * lower.at(j, k)).sum();
                let rest = self.at(row, column) - done;
                if i != j {
                    lower.put(i, j, rest / lower.at(j, j));
                } else if rest > LEAST * self.at(row, row) {
                    lower.put(i, i, rest.sqrt());
                } else {
                    return None;
                }
            }
        }
        let mut half: Vec<f64> = Vec::with_capacity(count);
        for i in 0..count {
            half.push((1.0 - lower.row_times(i, &half)) / lower.at(i, i));
        }
        // Backwards, the last one first.
        let mut found: Vec<f64> = Vec::with_capacity(count);
        for (i, right) in half.iter().enumerate().rev() {
            let done: f64 = (i + 1..count).rev().zip(&found).map(|(k, x)| lower.at(k, i) * x).sum();
            found.push((right - done) / lower.at(i, i));
        }
        found.reverse();
        Some(found)
    }
}
