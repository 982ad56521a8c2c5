//! What sources say: the one that a match follows plays it, others tell it after it, late and now and then
//! otherwise, and each falls silent for a while.

use clutch_core::Command;
use clutch_core::command::{FeedMessage, GameEvent, MobaState, Scope, Side, Team, Title};
use clutch_core::units::{MatchId, Probability, SourceId, Timestamp};

use super::{Chooser, SECOND};
use crate::twin::{Told, Twin};

/// Which matches and sources are spoken of now.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// A match that is played now, and for how many more commands.
    watched: Option<(u32, u64)>,
    /// Sources that speak next.
    echoes: Vec<(u32, u8)>,
    /// Sources that are silent.
    muted: Vec<(u32, u8)>,
}

/// How many sources a match has.
fn sources_of(match_id: u32) -> u8 {
    [1, 2, 1, 3][match_id as usize % 4]
}

impl Chooser {
    /// While a match is watched most commands are of its feeds.
    pub(super) fn of_the_match(&mut self, twin: &Twin) -> Option<Command> {
        if let Some((match_id, left)) = self.attention.watched {
            self.attention.watched = left.checked_sub(1).map(|left| (match_id, left));
            return match self.random.below(100) {
                0..45 => Some(self.feed_of(twin, match_id)),
                45..47 => {
                    let source = SourceId(self.source(sources_of(match_id)));
                    Some(Command::HandOver { match_id: MatchId(match_id), source })
                }
                47..49 => Some(Command::Resume { scope: Scope::Match(MatchId(match_id)) }),
                _ => None,
            };
        }
        let often = if self.is_campaign { 2 } else { 8 };
        if self.random.below(1_000) < often {
            self.attention.watched = Some((self.match_id(twin), 20 + self.random.below(60)));
        }
        None
    }

    pub(super) fn feed(&mut self, twin: &Twin) -> Command {
        let match_id = self.match_id(twin);
        self.feed_of(twin, match_id)
    }

    fn feed_of(&mut self, twin: &Twin, match_id: u32) -> Command {
        let (match_id, source) = self.speaker(twin, match_id);
        let followed = twin.followed(match_id);
        let told = twin.told_by(match_id, source);
        let is_first = followed.is_none_or(|first| first == source);
        let is_timed = matches!(twin.title(match_id), Some(Title::Lol | Title::Dota2));
        let event = match self.random.below(100) {
            0..8 => GameEvent::Heartbeat,
            8 => GameEvent::Held,
            9..11 => GameEvent::Released,
            11 if self.random.chance(40) => GameEvent::Disputed,
            12 => self.absurd(&told),
            _ if is_first && is_timed => self.next_of_clock(twin, match_id, &told),
            _ if is_first => self.next_of_rounds(twin, match_id, &told),
            _ if is_timed => self.retold_of_clock(&told, &twin.truth(match_id)),
            _ => self.retold_of_rounds(&told, &twin.truth(match_id)),
        };
        if sources_of(match_id) > 1 && self.random.chance(60) && self.attention.echoes.len() < 4 {
            let other = (0..sources_of(match_id)).find(|other| *other != source).unwrap_or(0);
            self.attention.echoes.push((match_id, other));
        }
        self.message(twin, (match_id, source), event)
    }

    /// Mostly the one that is followed; another if it is to answer, or the first is silent.
    fn speaker(&mut self, twin: &Twin, match_id: u32) -> (u32, u8) {
        if self.random.chance(70)
            && let Some(next) = self.attention.echoes.pop()
        {
            return next;
        }
        let count = sources_of(match_id);
        let followed = twin.followed(match_id).unwrap_or(0);
        if count > 1 && self.random.chance(4) {
            self.attention.muted.retain(|(of, _)| *of != match_id);
            if self.random.chance(50) {
                let who = if self.random.chance(70) { followed } else { self.source(count) };
                self.attention.muted.push((match_id, who));
            }
        }
        let wanted = if self.random.chance(60) { followed } else { self.source(count) };
        let is_muted = self.attention.muted.contains(&(match_id, wanted));
        let speaks = if is_muted { (wanted + 1) % count } else { wanted };
        (match_id, if self.random.below(400) == 0 { 8 } else { speaks })
    }

    fn source(&mut self, count: u8) -> u8 {
        self.random.below(count.into()) as u8
    }

    fn message(&mut self, twin: &Twin, (id, source): (u32, u8), event: GameEvent) -> Command {
        let newest = twin.newest_version(id, source);
        // An outdated number now and then.
        self.versions += u64::from(!self.random.chance(3));
        let version = match event {
            GameEvent::Heartbeat if self.random.chance(90) => newest,
            _ => self.versions,
        };
        let follows = match self.random.below(100) {
            0..70 => newest,
            70 => self.versions + 1,
            _ => 0,
        };
        let late = self.random.pick(&[0, 0, 0, SECOND, 5 * SECOND]);
        let source_time = match self.random.below(4) {
            0 => Timestamp::default(),
            _ => Timestamp::from_nanos(self.now.nanos() - late),
        };
        Command::Feed(FeedMessage {
            match_id: MatchId(id),
            source: SourceId(source),
            version,
            follows,
            source_time,
            received_at: self.now,
            event,
        })
    }

    /// Anything at all, of any kind of game.
    fn absurd(&mut self, told: &Told) -> GameEvent {
        let random = &mut self.random;
        let map = random.pick(&[told.map, told.map + 1, 0, 1, 2, 3, 6, u8::MAX]);
        let (winner, first_side_a) =
            (random.pick(&[Team::A, Team::B]), random.pick(&[Side::T, Side::Ct]));
        let any = random.below(40) as u8;
        let round = random.pick(&[told.rounds.len() as u8 + 1, any, u8::MAX]);
        let state = MobaState {
            time_s: random.below(20_000) as u16,
            lead_milli: random.below(120_000) as i32 - 60_000,
            kills: [0; 2].map(|_| random.below(90) as u16),
            towers: [0; 2].map(|_| random.below(24) as u8),
            objectives: [0; 2].map(|_| random.below(4) as u8),
        };
        match random.below(9) {
            0 => GameEvent::MapStarted { map, first_side_a },
            1 => GameEvent::RoundWon { map, round, winner },
            2 => GameEvent::Rewound { map, to_round: round },
            3 => GameEvent::MapOver { map, rounds_a: round, rounds_b: random.below(14) as u8 },
            4 => GameEvent::RoundStarted { map, round },
            5 => GameEvent::NextRound { map, round, a: None },
            6 => GameEvent::MobaState { map, state },
            7 => GameEvent::MapWon { map, winner },
            _ => GameEvent::MobaRewound { map, state },
        }
    }

    fn next_map(&mut self, map: u8) -> GameEvent {
        GameEvent::MapStarted { map, first_side_a: self.random.pick(&[Side::T, Side::Ct]) }
    }

    /// How a match of rounds goes on by the source that it follows.
    fn next_of_rounds(&mut self, twin: &Twin, match_id: u32, truth: &Told) -> GameEvent {
        let (map, played) = (truth.map, truth.rounds.len() as u8);
        let of = |team| truth.rounds.iter().filter(|won| **won == team).count() as u8;
        let (rounds_a, rounds_b) = (of(Team::A), of(Team::B));
        // Mostly what another source has said already.
        let ahead = (0..sources_of(match_id)).map(|source| twin.told_by(match_id, source));
        let known = ahead
            .filter(|told| told.map == map)
            .find_map(|told| told.rounds.strip_prefix(truth.rounds.as_slice())?.first().copied());
        let winner = match known {
            Some(known) if self.random.chance(70) => known,
            _ => self.random.pick(&[Team::A, Team::A, Team::B]),
        };
        match self.random.below(87) {
            _ if map == 0 || truth.winner.is_some() && self.random.chance(40) => {
                self.next_map(map + 1)
            }
            0..4 => {
                let undone = self.random.below(6) as u8;
                GameEvent::Rewound { map, to_round: played.saturating_sub(undone) }
            }
            4 => self.next_map(map),
            5..9 => {
                let wrong = u8::from(self.random.chance(20));
                GameEvent::MapOver { map, rounds_a: rounds_a + wrong, rounds_b }
            }
            9..25 => GameEvent::RoundStarted { map, round: played + 1 },
            25..29 => GameEvent::NextRound {
                map,
                round: played + 1,
                a: Probability::from_ppb(self.random.below(1_100_000_000) as u32),
            },
            _ => GameEvent::RoundWon { map, round: played + 1, winner },
        }
    }

    /// How another source tells it.
    fn retold_of_rounds(&mut self, told: &Told, truth: &Told) -> GameEvent {
        let map = told.map;
        if map == 0 || map < truth.map && self.random.chance(70) {
            let next = if map == 0 { truth.map.max(1) } else { map + 1 };
            return self.next_map(next);
        }
        let played = told.rounds.len();
        let shared = told.rounds.iter().zip(&truth.rounds).take_while(|(a, b)| a == b).count();
        let round = played as u8 + 1;
        let on_it = map == truth.map;
        let true_winner = truth.rounds.get(played).copied().filter(|_| on_it);
        match (true_winner, self.random.below(100)) {
            (_, 0..4) => GameEvent::RoundStarted { map, round },
            (_, 4..8) => {
                let to = played.saturating_sub(self.random.below(4) as usize);
                GameEvent::Rewound { map, to_round: to as u8 }
            }
            _ if on_it && shared < played.min(truth.rounds.len()) && self.random.chance(60) => {
                GameEvent::Rewound { map, to_round: shared as u8 }
            }
            (Some(winner), 8..12) => GameEvent::RoundWon { map, round, winner: winner.other() },
            (Some(winner), _) => GameEvent::RoundWon { map, round, winner },
            (None, 8..30) => {
                let winner = self.random.pick(&[Team::A, Team::B]);
                GameEvent::RoundWon { map, round, winner }
            }
            (None, 30..50) if on_it && played > truth.rounds.len() => {
                GameEvent::Rewound { map, to_round: truth.rounds.len() as u8 }
            }
            (None, _) => GameEvent::Heartbeat,
        }
    }

    /// How a map against the clock goes on by the source that its match follows.
    fn next_of_clock(&mut self, twin: &Twin, match_id: u32, truth: &Told) -> GameEvent {
        let map = truth.map;
        if map == 0 || truth.winner.is_some() && self.random.chance(50) {
            return self.next_map(map + 1);
        }
        let state = truth.numbers.unwrap_or_default();
        let winner = self.random.pick(&[Team::A, Team::B]);
        match self.random.below(100) {
            0..8 => GameEvent::MapWon { map, winner },
            8..13 => {
                let back = self.random.pick(&[0, 4, 30, 300, 2_000]) as u16;
                let state = MobaState { time_s: state.time_s.saturating_sub(back), ..state };
                GameEvent::MobaRewound { map, state }
            }
            13 => self.next_map(map),
            14..22 => GameEvent::MobaState { map, state: self.impossible_after(state) },
            // What another says, if he said so much.
            22..30 => {
                let others = (0..sources_of(match_id)).map(|source| twin.told_by(match_id, source));
                let later = others.filter_map(|told| told.numbers.filter(|_| told.map == map));
                let state = later.max_by_key(|state| state.time_s).unwrap_or(state);
                GameEvent::MobaState { map, state }
            }
            _ => GameEvent::MobaState { map, state: self.state_after(state) },
        }
    }

    /// A state that follows, mostly by a little.
    fn state_after(&mut self, was: MobaState) -> MobaState {
        let random = &mut self.random;
        let seconds = if was.time_s == 0 {
            random.pick(&[1, 300, 900])
        } else {
            random.pick(&[0, 1, 3, 10, 10, 40, 120])
        };
        let moves = random.pick(&[0, 100, 200, 400, 800, 2_000, 6_000]);
        let mut is = MobaState { time_s: was.time_s + seconds as u16, ..was };
        is.lead_milli += random.pick(&[-moves, moves, moves / 2]);
        let team = random.below(2) as usize;
        is.kills[team] += random.pick(&[0, 0, 1, 2]) as u16;
        is.towers[team] += u8::from(random.chance(8));
        is.objectives[team] += u8::from(random.chance(5));
        is
    }

    /// A state that breaks one bound, or is a jump.
    fn impossible_after(&mut self, was: MobaState) -> MobaState {
        let random = &mut self.random;
        let team = random.below(2) as usize;
        let mut is = MobaState { time_s: was.time_s + 1, ..was };
        match random.below(10) {
            0 => is.time_s = was.time_s.saturating_sub(1 + random.below(50) as u16),
            1 | 2 => is.time_s = was.time_s + 601 + random.below(60) as u16,
            3 => is.kills[team] = was.kills[team].saturating_sub(1),
            4 => is.kills[team] += 12 + random.below(5) as u16,
            5 => is.towers[team] = was.towers[team].saturating_sub(1),
            6 => is.towers[team] += 5 + random.below(16) as u8,
            7 => is.objectives[team] += 1 + random.below(3) as u8,
            8 => is.lead_milli += random.pick(&[-11_000, 11_000, 16_000]),
            _ => is.lead_milli = random.pick(&[-60_000, 301_000]),
        }
        is
    }

    /// How another source tells a map against the clock.
    fn retold_of_clock(&mut self, told: &Told, truth: &Told) -> GameEvent {
        let map = told.map;
        if map == 0 || map < truth.map && self.random.chance(70) {
            return self.next_map(if map == 0 { truth.map.max(1) } else { map + 1 });
        }
        let own = told.numbers.unwrap_or_default();
        let known = truth.winner.filter(|_| map == truth.map);
        let random = &mut self.random;
        match (known, random.below(100)) {
            (Some(winner), 0..60) if told.winner.is_none() => {
                let is_wrong = random.chance(10);
                GameEvent::MapWon { map, winner: if is_wrong { winner.other() } else { winner } }
            }
            (None, 0..4) => GameEvent::MapWon { map, winner: random.pick(&[Team::A, Team::B]) },
            (_, 4..9) => {
                let back = random.pick(&[0, 10, 100]) as u16;
                let state = MobaState { time_s: own.time_s.saturating_sub(back), ..own };
                GameEvent::MobaRewound { map, state }
            }
            (_, 9..12) => GameEvent::MobaState { map, state: self.impossible_after(own) },
            _ => {
                let mut state = truth.numbers.filter(|_| map == truth.map).unwrap_or(own);
                state.time_s = (state.time_s + random.below(7) as u16).saturating_sub(3);
                state.lead_milli += random.pick(&[0, 0, 50, -50, 400, -3_000, 9_000]);
                let team = random.below(2) as usize;
                state.kills[team] += u16::from(random.chance(15));
                state.towers[team] += u8::from(random.chance(4));
                if random.chance(5) {
                    state.time_s += 100;
                }
                GameEvent::MobaState { map, state }
            }
        }
    }
}
