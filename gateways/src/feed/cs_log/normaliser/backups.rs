//! Scores outside of win lines, and the backups that explain them.

use super::super::event::{Disagreement, FeedEvent, HoldReason};
use super::super::map::Restore;
use super::{CsLog, Say, Stage};

impl CsLog {
    /// The server shows a score outside of a win line.
    pub(super) fn score_shown(&mut self, ct: u32, t: u32, say: &mut Say<'_>) {
        let count = ct + t;
        if let Some(start) = &self.start {
            if count == 0 {
                // Every start shows 0:0; it counts once a round begins.
                return;
            }
            let restored = matches!(&self.stage, Stage::Playing(map) if map.name == start.map && map.gives(ct, t));
            if restored {
                self.start = None;
            } else {
                self.begin(say);
            }
        }
        let Stage::Playing(map) = &mut self.stage else { return };
        if let Some(first) = &map.unconfirmed {
            match count {
                0 => self.drop_first_round(say),
                1 if (first.round.ct, first.round.t) == (ct, t) => {
                    if map.frozen {
                        self.confirm_first_round_if_shown(say);
                    }
                    return;
                }
                1 => {
                    self.contradict(Disagreement::Score { round: 1, ct, t }, say);
                    return;
                }
                _ => self.confirm_first_round(say),
            }
        }
        self.score_against_standing(ct, t, say);
    }

    pub(super) fn score_against_standing(&mut self, ct: u32, t: u32, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        let (count, standing) = (ct + t, map.standing());
        let fits = map.gives(ct, t);
        if standing < count && !(fits && map.restore.is_some()) {
            self.contradict_once(Disagreement::Gap { standing, seen: count }, say);
        } else if !fits {
            self.contradict_once(Disagreement::Score { round: count, ct, t }, say);
        } else {
            self.rewind(count, say);
            self.reinstate(count, say);
            if let Stage::Playing(map) = &mut self.stage {
                map.restore = None;
            }
            // An announced restart is still to come: the score that stands says nothing about it.
            let open = [HoldReason::RestartAnnounced, HoldReason::SidesContradiction];
            self.release_where(|reason| !open.contains(&reason), say);
        }
    }

    pub(super) fn restore_command(&mut self, rounds: Option<u32>, say: &mut Say<'_>) {
        match &mut self.stage {
            Stage::Playing(map) => {
                map.restore = Some(Restore { rounds, asked: Some(say.at) });
                self.hold(HoldReason::RestoreRequested, say);
            }
            Stage::Over { .. } => self.disagree(Disagreement::RestoreAfterMapOver, say),
            Stage::Idle => {}
        }
    }

    pub(super) fn match_reloaded(&mut self, say: &mut Say<'_>) {
        self.warm_up = false;
        let Stage::Playing(map) = &mut self.stage else { return };
        map.names_are_current = false;
        let restore = *map.restore.get_or_insert(Restore { rounds: None, asked: None });
        self.hold(HoldReason::RestoreRequested, say);
        if let Some(rounds) = restore.rounds {
            self.rewind(rounds, say);
        }
    }

    /// Takes back what stands above `rounds`, if anything does.
    pub(super) fn rewind(&mut self, rounds: u32, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        if map.standing() <= rounds {
            return;
        }
        map.stand_at(rounds);
        self.counters.rewinds += 1;
        // The command is where the rounds were taken back; what follows only shows it.
        let asked = map
            .restore
            .filter(|restore| restore.rounds == Some(rounds))
            .and_then(|restore| restore.asked);
        Say { at: asked.unwrap_or(say.at), out: say.out }
            .event(FeedEvent::Rewind { to_round: rounds });
    }

    /// Says again the rounds that a backup brought back.
    pub(super) fn reinstate(&mut self, rounds: u32, say: &mut Say<'_>) {
        while let Stage::Playing(map) = &mut self.stage
            && map.standing() < rounds
            && map.round(map.standing() + 1).is_some()
        {
            map.stand_at(map.standing() + 1);
            self.tell_round(say);
        }
    }
}
