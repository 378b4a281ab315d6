//! `from-config` names exactly what a configuration needs, by what the engine's own manifest says.

use std::fs;

use crate::place::{ALPHA, Place, workspace};

const CONFIG: &str = r#"
[[strategy]]
id = "multi_strategy"
[strategy.params]
child = [{ id = "grid", weight = 0.5 }, { id = "house_alpha", weight = 0.5 }]

[[strategy]]
id = "ai_strategy"

[[risk.rule]]
id = "advanced_risk"
"#;

#[test]
fn each_id_with_its_reason_and_its_provider() {
    let place = Place::new();
    place.house("alpha", &ALPHA);
    let engine = workspace().display().to_string();
    place.write("run.toml", CONFIG);
    let project = place.project(
        "project",
        &format!("features = [\"free\"] # all\n[engine]\npath = \"{engine}\"\n[strategies]\nhouse_alpha = {{ path = \"../alpha\" }}\n"),
    );
    let said = place.good(&project, &["from-config", "../run.toml", "--write"]);
    assert_eq!(
        said.out,
        "\
advanced_risk: the engine's feature `advanced_risk`, whose crate quantmesh-advanced-risk is sold
  needed by [[risk.rule]] 1
ai_strategy: the engine's feature `ai_strategy`, whose crate quantmesh-ai-strategy is sold
  needed by [[strategy]] 2
grid: the engine's feature `grid`
  needed by [[strategy]] 1, child 1
house_alpha: the build file's own [strategies] house_alpha
  needed by [[strategy]] 1, child 2
multi_strategy: the engine's feature `multi_strategy`, whose crate quantmesh-multi-strategy is sold
  needed by [[strategy]] 1
in a build file:
  features = [\"grid\"]
  [strategies] advanced_risk = { git = \"ssh://...\", tag = \"v...\" }   # the vendor of quantmesh-advanced-risk gives the address
  [strategies] ai_strategy = { git = \"ssh://...\", tag = \"v...\" }   # the vendor of quantmesh-ai-strategy gives the address
  [strategies] multi_strategy = { git = \"ssh://...\", tag = \"v...\" }   # the vendor of quantmesh-multi-strategy gives the address
  cargo quantmesh build
"
    );
    let written = fs::read_to_string(project.join("quantmesh.build.toml")).unwrap();
    assert!(written.starts_with("features = [\"grid\"] # all\n"), "{written}");
}

#[test]
fn without_a_build_file_the_engine_is_named() {
    let place = Place::new();
    let config = workspace().join("examples/configs/grid-btcusdt-1d.toml").display().to_string();
    let said = place.run(place.desk.path(), &["from-config", &config]);
    assert_eq!(said.code, 3);
    assert!(said.error().contains("there is no telling which features there are"), "{}", said.err);
    let said = place
        .good(place.desk.path(), &["from-config", &config, "--engine", &workspace().display().to_string()]);
    assert_eq!(
        said.out,
        "\
grid: the engine's feature `grid`
  needed by [[strategy]] 1
in a clone of the engine:
  cargo build --release --no-default-features --features grid
in a build file:
  features = [\"grid\"]
  cargo quantmesh init, then cargo quantmesh build
"
    );
    place.write("typo.toml", "[[strategy]]\nid = \"trend_folowing\"\n");
    let said = place.run(
        place.desk.path(),
        &["from-config", "typo.toml", "--engine", &workspace().display().to_string()],
    );
    assert_eq!(
        (said.code, said.error()),
        (3, "error: typo.toml: nothing provides trend_folowing; see above")
    );
    assert!(said.out.starts_with("trend_folowing: no feature of the engine and no line of [strategies] has it; did you mean `trend_following`?\n"), "{}", said.out);
}
