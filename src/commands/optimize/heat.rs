//! A map of a goal over two parameters, as SVG.

use std::fmt::Write;

use super::journal::AxisHeader;
use super::results::Results;

/// The most cells along one side; neighbours share a cell beyond it.
const CELLS: usize = 60;
/// Width and height of the part with cells.
const SIDE: usize = 480;
/// Room for the words on the left, and below.
const LEFT: usize = 90;
const BELOW: usize = 60;

/// What fell into one cell.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    count: u32,
    sum: f64,
    low: f64,
    high: f64,
}

/// Maps of the first goal over each pair of the first parameters, or over one parameter where there is no other.
pub(crate) fn maps(results: &Results) -> String {
    /// Ten maps of five parameters; more would be looked at by nobody.
    const AXES: usize = 5;
    let axes = results.header.axes.len().min(AXES);
    let mut all = String::new();
    if axes == 1 {
        all.push_str(&map(results, 0, None));
    }
    for across in 0..axes {
        for up in across + 1..axes {
            all.push_str(&map(results, across, Some(up)));
        }
    }
    all
}

/// How an axis is cut into cells.
struct Cut<'h> {
    axis: Option<&'h AxisHeader>,
    cells: usize,
}

impl<'h> Cut<'h> {
    fn new(axis: Option<&'h AxisHeader>) -> Self {
        Self { axis, cells: axis.map_or(1, |axis| axis.values.len().min(CELLS)) }
    }

    fn name(&self) -> &'h str {
        self.axis.map_or("", |axis| axis.name.as_str())
    }

    /// The cell of a value.
    fn cell(&self, value: Option<&String>) -> Option<usize> {
        let Some(axis) = self.axis else { return Some(0) };
        let at = axis.values.iter().position(|other| Some(other) == value)?;
        Some(at * self.cells / axis.values.len())
    }

    /// The values of a cell in words.
    fn label(&self, cell: usize) -> String {
        let Some(axis) = self.axis else { return String::new() };
        let inside: Vec<&String> =
            axis.values.iter().filter(|value| self.cell(Some(value)) == Some(cell)).collect();
        match (inside.first(), inside.last()) {
            (Some(first), Some(last)) if first != last => format!("{first} … {last}"),
            (Some(one), _) => (*one).clone(),
            _ => String::new(),
        }
    }
}

fn map(results: &Results, across: usize, up: Option<usize>) -> String {
    let header = &results.header;
    let (x, y) = (Cut::new(header.axes.get(across)), Cut::new(up.and_then(|up| header.axes.get(up))));
    let Some(goal) = results.goals.first() else { return String::new() };
    let mut cells = vec![Cell::default(); x.cells * y.cells];
    for row in results.rows.values() {
        let Some(figure) = row.figure(&header.columns, &goal.metric).filter(|f| f.is_finite()) else {
            continue;
        };
        let place = x.cell(row.values.get(across)).zip(y.cell(up.and_then(|up| row.values.get(up))));
        let Some(cell) = place.and_then(|(x, y_cell)| cells.get_mut(x * y.cells + y_cell)) else { continue };
        *cell = match cell.count {
            0 => Cell { count: 1, sum: figure, low: figure, high: figure },
            count => Cell {
                count: count + 1,
                sum: cell.sum + figure,
                low: cell.low.min(figure),
                high: cell.high.max(figure),
            },
        };
    }
    let means = || cells.iter().filter(|cell| cell.count > 0).map(|cell| cell.sum / f64::from(cell.count));
    let (low, high) = (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max));
    let height = if up.is_some() { SIDE } else { SIDE / 8 };
    let (wide, tall) = (SIDE / x.cells, (height / y.cells).max(1));
    let (width, height) = (wide * x.cells, tall * y.cells);
    let mut svg = format!(
        "<figure><svg viewBox=\"0 0 {} {}\" role=img aria-label=\"{} by {} {}\">",
        LEFT + width + 20,
        height + BELOW,
        page_text(&goal.metric),
        page_text(x.name()),
        page_text(y.name()),
    );
    for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.count > 0) {
        let (column, line) = (at / y.cells, at % y.cells);
        let mean = cell.sum / f64::from(cell.count);
        let share = if high > low { (mean - low) / (high - low) } else { 0.5 };
        let of = |name: &str, label: String| {
            if name.is_empty() { String::new() } else { format!("{name} {label}, ") }
        };
        let range = match cell.count {
            1 => String::new(),
            count => format!(" on average of {count} trials, from {:.4} to {:.4}", cell.low, cell.high),
        };
        let _ = write!(
            svg,
            "<rect x={} y={} width={wide} height={tall} fill=\"{}\"><title>{}{}{} {mean:.4}{range}</title></rect>",
            LEFT + column * wide,
            // Small values stand below.
            (y.cells - 1 - line) * tall,
            colour(if goal.minimise { 1.0 - share } else { share }),
            page_text(&of(x.name(), x.label(column))),
            page_text(&of(y.name(), y.label(line))),
            page_text(&goal.metric),
        );
    }
    labels(&mut svg, &x, &y, (wide, tall), (width, height));
    let others = header.axes.len() > 2;
    let caption = if others { "; each cell is the average over all other parameters" } else { "" };
    let _ = write!(
        svg,
        "</svg><figcaption>{} from {low:.4} (dark where it is worse) to {high:.4}{caption}</figcaption></figure>",
        page_text(&goal.to_string())
    );
    svg
}

/// The names of the axes, and as many values as there is room for.
fn labels(svg: &mut String, x: &Cut<'_>, y: &Cut<'_>, cell: (usize, usize), size: (usize, usize)) {
    let every = |cells: usize, length: usize, room: usize| (cells * room).div_ceil(length.max(1)).max(1);
    for column in (0..x.cells).step_by(every(x.cells, size.0, 60)) {
        let at = LEFT + column * cell.0 + cell.0 / 2;
        let _ = write!(
            svg,
            "<text x={at} y={} text-anchor=middle>{}</text>",
            size.1 + 18,
            page_text(&x.label(column))
        );
    }
    if !y.name().is_empty() {
        for line in (0..y.cells).step_by(every(y.cells, size.1, 20)) {
            let at = (y.cells - 1 - line) * cell.1 + cell.1 / 2 + 4;
            let _ = write!(
                svg,
                "<text x={} y={at} text-anchor=end>{}</text>",
                LEFT - 6,
                page_text(&y.label(line))
            );
        }
        let _ = write!(
            svg,
            "<text class=name x=14 y={0} transform=\"rotate(-90 14 {0})\" text-anchor=middle>{1}</text>",
            size.1 / 2,
            page_text(y.name())
        );
    }
    let _ = write!(
        svg,
        "<text class=name x={} y={} text-anchor=middle>{}</text>",
        LEFT + size.0 / 2,
        size.1 + 42,
        page_text(x.name())
    );
}

/// From dark blue over green to yellow: the order is seen without colours too (five points of viridis, by Smith and van der Walt).
fn colour(share: f64) -> String {
    const POINTS: [[f64; 3]; 5] = [
        [68.0, 1.0, 84.0],
        [59.0, 82.0, 139.0],
        [33.0, 145.0, 140.0],
        [94.0, 201.0, 98.0],
        [253.0, 231.0, 37.0],
    ];
    let place = share.clamp(0.0, 1.0) * 4.0;
    let (mut from, mut to, mut rest) = (POINTS.first(), POINTS.first(), 0.0);
    for (at, point) in (0_u8..).zip(&POINTS) {
        let at = f64::from(at);
        if at <= place {
            (from, rest) = (Some(point), place - at);
        }
        if at < place + 1.0 {
            to = Some(point);
        }
    }
    let mut text = String::from("#");
    for (one, two) in from.into_iter().flatten().zip(to.into_iter().flatten()) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
        let part = (one + (two - one) * rest).round() as u8;
        let _ = write!(text, "{part:02x}");
    }
    text
}

fn page_text(text: &str) -> String {
    super::page::escaped(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_from_dark_to_light() {
        for (share, expected) in [
            (0.0, "#440154"),
            (0.25, "#3b528b"),
            (0.375, "#2e728c"),
            (1.0, "#fde725"),
            (7.0, "#fde725"),
            (-1.0, "#440154"),
        ] {
            assert_eq!(colour(share), expected, "{share}");
        }
    }

    #[test]
    fn long_axes_share_cells() {
        let axis = AxisHeader {
            name: "x".to_owned(),
            path: String::new(),
            values: (0..150).map(|n| n.to_string()).collect(),
        };
        let cut = Cut::new(Some(&axis));
        assert_eq!(
            (cut.cells, cut.label(0), cut.label(59)),
            (60, "0 … 2".to_owned(), "148 … 149".to_owned())
        );
        assert_eq!((cut.cell(Some(&"149".to_owned())), cut.cell(Some(&"x".to_owned()))), (Some(59), None));
        assert_eq!(Cut::new(None).cell(None), Some(0));
    }
}
