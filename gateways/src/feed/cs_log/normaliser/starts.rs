//! Where a map begins: starts, warm-ups, and what a new start takes back.

use super::super::event::{Disagreement, FeedEvent, HoldReason};
use super::super::format::RoundFormat;
use super::super::map::{Map, Names};
use super::{CsLog, Say, Stage, Start};

impl CsLog {
    pub(super) fn match_start(&mut self, name: &str, say: &mut Say<'_>) {
        if let Stage::Playing(map) = &self.stage
            && map.is_decided()
        {
            self.close_decided(say.out);
        }
        match &mut self.stage {
            Stage::Over { map } if map == name => return,
            Stage::Playing(map) => {
                map.names_are_current = false;
                self.reset_shown(say);
            }
            Stage::Over { .. } | Stage::Idle => {}
        }
        let at = match &self.start {
            Some(start) if start.map == name => start.at,
            _ => say.at,
        };
        self.start = Some(Start { map: name.to_owned(), at, names: Names::default() });
    }

    pub(super) fn warm_up_start(&mut self, say: &mut Say<'_>) {
        self.warm_up = true;
        self.reset_shown(say);
    }

    /// The server shows 0:0 or warms up: an unconfirmed first round never counted, and rounds that stand are in doubt.
    pub(super) fn reset_shown(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &self.stage else { return };
        if 0 < map.standing() {
            self.hold(HoldReason::RestartUnconfirmed, say);
        }
        self.drop_first_round(say);
    }

    /// The last `Match_Start` is being played on.
    pub(super) fn begin(&mut self, say: &mut Say<'_>) {
        let Some(start) = self.start.take() else { return };
        let stays = matches!(&self.stage, Stage::Playing(map) if map.name == start.map);
        if stays {
            self.rewind(0, &mut Say { at: start.at, out: say.out });
        } else if let Stage::Playing(map) = &self.stage
            && 0 < map.standing()
        {
            let what =
                Disagreement::MapAbandoned { map: map.name.clone(), standing: map.standing() };
            self.disagree(what, say);
        }
        if let Stage::Playing(map) = &mut self.stage
            && stays
        {
            map.names = start.names;
            map.restore = None;
        } else {
            self.stage =
                Stage::Playing(Map::new(start.map, start.names, self.format_of_next_map()));
        }
        self.announce_map(say);
        self.release_all(say);
    }

    /// Says which map is played on which sides, if that is news. Only while no round stands.
    pub(super) fn announce_map(&mut self, say: &mut Say<'_>) {
        let format = self.format_of_next_map();
        let Stage::Playing(map) = &mut self.stage else { return };
        if 0 < map.standing() {
            return;
        }
        map.format = format;
        let announced = Some((map.names.clone(), format));
        if map.announced != announced {
            map.announced = announced;
            let [ct_team, t_team] = map.names.clone();
            say.event(FeedEvent::MapStart { map: map.name.clone(), ct_team, t_team, format });
        }
    }

    pub(super) fn format_of_next_map(&self) -> RoundFormat {
        self.options.format.or(self.format_by_log).unwrap_or(RoundFormat::Mr12)
    }
}
