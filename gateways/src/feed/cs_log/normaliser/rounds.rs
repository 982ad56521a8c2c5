//! Which round wins count, and when the first one does.

use super::super::event::{Disagreement, FeedEvent, HoldReason, Side};
use super::super::format::Roster;
use super::super::map::{Kills, Round, Unconfirmed};
use super::{CsLog, Say, Stage};

impl CsLog {
    pub(super) fn round_start(&mut self, say: &mut Say<'_>) {
        if self.warm_up {
            return;
        }
        self.begin(say);
        self.confirm_first_round_if_shown(say);
        self.announce_map(say);
        let Stage::Playing(map) = &mut self.stage else { return };
        map.names_are_current = false;
        map.kills = Kills::default();
        if map.unconfirmed.is_none() && !map.is_decided() {
            say.event(FeedEvent::RoundStart { round: map.standing() + 1 });
        }
    }

    pub(super) fn round_won(
        &mut self,
        side: Side,
        reason: &str,
        ct: u32,
        t: u32,
        say: &mut Say<'_>,
    ) {
        let number = ct + t;
        if self.warm_up || number == 0 {
            self.counters.not_live += 1;
            return;
        }
        if let Some(start) = &self.start {
            // With rounds standing on the same map, a later round than the first shows that the start came to nothing.
            let plays_on = matches!(&self.stage, Stage::Playing(map) if map.name == start.map && 0 < map.standing());
            if number == 1 || !plays_on {
                self.begin(say);
            } else {
                self.start = None;
            }
        }
        if 1 < number {
            self.confirm_first_round(say);
        }
        let Stage::Playing(map) = &mut self.stage else {
            self.counters.not_live += 1;
            return;
        };
        let previous = map.unconfirmed.as_ref().map(|first| &first.round).or(map.last());
        if let Some(previous) = previous
            && map.names_are_current
            && previous.at.time == say.at.time
            && (previous.side, previous.ct, previous.t) == (side, ct, t)
        {
            // A server that got no answer in time sends its lines again.
            self.counters.not_live += 1;
            return;
        }
        let standing = map.standing();
        if standing + 1 < number {
            self.contradict(Disagreement::Gap { standing, seen: number }, say);
            return;
        }
        let beyond_the_end = standing + 1 == number && map.is_decided();
        let Some(winner) = map.winner_of(side, ct, t).filter(|_| !beyond_the_end) else {
            self.contradict(Disagreement::Score { round: number, ct, t }, say);
            return;
        };
        self.drop_first_round(say);
        self.rewind(number - 1, say);
        let round = Round { winner, side, reason: reason.to_owned(), ct, t, at: say.at };
        self.accept(round, say);
    }

    /// Takes a round that follows from those that stand.
    pub(super) fn accept(&mut self, round: Round, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        map.restore = None;
        map.frozen = false;
        map.names_are_current = true;
        if 0 < map.standing() {
            self.count(round, say);
            self.release_all_but_sides(say);
            return;
        }
        let by_knives = map.kills.knife && !map.kills.other;
        map.unconfirmed = Some(Unconfirmed { round, by_knives });
        self.hold(HoldReason::FirstRoundUnconfirmed, say);
        let waits = HoldReason::FirstRoundUnconfirmed;
        self.release_where(
            |reason| reason != waits && reason != HoldReason::SidesContradiction,
            say,
        );
    }

    /// The game goes on after the first round, without a new start so far.
    pub(super) fn confirm_first_round_if_shown(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &self.stage else { return };
        let by_knives = map.unconfirmed.as_ref().is_some_and(|first| first.by_knives);
        if !by_knives && !self.holds.contains(&HoldReason::RestartAnnounced) {
            self.confirm_first_round(say);
        }
    }

    pub(super) fn confirm_first_round(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        let Some(Unconfirmed { round, .. }) = map.unconfirmed.take() else { return };
        self.announce_map(say);
        self.count(round, say);
        self.release_where(|reason| reason == HoldReason::FirstRoundUnconfirmed, say);
    }

    pub(super) fn drop_first_round(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        if map.unconfirmed.take().is_some() {
            self.counters.dropped_first_rounds += 1;
            self.release_where(|reason| reason == HoldReason::FirstRoundUnconfirmed, say);
        }
    }

    pub(super) fn count(&mut self, round: Round, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        map.push(round);
        self.tell_round(say);
    }

    /// Says the last round that stands, with the line on which it was won.
    pub(super) fn tell_round(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &self.stage else { return };
        let Some(round) = map.last() else { return };
        assert!(round.ct + round.t == map.standing(), "a round was counted out of its turn");
        self.counters.rounds_won += 1;
        let event = FeedEvent::RoundWon {
            round: map.standing(),
            side: round.side,
            team: map.team(round.winner),
            reason: round.reason.clone(),
            ct: round.ct,
            t: round.t,
            by_first_ct: round.winner == Roster::BeganAsCt,
        };
        Say { at: round.at, out: say.out }.event(event);
    }
}
