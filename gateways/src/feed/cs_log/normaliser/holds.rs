//! What the feed says about itself: holds, and what contradicts what.

use super::super::event::{Disagreement, FeedEvent, HoldReason};
use super::{CsLog, Say};

impl CsLog {
    pub(super) fn hold(&mut self, reason: HoldReason, say: &mut Say<'_>) {
        if !self.holds.contains(&reason) {
            self.holds.push(reason);
            say.event(FeedEvent::Held { reason });
        }
    }

    pub(super) fn release_where(&mut self, ends: impl Fn(HoldReason) -> bool, say: &mut Say<'_>) {
        let held = !self.holds.is_empty();
        self.holds.retain(|&reason| !ends(reason));
        if held && self.holds.is_empty() {
            say.event(FeedEvent::Released);
        }
    }

    pub(super) fn release_all(&mut self, say: &mut Say<'_>) {
        self.release_where(|_| true, say);
    }

    pub(super) fn release_all_but_sides(&mut self, say: &mut Say<'_>) {
        self.release_where(|reason| reason != HoldReason::SidesContradiction, say);
    }

    pub(super) fn disagree(&mut self, what: Disagreement, say: &mut Say<'_>) {
        self.counters.disagreements += 1;
        say.event(FeedEvent::Disagreement { what });
    }

    pub(super) fn contradict(&mut self, what: Disagreement, say: &mut Say<'_>) {
        self.disagree(what, say);
        self.hold(HoldReason::ScoreContradiction, say);
    }

    /// Scores are shown several times a round; only the first contradiction is news.
    pub(super) fn contradict_once(&mut self, what: Disagreement, say: &mut Say<'_>) {
        if !self.holds.contains(&HoldReason::ScoreContradiction) {
            self.contradict(what, say);
        }
    }
}
