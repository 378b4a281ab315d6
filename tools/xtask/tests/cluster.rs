//! The manifest of `examples/cluster` against the schema of Kubernetes, as a crate generated from it knows it, without a cluster.

use std::path::Path;

use k8s_openapi::api::batch::v1::Job;
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

/// A manifest as a job, or why it is none: every field must be one of the schema, as what is not would be dropped without a word.
fn job(text: &str) -> Result<Job, String> {
    let written: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let job: Job = serde_json::from_value(written.clone()).map_err(|error| error.to_string())?;
    let known = serde_json::to_value(&job).map_err(|error| error.to_string())?;
    unknown(&written, &known, "").map_or(Ok(job), Err)
}

/// The first place that stands in what was written and not in what was understood.
fn unknown(written: &Value, known: &Value, place: &str) -> Option<String> {
    match (written, known) {
        (Value::Object(one), Value::Object(two)) => one.iter().find_map(|(key, value)| {
            let place = format!("{place}.{key}");
            match two.get(key) {
                Some(other) => unknown(value, other, &place),
                None => Some(format!("{place} is no field of the schema")),
            }
        }),
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            let mut pairs = one.iter().zip(two).enumerate();
            pairs.find_map(|(at, (one, two))| unknown(one, two, &format!("{place}[{at}]")))
        }
        (one, two) => (one != two).then(|| format!("{place} is {one}, and is read as {two}")),
    }
}

fn manifest() -> Result<String, Failure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cluster/k8s-job.yaml");
    Ok(std::fs::read_to_string(path)?)
}

#[test]
fn each_pod_of_the_job_runs_the_shard_of_its_number() -> Result<(), Failure> {
    let job = job(&manifest()?)?;
    let spec = job.spec.ok_or("no spec")?;
    assert_eq!(spec.completion_mode.as_deref(), Some("Indexed"));
    assert!(spec.completions.is_some() && spec.completions == spec.parallelism);
    let pod = spec.template.spec.ok_or("no pod")?;
    // The only policy that allows a count of failures by index.
    assert!(spec.backoff_limit_per_index.is_some() && pod.restart_policy.as_deref() == Some("Never"));
    let [container] = &pod.containers[..] else { return Err("one container is wanted".into()) };
    let args = container.args.as_deref().unwrap_or_default();
    let after = |flag: &str| args.iter().skip_while(|arg| *arg != flag).nth(1).cloned();
    assert_eq!(after("--shards"), spec.completions.map(|count| count.to_string()));
    assert!(args.contains(&"--resume".to_owned()));
    // Where it writes is on the claim that every pod sees.
    let mounts = container.volume_mounts.as_deref().unwrap_or_default();
    let out = after("--out").ok_or("no --out")?;
    let mount = mounts.iter().find(|mount| out.starts_with(&mount.mount_path)).ok_or("no mount for --out")?;
    let volumes = pod.volumes.as_deref().unwrap_or_default();
    let volume = volumes.iter().find(|volume| volume.name == mount.name).ok_or("no volume for the mount")?;
    assert!(volume.persistent_volume_claim.is_some());
    Ok(())
}

#[test]
fn what_the_schema_does_not_have_is_seen() -> Result<(), Failure> {
    let good = manifest()?;
    for (from, to, part) in [
        ("completionMode", "completionmode", ".spec.completionmode is no field of the schema"),
        ("mountPath:", "mountpath:", "volumeMounts[0].mountpath is no field of the schema"),
        ("completions: 4", "completions: four", "invalid type"),
        ("kind: Job", "kind: CronJob", "CronJob"),
        ("\"4\"", "4", "invalid type"),
    ] {
        let wrong = good.replacen(from, to, 1);
        assert_ne!(wrong, good);
        let said = job(&wrong).err().unwrap_or_default();
        assert!(said.contains(part), "{to}: {said}");
    }
    Ok(())
}
