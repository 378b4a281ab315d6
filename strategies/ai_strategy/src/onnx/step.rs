//! What one step of an ONNX model can be, and how it is worked out.

use rten_onnx::onnx::NodeProto;

use super::attributes::{float, floats, int, text, word};
use super::linear::Linear;
use super::table::Table;
use super::tree::Ensemble;

/// An operator with its settings.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// Its first input: what changes only how a row is held.
    Same,
    /// α·A·B + β·C.
    Gemm {
        alpha: f64,
        beta: f64,
        turned: bool,
    },
    MatMul,
    Join(Join),
    Each(Each),
    Softmax,
    Concat,
    /// (x − offset)·scale.
    Scaler(Table, Table),
    Normalizer(Norm),
    Linear(Linear),
    Trees(Ensemble),
}

/// Two tables number by number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Join {
    Add,
    Sub,
    Mul,
    Div,
}

/// One table number by number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Each {
    Relu,
    LeakyRelu(f64),
    Elu(f64),
    Sigmoid,
    Tanh,
    Exp,
    Neg,
}

/// By what a row is divided.
#[derive(Debug, Clone, Copy)]
pub(super) enum Norm {
    /// Its largest number.
    Max,
    /// The sum of its absolute numbers.
    L1,
    /// The root of the sum of its squares.
    L2,
}

/// What a row of scores is made into at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Post {
    None,
    Logistic,
    Softmax,
}

/// Every operator that there is, for the message about one that there is not.
const KNOWN: &str = "Add, Cast, Concat, Constant, Div, Elu, Exp, Flatten, Gemm, Identity, LeakyRelu, LinearClassifier, LinearRegressor, MatMul, Mul, Neg, Normalizer, Relu, Reshape, Scaler, Sigmoid, Softmax, Squeeze, Sub, Tanh, TreeEnsembleClassifier, TreeEnsembleRegressor, Unsqueeze and ZipMap";

impl Op {
    /// Reads a node's operator.
    pub(super) fn read(node: &NodeProto) -> Result<Self, String> {
        Ok(match text(node.op_type.as_ref()) {
            "Identity" | "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" | "ZipMap" => Self::Same,
            // To float and to double: what is held here is float anyway.
            "Cast" if matches!(int(node, "to", 0), 1 | 11) => Self::Same,
            "Cast" => return Err("it makes numbers into another type than float".to_owned()),
            "Gemm" if int(node, "transA", 0) == 0 => Self::Gemm {
                alpha: f64::from(float(node, "alpha", 1.0)),
                beta: f64::from(float(node, "beta", 1.0)),
                turned: int(node, "transB", 0) != 0,
            },
            "Gemm" => return Err("transA is set; the input is one row".to_owned()),
            "MatMul" => Self::MatMul,
            "Add" => Self::Join(Join::Add),
            "Sub" => Self::Join(Join::Sub),
            "Mul" => Self::Join(Join::Mul),
            "Div" => Self::Join(Join::Div),
            "Relu" => Self::Each(Each::Relu),
            "LeakyRelu" => Self::Each(Each::LeakyRelu(f64::from(float(node, "alpha", 0.01)))),
            "Elu" => Self::Each(Each::Elu(f64::from(float(node, "alpha", 1.0)))),
            "Sigmoid" => Self::Each(Each::Sigmoid),
            "Tanh" => Self::Each(Each::Tanh),
            "Exp" => Self::Each(Each::Exp),
            "Neg" => Self::Each(Each::Neg),
            "Softmax" => Self::Softmax,
            "Concat" if matches!(int(node, "axis", 1), 1 | -1) => Self::Concat,
            "Concat" => return Err("it joins rows; the input is one row".to_owned()),
            "Scaler" => Self::Scaler(
                Table::row(floats(node, "offset").to_vec()),
                Table::row(floats(node, "scale").to_vec()),
            ),
            "Normalizer" => Self::Normalizer(match word(node, "norm", "MAX") {
                "L1" => Norm::L1,
                "L2" => Norm::L2,
                _ => Norm::Max,
            }),
            "LinearClassifier" | "LinearRegressor" => Self::Linear(Linear::read(node)?),
            "TreeEnsembleClassifier" | "TreeEnsembleRegressor" => Self::Trees(Ensemble::read(node)?),
            _ => {
                return Err(format!("there is none here; export the model with these: {KNOWN}"));
            }
        })
    }

    /// How many of a node's inputs count.
    pub(super) const fn takes(&self, has: usize) -> usize {
        match self {
            Self::Gemm { .. } | Self::Concat => has,
            Self::MatMul | Self::Join(_) => 2,
            _ => 1,
        }
    }

    /// Works it out.
    pub(super) fn run(&self, inputs: &[&Table]) -> Result<Table, String> {
        let missing = || "an input is missing".to_owned();
        let first = *inputs.first().ok_or_else(missing)?;
        let second = || inputs.get(1).copied().ok_or_else(missing);
        match self {
            Self::Same => Ok(first.clone()),
            Self::Gemm { alpha, beta, turned } => {
                let other = second()?;
                let product = if *turned { first.times(&other.turned())? } else { first.times(other)? };
                match inputs.get(2) {
                    Some(more) => product.with(more, |product, more| alpha * product + beta * more),
                    None => Ok(product.map(|product| alpha * product)),
                }
            }
            Self::MatMul => first.times(second()?),
            Self::Join(join) => first.with(second()?, |one, two| join.run(one, two)),
            Self::Each(each) => Ok(first.map(|value| each.run(value))),
            Self::Softmax => Ok(first.map_rows(softmax)),
            Self::Concat if inputs.iter().all(|table| table.rows == 1) => {
                Ok(Table::row(inputs.iter().flat_map(|table| table.data.iter().copied()).collect()))
            }
            Self::Concat => Err("it joins more than one row".to_owned()),
            Self::Scaler(offset, scale) => {
                first.with(offset, |value, offset| value - offset)?.with(scale, |value, scale| value * scale)
            }
            Self::Normalizer(norm) => Ok(first.map_rows(|row| norm.run(row))),
            Self::Linear(linear) => linear.run(first),
            Self::Trees(trees) => trees.run(first),
        }
    }
}

impl Join {
    fn run(self, one: f64, two: f64) -> f64 {
        match self {
            Self::Add => one + two,
            Self::Sub => one - two,
            Self::Mul => one * two,
            Self::Div => one / two,
        }
    }
}

impl Each {
    fn run(self, value: f64) -> f64 {
        match self {
            Self::Relu => value.max(0.0),
            Self::LeakyRelu(alpha) if value < 0.0 => alpha * value,
            Self::Elu(alpha) if value < 0.0 => alpha * value.exp_m1(),
            Self::LeakyRelu(_) | Self::Elu(_) => value,
            Self::Sigmoid => logistic(value),
            Self::Tanh => value.tanh(),
            Self::Exp => value.exp(),
            Self::Neg => -value,
        }
    }
}

impl Norm {
    fn run(self, row: &[f64]) -> Vec<f64> {
        let by = match self {
            Self::Max => row.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::L1 => row.iter().map(|value| value.abs()).sum(),
            Self::L2 => row.iter().map(|value| value * value).sum::<f64>().sqrt(),
        };
        row.iter().map(|value| if by == 0.0 { *value } else { value / by }).collect()
    }
}

impl Post {
    pub(super) fn read(node: &NodeProto) -> Result<Self, String> {
        match word(node, "post_transform", "NONE") {
            "NONE" => Ok(Self::None),
            "LOGISTIC" => Ok(Self::Logistic),
            "SOFTMAX" => Ok(Self::Softmax),
            other => Err(format!("its post_transform is {other}; NONE, LOGISTIC and SOFTMAX can be")),
        }
    }

    pub(super) fn run(self, scores: &[f64]) -> Vec<f64> {
        match self {
            Self::None => scores.to_vec(),
            Self::Logistic => scores.iter().map(|score| logistic(*score)).collect(),
            Self::Softmax => softmax(scores),
        }
    }

    /// Two classes of which only one has a score.
    pub(super) fn run_alone(self, score: f64) -> Vec<f64> {
        match self {
            Self::Logistic => vec![logistic(-score), logistic(score)],
            Self::None | Self::Softmax => vec![-score, score],
        }
    }
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

fn softmax(row: &[f64]) -> Vec<f64> {
    let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = row.iter().map(|value| (value - most).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}
