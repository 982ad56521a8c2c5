//! One truth from several sources.
//!
//! The truth follows the primary. The others confirm it: who is late has a grace, who knows more stops
//! betting until the primary says the same, who contradicts freezes the match. Handing over to another
//! source makes that source's score the truth. A person does it, or the primary's silence (`successor`).
//!
//! Nothing is settled by a score that is contradicted, and a contradiction is heard after the end as well.

use super::is_of_the_score;
use super::sources::silence_max;
use super::view::{Relation, Truth, View};
use crate::command::{FeedMessage, GameEvent, MobaState, Side, SuspendReason};
use crate::event::{Event, FeedAlert, MatchPhase};
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::title::{FeedRule, Impossible};
use crate::units::{MatchId, SourceId, Timestamp, millis};

impl Step<'_> {
    /// Takes the word of a source that only confirms.
    pub(super) fn confirm(&mut self, message: &FeedMessage) -> Result<(), Refusal> {
        let FeedMessage { match_id, source, event, .. } = *message;
        let fixture = &mut self.tables.fixtures[match_id];
        let truth = Truth::of(&fixture.series);
        // Of another game, or of a map that the match has not, nothing is remembered.
        let can_be_told = fixture.series.can_be_told(event);
        let rules = fixture.series.rules();
        let row = fixture.feed.source(source);
        let before = row.view;
        let fits = can_be_told && row.view.hear(event) && event != GameEvent::Disputed;
        row.view.note_map_winner(rules);
        if row.in_doubt {
            // What it says of this map can bring it back; of the others it is asked no more.
            row.view.take_other_maps(&truth.view);
        }
        let relation = row.view.against(&truth);
        if !fits {
            row.in_doubt = true;
            self.alert(match_id, source, FeedAlert::Contradictory);
            self.reconcile(match_id);
            let expected = i64::from(before.played) + 1;
            return Err(Refusal::with(
                Reject::FeedImpossible,
                expected,
                i64::from(truth.view.played),
            ));
        }
        // Who says nothing of the score, or nothing of which it is known where, confirms nothing.
        let tells = is_of_the_score(event) && row.view.map != 0;
        if tells && relation == Relation::Agrees {
            row.in_doubt = false;
        }
        // A source that takes something back doubts the truth, however short it is of it.
        let takes_back = matches!(event, GameEvent::Rewound { .. } | GameEvent::MobaRewound { .. });
        if takes_back && relation == Relation::Behind && !row.in_doubt {
            fixture.feed.apart_since = Timestamp::from_nanos(1);
        }
        self.reconcile(match_id);
        // Who is ahead of the truth does not confirm it.
        if tells && relation != Relation::Ahead {
            self.count_fitting(match_id);
        }
        Ok(())
    }

    /// Compares every source that counts with the truth, and stops or lifts what follows from that.
    pub(crate) fn reconcile(&mut self, match_id: MatchId) {
        let fixture = &self.tables.fixtures[match_id];
        let limit = silence_max(fixture.series.phase(), self.config);
        // After the end nobody has to say more, but the last word of every source counts: the second one
        // mostly says later how it ended.
        let (is_over, limit) = (limit.is_none(), limit.unwrap_or(u64::MAX));
        // Most matches have one source.
        if !fixture.feed.has_others() && !fixture.stops.has(SuspendReason::FeedsApart) {
            return;
        }
        let truth = Truth::of(&fixture.series);
        let (mut ahead, mut behind, mut disagrees) = (None, None, None);
        for (index, row) in fixture.feed.sources.iter().enumerate() {
            let source = SourceId(index as u8);
            if fixture.feed.is_primary(source) || !row.counts(self.now, limit) {
                continue;
            }
            match row.view.against(&truth) {
                Relation::Agrees => {}
                Relation::Behind => behind = behind.or(Some(source)),
                Relation::Ahead => ahead = ahead.or(Some(source)),
                Relation::Disagrees { map, round } => {
                    let alert = FeedAlert::Disagrees { map, round };
                    disagrees = disagrees.or(Some((source, map, alert)));
                }
                Relation::Apart { map, odd: Impossible { rule, expected, actual } } => {
                    let alert = FeedAlert::Apart { map, rule, expected, actual };
                    disagrees = disagrees.or(Some((source, map, alert)));
                }
            }
        }
        if is_over {
            (ahead, behind) = (None, None);
        }
        if let Some((source, map, alert)) = disagrees {
            let feed = &mut self.tables.fixtures[match_id].feed;
            feed.fitted = 0;
            if !self.is_stopped(match_id, SuspendReason::FeedsDisagree) {
                self.alert(match_id, source, alert);
                self.tell_what_is_paid(match_id, source, map);
                self.stop_match(match_id, SuspendReason::FeedsDisagree);
            }
        }
        let feed = &mut self.tables.fixtures[match_id].feed;
        feed.apart_since = match (behind, feed.apart_since == Timestamp::default()) {
            (None, _) => Timestamp::default(),
            (Some(_), true) => self.now,
            (Some(_), false) => feed.apart_since,
        };
        let is_late =
            behind.filter(|_| self.config.feed_grace_ns < self.now.since(feed.apart_since));
        match (ahead, is_late) {
            (None, None) => self.lift_match(match_id, SuspendReason::FeedsApart),
            (Some(source), _) | (None, Some(source)) => {
                if !self.is_stopped(match_id, SuspendReason::FeedsApart) {
                    let alert = match ahead {
                        Some(_) => FeedAlert::Ahead,
                        None => FeedAlert::Behind,
                    };
                    self.alert(match_id, source, alert);
                    self.stop_match(match_id, SuspendReason::FeedsApart);
                }
            }
        }
        let due = self.tables.fixtures[match_id].apart_at(self.config, self.now);
        self.tables.feed_check_at = self.tables.feed_check_at.min(due);
    }

    /// Counts an update that fitted. After enough of them in a row a match that froze on something
    /// impossible or on a contradiction goes on.
    pub(super) fn count_fitting(&mut self, match_id: MatchId) {
        let needed = self.config.agreeing_updates;
        let fixture = &mut self.tables.fixtures[match_id];
        let is_frozen = [SuspendReason::ImpossibleState, SuspendReason::FeedsDisagree]
            .into_iter()
            .any(|reason| fixture.stops.has(reason));
        if !is_frozen || fixture.feed.needs_person || needed == 0 {
            return;
        }
        let truth = Truth::of(&fixture.series);
        let still_disagrees = fixture.feed.sources.iter().zip(0..).any(|(row, index)| {
            let relation = row.view.against(&truth);
            let is_asked =
                row.view.map != 0 && !row.in_doubt && !fixture.feed.is_primary(SourceId(index));
            is_asked && relation.contradicts()
        });
        if still_disagrees {
            return;
        }
        fixture.feed.fitted += 1;
        if needed <= fixture.feed.fitted {
            fixture.feed.fitted = 0;
            self.lift_match(match_id, SuspendReason::ImpossibleState);
            self.lift_match(match_id, SuspendReason::FeedsDisagree);
            self.settle_what_was_disputed(match_id);
        }
    }

    /// A person looked at a match and lets it go on: the truth stands, and who contradicts it is not
    /// asked until he agrees again.
    pub(crate) fn decide_against_dissenters(&mut self, match_id: MatchId) {
        let feed = &mut self.tables.fixtures[match_id].feed;
        (feed.needs_person, feed.fitted) = (false, 0);
        self.doubt_dissenters(match_id);
    }

    fn doubt_dissenters(&mut self, match_id: MatchId) {
        let fixture = &mut self.tables.fixtures[match_id];
        let truth = Truth::of(&fixture.series);
        let primary = fixture.feed.primary;
        for (row, index) in fixture.feed.sources.iter_mut().zip(0..) {
            let dissents = row.view.against(&truth).contradicts();
            row.in_doubt |= dissents && row.view.map != 0 && primary != Some(SourceId(index));
        }
    }

    /// Makes another source the one that the truth follows. What it says of the map that is played
    /// becomes the truth, as a rewind and the rounds that it knows. Where that denies the end of a map
    /// it corrects results, as a roll-back does, and takes two persons.
    pub(crate) fn hand_over(&mut self, match_id: MatchId, source: SourceId) -> Result<(), Refusal> {
        self.operator()?;
        let fixture = self.tables.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        let limit = silence_max(fixture.series.phase(), self.config);
        let most = crate::title::SOURCES_MAX as i64 - 1;
        let Some(row) = fixture.feed.sources.get(usize::from(source.0)) else {
            let asked = i64::from(source.0);
            return Err(Refusal::with(Reject::InvalidParameter, most, asked));
        };
        if row.heard_at == Timestamp::default() {
            return Err(Reject::SourceUnheard.into());
        }
        let corrects = fixture.is_denied_its_end_by(source);
        let silent = self.now.since(row.heard_at);
        match limit {
            // Nothing is left to say of a match that is over, but that it ended otherwise.
            None if !corrects => return Err(Reject::MarketDecided.into()),
            Some(limit) if limit < silent => {
                return Err(Refusal::with(Reject::SourceSilent, millis(limit), millis(silent)));
            }
            None | Some(_) => {}
        }
        if corrects && !self.is_approved() {
            return self.propose(Wish::HandOver { match_id, source });
        }
        if row.lags && fixture.feed.is_primary(source) {
            // A person says of the source that is followed anyhow that it is not late: its clock was set.
            let row = self.tables.fixtures[match_id].feed.source(source);
            (row.lag_best_ns, row.lags) = (None, false);
        }
        self.follow_instead(match_id, source);
        self.alert(match_id, source, FeedAlert::HandedOver);
        // A person decided, so nothing of before needs one; what cannot be adopted does.
        let feed = &mut self.tables.fixtures[match_id].feed;
        (feed.needs_person, feed.fitted) = (false, 0);
        self.adopt_from(match_id, source);
        // Only now: no market opens at the price of what the old one said.
        self.lift_match(match_id, SuspendReason::FeedsDisagree);
        self.lift_match(match_id, SuspendReason::FeedStale);
        self.settle_what_was_disputed(match_id);
        // The silence of the new one counts from when he spoke last.
        let due = self.tables.fixtures[match_id].stale_at(self.config);
        self.tables.feed_check_at = self.tables.feed_check_at.min(due);
        Ok(())
    }

    /// The truth follows another source from now on.
    pub(super) fn follow_instead(&mut self, match_id: MatchId, source: SourceId) {
        let fixture = &mut self.tables.fixtures[match_id];
        // By its own account the old one agrees with the truth: the truth followed it.
        if let Some(old) = fixture.feed.primary {
            fixture.feed.source(old).view = View::of(&fixture.series);
        }
        let row = *fixture.feed.source(source);
        fixture.feed.primary = Some(source);
        fixture.feed.last_heard = row.heard_at;
        fixture.feed.source(source).in_doubt = false;
        let stands = [(SuspendReason::FeedLag, row.lags), (SuspendReason::FeedGap, row.has_gap)];
        // First what stops, so that nothing opens for a moment in between.
        for (reason, _) in stands.into_iter().filter(|(_, holds)| *holds) {
            self.stop_match(match_id, reason);
        }
        for (reason, _) in stands.into_iter().filter(|(_, holds)| !*holds) {
            self.lift_match(match_id, reason);
        }
    }

    /// Makes what the source that is followed now has said the truth.
    pub(super) fn adopt_from(&mut self, match_id: MatchId, source: SourceId) {
        let view = self.tables.fixtures[match_id].feed.source(source).view;
        self.adopt(match_id, source, &view);
        self.doubt_dissenters(match_id);
        self.reconcile(match_id);
    }

    fn adopt(&mut self, match_id: MatchId, source: SourceId, view: &View) {
        let series = &self.tables.fixtures[match_id].series;
        let truth = Truth::of(series);
        let map = view.map;
        let is_between = matches!(series.phase(), MatchPhase::Scheduled | MatchPhase::Break);
        let relation = view.against(&truth);
        let truth = truth.view;
        let common = match relation {
            // Neither has spoken of any map.
            Relation::Agrees if map == 0 => return,
            // What it says of the numbers of the map stands below.
            Relation::Agrees | Relation::Apart { .. } => truth.played,
            // The next map began without the old source.
            Relation::Ahead if is_between && map == truth.map + 1 => {
                let first_side_a = if view.a_began_second { Side::Ct } else { Side::T };
                let event = GameEvent::MapStarted { map, first_side_a };
                let _ = self.follow(match_id, source, event);
                0
            }
            Relation::Disagrees { map: on, round }
                if on == truth.map && map == on && round != 0 =>
            {
                round - 1
            }
            Relation::Ahead | Relation::Behind if map == truth.map => view.played.min(truth.played),
            // Another winner of a map against the clock: back to before its end.
            Relation::Disagrees { map: on, .. }
                if on == truth.map && map == on && series.moba_rules().is_some() =>
            {
                let moment = |state: Option<MobaState>| state.unwrap_or_default();
                let (known, said) = (moment(truth.moba), moment(view.moba));
                let state = if said.time_s < known.time_s { said } else { known };
                let _ = self.follow(match_id, source, GameEvent::MobaRewound { map, state });
                truth.played
            }
            // On another map, or with another winner of one: only a person knows what is right.
            Relation::Disagrees { .. } | Relation::Ahead | Relation::Behind => {
                let rule = FeedRule::MapOutOfTurn;
                let odd = Impossible { rule, expected: truth.map.into(), actual: map.into() };
                self.freeze(match_id, source, odd, true);
                return;
            }
        };
        if map == truth.map && common < truth.played {
            // What the new source does not know of no longer stands.
            let _ = self.follow(match_id, source, GameEvent::Rewound { map, to_round: common });
        }
        for round in common + 1..=view.played {
            let winner = view.round_winner(round);
            let _ = self.follow(match_id, source, GameEvent::RoundWon { map, round, winner });
        }
        let seq = self.seq;
        let series = &mut self.tables.fixtures[match_id].series;
        let is_open = series.map_winner(map).is_none();
        if let Some(state) = view.moba.filter(|_| is_open) {
            match series.adopt_moba(map, state, seq) {
                Ok(change) => self.spread(match_id, GameEvent::MobaState { map, state }, change),
                Err(odd) => self.freeze(match_id, source, odd, true),
            }
        }
        if let Some(winner) = view.map_winner(map).filter(|_| is_open) {
            let _ = self.follow(match_id, source, GameEvent::MapWon { map, winner });
        }
        // It may have said long ago that a round is being played, when it only confirmed.
        if view.live != 0 {
            let event = GameEvent::RoundStarted { map, round: view.live };
            let _ = self.follow(match_id, source, event);
        }
    }

    pub(super) fn alert(&mut self, match_id: MatchId, source: SourceId, alert: FeedAlert) {
        self.outbox.push(Event::FeedAlert { match_id, source, alert });
    }

    /// Says to whoever learns of a dispute that bets were settled by the score that is in question. They
    /// stay settled until somebody corrects it.
    fn tell_what_is_paid(&mut self, match_id: MatchId, source: SourceId, map: u8) {
        let markets = self.tables.markets_being_paid(match_id, map);
        if markets != 0 {
            self.alert(match_id, source, FeedAlert::Paid { markets });
        }
    }

    /// Freezes a match on something that cannot be, and names it.
    pub(super) fn freeze(
        &mut self,
        match_id: MatchId,
        source: SourceId,
        odd: Impossible,
        needs_person: bool,
    ) {
        let Impossible { rule, expected, actual } = odd;
        self.alert(match_id, source, FeedAlert::Impossible { rule, expected, actual });
        let feed = &mut self.tables.fixtures[match_id].feed;
        feed.fitted = 0;
        feed.needs_person |= needs_person;
        if needs_person {
            let map = self.tables.fixtures[match_id].series.current();
            self.tell_what_is_paid(match_id, source, map);
        }
        self.stop_match(match_id, SuspendReason::ImpossibleState);
    }

    fn is_stopped(&self, match_id: MatchId, reason: SuspendReason) -> bool {
        self.tables.fixtures[match_id].stops.has(reason)
    }
}

impl crate::title::Fixture {
    /// Whether a source contradicts the truth on a map that has a winner by it.
    fn is_denied_its_end_by(&self, source: SourceId) -> bool {
        let map = self.series.current();
        let has_ended = map != 0 && self.series.map_winner(map).is_some();
        let view = &self.feed.sources[usize::from(source.0)].view;
        has_ended
            && !self.feed.is_primary(source)
            && view.map != 0
            && view.against(&Truth::of(&self.series)).contradicts()
    }

    /// When it must be looked again at sources that are apart: as the grace or the life of one that
    /// counts ends.
    pub(super) fn apart_at(&self, config: &crate::command::Config, now: Timestamp) -> Timestamp {
        let Some(limit) = silence_max(self.series.phase(), config) else { return Timestamp::MAX };
        let is_apart = self.feed.apart_since != Timestamp::default();
        if !is_apart && !self.stops.has(SuspendReason::FeedsApart) {
            return Timestamp::MAX;
        }
        let grace = self.feed.apart_since.plus(config.feed_grace_ns).plus(1);
        let grace = if is_apart && now < grace { grace } else { Timestamp::MAX };
        let lives = self.feed.sources.iter().filter(|row| row.counts(now, limit));
        let lives = lives.map(|row| row.heard_at.plus(limit).plus(1)).min();
        grace.min(lives.unwrap_or(Timestamp::MAX))
    }
}
