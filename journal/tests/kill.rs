//! kill -9 of a real process at arbitrary moments: nothing that was appended is lost, synced or not.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use clutch_journal::{End, Opened, Options, Reader, open};
use support::{Place, append, read, read_all};

const DIR: &str = "CLUTCH_TEST_JOURNAL_DIR";
const SHM: &str = "CLUTCH_TEST_JOURNAL_SHM";

/// Not a test of its own: the process that gets killed. It reports every batch after publishing it.
#[test]
#[ignore = "started by the test below"]
fn the_process_to_be_killed() {
    let (Some(dir), Some(shm)) = (std::env::var_os(DIR), std::env::var_os(SHM)) else {
        return;
    };
    let options = Options {
        segment_bytes: 1 << 20,
        ring_bytes: 1 << 18,
        shm_dir: Some(shm.into()),
        unsafe_storage: true,
        ..Options::default()
    };
    let Opened { mut writer, committer, recovered } = open(dir.as_ref(), options).unwrap();
    let _handle = committer.spawn(Box::new(|_| {}));
    let mut out = std::io::stdout().lock();
    for seq in recovered.last_seq + 1.. {
        append(&mut writer, seq);
        if seq % 16 == 0 {
            writer.publish();
            writeln!(out, "appended {seq}").unwrap();
        }
    }
}

#[test]
fn a_process_killed_at_any_moment_loses_nothing_it_appended() {
    let place = Place::on_disk();
    let mut total_from_ring = 0;
    // CLUTCH_KILL_CYCLES=100 and more for a longer run.
    let cycles = std::env::var("CLUTCH_KILL_CYCLES").ok().and_then(|count| count.parse().ok());
    for round in 0..cycles.unwrap_or(10u64) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_process_to_be_killed", "--ignored", "--nocapture"])
            .env(DIR, place.dir())
            .env(SHM, place.shm())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        // The moment counts from the first report, so that a slow start is no kill before the journal exists.
        let mut line = String::new();
        while !line.starts_with("appended ") {
            line.clear();
            assert!(
                0 < lines.read_line(&mut line).unwrap(),
                "round {round}: the process ended by itself"
            );
        }
        let reported = std::thread::spawn(move || {
            let numbers = lines.lines().map_while(Result::ok);
            numbers
                .filter_map(|line| line.strip_prefix("appended ")?.parse::<u64>().ok())
                .last()
                .unwrap_or(0)
        });
        std::thread::sleep(Duration::from_millis(round % 10 * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        let reported = reported.join().unwrap();

        // A reader that repairs nothing sees the same as the recovery after it.
        let (seen, end) = read_all(Reader::open(&place.dir()).map_or_else(
            |error| panic!("round {round}: {error}"),
            |reader| reader.with_ring(&place.shm()),
        ));
        assert!(end.is_ok(), "round {round}: {end:?}");
        let options = Options { shm_dir: Some(place.shm()), ..place.options() };
        let recovered = open(&place.dir(), options).unwrap().recovered;
        assert!(
            reported <= recovered.last_seq,
            "round {round}: {reported} reported, {recovered:?}"
        );
        assert_eq!(seen, recovered.last_seq);
        assert_eq!(read(&place.dir()).0, recovered.last_seq);
        assert_eq!(read(&place.dir()).1.unwrap(), End::Clean);
        total_from_ring += recovered.from_ring;
    }
    assert!(0 < total_from_ring, "ten kills must meet records that only the ring had");
}
