//! Cut, damaged and shuffled logs: never a panic, and whatever is said stays consistent.

use clutch_gateways::feed::cs_log::{
    CsLog, FeedEvent, LineReader, Normalised, Options, RoundFormat, print_file,
};

use super::truth::{CS2, CSGO, log};

/// A small generator with a printed seed: the same damage every time.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

/// What every consumer relies on, whatever the log.
#[derive(Default)]
struct Book {
    standing: u32,
    over: Vec<String>,
    map: Option<String>,
    held: bool,
}

impl Book {
    fn read(&mut self, normalised: &Normalised) {
        match &normalised.event {
            FeedEvent::MapStart { map, .. } => {
                if self.map.as_ref() == Some(map) {
                    assert_eq!(self.standing, 0, "sides change only while no round stands");
                    assert!(!self.over.contains(map), "{map} was over");
                }
                (self.map, self.standing) = (Some(map.clone()), 0);
            }
            FeedEvent::RoundWon { round, ct, t, .. } => {
                assert!(self.map.is_some(), "a round on no map");
                assert_eq!(
                    (*round, ct + t),
                    (self.standing + 1, self.standing + 1),
                    "rounds are told in turn"
                );
                self.standing += 1;
            }
            FeedEvent::Rewind { to_round } => {
                assert!(*to_round < self.standing, "a rewind takes something back");
                self.standing = *to_round;
            }
            FeedEvent::MapOver { map, .. } => {
                assert_eq!(self.map.as_ref(), Some(map), "the map that is over was being played");
                self.over.push(map.clone());
            }
            FeedEvent::Held { .. } => self.held = true,
            FeedEvent::Released => {
                assert!(self.held, "released without a hold");
                self.held = false;
            }
            FeedEvent::RoundStart { round } => assert_eq!(*round, self.standing + 1),
            FeedEvent::Paused | FeedEvent::Resumed | FeedEvent::Disagreement { .. } => {}
        }
    }
}

fn play<'a>(lines: impl Iterator<Item = &'a [u8]>) {
    let mut log = CsLog::new(Options { format: Some(RoundFormat::Mr12) });
    let (mut book, mut out) = (Book::default(), Vec::new());
    for (number, line) in (1..).zip(lines) {
        log.line(number, line, &mut out);
        out.drain(..).for_each(|event| book.read(&event));
    }
    log.finish(&mut out);
    out.iter().for_each(|event| book.read(event));
}

/// Only the lines that mean something, so that damage hits them.
fn telling_lines(name: &str) -> Vec<Vec<u8>> {
    let log = log(name);
    let telling =
        ["World triggered", "Team ", "MatchStatus", "Game Over", "Freeze", "pause", "maxrounds"];
    log.split(|&byte| byte == b'\n')
        .filter(|line| {
            let text = String::from_utf8_lossy(line);
            telling.iter().any(|word| text.contains(word))
        })
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn a_log_cut_after_any_line_is_consistent_so_far() {
    for name in [CS2, CSGO] {
        let lines = telling_lines(name);
        for end in 0..=lines.len() {
            play(lines[..end].iter().map(Vec::as_slice));
            play(lines[end..].iter().map(Vec::as_slice));
        }
    }
}

#[test]
fn a_log_with_lost_doubled_and_swapped_lines_is_consistent() {
    for seed in 1..=300 {
        println!("seed {seed}");
        let mut random = Random::new(seed);
        let mut lines = telling_lines(if seed % 2 == 0 { CS2 } else { CSGO });
        lines.push(
            b"L 01/19/2026 - 19:21:35: World triggered \"Match_Reloaded\" on \"de_x\"".to_vec(),
        );
        for round in 0..12 {
            let file = format!("mp_backup_restore_load_file b_round{round:02}.txt");
            lines.push(
                format!("L 01/19/2026 - 19:21:35: rcon from \"192.0.2.1:1\": command \"{file}\"")
                    .into_bytes(),
            );
            lines.push(format!("L 01/19/2026 - 19:21:35: World triggered \"SFUI_Notice_Round_Draw\" (CT \"{round}\") (T \"0\")").into_bytes());
        }
        for _ in 0..random.below(60) {
            let (from, to) = (random.below(lines.len()), random.below(lines.len()));
            match random.below(4) {
                0 => drop(lines.remove(from)),
                1 => lines.insert(to, lines[from].clone()),
                2 => lines.swap(from, to),
                _ => lines.swap(from, (from + 1) % (to + 1).max(from + 1)),
            }
        }
        play(lines.iter().map(Vec::as_slice));
    }
}

#[test]
fn damaged_bytes_never_stop_the_feed() {
    for seed in 1..=200 {
        println!("seed {seed}");
        let mut random = Random::new(seed);
        let mut lines = telling_lines(if seed % 2 == 0 { CS2 } else { CSGO });
        for _ in 0..200 {
            let line = random.below(lines.len());
            let bytes = &mut lines[line];
            if bytes.is_empty() {
                continue;
            }
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                1 => bytes.truncate(at),
                2 => bytes[at] = b'0' + u8::try_from(random.below(10)).unwrap(),
                _ => bytes.insert(at, b'"'),
            }
        }
        play(lines.iter().map(Vec::as_slice));
    }
}

#[test]
fn random_bytes_are_counted_as_garbage_and_print_nothing() {
    let mut random = Random::new(4711);
    let bytes: Vec<u8> = (0..200_000).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
    let mut out = Vec::new();
    let counters = print_file(bytes.as_slice(), Options::default(), &mut out).unwrap();
    assert_eq!((counters.known, counters.unknown, out.len()), (0, 0, 0));
    assert_eq!(counters.lines, counters.garbage + counters.empty);
}

#[test]
fn an_endless_line_takes_no_more_memory_than_a_long_one() {
    let bytes = [vec![b'x'; 1 << 20], b"\nnext".to_vec()].concat();
    let mut lines = LineReader::new(bytes.as_slice());
    let (number, line) = lines.next_line().unwrap().unwrap();
    assert!(number == 1 && line.len() < 10_000, "{} bytes kept", line.len());
    assert_eq!(lines.next_line().unwrap(), Some((2, b"next".as_slice())));
    assert_eq!(lines.next_line().unwrap(), None);
}
