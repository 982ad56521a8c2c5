//! How a source's word comes to the engine: in order, but late, with words lost, said twice, and with
//! silences after which everything comes at once or is said again.

use clutch_core::command::{FeedMessage, GameEvent};
use clutch_core::units::{MatchId, SourceId, Timestamp};

use super::Played;
use crate::random::Random;

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// How badly a source tells.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// The longest way of a word that is not held up, in nanoseconds.
    pub delay_max: u64,
    /// How many words in a thousand are lost, and how many are said twice.
    pub lost_permille: u64,
    /// The same for words said twice.
    pub twice_permille: u64,
    /// From the start of one silence to the next, on average; zero never falls silent.
    pub silence_every: u64,
    /// The longest silence.
    pub silence_max: u64,
    /// From one sign of life to the next.
    pub heartbeat: u64,
    /// Whether words carry the number before theirs, and signs of life the newest.
    pub counts: bool,
}

/// One source of a match.
#[derive(Debug)]
pub struct Channel {
    source: SourceId,
    habits: Habits,
    random: Random,
    /// Silences: from, to, and whether what was said meanwhile is lost.
    silences: Vec<(u64, u64, bool)>,
    /// Nothing overtakes what was said before.
    arrived: u64,
}

impl Channel {
    /// A source over a match that is played from `start` to `end`.
    pub fn new(source: u8, habits: Habits, seed: u64, start: u64, end: u64) -> Self {
        let mut random = Random::new(seed);
        let mut silences = Vec::new();
        let mut now = if habits.silence_every == 0 { end } else { start };
        while now < end {
            let from = now + 1 + random.below(2 * habits.silence_every);
            now = from + random.below(habits.silence_max);
            silences.push((from, now, random.chance(50)));
        }
        Self { source: SourceId(source), habits, random, silences, arrived: 0 }
    }

    /// Everything that it says of a match, with the moment at which it arrives.
    pub fn tell(&mut self, played: &Played) -> Vec<(u64, FeedMessage)> {
        let mut words = Vec::new();
        let (mut said, mut next_sign) = (0, played.happenings[0].at);
        let end = played.end() + 10 * SECOND;
        while next_sign < end || said < played.happenings.len() {
            let happening = played.happenings.get(said).filter(|next| next.at <= next_sign);
            if let Some(happening) = happening {
                said += 1;
                self.say(&mut words, happening.at, said as u64, happening.event, happening.at);
            } else {
                self.say(&mut words, next_sign, said as u64, GameEvent::Heartbeat, next_sign);
                next_sign += self.habits.heartbeat;
            }
        }
        words
    }

    fn say(
        &mut self,
        words: &mut Vec<(u64, FeedMessage)>,
        at: u64,
        version: u64,
        event: GameEvent,
        source_time: u64,
    ) {
        let Habits { delay_max, lost_permille, twice_permille, .. } = self.habits;
        let mut arrives = at + self.random.below(delay_max);
        for (from, to, loses) in &self.silences {
            if (*from..*to).contains(&at) {
                if *loses {
                    return;
                }
                arrives = arrives.max(*to);
            }
        }
        if self.random.below(1_000) < lost_permille {
            return;
        }
        self.arrived = self.arrived.max(arrives);
        let message = self.message(version, event, source_time, self.arrived);
        words.push((self.arrived, message));
        if self.random.below(1_000) < twice_permille {
            self.arrived += MILLISECOND;
            words.push((self.arrived, message));
        }
    }

    /// What it says again after it was told that everything behind a version is missing.
    pub fn again(&mut self, played: &Played, after: u64, now: u64) -> Vec<(u64, FeedMessage)> {
        let asked = now + self.random.below(self.habits.delay_max);
        let arrives = asked + self.random.below(self.habits.delay_max);
        let missing = played
            .happenings
            .iter()
            .zip(1..)
            .filter(|(happening, version)| after < *version && happening.at <= asked);
        missing
            .map(|(happening, version)| {
                let message = self.message(version, happening.event, happening.at, arrives);
                (arrives, message)
            })
            .collect()
    }

    fn message(&self, version: u64, event: GameEvent, at: u64, arrives: u64) -> FeedMessage {
        let is_heartbeat = event == GameEvent::Heartbeat;
        let counts = self.habits.counts;
        FeedMessage {
            match_id: MatchId(0),
            source: self.source,
            version: if is_heartbeat && !counts { 0 } else { version },
            follows: if is_heartbeat || !counts { 0 } else { version - 1 },
            source_time: Timestamp::from_nanos(at),
            received_at: Timestamp::from_nanos(arrives),
            event,
        }
    }
}
