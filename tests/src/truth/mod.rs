//! A match as it really is, and sources that tell of it badly.
//!
//! [`Played`] is the truth: what happened, and when it happened (`rounds`, `moba`). [`channel`] brings it to the
//! engine late, with losses, repeats, silences and in the end all of it again. [`board`] is what a bettor sees of what
//! the engine made of that. Nothing here knows the engine's rules.

pub mod board;
pub mod channel;
mod moba;
mod rounds;

use clutch_core::command::{GameEvent, MarketKind, MobaState, Title};
use clutch_core::units::MatchId;

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
    /// Its numbers, if it is one against the clock of which something was said.
    pub numbers: Option<MobaState>,
}

/// What counts of one map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct OfMap {
    rounds: [u8; 2],
    fallen: [[u8; 2]; 2],
    is_over: bool,
}

/// A lead that differs by so much from the one a price was made of is another game: five percent of all gold, or
/// five thousand experience. No market on it is what it was.
const LEAD_OF_ANOTHER_GAME: i32 = 5_000;

impl Standing {
    /// Whether a price of a market that was made of this is wrong at the truth.
    pub fn is_contradicted(&self, kind: MarketKind, truth: &Self) -> bool {
        let Some(map) = kind.map() else {
            return (self.maps, self.unfinished()) != (truth.maps, truth.unfinished())
                || self.map == truth.map && self.leads_otherwise(truth);
        };
        // Who watches a round that is being played knows more than its price. Between maps bets do not wait,
        // and a round that has just begun there has told nobody anything yet.
        let is_played = self.live != 0
            && matches!(kind, MarketKind::RoundWinner { round, .. } if truth.map == map && truth.live == round);
        let on_it = self.map == map && truth.map == map;
        self.of_map(map) != truth.of_map(map) || is_played || on_it && self.leads_otherwise(truth)
    }

    /// Whether the score is the same; not whether a round is being played.
    pub fn is_the_score_of(&self, truth: &Self) -> bool {
        (self.maps, self.unfinished()) == (truth.maps, truth.unfinished())
    }

    /// What counts for the match as a whole besides maps won: the map that is not decided.
    fn unfinished(&self) -> OfMap {
        self.of_map(self.map).filter(|map| !map.is_over).unwrap_or_default()
    }

    /// What is known of one map; `None` once a later one is played.
    fn of_map(&self, map: u8) -> Option<OfMap> {
        match self.map.cmp(&map) {
            std::cmp::Ordering::Less => Some(OfMap::default()),
            std::cmp::Ordering::Equal => {
                let fallen = self.numbers.map_or([[0; 2]; 2], |it| [it.towers, it.objectives]);
                let is_over = map != 0 && self.maps.iter().sum::<u8>() >= map;
                Some(OfMap { rounds: self.rounds, fallen, is_over })
            }
            std::cmp::Ordering::Greater => None,
        }
    }

    fn leads_otherwise(&self, truth: &Self) -> bool {
        let lead = |standing: &Self| standing.numbers.map_or(0, |numbers| numbers.lead_milli);
        lead(self).abs_diff(lead(truth)) >= LEAD_OF_ANOTHER_GAME.unsigned_abs()
            && !self.unfinished().is_over
    }
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

/// A whole match.
#[derive(Debug)]
pub struct Played {
    /// Which.
    pub match_id: MatchId,
    /// Of which game.
    pub title: Title,
    /// Maps at most.
    pub best_of: u8,
    /// All of it, in order.
    pub happenings: Vec<Happening>,
}

impl Played {
    /// Plays a match from `start`, now and then taken back.
    pub fn new(
        random: &mut Random,
        (match_id, title): (MatchId, Title),
        start: u64,
        best_of: u8,
    ) -> Self {
        let mut played = Self { match_id, title, best_of, happenings: Vec::new() };
        let (mut now, mut standing) = (start, Standing::default());
        while standing.maps.iter().all(|won| *won <= best_of / 2) {
            standing =
                Standing { map: standing.map + 1, maps: standing.maps, ..Standing::default() };
            match title {
                Title::CounterStrike | Title::Valorant => {
                    played.play_rounds(random, &mut now, &mut standing);
                }
                Title::Lol | Title::Dota2 => played.play_moba(random, &mut now, &mut standing),
            }
            now += 60 * SECOND + random.below(60 * SECOND);
        }
        played
    }

    fn tell(&mut self, at: u64, event: GameEvent, after: Standing) {
        self.happenings.push(Happening { at, event, after });
    }

    /// How it stood at a moment.
    pub fn at(&self, nanos: u64) -> Standing {
        let before = self.happenings.partition_point(|happening| happening.at <= nanos);
        before.checked_sub(1).map_or(Standing::default(), |index| self.happenings[index].after)
    }

    /// When the first of it happened.
    pub fn start(&self) -> u64 {
        self.happenings.first().map_or(0, |happening| happening.at)
    }

    /// When the last of it happened.
    pub fn end(&self) -> u64 {
        self.happenings.last().map_or(0, |happening| happening.at)
    }

    /// The moments at which something happened that no price of before survives.
    pub fn turns(&self) -> impl Iterator<Item = u64> + '_ {
        let before =
            [Standing::default()].into_iter().chain(self.happenings.iter().map(|it| it.after));
        let pairs = before.zip(&self.happenings);
        pairs
            .filter(|(was, is)| !was.is_the_score_of(&is.after) || was.live != is.after.live)
            .map(|(_, is)| is.at)
    }
}
