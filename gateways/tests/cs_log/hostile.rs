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

/// How many seeds to try: more with `CS_LOG_SEEDS` in the environment.
fn seeds(usual: u64) -> u64 {
    std::env::var("CS_LOG_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
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

fn play<'a>(name: &str, lines: impl Iterator<Item = &'a [u8]>) {
    let mut log = CsLog::new(Options { format: (name == CSGO).then_some(RoundFormat::Mr15) });
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
            play(name, lines[..end].iter().map(Vec::as_slice));
            play(name, lines[end..].iter().map(Vec::as_slice));
        }
    }
}

#[test]
fn a_log_with_lost_doubled_moved_and_foreign_lines_is_consistent() {
    let both = [CSGO, CS2].map(|name| (name, telling_lines(name)));
    for seed in 1..=seeds(200) {
        println!("seed {seed}");
        let mut random = Random::new(seed);
        let (name, lines) = &both[usize::from(seed % 2 == 0)];
        let mut lines = lines.clone();
        for _ in 0..random.below(30) {
            let (from, to) = (random.below(lines.len()), random.below(lines.len()));
            match random.below(5) {
                0 => drop(lines.remove(from)),
                1 => lines.insert(to, lines[from].clone()),
                2 => lines.swap(from, to),
                3 => drop(lines.drain(from..lines.len().min(from + 1 + to % 20))),
                _ => {
                    let foreign = foreign_line(&mut random);
                    lines.insert(from, format!("L 01/19/2026 - 19:21:35: {foreign}").into_bytes());
                }
            }
        }
        play(name, lines.iter().map(Vec::as_slice));
    }
}

/// A line that another match, an administrator or a crashed server could have written at this moment.
fn foreign_line(random: &mut Random) -> String {
    let (ct, t) = (random.below(14), random.below(4));
    let maps = ["de_inferno", "de_cache", "de_mirage"];
    let map = maps[random.below(maps.len())];
    match random.below(12) {
        0 => format!(
            "rcon from \"192.0.2.1:1\": command \"mp_backup_restore_load_file b_round{ct:02}.txt\""
        ),
        1 => format!("World triggered \"Match_Reloaded\" on \"{map}\""),
        2 => format!("World triggered \"SFUI_Notice_Round_Draw\" (CT \"{ct}\") (T \"{t}\")"),
        3 | 4 => format!("MatchStatus: Score: {ct}:{t} on map \"{map}\" RoundsPlayed: {}", ct + t),
        5 => format!("World triggered \"Match_Start\" on \"{map}\""),
        6 => "World triggered \"Round_Start\"".to_owned(),
        7 => format!("Team \"CT\" triggered \"SFUI_Notice_CTs_Win\" (CT \"{ct}\") (T \"{t}\")"),
        8 => format!("Game Over: competitive  {map} score {ct}:{t} after 9 min"),
        9 => "World triggered \"Restart_Round_(1_second)\"".to_owned(),
        10 => "World triggered \"Warmup_Start\"".to_owned(),
        _ => "World triggered \"Warmup_End\"".to_owned(),
    }
}

#[test]
fn damaged_bytes_never_stop_the_feed() {
    let both = [CSGO, CS2].map(|name| (name, telling_lines(name)));
    for seed in 1..=seeds(100) {
        println!("seed {seed}");
        let mut random = Random::new(seed);
        let (name, lines) = &both[usize::from(seed % 2 == 0)];
        let mut lines = lines.clone();
        for _ in 0..random.below(200) {
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
        play(name, lines.iter().map(Vec::as_slice));
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
fn a_line_longer_than_any_real_one_is_garbage_whatever_it_says() {
    let mut log = CsLog::new(Options::default());
    let line =
        format!("L 05/01/2026 - 20:00:00: World triggered \"Round_Start\"{}", " ".repeat(9_000));
    log.line(1, line.as_bytes(), &mut Vec::new());
    assert_eq!((log.counters().garbage, log.counters().known), (1, 0));
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
