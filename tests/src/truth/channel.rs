//! How a source's word comes to the engine: in order, but late, with words lost, said twice, with silences after
//! which everything comes at once or is said again, and through a pipe that falls behind with all that is in it.

use clutch_core::command::{FeedMessage, GameEvent};
use clutch_core::units::{MatchId, SourceId, Timestamp};

use super::Played;
use crate::random::Random;

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// How badly a source tells.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// The shortest way of a word, in nanoseconds, and the longest of one that is not held up.
    pub delay_min: u64,
    /// The longest.
    pub delay_max: u64,
    /// How many words in a thousand are lost, and how many are said twice.
    pub lost_permille: u64,
    /// The same for words said twice.
    pub twice_permille: u64,
    /// From the start of one silence to the next, on average; zero never falls silent.
    pub silence_every: u64,
    /// The longest silence.
    pub silence_max: u64,
    /// From one stretch in which the pipe falls behind to the next, on average; zero never does.
    pub behind_every: u64,
    /// How far it falls behind at most.
    pub behind_max: u64,
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
    /// Stretches in which the pipe falls behind, ever further: from, to, and by how much in the end. It catches up
    /// by handing on all of it at once.
    behind: Vec<(u64, u64, u64)>,
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
        let mut behind = Vec::new();
        let mut now = if habits.behind_every == 0 { end } else { start };
        while now < end {
            let from = now + 1 + random.below(2 * habits.behind_every);
            now = from + 20 * SECOND + random.below(80 * SECOND);
            behind.push((from, now, random.below(habits.behind_max)));
        }
        Self { source: SourceId(source), habits, random, silences, behind, arrived: 0 }
    }

    /// Everything that it says of a match, with the moment at which it arrives.
    pub fn tell(&mut self, played: &Played) -> Vec<(u64, FeedMessage)> {
        let mut words = Vec::new();
        // Some miss how a map begins.
        let starts =
            played.happenings.iter().filter(|it| matches!(it.event, GameEvent::MapStarted { .. }));
        for start in starts {
            if self.habits.silence_every != 0 && self.random.chance(25) {
                let from = start.at - self.random.below(20 * SECOND);
                let to = from + 20 * SECOND + self.random.below(self.habits.silence_max);
                self.silences.push((from, to, self.random.chance(50)));
            }
        }
        let (mut said, mut next_sign) = (0, played.start() - 30 * SECOND);
        let end = played.end() + 10 * SECOND;
        while next_sign < end || said < played.happenings.len() {
            let happening = played.happenings.get(said).filter(|next| next.at <= next_sign);
            if let Some(happening) = happening {
                said += 1;
                self.say(&mut words, played, happening.at, said as u64, happening.event);
            } else {
                self.say(&mut words, played, next_sign, said as u64, GameEvent::Heartbeat);
                next_sign += self.habits.heartbeat;
            }
        }
        words
    }

    fn say(
        &mut self,
        words: &mut Vec<(u64, FeedMessage)>,
        played: &Played,
        at: u64,
        version: u64,
        event: GameEvent,
    ) {
        let Habits { delay_min, delay_max, lost_permille, twice_permille, .. } = self.habits;
        let mut arrives = at + delay_min + self.random.below(delay_max - delay_min);
        for (from, to, behind) in &self.behind {
            if (*from..*to).contains(&at) {
                arrives +=
                    (u128::from(*behind) * u128::from(at - from) / u128::from(to - from)) as u64;
            }
        }
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
        let message = self.message(played.match_id, (version, event), at, self.arrived);
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
                let said = (version, happening.event);
                let message = self.message(played.match_id, said, happening.at, arrives);
                (arrives, message)
            })
            .collect()
    }

    fn message(
        &self,
        match_id: MatchId,
        (version, event): (u64, GameEvent),
        at: u64,
        arrives: u64,
    ) -> FeedMessage {
        let is_heartbeat = event == GameEvent::Heartbeat;
        let counts = self.habits.counts;
        FeedMessage {
            match_id,
            source: self.source,
            version: if is_heartbeat && !counts { 0 } else { version },
            follows: if is_heartbeat || !counts { 0 } else { version - 1 },
            source_time: Timestamp::from_nanos(at),
            received_at: Timestamp::from_nanos(arrives),
            event,
        }
    }
}
