//! Which part of a search this process is to run: said on the command line, or by the job of a cluster.

use search::Shard;

use crate::Failure;
use crate::failure::Kind;
use crate::terminal;

/// The shards to run; `None` for a run that is not divided.
///
/// Slurm numbers the tasks of an array from its smallest number in its steps. Kubernetes numbers the pods of an indexed job from 0,
/// and does not tell them how many there are.
pub(crate) fn wanted(
    shard: Option<&str>,
    count: Option<u32>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<Vec<Shard>>, Failure> {
    if let Some(text) = shard {
        return if text == "all" { Ok(None) } else { list(text).map(Some) };
    }
    let number = |name: &str| -> Result<Option<u32>, Failure> {
        let Some(text) = environment(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let read = text.parse().map(Some);
        read.map_err(|_| {
            usage(format!("{name}={text}: a whole number is wanted; --shard I/N goes before it"))
        })
    };
    let (variable, shard) = if let Some(task) = number("SLURM_ARRAY_TASK_ID")? {
        let name = "SLURM_ARRAY_TASK_ID";
        match count {
            Some(count) => (name, Shard::new(task, count)),
            None => {
                let (first, step) = (number("SLURM_ARRAY_TASK_MIN")?, number("SLURM_ARRAY_TASK_STEP")?);
                let of = number("SLURM_ARRAY_TASK_COUNT")?;
                let of = of.ok_or_else(|| usage(format!("{name}={task}: of how many? Give --shards N")))?;
                let place = task.saturating_sub(first.unwrap_or(0)) / step.unwrap_or(1).max(1);
                (name, Shard::new(place, of))
            }
        }
    } else if let Some(index) = number("JOB_COMPLETION_INDEX")? {
        let name = "JOB_COMPLETION_INDEX";
        let of = count.ok_or_else(|| {
            usage(format!(
                "{name}={index}: of how many? Give --shards N, the completions of the job, or --shard all"
            ))
        })?;
        (name, Shard::new(index, of))
    } else if let Some(count) = count {
        return Err(usage(format!(
            "--shards {count}: which of them is this? Give --shard I/{count}; only in a Slurm array or an indexed job of Kubernetes does the environment say it"
        )));
    } else {
        return Ok(None);
    };
    let shard = shard.map_err(|error| usage(format!("{variable}: {error}")))?;
    terminal::remark(&format!("shard {shard}, by {variable}; --shard all would run everything"));
    Ok(Some(vec![shard]))
}

/// `I/N`, or several of them as `I,J,K/N`.
fn list(text: &str) -> Result<Vec<Shard>, Failure> {
    let fail = |error: search::ShardError| usage(format!("--shard {text}: {error}"));
    let Some((parts, count)) = text.rsplit_once('/') else {
        return text.parse().map(|one| vec![one]).map_err(fail);
    };
    parts.split(',').map(|part| format!("{part}/{count}").parse().map_err(fail)).collect()
}

/// The file of a shard's trials.
pub(crate) fn file_name(shard: Shard) -> String {
    format!("shard-{:05}-of-{:05}.journal", shard.index(), shard.count())
}

fn usage(what: String) -> Failure {
    Failure::new(Kind::Usage, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_goes_before_the_environment() {
        const TASK: &str = "SLURM_ARRAY_TASK_ID";
        const INDEX: &str = "JOB_COMPLETION_INDEX";
        type Case<'c> = (Option<&'c str>, Option<u32>, &'c [(&'c str, &'c str)], &'c str);
        let slurm = [
            (TASK, "7"),
            ("SLURM_ARRAY_TASK_MIN", "3"),
            ("SLURM_ARRAY_TASK_STEP", "2"),
            ("SLURM_ARRAY_TASK_COUNT", "4"),
        ];
        let cases: [Case<'_>; 14] = [
            (None, None, &[], "everything"),
            (Some("1/4"), None, &[(TASK, "3")], "1/4"),
            (Some("0,2/4"), None, &[], "0/4 2/4"),
            (Some("all"), None, &[(INDEX, "3")], "everything"),
            (None, None, &slurm, "2/4"),
            (None, Some(9), &slurm, "7/9"),
            (None, Some(4), &[(INDEX, "0")], "0/4"),
            (None, None, &[(INDEX, "")], "everything"),
            (
                None,
                None,
                &[(INDEX, "1")],
                "JOB_COMPLETION_INDEX=1: of how many? Give --shards N, the completions of the job, or --shard all",
            ),
            (
                None,
                Some(4),
                &[(INDEX, "4")],
                "JOB_COMPLETION_INDEX: there is no shard 4 of 4; shards count from 0 to 3",
            ),
            (
                None,
                None,
                &[(TASK, "x")],
                "SLURM_ARRAY_TASK_ID=x: a whole number is wanted; --shard I/N goes before it",
            ),
            (None, None, &[(TASK, "1")], "SLURM_ARRAY_TASK_ID=1: of how many? Give --shards N"),
            (Some("4/4"), None, &[], "--shard 4/4: there is no shard 4 of 4; shards count from 0 to 3"),
            (
                None,
                Some(4),
                &[],
                "--shards 4: which of them is this? Give --shard I/4; only in a Slurm array or an indexed job of Kubernetes does the environment say it",
            ),
        ];
        for (shard, count, environment, expected) in cases {
            let found =
                |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            let said = match wanted(shard, count, found) {
                Ok(None) => "everything".to_owned(),
                Ok(Some(shards)) => shards.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
                Err(failure) => failure.message,
            };
            assert_eq!(said, expected, "{shard:?} {count:?} {environment:?}");
        }
    }
}
