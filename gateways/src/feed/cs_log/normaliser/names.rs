//! Who plays which side, as far as the log can be believed.

use super::super::event::{Disagreement, HoldReason, Side};
use super::{CsLog, Say, Stage};

impl CsLog {
    pub(super) fn team_playing(&mut self, side: Side, name: &str, say: &mut Say<'_>) {
        let name = (!name.is_empty()).then(|| name.to_owned());
        if let Some(start) = &mut self.start {
            start.names[usize::from(side == Side::Terrorist)] = name;
            return;
        }
        let Stage::Playing(map) = &mut self.stage else { return };
        let standing = map.standing();
        let roster = map.roster(side, standing.max(1));
        if standing == 0 {
            map.names[roster.index()] = name;
            return;
        }
        if !map.names_are_current {
            return;
        }
        let (Some(seen), Some(expected)) = (&name, &map.names[roster.index()]) else {
            if map.names[roster.index()].is_none() {
                map.names[roster.index()] = name;
            }
            return;
        };
        if seen == expected {
            self.release_where(|reason| reason == HoldReason::SidesContradiction, say);
            return;
        }
        let swapped = map.names[roster.other().index()].as_ref() == Some(seen);
        let what = Disagreement::Team { side, expected: expected.clone(), seen: seen.clone() };
        self.disagree(what, say);
        // Another name altogether is a team that renamed itself.
        if swapped {
            self.hold(HoldReason::SidesContradiction, say);
        }
    }
}
