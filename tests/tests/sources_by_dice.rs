//! Two sources of one match, by dice: random scripts in the language of the rule book, each line followed
//! by where the match must stand by a naive view of it. The view keeps the rounds that each source has
//! said as a list and compares lists; it knows no versions, no bits and no timers of its own.
//!
//! The rules are those of `spec_sources`: the truth follows one source; another that is late has a grace,
//! one that knows more stops betting, one that contradicts freezes; a person hands over or decides, and
//! silence hands over by itself.
//!
//! `CLUTCH_SEEDS` sets how many scripts are played.

use std::collections::BTreeMap;
use std::fmt::Write;

use clutch_tests::check;
use clutch_tests::random::Random;

const SCRIPTS: u64 = 60;
const LINES: usize = 60;

/// Every moment is a multiple of this, and so is every limit: what is due a nanosecond after a limit has
/// happened by the next moment.
const MOMENT_MS: u64 = 500;
const SILENCE_MS: u64 = 3_000;
const GRACE_MS: u64 = 2_000;
const HAND_OVER_MS: u64 = 4_000;
const AGREEING: u32 = 2;
/// Rounds are taken back, and matches handed over, less often than the engine can remember.
const TAKEN_BACK_MAX: u32 = 12;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    Agrees,
    Behind,
    Ahead,
    Contradicts,
}

/// A source: the rounds that A won or did not, as it says, and when it spoke last.
#[derive(Clone, Debug)]
struct Source {
    rounds: Vec<bool>,
    heard_ms: u64,
    is_doubted: bool,
}

#[derive(Debug)]
struct Match {
    now_ms: u64,
    sources: [Source; 2],
    /// Whom the truth follows.
    first: usize,
    is_silent: bool,
    is_frozen: bool,
    is_apart: bool,
    fitted: u32,
    /// Since when the other has been short of the truth.
    short_since_ms: Option<u64>,
    met: BTreeMap<&'static str, u32>,
}

impl Match {
    fn new() -> Self {
        let now_ms = 1_000_000;
        let source = Source { rounds: Vec::new(), heard_ms: now_ms, is_doubted: false };
        Self {
            now_ms,
            sources: [source.clone(), source],
            first: 0,
            is_silent: false,
            is_frozen: false,
            is_apart: false,
            fitted: 0,
            short_since_ms: None,
            met: BTreeMap::new(),
        }
    }

    fn meet(&mut self, what: &'static str) {
        *self.met.entry(what).or_default() += 1;
    }

    fn other(&self) -> usize {
        1 - self.first
    }

    /// How what the other says compares with the truth.
    fn relation(&self) -> Relation {
        let (truth, said) = (&self.sources[self.first].rounds, &self.sources[self.other()].rounds);
        if truth.iter().zip(said).any(|(truth, said)| truth != said) {
            return Relation::Contradicts;
        }
        match said.len().cmp(&truth.len()) {
            std::cmp::Ordering::Less => Relation::Behind,
            std::cmp::Ordering::Equal => Relation::Agrees,
            std::cmp::Ordering::Greater => Relation::Ahead,
        }
    }

    /// The same if the other is asked now.
    fn asked(&self) -> Option<Relation> {
        let other = &self.sources[self.other()];
        let is_alive = self.now_ms - other.heard_ms <= SILENCE_MS;
        (is_alive && !other.is_doubted).then(|| self.relation())
    }

    fn compare(&mut self) {
        let asked = self.asked();
        if asked == Some(Relation::Contradicts) {
            self.fitted = 0;
            if !self.is_frozen {
                self.meet("a contradiction");
            }
            self.is_frozen = true;
        }
        self.short_since_ms = match asked {
            Some(Relation::Behind) => self.short_since_ms.or(Some(self.now_ms)),
            _ => None,
        };
        let is_late = self.short_since_ms.is_some_and(|since| self.now_ms - since > GRACE_MS);
        if asked == Some(Relation::Ahead) {
            self.meet("news of the other");
        }
        if is_late {
            self.meet("a late source");
        }
        self.is_apart = asked == Some(Relation::Ahead) || is_late;
    }

    /// An update that fits, by anybody who is not ahead: enough of them in a row end a freeze.
    fn count(&mut self) {
        let is_open =
            self.relation() == Relation::Contradicts && !self.sources[self.other()].is_doubted;
        if !self.is_frozen || is_open {
            return;
        }
        self.fitted += 1;
        if self.fitted == AGREEING {
            (self.fitted, self.is_frozen) = (0, false);
            self.meet("a freeze that ended by itself");
        }
    }

    /// A source says what its rounds are now, or that it lives.
    fn hear(&mut self, source: usize, rounds: Option<Vec<bool>>) {
        self.sources[source].heard_ms = self.now_ms;
        let is_news = rounds.is_some();
        let takes_back =
            rounds.as_ref().is_some_and(|it| it.len() < self.sources[source].rounds.len());
        if let Some(rounds) = rounds {
            self.sources[source].rounds = rounds;
        }
        if source == self.first {
            self.compare();
            if is_news {
                self.count();
            }
            self.is_silent = false;
            return;
        }
        let relation = self.relation();
        if is_news {
            if relation == Relation::Agrees {
                self.sources[source].is_doubted = false;
            }
            // Who takes a round back has no grace.
            if takes_back && relation == Relation::Behind && !self.sources[source].is_doubted {
                self.short_since_ms = Some(0);
            }
        }
        self.compare();
        if is_news && relation != Relation::Ahead {
            self.count();
        }
        self.replace_silent();
    }

    /// Silence hands over to a source that agrees, or knows more.
    fn replace_silent(&mut self) {
        let silent_ms = self.now_ms - self.sources[self.first].heard_ms;
        let can_follow = matches!(self.asked(), Some(Relation::Agrees | Relation::Ahead));
        if self.is_silent && HAND_OVER_MS < silent_ms && !self.is_frozen && can_follow {
            self.meet("a hand-over by silence");
            self.follow(self.other());
        }
    }

    fn follow(&mut self, source: usize) {
        self.first = source;
        self.sources[source].is_doubted = false;
        self.doubt();
        self.compare();
    }

    fn doubt(&mut self) {
        let other = self.other();
        self.sources[other].is_doubted |= self.relation() == Relation::Contradicts;
    }

    /// A person hands over; whether that can be.
    fn hand_over(&mut self, source: usize) -> bool {
        if SILENCE_MS < self.now_ms - self.sources[source].heard_ms {
            return false;
        }
        (self.is_frozen, self.is_silent, self.fitted) = (false, false, 0);
        self.follow(source);
        self.meet("a hand-over by a person");
        true
    }

    /// A person decides for the truth.
    fn resume(&mut self) {
        (self.is_frozen, self.fitted) = (false, 0);
        self.doubt();
    }

    fn wait(&mut self) {
        self.now_ms += MOMENT_MS;
        if SILENCE_MS < self.now_ms - self.sources[self.first].heard_ms {
            self.is_silent = true;
        }
        self.replace_silent();
        self.compare();
    }

    /// Where it stands, in the words of the rule book.
    fn stands(&self) -> String {
        let frozen = match (self.is_silent, self.is_frozen, self.is_apart) {
            (true, ..) => "FeedStale",
            (false, true, _) => "FeedsDisagree",
            (false, false, true) => "FeedsApart",
            (false, false, false) => "none",
        };
        let truth = &self.sources[self.first].rounds;
        let a = truth.iter().filter(|won| **won).count();
        format!("expect frozen M {frozen}\nexpect score M {a}-{}\n", truth.len() - a)
    }
}

/// One script, and what was met in it.
fn script(seed: u64) -> (String, BTreeMap<&'static str, u32>) {
    let mut random = Random::new(seed);
    let truth: Vec<bool> = (0..30).map(|round| (round % 2 == 0) != random.chance(30)).collect();
    let mut game = Match::new();
    let mut table = format!(
        "config feed_age_live {SILENCE_MS}ms feed_age_prematch {SILENCE_MS}ms feed_grace {GRACE_MS}ms
         config feed_hand_over {HAND_OVER_MS}ms agreeing_updates {AGREEING}
         match  M bo1
         maps   M even
         market W M map 1
         feed   M start 1 ct source 0
         feed   M start 1 ct source 1\n"
    );
    let mut taken_back = 0;
    // Sources fall silent for a while, now this one and now that.
    let mut mute = None;
    for _ in 0..LINES {
        if random.chance(10) {
            mute = random.pick(&[None, None, Some(0), Some(1)]);
        }
        let source = random.below(2) as usize;
        let mut rounds = game.sources[source].rounds.clone();
        let line = match random.below(100) {
            0..35 => {
                game.wait();
                format!("wait {MOMENT_MS}ms")
            }
            35..40 if taken_back < TAKEN_BACK_MAX => {
                let is_done = game.hand_over(source);
                taken_back += u32::from(is_done);
                let answer = if is_done { "" } else { " -> SourceSilent" };
                format!("handover M {source}{answer}")
            }
            40..44 => {
                game.resume();
                "resume match M".to_owned()
            }
            _ if mute == Some(source) => continue,
            44..56 => {
                game.hear(source, None);
                format!("feed M heartbeat source {source}")
            }
            56..64 if !rounds.is_empty() && taken_back < TAKEN_BACK_MAX => {
                taken_back += 1;
                let to = rounds.len() - 1 - random.below(rounds.len().min(3) as u64) as usize;
                rounds.truncate(to);
                game.hear(source, Some(rounds));
                format!("feed M rewind 1 {to} source {source}")
            }
            _ => {
                let a_wins = truth[rounds.len()] != random.chance(8);
                rounds.push(a_wins);
                let most = rounds.iter().filter(|won| **won == a_wins).count();
                if 12 < most || 23 < rounds.len() {
                    continue;
                }
                let (round, winner) = (rounds.len(), if a_wins { "A" } else { "B" });
                game.hear(source, Some(rounds));
                format!("feed M round 1 {round} {winner} source {source}")
            }
        };
        let _ = write!(table, "{line}\n{}", game.stands());
    }
    (table, game.met)
}

#[test]
fn two_sources_and_a_naive_view_of_them_agree() {
    let scripts = std::env::var("CLUTCH_SEEDS").ok();
    let scripts = scripts.map_or(SCRIPTS, |text| text.parse().expect("a whole number"));
    let mut met = BTreeMap::new();
    for seed in 0..scripts {
        let (table, visits) = script(seed);
        let told = std::panic::catch_unwind(|| check(&table));
        assert!(told.is_ok(), "script {seed} is told otherwise:\n{table}");
        for (what, times) in visits {
            *met.entry(what).or_insert(0) += times;
        }
    }
    println!("{met:#?}");
    for what in [
        "a contradiction",
        "a freeze that ended by itself",
        "a hand-over by a person",
        "a hand-over by silence",
        "a late source",
        "news of the other",
    ] {
        assert!(SCRIPTS > scripts || met.contains_key(what), "no script led to {what}");
    }
}
