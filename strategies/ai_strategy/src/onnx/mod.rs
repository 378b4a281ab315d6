//! A model that was trained elsewhere: an ONNX file, read by `rten-onnx` and worked out here, one row at a time.
//!
//! The file is read once, when the strategy is built, into a list of steps. Values are single-precision, as ONNX has
//! them; sums are added up in double precision and in one order, so a model says the same on every platform (but for
//! the last bit of an exponential). What a step can be is in `step`, and in `tree` for ensembles of trees.

mod attributes;
mod linear;
mod step;
mod table;
mod tree;

use std::collections::BTreeSet;

use rten_onnx::onnx::{GraphProto, ModelProto, NodeProto};
use sha2::{Digest, Sha256};

use crate::features::pick;
use crate::model::hex;
use crate::score::Span;
use crate::{Vector, places};
use attributes::text;
use step::Op;
use table::Table;

/// A model, ready to judge.
#[derive(Debug, Clone)]
pub struct Onnx {
    digest: String,
    places: Vec<usize>,
    /// One place a value; what is there is a constant, the others come about as the steps are taken.
    values: Vec<Option<Table>>,
    steps: Vec<Step>,
    input: usize,
    output: usize,
    says: Says,
    trained: Option<Span>,
    symbol: Option<String>,
    interval_nanos: Option<i64>,
}

#[derive(Debug, Clone)]
struct Step {
    op: Op,
    inputs: Vec<usize>,
    output: usize,
}

/// What the last number of the output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Probability,
    LogOdds,
}

impl Onnx {
    /// Reads an ONNX file. `features` names what its input takes; where it is empty, the file's metadata says so.
    ///
    /// # Errors
    /// What is wrong with the file, or which operator it needs that there is not.
    pub fn read(bytes: &[u8], features: &[String]) -> Result<Self, String> {
        let proto = ModelProto::parse_buf(bytes)
            .map_err(|error| format!("this is no ONNX file that can be read: {error}"))?;
        let note = |key: &str| {
            let entry = proto.metadata_props.iter().find(|entry| entry.key.as_deref() == Some(key));
            entry.and_then(|entry| entry.value.clone())
        };
        let named: Vec<String> = match note("features") {
            Some(list) if features.is_empty() => list.split(',').map(|name| name.trim().to_owned()).collect(),
            _ => features.to_vec(),
        };
        if named.is_empty() {
            return Err("the ONNX file does not name its features: set the parameter `features`, or write them into its metadata under `features`, with commas between them".to_owned());
        }
        let says = match note("output").as_deref() {
            None | Some("probability") => Says::Probability,
            Some("log_odds") => Says::LogOdds,
            Some(other) => {
                return Err(format!("its metadata says output = {other}; it is probability or log_odds"));
            }
        };
        let time = |key: &str| note(key).and_then(|nanos| nanos.parse::<i64>().ok());
        let trained = time("trained_from").zip(time("trained_to"));
        let interval_nanos = note("interval_nanos").map(|length| {
            length.parse().ok().filter(|length| *length > 0).ok_or_else(|| {
                format!("its metadata says interval_nanos = {length}; it is how long a bar is, a whole number above 0")
            })
        });
        let graph = proto.graph.as_ref().ok_or("the ONNX file holds no graph")?;
        let mut reader = Reader { graph, names: Vec::new(), values: Vec::new() };
        let (steps, input, output) = reader.read()?;
        let places = places(&named)?;
        if let Some(width) = reader.width().filter(|width| *width != named.len()) {
            return Err(format!(
                "it takes {width} inputs, and {} features are named ({}); name one for each input, in order",
                named.len(),
                named.join(", ")
            ));
        }
        let model = Self {
            digest: hex(&Sha256::digest(bytes)),
            places,
            values: reader.values,
            steps,
            input,
            output,
            says,
            trained: trained.map(|(from, to)| Span { from, to, samples: 0 }),
            symbol: note("symbol"),
            interval_nanos: interval_nanos.transpose()?,
        };
        // Once at the start, so that what does not fit together is said then and not at the first bar.
        model.run(&vec![0.0; model.places.len()]).map(|_| model)
    }

    /// The SHA-256 of the file.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What it was trained on, where its metadata says so under `trained_from` and `trained_to`, in nanoseconds since
    /// 1970.
    #[must_use]
    pub const fn trained(&self) -> Option<Span> {
        self.trained
    }

    /// The symbol that it was trained on, where its metadata says so under `symbol`.
    #[must_use]
    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }

    /// How long the bars are that it was trained on, where its metadata says so under `interval_nanos`.
    #[must_use]
    pub const fn interval_nanos(&self) -> Option<i64> {
        self.interval_nanos
    }

    /// Log-odds that the close will be higher; `None` where the model gives no number.
    #[must_use]
    pub fn log_odds(&self, vector: &Vector) -> Option<f64> {
        #[expect(clippy::cast_possible_truncation, reason = "ONNX models take single precision")]
        let row: Vec<f32> = pick(vector, &self.places).map(|value| value as f32).collect();
        let said = f64::from(self.run(&row).ok()?);
        let odds = match self.says {
            Says::LogOdds => said,
            Says::Probability => {
                let within = said.clamp(1e-9, 1.0 - 1e-9);
                (within / (1.0 - within)).ln()
            }
        };
        (said.is_finite() && odds.is_finite()).then_some(odds)
    }

    /// The last number of its output for a row of inputs.
    ///
    /// # Errors
    /// Where shapes do not fit together.
    pub fn run(&self, row: &[f32]) -> Result<f32, String> {
        let mut made: Vec<Option<Table>> = vec![None; self.values.len()];
        let place = made.get_mut(self.input).ok_or("no input")?;
        *place = Some(Table::row(row.to_vec()));
        for Step { op, inputs, output } in &self.steps {
            let value = |place: &usize| {
                let made = made.get(*place).and_then(Option::as_ref);
                made.or_else(|| self.values.get(*place).and_then(Option::as_ref))
            };
            let taken: Option<Vec<&Table>> = inputs.iter().map(value).collect();
            let result = op.run(&taken.ok_or("a step comes before what it needs")?)?;
            let place = made.get_mut(*output).ok_or("no output")?;
            *place = Some(result);
        }
        let output = made.get(self.output).and_then(Option::as_ref);
        output.and_then(|table| table.data.last().copied()).ok_or_else(|| "it gives no number".to_owned())
    }
}

/// A graph being read: every value has a name and a place.
struct Reader<'g> {
    graph: &'g GraphProto,
    names: Vec<&'g str>,
    values: Vec<Option<Table>>,
}

impl<'g> Reader<'g> {
    /// The steps that lead to the last output, and where input and output are.
    fn read(&mut self) -> Result<(Vec<Step>, usize, usize), String> {
        let graph = self.graph;
        let last = graph.output.last().and_then(|output| output.name.as_deref());
        let wanted = last.ok_or("the ONNX file has no output")?;
        let needed = self.needed(wanted);
        for tensor in &graph.initializer {
            let name = tensor.name.as_deref().unwrap_or_default();
            if needed.contains(name) {
                let place = self.place(name);
                self.put(place, Table::read(tensor).map_err(|what| format!("{name}: {what}"))?);
            }
        }
        let is_constant = |name: &str| graph.initializer.iter().any(|t| t.name.as_deref() == Some(name));
        let inputs: Vec<&str> = graph.input.iter().filter_map(|input| input.name.as_deref()).collect();
        let inputs: Vec<&str> = inputs.into_iter().filter(|name| !is_constant(name)).collect();
        let [input] = inputs[..] else {
            return Err(format!(
                "it takes {} inputs ({}); a model here takes one, a row of features",
                inputs.len(),
                inputs.join(", ")
            ));
        };
        let input = self.place(input);
        let mut steps = Vec::new();
        for node in &graph.node {
            let made = made(node);
            if !needed.contains(made) {
                continue;
            }
            let what = |what: String| format!("the operator {}: {what}", text(node.op_type.as_ref()));
            if node.op_type.as_deref() == Some("Constant") {
                let place = self.place(made);
                self.put(place, attributes::constant(node).map_err(what)?);
                continue;
            }
            let op = Op::read(node).map_err(what)?;
            let inputs = node.input.iter().take(op.takes(node.input.len()));
            let inputs = inputs.map(|name| self.place(name)).collect();
            steps.push(Step { op, inputs, output: self.place(made) });
        }
        let output = self.place(wanted);
        Ok((steps, input, output))
    }

    /// How many numbers the input takes, where the file says so.
    fn width(&self) -> Option<usize> {
        let is_constant = |name: &Option<String>| self.graph.initializer.iter().any(|one| one.name == *name);
        let input = self.graph.input.iter().find(|input| !is_constant(&input.name))?;
        let shape = input.r#type.as_ref()?.tensor_type.as_ref()?.shape.as_ref()?;
        usize::try_from(shape.dim.last()?.dim_value?).ok().filter(|width| *width > 0)
    }

    /// The names of what the wanted output is made of.
    fn needed(&self, wanted: &'g str) -> BTreeSet<&'g str> {
        let mut needed = BTreeSet::from([wanted]);
        // A graph lists what is made before what is made of it.
        for node in self.graph.node.iter().rev() {
            if needed.contains(made(node)) {
                needed.extend(node.input.iter().map(String::as_str));
            }
        }
        needed
    }

    fn place(&mut self, name: &'g str) -> usize {
        let known = self.names.iter().position(|known| *known == name);
        known.unwrap_or_else(|| {
            self.names.push(name);
            self.values.push(None);
            self.names.len() - 1
        })
    }

    fn put(&mut self, place: usize, table: Table) {
        if let Some(value) = self.values.get_mut(place) {
            *value = Some(table);
        }
    }
}

/// The output of a node that counts: of a classifier its scores, which come after the label.
fn made(node: &NodeProto) -> &str {
    let classifies = node.op_type.as_deref().is_some_and(|name| name.ends_with("Classifier"));
    node.output.get(usize::from(classifies)).map_or("", String::as_str)
}
