//! Whatever happens to the files of a journal, `verify` and the engine's own start come to the same verdict in the same
//! words, a start that refuses changes nothing, and no start loses a record that was durable.
//!
//! A seed chooses a journal and what is done to it. `CLUTCH_DAMAGE_SEEDS` sets how many are tried.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clutch_engine::*;
use clutch_journal::{Class, Disk, JournalError, Storage, archive, verify};
use common::{config, deposit, open_account};

const SEEDS: u64 = 120;

type Files = Vec<(String, Vec<u8>)>;

/// A journal that was stopped cleanly, so that all of it is durable.
struct Base {
    files: Files,
    last: u64,
}

fn small(dir: &Path) -> EngineConfig {
    let mut config = config(dir);
    (config.journal.segment_bytes, config.journal.ring_bytes) = (1 << 15, 1 << 15);
    (config.input_ring, config.outbox_ring) = (256, 4096);
    config.snapshot_every = None;
    config
}

fn run(dir: &Path, commands: std::ops::Range<u32>) -> u64 {
    let mut engine = Engine::start(small(dir)).unwrap();
    drop(engine.publisher());
    let mut sender = engine.sender();
    for number in commands {
        let command = match number {
            0..5 => open_account(&format!("player-{number}")),
            _ => deposit(number % 5, 100, u128::from(number)),
        };
        while sender.try_send(command) == Err(SendError::EngineBusy) {}
    }
    engine.shutdown().unwrap().last_seq.0
}

fn taken(dir: &Path) -> u64 {
    let disk: Arc<dyn Storage> = Arc::new(Disk);
    let info = take_snapshot(dir, &disk, clutch_core::RULE_SET, u64::MAX, |_| {}).unwrap();
    info.unwrap().position.seq
}

fn load(dir: &Path) -> Files {
    let mut files: Files = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// Without snapshots, with two, and archived up to the older of the two.
fn bases() -> Vec<Base> {
    [0, 1, 2]
        .map(|kind| {
            let place = tempfile::tempdir().unwrap();
            let dir = place.path().join("data");
            run(&dir, 0..500);
            if kind != 0 {
                taken(&dir);
            }
            run(&dir, 500..900);
            if kind != 0 {
                taken(&dir);
            }
            let last = run(&dir, 900..1_200);
            if kind == 2 {
                let older = clutch_journal::snapshots(&dir).unwrap()[0];
                let into = place.path().join("archive");
                let moved = archive(&dir, &into, older + 1, &Disk, &mut |_, _| {}).unwrap();
                assert!(!moved.segments.is_empty());
            }
            Base { files: load(&dir), last }
        })
        .into()
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

fn named(dir: &Path, starts: &[&str]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            starts.iter().any(|start| name.starts_with(start))
        })
        .collect();
    found.sort();
    found
}

/// Does something to the directory and says what.
fn harm(dir: &Path, other: &Base, random: &mut Random) -> String {
    let told = |what: &str, path: &Path| format!("{what} {}", path.file_name().unwrap().display());
    let bodies = named(dir, &["seg-", "snap-", "super", "archived"]);
    let segments = named(dir, &["seg-"]);
    if bodies.is_empty() || segments.is_empty() {
        return "nothing is left to harm".to_owned();
    }
    let body = random.of(&bodies).clone();
    let used = fs::read(&body).unwrap().iter().rposition(|byte| *byte != 0).unwrap_or(0) + 1;
    let file = || fs::OpenOptions::new().read(true).write(true).open(&body).unwrap();
    let segment = random.of(&segments).clone();
    let as_number =
        |path: &Path| path.file_stem().unwrap().to_str().unwrap()[4..].parse::<u64>().unwrap();
    match random.below(11) {
        0 | 1 => {
            let (at, mut byte) = (random.below(used), [0]);
            file().read_at(&mut byte, at as u64).unwrap();
            file().write_all_at(&[byte[0] ^ 1 << random.below(8)], at as u64).unwrap();
            told(&format!("a bit flipped at {at} of"), &body)
        }
        2 => {
            let at = random.below(used) / 512 * 512;
            let size = fs::metadata(&body).unwrap().len() as usize;
            let bytes = (512 * (1 + random.below(20))).min(size - at);
            file().write_all_at(&vec![0; bytes], at as u64).unwrap();
            told(&format!("{bytes} zeros at {at} of"), &body)
        }
        3 => {
            let length = random.below(fs::metadata(&body).unwrap().len() as usize);
            file().set_len(length as u64).unwrap();
            told(&format!("cut to {length}:"), &body)
        }
        4 | 5 => {
            let all = named(dir, &[""]);
            let path = random.of(&all).clone();
            fs::remove_file(&path).unwrap();
            told("removed", &path)
        }
        6 => {
            let ahead = *random.of(&[1, 5, 100, 100_000]);
            let to = dir.join(format!("seg-{:020}.clj", as_number(&segment) + ahead));
            fs::copy(&segment, &to).unwrap();
            told(&format!("{ahead} ahead a copy of"), &segment)
        }
        7 => {
            let second = random.of(&segments).clone();
            let aside = dir.join("aside");
            fs::rename(&segment, &aside).unwrap();
            if second != segment {
                fs::rename(&second, &segment).unwrap();
            }
            fs::rename(&aside, &second).unwrap();
            told(&format!("swapped with {}:", second.file_name().unwrap().display()), &segment)
        }
        8 => {
            let foreign: Vec<_> =
                other.files.iter().filter(|(name, _)| name.starts_with("s")).collect();
            let (name, bytes) = random.of(&foreign);
            // Beside what is there, or in the place of it.
            let stem: String = name.chars().take(4).collect();
            let same_kind = named(dir, &[&stem]);
            let path = match same_kind.is_empty() || random.below(2) == 0 {
                true => dir.join(name),
                false => random.of(&same_kind).clone(),
            };
            fs::write(&path, bytes).unwrap();
            told("another journal's", &path)
        }
        9 => {
            // As a copy by name order leaves it when it is interrupted.
            let all = named(dir, &[""]);
            let kept = random.below(all.len());
            all[kept..].iter().for_each(|path| fs::remove_file(path).unwrap());
            format!("only the first {kept} files were copied")
        }
        _ => {
            let junk = [
                "seg-18446744073709551615.clj",
                "seg-00000000000000000000.clj",
                "seg-1.clj",
                "snap-18446744073709551615.cls",
                "super.tmp",
                "reserve-7",
                "spare-99",
                "archived.tmp",
            ];
            let path = dir.join(random.of(&junk));
            fs::write(&path, vec![random.below(256) as u8; random.below(9_000)]).unwrap();
            told("junk in", &path)
        }
    }
}

/// Everything but the lock, which says who looked last.
fn contents(dir: &Path) -> Files {
    load(dir).into_iter().filter(|(name, _)| name != "LOCK").collect()
}

fn check(seed: u64, bases: &[Base], others: &[Base]) -> Result<&'static str, String> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ seed.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    // The first numbers of such a generator still look like its seed.
    for _ in 0..5 {
        random.below(2);
    }
    let kind = random.below(bases.len());
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    fs::create_dir(&dir).unwrap();
    for (name, bytes) in &bases[kind].files {
        fs::write(dir.join(name), bytes).unwrap();
    }
    let harms: Vec<String> =
        (0..1 + random.below(5) / 3).map(|_| harm(&dir, &others[kind], &mut random)).collect();
    let before = contents(&dir);
    let verified = verify(&dir, Some(Path::new("/dev/shm")), &mut |_, _| {});
    let started = Engine::start(small(&dir)).map(|engine| {
        let recovery = engine.recovery();
        let last = recovery.snapshot.map_or(0, |seq| seq.0) + recovery.replayed;
        drop(engine.shutdown());
        last
    });
    let problem = |what: String| {
        let said = verified.as_ref().map(|report| (&report.halt, &report.findings));
        Err(format!(
            "seed {seed}, journal {kind}, {harms:?}: {what}\nstart: {started:?}\nverify: {said:?}"
        ))
    };
    match (&verified, &started) {
        // Nothing of a journal is left, so that a start makes a new one.
        (Err(JournalError::NotAJournal { .. }), Ok(_)) => Ok("new"),
        (Err(refused), Err(error)) if refused.to_string() == error.to_string() => Ok("no journal"),
        (Ok(report), Ok(last)) => match &report.halt {
            Some(_) => problem("verify says that a start halts".to_owned()),
            None if report.last_seq != *last => {
                problem(format!("verify ends at {}, the start at {last}", report.last_seq))
            }
            None if *last != bases[kind].last => {
                problem(format!("records up to {} were durable", bases[kind].last))
            }
            None if report.class() == Class::Damaged => Ok("damaged, and starts"),
            None => Ok("clean"),
        },
        (Ok(report), Err(error)) => match &report.halt {
            Some(halt) if error.to_string().ends_with(&halt.to_string()) => {
                // What the replay refuses was a good journal to whoever opened it.
                if contents(&dir) == before || matches!(error, StartError::Replay(_)) {
                    Ok("halts")
                } else {
                    problem("the refusal changed something".to_owned())
                }
            }
            _ => problem("verify says something else".to_owned()),
        },
        (Err(_), _) => problem("verify cannot read it".to_owned()),
    }
}

#[test]
fn verify_says_what_the_start_does_whatever_happened_to_the_files() {
    let seeds = std::env::var("CLUTCH_DAMAGE_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let (bases, others) = (bases(), bases());
    let mut tally = std::collections::BTreeMap::new();
    let mut problems = Vec::new();
    for seed in 0..seeds.unwrap_or(SEEDS) {
        match check(seed, &bases, &others) {
            Ok(outcome) => *tally.entry(outcome).or_insert(0) += 1,
            Err(problem) => problems.push(problem),
        }
    }
    println!("{tally:?}");
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n\n"));
    for outcome in ["clean", "damaged, and starts", "halts"] {
        assert!(tally.contains_key(outcome), "never: {outcome}");
    }
}

/// Opening checks from the older snapshot on. A start that has no good snapshot comes by what lies before it, too.
#[test]
fn a_start_without_a_good_snapshot_stops_at_the_damage_it_comes_by() {
    let base = &bases()[1];
    let flip = |path: &Path, at: usize| {
        let mut bytes = fs::read(path).unwrap();
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let in_a_record = |dir: &Path| flip(&named(dir, &["seg-"])[0], 16_384 + 700);
    let in_both_headers = |dir: &Path| [9, 4_105].map(|at| flip(&named(dir, &["seg-"])[0], at));
    let one_missing = |dir: &Path| fs::remove_file(&named(dir, &["seg-"])[0]).unwrap();
    for (number, is_torn) in [(0, false), (1, false), (2, false), (0, true)] {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path();
        base.files.iter().for_each(|(name, bytes)| fs::write(dir.join(name), bytes).unwrap());
        named(dir, &["snap-"]).iter().for_each(|path| flip(path, 9_000));
        match number {
            0 => in_a_record(dir),
            1 => drop(in_both_headers(dir)),
            _ => one_missing(dir),
        }
        if is_torn {
            let last = named(dir, &["seg-"]).pop().unwrap();
            let mut bytes = fs::read(&last).unwrap();
            let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
            bytes[end + 9..end + 17].fill(0xff);
            fs::write(&last, bytes).unwrap();
        }
        let report = verify(dir, Some(Path::new("/dev/shm")), &mut |_, _| {}).unwrap();
        let halt = report.halt.unwrap().to_string();
        for _ in 0..2 {
            let error = Engine::start(small(dir)).map(|_| ()).unwrap_err().to_string();
            assert!(error.ends_with(&halt), "{error}\n{halt}");
        }
    }
}
