//! A match as it really is, and sources that tell of it badly.
//!
//! [`Played`] is the truth: what happened, and when it happened. [`channel`] brings it to the engine late, with
//! losses, repeats, silences and in the end all of it again. Nothing here knows the engine's rules.

pub mod channel;

use clutch_core::command::{GameEvent, Side, Team};

use crate::random::Random;

const SECOND: u64 = 1_000_000_000;

/// A score as far as a price is made on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The map being played or played last, from 1; 0 before the first.
    pub map: u8,
    /// Its rounds: A, B.
    pub rounds: [u8; 2],
    /// Maps won: A, B.
    pub maps: [u8; 2],
    /// The round being played, from 1; 0 between two.
    pub live: u8,
}

/// Something that happened, with the moment and the score after it.
#[derive(Clone, Copy, Debug)]
pub struct Happening {
    /// When, in nanoseconds.
    pub at: u64,
    /// What a source says of it.
    pub event: GameEvent,
    /// The score from then on.
    pub after: Standing,
}

/// A whole match, played to thirteen rounds a map.
#[derive(Debug)]
pub struct Played {
    /// All of it, in order.
    pub happenings: Vec<Happening>,
}

impl Played {
    /// Plays a match from `start`, with rounds of 25 to 70 seconds, now and then taken back.
    pub fn new(random: &mut Random, start: u64, best_of: u8) -> Self {
        let mut played = Self { happenings: Vec::new() };
        let (mut now, mut standing) = (start, Standing::default());
        while standing.maps.iter().all(|won| *won <= best_of / 2) {
            let map = standing.map + 1;
            standing = Standing { map, rounds: [0; 2], live: 0, ..standing };
            let first_side_a = random.pick(&[Side::T, Side::Ct]);
            played.tell(now, GameEvent::MapStarted { map, first_side_a }, standing);
            played.play_map(random, &mut now, &mut standing);
            now += 60 * SECOND + random.below(60 * SECOND);
        }
        played
    }

    fn play_map(&mut self, random: &mut Random, now: &mut u64, standing: &mut Standing) {
        let map = standing.map;
        let mut winners: Vec<Team> = Vec::new();
        let a_percent = 35 + random.below(30);
        loop {
            let [a, b] = [Team::A, Team::B]
                .map(|team| winners.iter().filter(|won| **won == team).count() as u8);
            standing.rounds = [a, b];
            // Overtime is not what this is about: a map at twelve all is taken back a little.
            if a == 12 && b == 12 {
                winners.truncate(20);
                self.rewind(now, standing, &winners);
                continue;
            }
            if let Some(winner) = [a, b].iter().position(|rounds| *rounds == 13) {
                standing.maps[winner] += 1;
                // The round that was won last has ended the map, so it told of that already.
                if let Some(last) = self.happenings.last_mut() {
                    last.after = *standing;
                }
                return;
            }
            let round = winners.len() as u8 + 1;
            *now += 6 * SECOND + random.below(15 * SECOND);
            standing.live = round;
            self.tell(*now, GameEvent::RoundStarted { map, round }, *standing);
            *now += 25 * SECOND + random.below(45 * SECOND);
            if random.chance(3) && winners.len() > 1 {
                // The server breaks down in mid-round and goes back.
                winners.truncate(winners.len() - 1 - random.below(2) as usize);
                self.rewind(now, standing, &winners);
                continue;
            }
            let winner = if random.chance(a_percent) { Team::A } else { Team::B };
            winners.push(winner);
            standing.live = 0;
            standing.rounds[winner as usize] += 1;
            self.tell(*now, GameEvent::RoundWon { map, round, winner }, *standing);
        }
    }

    fn rewind(&mut self, now: &mut u64, standing: &mut Standing, winners: &[Team]) {
        *now += 3 * SECOND;
        let a = winners.iter().filter(|won| **won == Team::A).count() as u8;
        let to_round = winners.len() as u8;
        standing.rounds = [a, to_round - a];
        standing.live = 0;
        self.tell(*now, GameEvent::Rewound { map: standing.map, to_round }, *standing);
    }

    fn tell(&mut self, at: u64, event: GameEvent, after: Standing) {
        self.happenings.push(Happening { at, event, after });
    }

    /// How it stood at a moment.
    pub fn at(&self, nanos: u64) -> Standing {
        let before = self.happenings.partition_point(|happening| happening.at <= nanos);
        before.checked_sub(1).map_or(Standing::default(), |index| self.happenings[index].after)
    }

    /// When the last of it happened.
    pub fn end(&self) -> u64 {
        self.happenings.last().map_or(0, |happening| happening.at)
    }
}
