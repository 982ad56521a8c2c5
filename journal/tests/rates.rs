//! The journal's own numbers, measured on this machine: `cargo test -p clutch-journal --test rates -- --ignored
//! --nocapture`. No other test depends on time, and this one only prints.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Instant;

use clutch_journal::{Options, open, record_bytes, verify};
use support::Place;

const RECORDS: u64 = 2_000_000;
const PAYLOAD: [u8; 96] = [7; 96];

/// The value below which all but one in a thousand are.
fn p999(mut nanos: Vec<u32>) -> u32 {
    nanos.sort_unstable();
    nanos[nanos.len() - 1 - nanos.len() / 1000]
}

#[test]
#[ignore = "measures and prints; see above"]
fn append_durability_and_verify() {
    let place = Place::on_disk();
    let options =
        Options { shm_dir: Some(place.shm()), unsafe_storage: true, ..Options::default() };
    let opened = open(&place.dir(), options).unwrap();
    let (mut writer, handle) = (opened.writer, opened.committer.spawn(Box::new(|_| {})));
    let mut nanos = Vec::with_capacity(RECORDS as usize);
    let begin = Instant::now();
    for seq in 1..=RECORDS {
        // Time spent waiting for the disk is the caller's business and not the append's.
        while writer.free_bytes() < 4096 {
            std::thread::yield_now();
        }
        let start = Instant::now();
        writer.append(1, 1, seq, seq, &PAYLOAD).unwrap();
        nanos.push(start.elapsed().as_nanos() as u32);
        if seq % 64 == 0 {
            writer.publish();
        }
    }
    writer.publish();
    while handle.durable().seq() < RECORDS {
        std::thread::yield_now();
    }
    let durable = begin.elapsed().as_secs_f64();
    let floor = (0..RECORDS)
        .map(|_| {
            let start = Instant::now();
            start.elapsed().as_nanos() as u32
        })
        .collect();
    println!("append p99.9 {} ns, of the clock alone {} ns", p999(nanos), p999(floor));
    println!("durable on this disk: {:.2} M records/s", RECORDS as f64 / durable / 1e6);
    drop(writer);
    handle.stop().unwrap();

    for round in ["cold or warm", "warm"] {
        let begin = Instant::now();
        let report = verify(&place.dir(), None, &mut |_, _| {}).unwrap();
        assert_eq!((report.records, report.findings.len()), (RECORDS, 0));
        let bytes = RECORDS as f64 * record_bytes(PAYLOAD.len()) as f64;
        println!("verify, {round}: {:.2} GB/s", bytes / begin.elapsed().as_secs_f64() / 1e9);
    }
}
