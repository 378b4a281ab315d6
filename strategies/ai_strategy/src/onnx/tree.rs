//! Ensembles of trees of the ONNX-ML operators: every tree leads a row to a leaf, and leaves add to scores.

use std::collections::BTreeMap;

use rten_onnx::onnx::NodeProto;

use super::attributes::{classes, floats, int, ints, word, words};
use super::step::Post;
use super::table::{Table, single};

/// The trees as one list of nodes.
#[derive(Debug, Clone)]
pub(super) struct Ensemble {
    nodes: Vec<Node>,
    roots: Vec<usize>,
    /// How many inputs its tests look at: up to the last one of them.
    inputs: usize,
    /// What each score begins with; none, or one a score.
    base: Vec<f32>,
    scores: usize,
    mean: bool,
    alone: Option<Alone>,
    post: Post,
}

#[derive(Debug, Clone)]
struct Node {
    test: Test,
    feature: usize,
    value: f32,
    yes: usize,
    no: usize,
    /// What it adds to which score, if it is a leaf.
    adds: Vec<(usize, f32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    NotEqual,
    Leaf,
}

/// Two classes of which only one has scores: the other one's follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alone {
    /// All weights are shares: 1 less the score.
    Shares,
    /// The score with the other sign.
    Signed,
}

impl Ensemble {
    pub(super) fn read(node: &NodeProto) -> Result<Self, String> {
        let classifies = node.op_type.as_deref() == Some("TreeEnsembleClassifier");
        let prefix = if classifies { "class" } else { "target" };
        let (mut nodes, places, roots) = nodes(node)?;
        let of = |name: &str| format!("{prefix}_{name}");
        let trees = ints(node, &of("treeids")).iter().zip(ints(node, &of("nodeids")));
        let weights = ints(node, &of("ids")).iter().zip(floats(node, &of("weights")));
        let (mut used, mut shares) = (Vec::new(), true);
        for ((tree, leaf), (score, weight)) in trees.zip(weights) {
            let leaf = places.get(&(*tree, *leaf)).and_then(|place| nodes.get_mut(*place));
            let score = usize::try_from(*score).map_err(|_| "a score's number is below zero".to_owned())?;
            leaf.ok_or("a weight belongs to no leaf")?.adds.push((score, *weight));
            used.push(score);
            shares &= *weight >= 0.0;
        }
        used.sort_unstable();
        used.dedup();
        let targets = usize::try_from(int(node, "n_targets", 1)).unwrap_or(1);
        let scores = if classifies { classes(node) } else { targets };
        let most = used.last().copied().ok_or("it has no weights of leaves (only floats can be read)")?;
        if scores == 0 || most >= scores || scores > 1_000 {
            return Err(format!("{scores} scores, and weights for number {most}"));
        }
        let mean = match word(node, "aggregate_function", "SUM") {
            "SUM" => false,
            "AVERAGE" => true,
            other => return Err(format!("its aggregate_function is {other}; SUM and AVERAGE can be")),
        };
        let alone = (classifies && scores == 2 && used.len() == 1).then_some(if shares {
            Alone::Shares
        } else {
            Alone::Signed
        });
        let base = floats(node, "base_values").to_vec();
        let tests = nodes.iter().filter(|node| node.test != Test::Leaf);
        let inputs = tests.map(|node| node.feature.saturating_add(1)).max().unwrap_or(0);
        Ok(Self { nodes, roots, inputs, base, scores, mean, alone, post: Post::read(node)? })
    }

    pub(super) fn run(&self, row: &Table) -> Result<Table, String> {
        if row.rows != 1 || row.columns < self.inputs {
            return Err(format!(
                "it takes one row of at least {} inputs, and gets {} × {}: name its features in full",
                self.inputs, row.rows, row.columns
            ));
        }
        let mut scores = vec![0.0_f64; self.scores];
        for root in &self.roots {
            for (score, weight) in &self.leaf(*root, row)?.adds {
                if let Some(sum) = scores.get_mut(*score) {
                    *sum += f64::from(*weight);
                }
            }
        }
        if self.mean {
            #[expect(clippy::cast_precision_loss, reason = "trees are far fewer than 2⁵³")]
            scores.iter_mut().for_each(|score| *score /= self.roots.len() as f64);
        }
        let scores = match self.alone {
            Some(alone) => {
                let score = scores.iter().sum::<f64>() + f64::from(self.base.last().copied().unwrap_or(0.0));
                match alone {
                    Alone::Shares => vec![1.0 - score, score],
                    Alone::Signed => self.post.run_alone(score),
                }
            }
            None => {
                for (score, base) in scores.iter_mut().zip(&self.base) {
                    *score += f64::from(*base);
                }
                self.post.run(&scores)
            }
        };
        Ok(Table::row(scores.into_iter().map(single).collect()))
    }

    fn leaf(&self, root: usize, row: &Table) -> Result<&Node, String> {
        let mut place = root;
        // A walk that visits more nodes than there are goes round in a circle.
        for _ in 0..=self.nodes.len() {
            let node = self.nodes.get(place).ok_or("a branch leads nowhere")?;
            if node.test == Test::Leaf {
                return Ok(node);
            }
            let value = row.data.get(node.feature).ok_or("a test looks at no input")?;
            place = if node.test.holds(*value, node.value) { node.yes } else { node.no };
        }
        Err("its branches go round in a circle".to_owned())
    }
}

impl Test {
    fn read(mode: &str) -> Result<Self, String> {
        Ok(match mode {
            "BRANCH_LEQ" => Self::AtMost,
            "BRANCH_LT" => Self::Below,
            "BRANCH_GTE" => Self::AtLeast,
            "BRANCH_GT" => Self::Above,
            "BRANCH_EQ" => Self::Equal,
            "BRANCH_NEQ" => Self::NotEqual,
            "LEAF" => Self::Leaf,
            other => return Err(format!("a node is of the kind {other}, which there is not")),
        })
    }

    #[expect(clippy::float_cmp, reason = "the operator's own meaning: equal to the last bit")]
    fn holds(self, value: f32, than: f32) -> bool {
        match self {
            Self::AtMost => value <= than,
            Self::Below => value < than,
            Self::AtLeast => value >= than,
            Self::Above => value > than,
            Self::Equal => value == than,
            Self::NotEqual => value != than,
            Self::Leaf => false,
        }
    }
}

/// Where the node of a tree is in the list.
type Places = BTreeMap<(i64, i64), usize>;

/// The nodes, where each tree's are, and the roots: the first node of each tree.
fn nodes(node: &NodeProto) -> Result<(Vec<Node>, Places, Vec<usize>), String> {
    let (trees, ids) = (ints(node, "nodes_treeids"), ints(node, "nodes_nodeids"));
    let mut places = Places::new();
    let mut roots = Vec::new();
    for (place, key) in trees.iter().copied().zip(ids.iter().copied()).enumerate() {
        let first = places.range((key.0, i64::MIN)..=(key.0, i64::MAX)).next().is_none();
        if places.insert(key, place).is_some() {
            return Err(format!("tree {} has two nodes of number {}", key.0, key.1));
        }
        if first {
            roots.push(place);
        }
    }
    let modes = words(node, "nodes_modes");
    let (features, values) = (ints(node, "nodes_featureids"), floats(node, "nodes_values"));
    let (yes, no) = (ints(node, "nodes_truenodeids"), ints(node, "nodes_falsenodeids"));
    let lengths = [ids.len(), modes.len(), features.len(), values.len(), yes.len(), no.len()];
    if lengths != [trees.len(); 6] || trees.is_empty() {
        return Err("its lists of nodes are not equally long, or empty (only floats can be read)".to_owned());
    }
    let branches = yes.iter().zip(no).zip(trees);
    let settings = modes.iter().zip(features).zip(values);
    let read = settings.zip(branches).map(|(((mode, feature), value), ((yes, no), tree))| {
        let test = Test::read(mode)?;
        let branch = |id: i64| match places.get(&(*tree, id)) {
            Some(place) => Ok(*place),
            None if test == Test::Leaf => Ok(0),
            None => Err(format!("tree {tree} has no node {id}")),
        };
        Ok(Node {
            test,
            feature: usize::try_from(*feature).unwrap_or(usize::MAX),
            value: *value,
            yes: branch(*yes)?,
            no: branch(*no)?,
            adds: Vec::new(),
        })
    });
    let nodes = read.collect::<Result<_, String>>()?;
    Ok((nodes, places, roots))
}
