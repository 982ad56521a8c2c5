//! The state machine: from what lines say to what counts.
//!
//! A `Match_Start` is only an offer. It becomes a map, a new start of the same map, or nothing at all (a backup restored
//! after a crash) by what follows: a live `Round_Start`, a round win, or a score. Until then nothing is undone, only held.
//!
//! How the unclear cases are decided:
//! * The first round of a map waits, since a knife round looks just like it. It counts with the next `Round_Start`, the
//!   next round win, or the score shown after the next freeze period; a new start or a warm-up drops it.
//! * A score below what stands is a rewind; one above it is lost lines. Lost rounds are never invented: the feed holds
//!   until a score or win fits what stands, a backup brings it back, or the map starts anew.
//! * A map decided by score but without its `Game Over` line is over at the next start or at the end of the log. A map
//!   that is left undecided for another gets a disagreement instead of a result.
//! * A `Game Over` line is believed; if its score is not the one that stands, a disagreement precedes it and the hold
//!   stays. One at 0:0 ended no map.

use super::event::{Counters, Disagreement, FeedEvent, HoldReason, Normalised, Side};
use super::format::{Roster, RoundFormat};
use super::line::{self, LINE_BYTES_MAX, Message};
use super::map::{At, Map, Names, Restore, Round};

/// What is known about a source beforehand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The format of the match; else the log's `mp_maxrounds` says it, else it is MR12.
    pub format: Option<RoundFormat>,
}

/// The normaliser of one server's log.
#[derive(Debug)]
pub struct CsLog {
    options: Options,
    counters: Counters,
    format_by_log: Option<RoundFormat>,
    stage: Stage,
    /// The last `Match_Start`, until something shows what became of it.
    start: Option<Start>,
    warm_up: bool,
    paused: bool,
    holds: Vec<HoldReason>,
}

#[derive(Debug)]
enum Stage {
    /// No live round yet.
    Idle,
    Playing(Map),
    /// Kept by name, for the server goes on with warm-ups and starts on the same map.
    Over {
        map: String,
    },
}

#[derive(Debug)]
struct Start {
    map: String,
    /// The first of several starts in a row: what it takes back was taken back there.
    at: At,
    names: Names,
}

impl CsLog {
    /// A normaliser that has seen nothing.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            counters: Counters::default(),
            format_by_log: None,
            stage: Stage::Idle,
            start: None,
            warm_up: false,
            paused: false,
            holds: Vec::new(),
        }
    }

    /// What became of the lines so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The format in force.
    pub fn format(&self) -> RoundFormat {
        match &self.stage {
            Stage::Playing(map) => map.format,
            Stage::Idle | Stage::Over { .. } => self.format_of_next_map(),
        }
    }

    /// Takes one line, with or without its end; events go to the end of `out`.
    pub fn line(&mut self, line_no: u64, bytes: &[u8], out: &mut Vec<Normalised>) {
        self.counters.lines += 1;
        if LINE_BYTES_MAX < bytes.len() {
            self.counters.garbage += 1;
            return;
        }
        let text = String::from_utf8_lossy(bytes);
        // CS2 pads some lines with NUL; files written by Windows tools begin with a byte-order mark.
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}');
        if text.is_empty() {
            self.counters.empty += 1;
            return;
        }
        match line::parse(text) {
            None => self.counters.garbage += 1,
            Some((_, Message::Other)) => self.counters.unknown += 1,
            Some((time, message)) => {
                self.counters.known += 1;
                self.take(message, &mut Say { at: At { line: line_no, time }, out });
            }
        }
    }

    /// The log ends here. A live start at 0:0 has the last word; a warm-up might still have ended in a restored backup.
    pub fn finish(&mut self, out: &mut Vec<Normalised>) {
        let start = self.start.take();
        let Stage::Playing(map) = &mut self.stage else { return };
        if map.is_decided() {
            self.close_decided(out);
        } else if let Some(start) = start
            && start.map == map.name
            && !self.warm_up
        {
            let say = &mut Say { at: start.at, out };
            self.rewind(0, say);
        }
    }

    fn take(&mut self, message: Message<'_>, say: &mut Say<'_>) {
        match message {
            Message::MatchStart { map } => self.match_start(map, say),
            Message::MatchReloaded => self.match_reloaded(say),
            Message::RoundStart => self.round_start(say),
            Message::FreezeStart => {
                if let Stage::Playing(map) = &mut self.stage {
                    map.frozen = true;
                    map.names_are_current = false;
                }
            }
            Message::RestartAnnounced => {
                if let Stage::Playing(map) = &self.stage
                    && (0 < map.standing() || map.unconfirmed.is_some())
                {
                    self.hold(HoldReason::RestartAnnounced, say);
                }
            }
            Message::WarmUpStart => self.warm_up_start(say),
            Message::WarmUpEnd => self.warm_up = false,
            Message::RoundWon { side, reason, ct, t } => self.round_won(side, reason, ct, t, say),
            Message::RoundDraw { ct, t } => {
                if let Stage::Playing(map) = &mut self.stage {
                    map.names_are_current = false;
                }
                self.score_shown(ct, t, say);
            }
            Message::TeamPlaying { side, name } => self.team_playing(side, name, say),
            Message::Score { warm_up: true, .. } => self.warm_up_start(say),
            Message::Score { ct, t, warm_up: false } => {
                self.warm_up = false;
                self.score_shown(ct, t, say);
            }
            Message::MaxRounds(rounds) => {
                self.format_by_log = RoundFormat::from_max_rounds(rounds).or(self.format_by_log);
            }
            Message::RestoreCommand { rounds } => self.restore_command(rounds, say),
            Message::PauseEnabled => self.pause(true, say),
            Message::PauseDisabled => self.pause(false, say),
            Message::GameOver { ct, t } => self.game_over(ct, t, say),
            Message::Other => {}
        }
    }

    // Starts and warm-ups.

    fn match_start(&mut self, name: &str, say: &mut Say<'_>) {
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

    fn warm_up_start(&mut self, say: &mut Say<'_>) {
        self.warm_up = true;
        self.reset_shown(say);
    }

    /// The server shows 0:0 or warms up: an unconfirmed first round never counted, and rounds that stand are in doubt.
    fn reset_shown(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &self.stage else { return };
        if 0 < map.standing() {
            self.hold(HoldReason::RestartUnconfirmed, say);
        }
        self.drop_first_round(say);
    }

    /// The last `Match_Start` is being played on.
    fn begin(&mut self, say: &mut Say<'_>) {
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
            map.unconfirmed = None;
        } else {
            self.stage =
                Stage::Playing(Map::new(start.map, start.names, self.format_of_next_map()));
        }
        self.announce_map(say);
        self.release_all(say);
    }

    /// Says which map is played on which sides, if that is news. Only while no round stands.
    fn announce_map(&mut self, say: &mut Say<'_>) {
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

    fn format_of_next_map(&self) -> RoundFormat {
        self.options.format.or(self.format_by_log).unwrap_or(RoundFormat::Mr12)
    }

    // Rounds.

    fn round_start(&mut self, say: &mut Say<'_>) {
        if self.warm_up {
            return;
        }
        self.begin(say);
        if !self.holds.contains(&HoldReason::RestartAnnounced) {
            self.confirm_first_round(say);
        }
        self.announce_map(say);
        let Stage::Playing(map) = &mut self.stage else { return };
        map.names_are_current = false;
        if map.unconfirmed.is_none() && !map.is_decided() {
            say.event(FeedEvent::RoundStart { round: map.standing() + 1 });
        }
    }

    fn round_won(&mut self, side: Side, reason: &str, ct: u32, t: u32, say: &mut Say<'_>) {
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
        let previous = map.unconfirmed.as_ref().or(map.last());
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
    fn accept(&mut self, round: Round, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        map.restore = None;
        map.frozen = false;
        map.names_are_current = true;
        if 0 < map.standing() {
            self.count(round, say);
            self.release_all_but_sides(say);
            return;
        }
        map.unconfirmed = Some(round);
        self.hold(HoldReason::FirstRoundUnconfirmed, say);
        let waits = HoldReason::FirstRoundUnconfirmed;
        self.release_where(
            |reason| reason != waits && reason != HoldReason::SidesContradiction,
            say,
        );
    }

    fn confirm_first_round(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        let Some(mut round) = map.unconfirmed.take() else { return };
        self.announce_map(say);
        if let Stage::Playing(map) = &self.stage {
            round.winner = map.roster(round.side, 1);
        }
        self.count(round, say);
        self.release_where(|reason| reason == HoldReason::FirstRoundUnconfirmed, say);
    }

    fn drop_first_round(&mut self, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        if map.unconfirmed.take().is_some() {
            self.counters.dropped_first_rounds += 1;
            self.release_where(|reason| reason == HoldReason::FirstRoundUnconfirmed, say);
        }
    }

    fn count(&mut self, round: Round, say: &mut Say<'_>) {
        let Stage::Playing(map) = &mut self.stage else { return };
        map.push(round);
        self.tell_round(say);
    }

    /// Says the last round that stands, with the line on which it was won.
    fn tell_round(&mut self, say: &mut Say<'_>) {
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

    // Scores and backups.

    /// The server shows a score outside of a win line.
    fn score_shown(&mut self, ct: u32, t: u32, say: &mut Say<'_>) {
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
                1 if (first.ct, first.t) == (ct, t) => {
                    if map.frozen && !self.holds.contains(&HoldReason::RestartAnnounced) {
                        self.confirm_first_round(say);
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

    fn score_against_standing(&mut self, ct: u32, t: u32, say: &mut Say<'_>) {
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

    fn restore_command(&mut self, rounds: Option<u32>, say: &mut Say<'_>) {
        match &mut self.stage {
            Stage::Playing(map) => {
                map.restore = Some(Restore { rounds, asked: Some(say.at) });
                self.hold(HoldReason::RestoreRequested, say);
            }
            Stage::Over { .. } => self.disagree(Disagreement::RestoreAfterMapOver, say),
            Stage::Idle => {}
        }
    }

    fn match_reloaded(&mut self, say: &mut Say<'_>) {
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
    fn rewind(&mut self, rounds: u32, say: &mut Say<'_>) {
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
    fn reinstate(&mut self, rounds: u32, say: &mut Say<'_>) {
        while let Stage::Playing(map) = &mut self.stage
            && map.standing() < rounds
            && map.round(map.standing() + 1).is_some()
        {
            map.stand_at(map.standing() + 1);
            self.tell_round(say);
        }
    }

    // Names, pauses, the end.

    fn team_playing(&mut self, side: Side, name: &str, say: &mut Say<'_>) {
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

    fn pause(&mut self, paused: bool, say: &mut Say<'_>) {
        if self.paused == paused || matches!(self.stage, Stage::Over { .. }) && self.start.is_none()
        {
            return;
        }
        self.paused = paused;
        say.event(if paused { FeedEvent::Paused } else { FeedEvent::Resumed });
    }

    fn game_over(&mut self, ct: u32, t: u32, say: &mut Say<'_>) {
        if let Stage::Playing(Map { unconfirmed: Some(first), .. }) = &self.stage
            && (first.ct, first.t) == (ct, t)
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
    fn close_decided(&mut self, out: &mut Vec<Normalised>) {
        let Stage::Playing(map) = &self.stage else { return };
        let Some(last) = map.last() else { return };
        let over = FeedEvent::MapOver { map: map.name.clone(), score: map.score() };
        let certain = !self.holds.contains(&HoldReason::ScoreContradiction);
        self.close(over, certain, &mut Say { at: last.at, out });
    }

    fn close(&mut self, over: FeedEvent, certain: bool, say: &mut Say<'_>) {
        let Stage::Playing(map) = &self.stage else { return };
        self.stage = Stage::Over { map: map.name.clone() };
        self.start = None;
        self.paused = false;
        say.event(over);
        if certain {
            self.release_all(say);
        }
    }

    // Holds and disagreements.

    fn hold(&mut self, reason: HoldReason, say: &mut Say<'_>) {
        if !self.holds.contains(&reason) {
            self.holds.push(reason);
            say.event(FeedEvent::Held { reason });
        }
    }

    fn release_where(&mut self, ends: impl Fn(HoldReason) -> bool, say: &mut Say<'_>) {
        let held = !self.holds.is_empty();
        self.holds.retain(|&reason| !ends(reason));
        if held && self.holds.is_empty() {
            say.event(FeedEvent::Released);
        }
    }

    fn release_all(&mut self, say: &mut Say<'_>) {
        self.release_where(|_| true, say);
    }

    fn release_all_but_sides(&mut self, say: &mut Say<'_>) {
        self.release_where(|reason| reason != HoldReason::SidesContradiction, say);
    }

    fn disagree(&mut self, what: Disagreement, say: &mut Say<'_>) {
        self.counters.disagreements += 1;
        say.event(FeedEvent::Disagreement { what });
    }

    fn contradict(&mut self, what: Disagreement, say: &mut Say<'_>) {
        self.disagree(what, say);
        self.hold(HoldReason::ScoreContradiction, say);
    }

    /// Scores are shown several times a round; only the first contradiction is news.
    fn contradict_once(&mut self, what: Disagreement, say: &mut Say<'_>) {
        if !self.holds.contains(&HoldReason::ScoreContradiction) {
            self.contradict(what, say);
        }
    }
}

/// The line being read, and where its events go.
struct Say<'a> {
    at: At,
    out: &'a mut Vec<Normalised>,
}

impl Say<'_> {
    fn event(&mut self, event: FeedEvent) {
        self.out.push(Normalised { line: self.at.line, time: Some(self.at.time), event });
    }
}
