//! Several runs beside each other: which is best, how they move together, and every form of it.

mod runs;

use quantmesh_report::{Context, Run, compare};
use runs::{curve, sound};
use trend_following as _;

#[test]
fn runs_stand_beside_each_other() -> Result<(), Box<dyn std::error::Error>> {
    let up = sound(200);
    let mirrored: Vec<f64> = up.iter().map(|equity| 2_000.0 - equity).collect();
    let late = up[..150].to_vec();
    let (one, two, three) = (curve(&up), curve(&mirrored), curve(&late));
    let context = Context::default();
    let run = |name, record| Run { name, record, context: &context };
    let nasty = "</script><b>&";
    let found = compare(&[run("up", &one), run("mirrored", &two), run(nasty, &three)]);
    assert_eq!(found.runs.len(), 3);
    let best = |key: &str| found.rows.iter().find(|row| row.metric.key == key).and_then(|row| row.best);
    assert_eq!((best("total_return"), best("max_drawdown")), (Some(0), Some(2)));
    assert_eq!(best("fees"), None, "all have none, so none is best");
    assert_eq!(best("orders"), None, "nobody can say which way is better");
    let together = &found.correlations;
    assert!(together[0][1].is_some_and(|value| value < -0.99), "{together:?}");
    assert!(together[0][2].is_some_and(|value| (value - 1.0).abs() < 1e-9), "over the days that both have");
    assert!((together[1][2].unwrap_or_default() - together[2][1].unwrap_or_default()).abs() < 1e-12);
    let text = found.text(100);
    assert!(text.contains("mirrored") && text.contains('*') && text.contains("Findings"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(
        found.text(40).lines().filter(|line| line.starts_with("Calmar ")).count() == 3,
        "one below the other"
    );
    let table = String::from_utf8(found.csv()?)?;
    assert!(table.starts_with("key,label,up,mirrored,") && table.contains("\ntotal_return,"), "{table}");
    let json = found.json();
    assert_eq!(json["metrics"].as_array().map(Vec::len), Some(found.rows.len()));
    assert_eq!(json["metrics"][2]["best"], "up");
    let page = found.html();
    assert!(!page.contains("{{") && !page.contains("</script><b>"), "filled, and escaped");
    assert!(!page.replace("http://www.w3.org", "").contains("src=\"http"), "nothing is fetched");
    assert_eq!(page, compare(&[run("up", &one), run("mirrored", &two), run(nasty, &three)]).html());
    Ok(())
}

#[test]
fn one_run_and_none_are_fine() {
    let (record, context) = (curve(&[]), Context::default());
    let alone = compare(&[Run { name: "alone", record: &record, context: &context }]);
    assert!(alone.rows.iter().all(|row| row.best.is_none()));
    assert!(alone.text(80).contains("alone") && alone.html().contains("alone"));
    let none = compare(&[]);
    assert_eq!((none.rows.len(), none.text(80)), (0, String::new()));
    assert!(!none.html().contains("{{"));
}
