//! Signals from files: what is read, and what is refused by line.
#![expect(
    clippy::unwrap_used,
    reason = "all of this binary is tests, which may stop where something is not as it should be"
)]

use std::fs;

use quantmesh_tape::read_signals;
use types::Time;

fn read(text: &str) -> Result<Vec<types::Signal>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signals.csv");
    fs::write(&path, text).unwrap();
    read_signals(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
}

#[test]
fn columns_come_in_any_order_and_an_open_end_is_for_ever() {
    let text = "source,time,name,value,valid_until\nmodel,2024-05-01T00:00:00Z,bias,-0.25,2024-05-02\nmodel,1714608000,bias,1,\n";
    let signals = read(text).unwrap();
    let [first, second] = signals[..] else { panic!("{signals:?}") };
    assert_eq!(
        (first.source.as_str(), first.name.as_str(), first.value.to_string()),
        ("model", "bias", "-0.25".to_owned())
    );
    assert_eq!(first.valid_until.nanos() - first.time.nanos(), 86_400_000_000_000);
    assert_eq!(second.valid_until, Time::from_nanos(i64::MAX));
}

#[test]
fn what_is_wrong_is_named_by_line() {
    for (text, expected) in [
        (
            "time,name,value\n",
            "FILE: signals need the columns time, source, name, value and optionally valid_until; the file has time, name, value",
        ),
        ("time,source,name,value\n", "FILE: no data: the file has no row below its header"),
        ("time,source,name,value\nsoon,m,bias,1\n", "FILE:2: `soon` is no time; write 2024-05-01T12:00:00Z"),
        (
            "time,source,name,value\n2024-05-01,M,bias,1\n",
            "FILE:2: `M` is not a name of a signal: write 1 to 24 of a-z, 0-9, _, - and ., such as bias",
        ),
        ("time,source,name,value\n2024-05-01,m,bias,NaN\n", "FILE:2: `NaN`: "),
        (
            "time,source,name,value\n2024-05-02,m,bias,1\n2024-05-01,m,bias,1\n",
            "FILE:3: 2024-05-01 is before 2024-05-02 of the row above; sort the file by time",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}
