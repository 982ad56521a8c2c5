//! The score: a list of rounds, or what a clock and a scoreboard say.

use clutch_core::command::{GameEvent, MobaState, RoundFormat, Side, Team, Title};
use clutch_core::event::MatchPhase;
use clutch_core::house_rules::rules::Overtime;

use super::clock::{self, CannotBe, Clock};
use super::strengths::Thoughts;

/// A series.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub title: Title,
    pub format: RoundFormat,
    /// Rounds in a half, and in a half of overtime; none in a game against the clock.
    half: usize,
    overtime_half: usize,
    ends_early: bool,
    pub maps: Vec<Map>,
    /// The map being played or played last; 0 before the first.
    pub current: usize,
    /// The map and round being played.
    pub live: Option<(usize, usize)>,
}

/// One map.
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub has_strengths: bool,
    pub thoughts: Thoughts,
    started: bool,
    /// The command that started it.
    pub began_at: u64,
    /// Who was given it, and by which command.
    awarded: Option<(Team, u64)>,
    pub first_side_a: Side,
    /// Who won each round, and the command that said so.
    pub rounds: Vec<(Team, u64)>,
    pub clock: Clock,
}

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    Moved {
        map: usize,
    },
    /// The numbers of a map against the clock moved.
    Shifted {
        map: usize,
        is_material: bool,
    },
    /// What is thought of the map changed, not its score.
    Opinion {
        map: usize,
    },
    /// Rounds were taken back; the first of them was said by this command.
    Undone {
        map: usize,
        first: u64,
    },
}

/// The event cannot follow from the score.
#[derive(Debug)]
pub(super) struct Impossible;

impl From<CannotBe> for Impossible {
    fn from(_: CannotBe) -> Self {
        Self
    }
}

impl Map {
    fn new() -> Self {
        Self {
            has_strengths: false,
            thoughts: Thoughts::default(),
            started: false,
            began_at: 0,
            awarded: None,
            first_side_a: Side::Ct,
            rounds: Vec::new(),
            clock: Clock::default(),
        }
    }

    pub fn has_started(&self) -> bool {
        self.started
    }
}

impl Series {
    pub fn new(title: Title, format: RoundFormat, best_of: u8, overtime: Overtime) -> Self {
        let half = match format {
            RoundFormat::Mr12 => 12,
            RoundFormat::Mr15 => 15,
            RoundFormat::NoRounds => 0,
        };
        // To win by two is to win both rounds of an overtime of two.
        let overtime_half = if title == Title::Valorant { 1 } else { 3 };
        Self {
            title,
            format,
            half,
            overtime_half,
            ends_early: overtime == Overtime::MatchOnly,
            maps: (0..best_of).map(|_| Map::new()).collect(),
            current: 0,
            live: None,
        }
    }

    /// Whether winner, handicap and total of a map end with regulation.
    pub fn ends_early(&self) -> bool {
        self.ends_early
    }

    /// Whether a map was given away.
    pub fn is_awarded(&self, number: usize) -> bool {
        self.map(number).is_some_and(|map| map.awarded.is_some())
    }

    /// Whether it is a game against the clock.
    pub fn is_timed(&self) -> bool {
        matches!(self.title, Title::Lol | Title::Dota2)
    }

    fn shortest(&self) -> u16 {
        if self.title == Title::Lol { 360 } else { 240 }
    }

    pub fn award(&mut self, number: usize, to: Team, seq: u64) {
        self.maps[number - 1].awarded = Some((to, seq));
        self.current = number;
        self.live = None;
    }

    pub fn take_back_award(&mut self, number: usize) -> bool {
        if self.current != number || !self.is_awarded(number) {
            return false;
        }
        let map = &mut self.maps[number - 1];
        map.awarded = None;
        if !map.started {
            self.current = number - 1;
        }
        true
    }

    pub fn resize(&mut self, best_of: usize) {
        self.maps.resize_with(best_of, Map::new);
    }

    /// Rounds in a half.
    pub fn half(&self) -> usize {
        self.half
    }

    /// Rounds in a half of overtime.
    pub fn overtime_half(&self) -> usize {
        self.overtime_half
    }

    /// The map with this number, from 1.
    pub fn map(&self, number: usize) -> Option<&Map> {
        self.maps.get(number.checked_sub(1)?)
    }

    pub fn rounds_of(&self, number: usize, team: Team) -> usize {
        let rounds = self.map(number).map_or(&[][..], |map| &map.rounds);
        rounds.iter().filter(|(winner, _)| *winner == team).count()
    }

    /// Who won a map: regulation is won with one round more than a half, each overtime with one
    /// more than half of its rounds.
    pub fn map_winner(&self, number: usize) -> Option<Team> {
        if let Some((to, _)) = self.map(number).and_then(|map| map.awarded) {
            return Some(to);
        }
        if self.is_timed() {
            return self.map(number)?.clock.named.map(|(team, _)| team);
        }
        self.winner_at(self.rounds_of(number, Team::A), self.rounds_of(number, Team::B))
    }

    /// Who would have won a map that ends with these rounds.
    pub fn would_end(&self, rounds: &[Team]) -> Option<Team> {
        let a = rounds.iter().filter(|winner| **winner == Team::A).count();
        let b = rounds.len() - a;
        // Not one round later than it ended, which nobody can play.
        let is_new = self.winner_at(a.saturating_sub(1), b).is_none()
            || self.winner_at(a, b.saturating_sub(1)).is_none();
        self.winner_at(a, b).filter(|_| is_new && !self.is_timed())
    }

    fn winner_at(&self, a: usize, b: usize) -> Option<Team> {
        let played = a + b;
        let needed = if played <= 2 * self.half {
            self.half + 1
        } else {
            let overtime = (played - 2 * self.half - 1) / (2 * self.overtime_half);
            self.half + (overtime + 1) * self.overtime_half + 1
        };
        match (a >= needed, b >= needed) {
            (true, _) => Some(Team::A),
            (_, true) => Some(Team::B),
            _ => None,
        }
    }

    pub fn maps_won(&self, team: Team) -> usize {
        (1..=self.maps.len()).filter(|map| self.map_winner(*map) == Some(team)).count()
    }

    pub fn winner(&self) -> Option<Team> {
        [Team::A, Team::B].into_iter().find(|team| 2 * self.maps_won(*team) > self.maps.len())
    }

    /// Whether no more maps will be played.
    pub fn is_over(&self) -> bool {
        let all_played = (1..=self.maps.len()).all(|map| self.map_winner(map).is_some());
        self.winner().is_some() || all_played
    }

    pub fn phase(&self) -> MatchPhase {
        match (self.is_over(), self.current) {
            (true, _) => MatchPhase::Over,
            (false, 0) => MatchPhase::Scheduled,
            (false, map) if self.map_winner(map).is_some() => MatchPhase::Break,
            (false, _) => MatchPhase::Live,
        }
    }

    /// Whether this is the number of the next round of a map.
    pub fn has_next_round(&self, number: usize, round: usize) -> bool {
        self.takes_strengths(number) && self.maps[number - 1].rounds.len() + 1 == round
    }

    /// Whether a map will never be played.
    pub fn is_not_needed(&self, number: usize) -> bool {
        self.is_over() && self.map(number).is_none_or(|map| !map.started)
    }

    /// Whether a map's strengths may still be set.
    pub fn takes_strengths(&self, number: usize) -> bool {
        self.map(number).is_some() && self.map_winner(number).is_none()
    }

    /// What is thought of a map is known.
    pub fn set_strengths(&mut self, number: usize, first_side_a: Side) {
        let map = &mut self.maps[number - 1];
        map.has_strengths = true;
        map.clock.before = map.thoughts.said.before;
        map.clock.marked = map.clock.numbers;
        map.first_side_a = first_side_a;
    }

    /// Whether the match can have such a word at all: of one of its maps, and of its kind of game.
    pub fn can_be_told(&self, event: GameEvent) -> bool {
        let (map, of_a_clock) = match event {
            GameEvent::Heartbeat | GameEvent::Held | GameEvent::Released | GameEvent::Disputed => {
                return true;
            }
            GameEvent::MapStarted { map, .. } => (map, self.is_timed()),
            GameEvent::RoundWon { map, .. }
            | GameEvent::Rewound { map, .. }
            | GameEvent::MapOver { map, .. }
            | GameEvent::RoundStarted { map, .. }
            | GameEvent::NextRound { map, .. } => (map, false),
            GameEvent::MobaState { map, .. }
            | GameEvent::MapWon { map, .. }
            | GameEvent::MobaRewound { map, .. } => (map, true),
        };
        self.map(map.into()).is_some() && of_a_clock == self.is_timed()
    }

    pub fn apply(&mut self, event: GameEvent, seq: u64) -> Result<Change, Impossible> {
        if !self.can_be_told(event) {
            return Err(Impossible);
        }
        match event {
            GameEvent::MapStarted { map, first_side_a } => {
                self.start(usize::from(map), first_side_a, seq)
            }
            GameEvent::RoundWon { map, round, winner } => {
                let map = self.current_map(map)?;
                let next = self.maps[map - 1].rounds.len() + 1;
                if self.map_winner(map).is_some() || usize::from(round) != next || next > 96 {
                    return Err(Impossible);
                }
                self.live = None;
                self.maps[map - 1].rounds.push((winner, seq));
                self.maps[map - 1].thoughts.forget_next();
                Ok(Change::Moved { map })
            }
            GameEvent::Rewound { map, to_round } => {
                let map = self.current_map(map)?;
                let (rounds, to) = (&mut self.maps[map - 1].rounds, usize::from(to_round));
                if to > rounds.len() {
                    return Err(Impossible);
                }
                let undone = rounds.split_off(to);
                if !undone.is_empty() {
                    self.maps[map - 1].awarded = None;
                    self.maps[map - 1].thoughts.forget_next();
                }
                let was_live = self.live.take().is_some();
                Ok(match undone.first() {
                    Some((_, first)) => Change::Undone { map, first: *first },
                    None if was_live => Change::Moved { map },
                    None => Change::Nothing,
                })
            }
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                let map = self.current_map(map)?;
                let score = (self.rounds_of(map, Team::A), self.rounds_of(map, Team::B));
                let agrees = score == (usize::from(rounds_a), usize::from(rounds_b));
                if agrees && self.map_winner(map).is_some() {
                    Ok(Change::Nothing)
                } else {
                    Err(Impossible)
                }
            }
            GameEvent::RoundStarted { map, round } => {
                let map = self.current_map(map)?;
                let next = self.maps[map - 1].rounds.len() + 1;
                if self.map_winner(map).is_some() || usize::from(round) != next {
                    return Err(Impossible);
                }
                self.live = Some((map, next));
                Ok(Change::Nothing)
            }
            GameEvent::NextRound { map, round, a } => {
                let (map, round) = (self.current_map(map)?, usize::from(round));
                if !self.has_next_round(map, round) {
                    return Err(Impossible);
                }
                self.maps[map - 1].thoughts.hear_next(round, a);
                Ok(Change::Opinion { map })
            }
            GameEvent::MobaState { map, state } => self.hear_numbers(map, state, seq),
            GameEvent::MapWon { map, winner } => {
                let map = self.current_map(map)?;
                match self.map_winner(map) {
                    Some(known) if known == winner => Ok(Change::Nothing),
                    Some(_) => Err(Impossible),
                    // Nobody has won in less than six minutes, or four.
                    None if self.maps[map - 1].clock.seconds() < self.shortest() => Err(Impossible),
                    None => {
                        self.maps[map - 1].clock.named = Some((winner, seq));
                        Ok(Change::Moved { map })
                    }
                }
            }
            GameEvent::MobaRewound { map, state } => self.restore(map, state),
            GameEvent::Heartbeat | GameEvent::Held | GameEvent::Released | GameEvent::Disputed => {
                Ok(Change::Nothing)
            }
        }
    }

    fn start(&mut self, map: usize, first_side_a: Side, seq: u64) -> Result<Change, Impossible> {
        let next = match self.phase() {
            MatchPhase::Scheduled => 1,
            MatchPhase::Live => self.current,
            MatchPhase::Break => self.current + 1,
            MatchPhase::Over => return Err(Impossible),
        };
        let is_fresh = |map: &Map| map.rounds.is_empty() && map.clock.numbers.is_none();
        if map != next || !is_fresh(&self.maps[map - 1]) {
            return Err(Impossible);
        }
        self.current = map;
        let was_live = self.live.take().is_some();
        let target = &mut self.maps[map - 1];
        if target.started && target.first_side_a == first_side_a && !was_live {
            return Ok(Change::Nothing);
        }
        if !target.started {
            target.began_at = seq;
        }
        target.started = true;
        target.first_side_a = first_side_a;
        Ok(Change::Moved { map })
    }

    /// A state is believed if it can be and can follow; a jump is, once the next state goes on from it.
    fn hear_numbers(&mut self, map: u8, new: MobaState, seq: u64) -> Result<Change, Impossible> {
        let map = self.current_map(map)?;
        if self.map_winner(map).is_some() {
            return Err(Impossible);
        }
        let title = self.title;
        let target = &mut self.maps[map - 1];
        let clock = &mut target.clock;
        clock::can_be(title, &new)?;
        if let Some(old) = clock.numbers {
            clock::grows(&old, &new)?;
            let leads_to = |from: &MobaState| {
                clock::grows(from, &new).and_then(|()| clock::reaches(title, from, &new)).is_ok()
            };
            let goes_on = |from: &MobaState| from.time_s < new.time_s && leads_to(from);
            if !leads_to(&old) && !clock.doubted.as_ref().is_some_and(goes_on) {
                clock.doubted = Some(new);
                return Err(Impossible);
            }
        }
        clock.doubted = None;
        clock.moments.push((new.time_s, seq));
        let old = clock.numbers.replace(new);
        let is_material = clock.is_another(title, target.first_side_a == Side::T);
        if old.is_none() || is_material {
            clock.marked = Some(new);
        }
        Ok(match old {
            None => Change::Moved { map },
            Some(old) if old == new => Change::Nothing,
            Some(_) => Change::Shifted { map, is_material },
        })
    }

    /// What came after the moment no longer stands, nor does any end of the map.
    fn restore(&mut self, map: u8, to: MobaState) -> Result<Change, Impossible> {
        let map = self.current_map(map)?;
        let title = self.title;
        let target = &mut self.maps[map - 1];
        let clock = &mut target.clock;
        clock::can_be(title, &to)?;
        let reached = clock.numbers.map_or(0, |numbers| numbers.time_s);
        if !target.started || to.time_s > reached {
            return Err(Impossible);
        }
        let ended = clock.named.take().or(target.awarded.take()).map(|(_, seq)| seq);
        let first = clock.first_beyond(to.time_s).or(ended);
        clock.forget_beyond(to.time_s);
        (clock.numbers, clock.doubted, clock.marked) = (Some(to), None, Some(to));
        Ok(first.map_or(Change::Moved { map }, |first| Change::Undone { map, first }))
    }

    /// Takes the numbers of a source that is followed from now on.
    pub fn adopt(&mut self, map: usize, state: MobaState, seq: u64) -> Result<Change, Impossible> {
        let title = self.title;
        let clock = &mut self.maps[map - 1].clock;
        clock::can_be(title, &state)?;
        clock.moments.push((state.time_s, seq));
        let is_new = clock.numbers != Some(state);
        (clock.numbers, clock.doubted, clock.marked) = (Some(state), None, Some(state));
        Ok(if is_new { Change::Moved { map } } else { Change::Nothing })
    }

    fn current_map(&self, map: u8) -> Result<usize, Impossible> {
        let map = usize::from(map);
        if map == self.current && map != 0 { Ok(map) } else { Err(Impossible) }
    }
}
