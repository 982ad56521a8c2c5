//! Where a map ends.

use super::super::event::{Disagreement, FeedEvent, HoldReason, Normalised};
use super::super::map::Map;
use super::{CsLog, Say, Stage};

impl CsLog {
    pub(super) fn game_over(&mut self, ct: u32, t: u32, say: &mut Say<'_>) {
        if let Stage::Playing(Map { unconfirmed: Some(first), .. }) = &self.stage
            && (first.round.ct, first.round.t) == (ct, t)
        {
            self.confirm_first_round(say);
        }
        let Stage::Playing(map) = &self.stage else { return };
        if map.standing() == 0 || ct + t == 0 {
            return;
        }
        let agrees = ct + t == map.standing() && map.gives(ct, t);
        let score = if agrees { map.score() } else { map.score_shown(ct, t) };
        let over = FeedEvent::MapOver { map: map.name.clone(), score };
        if !agrees {
            self.contradict(Disagreement::FinalScore { ct, t }, say);
        }
        self.close(over, agrees, say);
    }

    /// A map decided by score whose `Game Over` line was lost; its last round is where it ended.
    pub(super) fn close_decided(&mut self, out: &mut Vec<Normalised>) {
        let Stage::Playing(map) = &self.stage else { return };
        let Some(last) = map.last() else { return };
        let over = FeedEvent::MapOver { map: map.name.clone(), score: map.score() };
        let certain = !self.holds.contains(&HoldReason::ScoreContradiction);
        self.close(over, certain, &mut Say { at: last.at, out });
    }

    pub(super) fn close(&mut self, over: FeedEvent, certain: bool, say: &mut Say<'_>) {
        let Stage::Playing(map) = &self.stage else { return };
        self.stage = Stage::Over { map: map.name.clone() };
        self.start = None;
        self.paused = false;
        say.event(over);
        if certain {
            self.release_all(say);
        }
    }
}
