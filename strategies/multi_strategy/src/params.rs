//! The parameters.

use schemars::JsonSchema;
use sdk::Number;
use serde::{Deserialize, Serialize};

/// One child.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Child {
    /// Which strategy.
    pub id: String,
    /// Its share of equity: 1 is all of it. The shares come to at most 1.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub weight: Number,
    /// Its parameters; `quantmesh strategies show ID` lists them.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    pub params: toml::Table,
}

/// Parameters of `multi_strategy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The children, each with its id, weight and params.
    pub child: Vec<Child>,
}

impl Default for Params {
    fn default() -> Self {
        let half = |id: &str| Child { id: id.to_owned(), weight: Number::scaled(5, 1), ..Child::default() };
        Self { child: vec![half("grid"), half("trend_following")] }
    }
}
