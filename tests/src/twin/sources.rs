//! Several sources of one match, naively: what each has said is a list, and lists are compared.
//!
//! The truth follows the first that spoke. Another that is late has a grace, one that knows more stops betting,
//! one that contradicts freezes; a person hands over or decides, and silence hands over by itself.

use std::collections::BTreeMap;

use clutch_core::Reject;
use clutch_core::command::{
    Command, FeedMessage, GameEvent, MobaState, Side, SuspendReason, Team, Title,
};
use clutch_core::event::{MatchPhase, VoidReason};
use clutch_core::house_rules::rules::Rewound;
use clutch_core::units::{MatchId, SourceId};

use super::clock;
use super::incidents::On;
use super::score::{Change, Series};
use super::{Match, Twin};

/// Sources that a match can have.
pub(super) const SOURCES: usize = 8;

/// One source of a match.
#[derive(Debug, Default)]
pub(super) struct Source {
    newest: u64,
    heard: Option<u64>,
    /// The least that a message took from its clock to ours.
    took_best: Option<i128>,
    lags: bool,
    misses: bool,
    /// Not asked until it agrees again.
    doubted: bool,
    said: Said,
}

/// The score by one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Zero before its first word on any map.
    map: usize,
    /// Who won the rounds of that map.
    rounds: Vec<Team>,
    /// Who won maps, where it named them.
    winners: BTreeMap<usize, Team>,
    /// The round being played.
    live: Option<usize>,
    first_side_a: Option<Side>,
    numbers: Option<MobaState>,
}

/// How one account compares with the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Agrees,
    Behind,
    Ahead,
    Contradicts,
}

impl Said {
    /// The truth as an account.
    fn of(series: &Series) -> Self {
        let map = series.map(series.current);
        // Who won the rounds of a map that was given away is another question.
        let is_told = |map: &usize| series.is_timed() || !series.is_awarded(*map);
        let winners = (1..=series.maps.len())
            .filter(is_told)
            .filter_map(|map| Some((map, series.map_winner(map)?)));
        Self {
            map: series.current,
            rounds: map
                .map_or(Vec::new(), |map| map.rounds.iter().map(|(team, _)| *team).collect()),
            winners: winners.collect(),
            live: series.live.map(|(_, round)| round),
            first_side_a: None,
            numbers: map.and_then(|map| map.clock.numbers),
        }
    }

    /// Takes its own next word. Returns whether it fits what was said before.
    fn hear(&mut self, event: GameEvent) -> bool {
        match event {
            GameEvent::Heartbeat
            | GameEvent::Held
            | GameEvent::Released
            | GameEvent::NextRound { .. } => true,
            GameEvent::Disputed => false,
            GameEvent::RoundStarted { map, round } => {
                let is_next =
                    self.map == usize::from(map) && self.rounds.len() + 1 == usize::from(round);
                if is_next {
                    self.live = Some(round.into());
                }
                is_next || self.map == 0
            }
            GameEvent::MapStarted { map, first_side_a } => {
                self.live = None;
                let map = usize::from(map);
                let is_next = self.map == 0 || map == self.map + 1;
                if is_next {
                    (self.map, self.numbers) = (map, None);
                    self.rounds.clear();
                }
                if self.map == map {
                    self.first_side_a = Some(first_side_a);
                }
                self.map == map && self.rounds.is_empty()
            }
            GameEvent::RoundWon { map, round, winner } => {
                self.live = None;
                let is_next = self.rounds.len() + 1 == usize::from(round) && round <= 96;
                let fits = self.map == usize::from(map) && is_next;
                self.rounds.extend(fits.then_some(winner));
                fits
            }
            GameEvent::Rewound { map, to_round } => {
                self.live = None;
                let (map, to) = (usize::from(map), usize::from(to_round));
                let fits = self.map == map && to <= self.rounds.len();
                if fits && to < self.rounds.len() {
                    self.rounds.truncate(to);
                    self.winners.remove(&map);
                }
                fits
            }
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                self.live = None;
                let of = |team| self.rounds.iter().filter(|won| **won == team).count();
                let score = (of(Team::A), of(Team::B));
                self.map == usize::from(map) && score == (rounds_a.into(), rounds_b.into())
            }
            GameEvent::MapWon { map, winner } => {
                self.live = None;
                let map = usize::from(map);
                let fits = self.map <= map && *self.winners.get(&map).unwrap_or(&winner) == winner;
                if fits {
                    self.turn_to(map);
                    self.winners.insert(map, winner);
                }
                fits
            }
            GameEvent::MobaRewound { map, state } => {
                self.live = None;
                let map = usize::from(map);
                self.winners.remove(&map);
                let fits = self.map == map;
                if fits {
                    self.numbers = Some(state);
                }
                fits
            }
            GameEvent::MobaState { map, state } => {
                let map = usize::from(map);
                if map < self.map {
                    return false;
                }
                self.turn_to(map);
                let before = self.numbers.replace(state);
                before.is_none_or(|before| clock::grows(&before, &state).is_ok())
            }
        }
    }

    fn turn_to(&mut self, map: usize) {
        if self.map != map {
            (self.map, self.numbers) = (map, None);
        }
    }

    /// Remembers who won the map with these rounds, when it is on the next one.
    fn note_the_end(&mut self, series: &Series) {
        self.winners.extend(series.would_end(&self.rounds).map(|winner| (self.map, winner)));
    }

    /// Whether another winner of this map is named.
    fn denies(&self, truth: &Self, map: usize) -> bool {
        let (said, known) = (self.winners.get(&map), truth.winners.get(&map));
        said.is_some() && known.is_some() && said != known
    }

    /// The same of a map that only one of them is on, or neither.
    fn denies_another_map(&self, truth: &Self) -> bool {
        let is_shared = |map: usize| map == self.map && map == truth.map;
        (1..9).any(|map| !is_shared(map) && self.denies(truth, map))
    }

    /// The same of any map.
    fn denies_a_map_of(&self, truth: &Self) -> bool {
        (1..9).any(|map| self.denies(truth, map))
    }

    /// How many rounds are the same from the first on.
    fn common_with(&self, truth: &Self) -> usize {
        self.rounds.iter().zip(&truth.rounds).take_while(|(said, truth)| said == truth).count()
    }

    fn against(&self, truth: &Self, title: Title) -> Relation {
        if self.denies_a_map_of(truth) {
            return Relation::Contradicts;
        }
        let shared = self.rounds.len().min(truth.rounds.len());
        let is_over = |said: &Self| said.winners.contains_key(&said.map);
        if self.map == truth.map {
            let apart = match (&self.numbers, &truth.numbers) {
                (Some(said), Some(truth)) => !clock::can_both_be(title, truth, said),
                _ => false,
            };
            if self.common_with(truth) < shared || apart && !is_over(self) && !is_over(truth) {
                return Relation::Contradicts;
            }
        }
        match (self.map, self.rounds.len()).cmp(&(truth.map, truth.rounds.len())) {
            std::cmp::Ordering::Less => Relation::Behind,
            std::cmp::Ordering::Greater => Relation::Ahead,
            // It names the end of the map and the truth does not.
            std::cmp::Ordering::Equal if is_over(self) && !is_over(truth) => Relation::Ahead,
            std::cmp::Ordering::Equal => Relation::Agrees,
        }
    }
}

/// Words that tell nothing of how the match stands.
fn is_beside_the_score(event: &GameEvent) -> bool {
    matches!(
        event,
        GameEvent::Held | GameEvent::Released | GameEvent::Disputed | GameEvent::NextRound { .. }
    )
}

impl Match {
    /// How long a source may be silent now; `None` once nothing more is played.
    fn silence_max(&self, config: &clutch_core::command::Config) -> Option<u64> {
        match self.series.phase() {
            MatchPhase::Live => Some(config.feed_age_live_ns),
            MatchPhase::Scheduled | MatchPhase::Break => Some(config.feed_age_prematch_ns),
            MatchPhase::Over => None,
        }
    }

    /// Whether nothing may be settled by its score.
    pub(super) fn is_disputed(&self) -> bool {
        let is_frozen = self.is_stopped(SuspendReason::ImpossibleState);
        self.is_stopped(SuspendReason::FeedsDisagree) || self.needs_person && is_frozen
    }

    fn is_stopped(&self, reason: SuspendReason) -> bool {
        self.stops.contains(&(reason as u8))
    }

    /// Every source but the one that is followed, if it has said anything, with what it says of the truth.
    fn others(&self) -> Vec<(usize, Relation)> {
        let truth = Said::of(&self.series);
        let others = self
            .sources
            .iter()
            .enumerate()
            .filter(|(index, source)| self.first != Some(*index) && source.said.map != 0);
        others.map(|(index, it)| (index, it.said.against(&truth, self.title))).collect()
    }

    /// The same, of those that are asked now: alive, in no doubt, nothing late or missing.
    fn asked(&self, now: u64, silence_max: u64) -> Vec<(usize, Relation)> {
        let mut others = self.others();
        others.retain(|(index, _)| {
            let source = &self.sources[*index];
            let is_alive = source.heard.is_some_and(|heard| now - heard <= silence_max);
            is_alive && !source.lags && !source.misses && !source.doubted
        });
        others
    }

    fn doubt_dissenters(&mut self) {
        for (index, relation) in self.others() {
            self.sources[index].doubted |= relation == Relation::Contradicts;
        }
    }
}

impl Twin {
    fn stop(&mut self, index: usize, reason: SuspendReason) {
        self.matches[index].stops.insert(reason as u8);
        self.notice_closing();
    }

    fn lift(&mut self, index: usize, reason: SuspendReason) {
        self.matches[index].stops.remove(&(reason as u8));
        self.notice_closing();
    }

    pub(super) fn hear(&mut self, message: &FeedMessage) -> Result<(), Reject> {
        let (index, now) = (message.match_id.0 as usize, self.now);
        let fixture = self.matches.get_mut(index).ok_or(Reject::UnknownMatch)?;
        let from = usize::from(message.source.0);
        let source = fixture.sources.get_mut(from).ok_or(Reject::InvalidParameter)?;
        let is_heartbeat = message.event == GameEvent::Heartbeat;
        if !is_heartbeat && message.version <= source.newest {
            return Err(Reject::FeedOutdated);
        }
        source.heard = Some(now);
        let missing = match is_heartbeat {
            true => message.version > source.newest,
            false => message.follows != 0 && message.follows != source.newest,
        };
        if !is_heartbeat {
            fixture.first.get_or_insert(from);
        }
        let is_first = fixture.first.is_none_or(|first| first == from);
        if is_first {
            fixture.last_heard = Some(now);
        }
        let caught_up = self.measure_lag(message, is_first);
        let source = &mut self.matches[index].sources[from];
        let outcome = if missing {
            source.misses = true;
            if is_first {
                self.stop(index, SuspendReason::FeedGap);
            } else {
                self.compare_sources(index);
            }
            if is_heartbeat { Ok(()) } else { Err(Reject::FeedGap) }
        } else if is_heartbeat {
            self.compare_sources(index);
            Ok(())
        } else {
            (source.newest, source.misses) = (message.version, false);
            if is_first { self.hear_first(index, message.event) } else { self.confirm(message) }
        };
        if is_first {
            self.lift(index, SuspendReason::FeedStale);
            if caught_up {
                self.lift(index, SuspendReason::FeedLag);
            }
        } else {
            self.replace_silent(index);
        }
        outcome
    }

    /// Whether the source was late and no longer is.
    fn measure_lag(&mut self, message: &FeedMessage, is_first: bool) -> bool {
        let index = message.match_id.0 as usize;
        let source = &mut self.matches[index].sources[usize::from(message.source.0)];
        let at = message.source_time.nanos();
        if at == 0 {
            return false;
        }
        let took = i128::from(message.received_at.nanos()) - i128::from(at);
        let best = source.took_best.map_or(took, |best| best.min(took));
        source.took_best = Some(best);
        let lags = took - best > i128::from(self.config.feed_lag_max_ns);
        let lagged = std::mem::replace(&mut source.lags, lags);
        if is_first && lags {
            self.stop(index, SuspendReason::FeedLag);
        }
        lagged && !lags
    }

    /// The word of the source that the truth follows.
    fn hear_first(&mut self, index: usize, event: GameEvent) -> Result<(), Reject> {
        let heard = self.follow(index, event);
        self.compare_sources(index);
        if heard.is_ok() && !is_beside_the_score(&event) {
            self.count_fitting(index);
        }
        self.lift(index, SuspendReason::FeedGap);
        heard
    }

    /// The word of another.
    fn confirm(&mut self, message: &FeedMessage) -> Result<(), Reject> {
        let index = message.match_id.0 as usize;
        let fixture = &mut self.matches[index];
        let source = &mut fixture.sources[usize::from(message.source.0)];
        let fits = fixture.series.can_be_told(message.event) && source.said.hear(message.event);
        source.said.note_the_end(&fixture.series);
        if source.doubted {
            // Only the map that it is on counts.
            let mut winners = Said::of(&fixture.series).winners;
            winners.remove(&source.said.map);
            let own = source.said.winners.remove_entry(&source.said.map);
            winners.extend(own);
            source.said.winners = winners;
        }
        if !fits {
            source.doubted = true;
            self.compare_sources(index);
            return Err(Reject::FeedImpossible);
        }
        let relation = source.said.against(&Said::of(&fixture.series), fixture.title);
        let tells = !is_beside_the_score(&message.event) && source.said.map != 0;
        source.doubted &= !tells || relation != Relation::Agrees;
        let takes_back =
            matches!(message.event, GameEvent::Rewound { .. } | GameEvent::MobaRewound { .. });
        if takes_back && relation == Relation::Behind && !source.doubted {
            // Who takes something back has no grace.
            fixture.behind_since = Some(0);
        }
        self.compare_sources(index);
        if tells && relation != Relation::Ahead {
            self.count_fitting(index);
        }
        Ok(())
    }

    /// Stops and lifts what follows from what the others say.
    pub(super) fn compare_sources(&mut self, index: usize) {
        let (now, grace) = (self.now, self.config.feed_grace_ns);
        let fixture = &mut self.matches[index];
        // After the end only who denies it counts, however long ago he said so.
        let limit = fixture.silence_max(&self.config);
        let is_over = limit.is_none();
        let mut asked = fixture.asked(now, limit.unwrap_or(u64::MAX));
        asked.retain(|(_, relation)| !is_over || *relation == Relation::Contradicts);
        let says = |wanted| asked.iter().any(|(_, relation)| *relation == wanted);
        fixture.behind_since = match says(Relation::Behind) {
            true => fixture.behind_since.or(Some(now)),
            false => None,
        };
        let is_late = fixture.behind_since.is_some_and(|since| now - since > grace);
        let is_apart = says(Relation::Ahead) || is_late;
        if says(Relation::Contradicts) {
            fixture.fitted = 0;
            self.stop(index, SuspendReason::FeedsDisagree);
        }
        if is_apart {
            self.stop(index, SuspendReason::FeedsApart);
        } else {
            self.lift(index, SuspendReason::FeedsApart);
        }
    }

    /// Enough words in a row that fit end a freeze, unless somebody denies the truth or a person must look.
    fn count_fitting(&mut self, index: usize) {
        let needed = self.config.agreeing_updates;
        let fixture = &mut self.matches[index];
        let frozen = [SuspendReason::ImpossibleState, SuspendReason::FeedsDisagree];
        let is_frozen = frozen.iter().any(|reason| fixture.is_stopped(*reason));
        let is_denied = fixture.others().iter().any(|(index, relation)| {
            *relation == Relation::Contradicts && !fixture.sources[*index].doubted
        });
        if !is_frozen || is_denied || fixture.needs_person || needed == 0 {
            return;
        }
        fixture.fitted += 1;
        if fixture.fitted >= needed {
            fixture.fitted = 0;
            self.thawed += 1;
            frozen.into_iter().for_each(|reason| self.lift(index, reason));
        }
    }

    /// A person goes on with the truth as it is.
    pub(super) fn decide_for_the_truth(&mut self, index: usize) {
        let fixture = &mut self.matches[index];
        (fixture.needs_person, fixture.fitted) = (false, 0);
        fixture.doubt_dissenters();
        self.notice_closing();
        self.replace_silent(index);
    }

    pub(super) fn hand_over(&mut self, index: u32, source: u8) -> Result<(), Reject> {
        let (index, to) = (index as usize, usize::from(source));
        let fixture = self.matches.get_mut(index).ok_or(Reject::UnknownMatch)?;
        let limit = fixture.silence_max(&self.config);
        let heard = fixture.sources.get(to).ok_or(Reject::InvalidParameter)?.heard;
        let heard = heard.ok_or(Reject::SourceUnheard)?;
        let has_ended = fixture.series.map_winner(fixture.series.current).is_some();
        let others = fixture.others();
        let denies = others.contains(&(to, Relation::Contradicts));
        let corrects = has_ended && denies;
        if limit.is_none() && !corrects {
            return Err(Reject::MarketDecided);
        }
        if limit.is_some_and(|limit| self.now - heard > limit) {
            return Err(Reject::SourceSilent);
        }
        if corrects && !self.approved {
            let match_id = MatchId(index as u32);
            return self.propose(Command::HandOver { match_id, source: SourceId(source) });
        }
        let fixture = &mut self.matches[index];
        (fixture.needs_person, fixture.fitted) = (false, 0);
        if fixture.first == Some(to) && fixture.sources[to].lags {
            // Its clock was set, and is learned anew.
            (fixture.sources[to].took_best, fixture.sources[to].lags) = (None, false);
        }
        self.follow_instead(index, to);
        self.adopt_from(index, to);
        self.lift(index, SuspendReason::FeedsDisagree);
        self.lift(index, SuspendReason::FeedStale);
        Ok(())
    }

    fn follow_instead(&mut self, index: usize, to: usize) {
        let fixture = &mut self.matches[index];
        if let Some(old) = fixture.first.replace(to) {
            fixture.sources[old].said = Said::of(&fixture.series);
        }
        let source = &mut fixture.sources[to];
        source.doubted = false;
        fixture.last_heard = source.heard;
        let (lags, misses) = (source.lags, source.misses);
        let stands = [(SuspendReason::FeedLag, lags), (SuspendReason::FeedGap, misses)];
        for (reason, _) in stands.iter().filter(|(_, holds)| *holds) {
            self.stop(index, *reason);
        }
        for (reason, _) in stands.iter().filter(|(_, holds)| !*holds) {
            self.lift(index, *reason);
        }
    }

    /// What the source that is followed now has said becomes the truth: a rewind to what both have said, and
    /// what it says beyond.
    fn adopt_from(&mut self, index: usize, from: usize) {
        self.adopt_said(index, from);
        self.matches[index].doubt_dissenters();
        self.compare_sources(index);
    }

    fn adopt_said(&mut self, index: usize, from: usize) {
        let fixture = &self.matches[index];
        let (said, truth) = (fixture.sources[from].said.clone(), Said::of(&fixture.series));
        let (map, number) = (said.map, said.map as u8);
        if said.map == 0 && truth.map == 0 && !said.denies_a_map_of(&truth) {
            return;
        }
        let is_between =
            matches!(fixture.series.phase(), MatchPhase::Scheduled | MatchPhase::Break);
        let is_next = is_between && map == truth.map + 1;
        let is_timed = fixture.series.is_timed();
        // With the same rounds another winner; or a map that nobody can go back to.
        let is_lost = said.denies_another_map(&truth)
            || map != truth.map && !is_next
            || !is_timed
                && said.common_with(&truth) == said.rounds.len().min(truth.rounds.len())
                && said.denies(&truth, map);
        if is_lost {
            return self.freeze(index, true);
        }
        if is_timed && said.denies(&truth, map) {
            let [known, told] =
                [truth.numbers, said.numbers].map(|numbers| numbers.unwrap_or_default());
            let state = if told.time_s < known.time_s { told } else { known };
            let _ = self.follow(index, GameEvent::MobaRewound { map: number, state });
        }
        let common = if is_next { 0 } else { said.common_with(&truth) };
        if is_next {
            let first_side_a = said.first_side_a.unwrap_or(Side::T);
            let _ = self.follow(index, GameEvent::MapStarted { map: number, first_side_a });
        } else if common < truth.rounds.len() {
            let to_round = common as u8;
            let _ = self.follow(index, GameEvent::Rewound { map: number, to_round });
        }
        for (round, winner) in said.rounds.iter().enumerate().skip(common) {
            let round = round as u8 + 1;
            let _ = self.follow(index, GameEvent::RoundWon { map: number, round, winner: *winner });
        }
        let seq = self.seq;
        let series = &mut self.matches[index].series;
        let is_open = series.map_winner(map).is_none();
        if let Some(numbers) = said.numbers.filter(|_| is_open) {
            match series.adopt(map, numbers, seq) {
                Ok(change) => self.spread(index, change),
                Err(_) => self.freeze(index, true),
            }
        }
        if let Some(winner) = said.winners.get(&map).filter(|_| is_open) {
            let _ = self.follow(index, GameEvent::MapWon { map: number, winner: *winner });
        }
        if let Some(round) = said.live {
            let _ = self.follow(index, GameEvent::RoundStarted { map: number, round: round as u8 });
        }
    }

    /// Silence hands a match to another that is asked and agrees, or goes on from the truth, unless the score
    /// itself is in question.
    fn replace_silent(&mut self, index: usize) {
        let (now, wait) = (self.now, self.config.feed_hand_over_ns);
        let fixture = &self.matches[index];
        let Some(limit) = fixture.silence_max(&self.config) else { return };
        let silent = fixture.last_heard.map_or(0, |heard| now.saturating_sub(heard));
        let in_question =
            [SuspendReason::ImpossibleState, SuspendReason::FeedsDisagree, SuspendReason::FeedHeld];
        if wait == 0
            || silent <= limit.max(wait)
            || !fixture.is_stopped(SuspendReason::FeedStale)
            || in_question.iter().any(|reason| fixture.is_stopped(*reason))
        {
            return;
        }
        let truth = Said::of(&fixture.series);
        let is_between =
            matches!(fixture.series.phase(), MatchPhase::Scheduled | MatchPhase::Break);
        let goes_on = |(source, relation): &(usize, Relation)| {
            let map = fixture.sources[*source].said.map;
            let is_near = map == truth.map || is_between && map == truth.map + 1;
            *relation == Relation::Agrees || *relation == Relation::Ahead && is_near
        };
        let Some((to, _)) = fixture.asked(now, limit).into_iter().find(goes_on) else { return };
        let has_numbers = fixture.series.is_timed();
        self.follow_instead(index, to);
        if has_numbers {
            // There is more to it than a sign of life can say.
            self.stop(index, SuspendReason::FeedGap);
        }
        self.adopt_from(index, to);
    }

    fn freeze(&mut self, index: usize, needs_person: bool) {
        let fixture = &mut self.matches[index];
        fixture.fitted = 0;
        fixture.needs_person |= needs_person;
        self.stop(index, SuspendReason::ImpossibleState);
    }

    /// Lets an event reach the truth.
    fn follow(&mut self, index: usize, event: GameEvent) -> Result<(), Reject> {
        let seq = self.seq;
        let fixture = &mut self.matches[index];
        match event {
            GameEvent::Heartbeat => return Ok(()),
            GameEvent::Held => {
                self.stop(index, SuspendReason::FeedHeld);
                return Ok(());
            }
            GameEvent::Released => {
                self.lift(index, SuspendReason::FeedHeld);
                return Ok(());
            }
            GameEvent::Disputed => {
                self.freeze(index, true);
                return Ok(());
            }
            GameEvent::Rewound { .. } | GameEvent::MobaRewound { .. }
                if fixture.rewinds() == 16 =>
            {
                self.freeze(index, true);
                return Err(Reject::FeedImpossible);
            }
            _ => {}
        }
        match fixture.series.apply(event, seq) {
            Ok(change) => {
                self.spread(index, change);
                Ok(())
            }
            Err(_) => {
                self.freeze(index, false);
                Err(Reject::FeedImpossible)
            }
        }
    }

    /// What a change of the score means for the match's markets and bets.
    fn spread(&mut self, index: usize, change: Change) {
        let seq = self.seq;
        let fixture = &mut self.matches[index];
        let map = match change {
            Change::Nothing => return self.notice_closing(),
            Change::Moved { map } => map,
            Change::Shifted { map, is_material } => {
                if is_material {
                    self.score_moves(index, map);
                    self.epochs_move(index, map);
                }
                self.price_moves = Some((index, map));
                return;
            }
            // Whether a market may open again is a question for the new prices.
            Change::Opinion { map } => {
                self.price_moves = Some((index, map));
                return self.epochs_move(index, map);
            }
            Change::Undone { map, first } => {
                let is_replay = fixture.replays == Some(map);
                if is_replay {
                    fixture.replays = None;
                }
                if fixture.rules.rewound == Rewound::Void && !is_replay {
                    fixture.undone.push((first, seq, VoidReason::Rewound, On::default()));
                }
                map
            }
        };
        self.score_moves(index, map);
        self.notice_closing();
        self.epochs_move(index, map);
        self.notice_results(&[]);
        self.open_coming_round(index);
    }

    /// Matches whose source has been silent for too long are stopped, and go to another.
    pub(super) fn notice_silence(&mut self) {
        for index in 0..self.matches.len() {
            let fixture = &self.matches[index];
            let Some(limit) = fixture.silence_max(&self.config) else { continue };
            if fixture.last_heard.is_some_and(|heard| self.now.saturating_sub(heard) > limit) {
                self.stop(index, SuspendReason::FeedStale);
            }
            self.replace_silent(index);
            self.compare_sources(index);
        }
        self.notice_closing();
    }
}

/// What a source has told of the map that it is on, for whoever makes up its next word.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The map, from 1; 0 before the first.
    pub map: u8,
    /// Who won its rounds.
    pub rounds: Vec<Team>,
    /// Who won the map, if it said so.
    pub winner: Option<Team>,
    /// The numbers of a map against the clock.
    pub numbers: Option<MobaState>,
}

impl From<Said> for Told {
    fn from(said: Said) -> Self {
        let winner = said.winners.get(&said.map).copied();
        let Said { map, rounds, numbers, .. } = said;
        Self { map: map as u8, rounds, winner, numbers }
    }
}

impl Twin {
    /// The newest version that a source has said.
    pub fn newest_version(&self, match_id: u32, source: u8) -> u64 {
        let source = self.source(match_id, source);
        source.map_or(0, |source| source.newest)
    }

    fn source(&self, match_id: u32, source: u8) -> Option<&Source> {
        self.matches.get(match_id as usize)?.sources.get(usize::from(source))
    }

    /// The truth.
    pub fn truth(&self, match_id: u32) -> Told {
        let fixture = self.matches.get(match_id as usize);
        fixture.map(|fixture| Said::of(&fixture.series).into()).unwrap_or_default()
    }

    /// What a source has told; the truth if that follows it.
    pub fn told_by(&self, match_id: u32, source: u8) -> Told {
        if self.followed(match_id).is_none_or(|first| first == source) {
            return self.truth(match_id);
        }
        let source = self.source(match_id, source);
        source.map(|source| source.said.clone().into()).unwrap_or_default()
    }

    /// The source that the truth follows.
    pub fn followed(&self, match_id: u32) -> Option<u8> {
        Some(self.matches.get(match_id as usize)?.first? as u8)
    }

    /// How many freezes have ended because sources said enough that fits.
    pub fn thawed(&self) -> u64 {
        self.thawed
    }

    /// Whether a market is on a game against the clock.
    pub fn is_timed(&self, market: u32) -> bool {
        let market = self.markets.get(market as usize);
        market.is_some_and(|market| self.matches[market.match_index].series.is_timed())
    }

    /// The game that a match is of.
    pub fn title(&self, match_id: u32) -> Option<Title> {
        Some(self.matches.get(match_id as usize)?.title)
    }
}
