//! Appending to the journal: header, payload, chained checksum, against `memcpy` of as many bytes
//! into the same kind of memory.
//!
//! The committer runs, but not while the time is taken: appending is what the core pays. Its files
//! are in memory; how long a disk takes is not the question here.

use std::time::{Duration, Instant};

use clutch_bench::tmpfs;
use clutch_journal::{CommitterHandle, Options, Writer, record_bytes};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use memmap2::MmapMut;

/// Appended in one go, then waited for.
const CHUNK: u64 = 1_024;

struct Journal {
    writer: Writer,
    seq: u64,
    _committer: CommitterHandle,
    _directory: tempfile::TempDir,
}

impl Journal {
    fn new() -> Self {
        let directory = tempfile::tempdir_in(tmpfs::directory()).expect("a directory can be made");
        let opened = clutch_journal::open(&directory.path().join("journal"), Options::default())
            .expect("a new journal can be opened");
        let committer = opened.committer.spawn(Box::new(|_| {}));
        Self { writer: opened.writer, seq: 0, _committer: committer, _directory: directory }
    }

    fn append(&mut self, records: u64, payload: &[u8]) -> Duration {
        let begin = Instant::now();
        for _ in 0..records {
            self.seq += 1;
            let appended = self.writer.append(13, 1, self.seq, self.seq, payload);
            assert!(appended.is_ok(), "a ring that was drained has room");
        }
        self.writer.publish();
        let took = begin.elapsed();
        let durable = self.writer.durable();
        while durable.seq() < self.seq {
            std::thread::yield_now();
        }
        took
    }
}

struct Mapping {
    map: MmapMut,
    at: usize,
}

impl Mapping {
    fn new() -> Self {
        let file = tempfile::tempfile_in(tmpfs::directory()).expect("a file can be made");
        file.set_len(Options::default().ring_bytes as u64).expect("memory has room for a ring");
        // SAFETY: the file has no name, so nobody else can change or cut it.
        let mut map = unsafe { MmapMut::map_mut(&file) }.expect("a file can be mapped");
        map.fill(1);
        Self { map, at: 0 }
    }

    fn append(&mut self, records: u64, bytes: &[u8]) -> Duration {
        let begin = Instant::now();
        for _ in 0..records {
            if self.map.len() < self.at + bytes.len() {
                self.at = 0;
            }
            self.map[self.at..self.at + bytes.len()].copy_from_slice(bytes);
            self.at += bytes.len();
        }
        begin.elapsed()
    }
}

fn chunks(records: u64, mut append: impl FnMut(u64) -> Duration) -> Duration {
    let whole: Duration = (0..records / CHUNK).map(|_| append(CHUNK)).sum();
    whole + append(records % CHUNK)
}

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    group.throughput(Throughput::Elements(1));
    for payload_bytes in [64, 96, 128] {
        let payload = vec![7; payload_bytes];
        let record = vec![7; record_bytes(payload_bytes)];
        let mut journal = Journal::new();
        group.bench_function(BenchmarkId::new("journal", payload_bytes), |bencher| {
            bencher.iter_custom(|records| chunks(records, |chunk| journal.append(chunk, &payload)));
        });
        let mut mapping = Mapping::new();
        group.bench_function(BenchmarkId::new("memcpy", payload_bytes), |bencher| {
            bencher.iter_custom(|records| chunks(records, |chunk| mapping.append(chunk, &record)));
        });
    }
    group.finish();
}

criterion_group!(benches, append);
criterion_main!(benches);
