//! The state machine: from what lines say to what counts.
//!
//! A `Match_Start` is only an offer. It becomes a map, a new start of the same map, or nothing at all (a backup restored
//! after a crash) by what follows: a live `Round_Start`, a round win, or a score. Until then nothing is undone, only held.
//!
//! How the unclear cases are decided:
//! * The first round of a map waits, since a knife round looks just like it. It counts with the next `Round_Start`, the
//!   next round win, or the score shown after the next freeze period; a new start or a warm-up drops it. If all its
//!   kills were made with knives, only the next round win will do: some servers let the teams choose their sides during
//!   the round after the knife round.
//! * A score below what stands is a rewind; one above it is lost lines. Lost rounds are never invented: the feed holds
//!   until a score or win fits what stands, a backup brings it back, or the map starts anew.
//! * A map decided by score but without its `Game Over` line is over at the next start or at the end of the log. A map
//!   that is left undecided for another gets a disagreement instead of a result.
//! * A `Game Over` line is believed; if its score is not the one that stands, a disagreement precedes it and the hold
//!   stays. One at 0:0 ended no map.

mod backups;
mod ending;
mod holds;
mod names;
mod rounds;
mod starts;

use super::event::{Counters, FeedEvent, HoldReason, Normalised};
use super::format::RoundFormat;
use super::line::{self, LINE_BYTES_MAX, Message};
use super::map::{At, Map, Names};
use super::time::LogTime;

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
    /// The time of the newest line.
    newest: Option<LogTime>,
}

/// How old a line can be that is sent again.
const SENT_AGAIN_MS: i64 = 10 * 60 * 1000;

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for each server")]
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
            newest: None,
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
            Some((time, _)) if self.was_sent_before(time) => self.counters.sent_again += 1,
            Some((time, message)) => {
                self.counters.known += 1;
                self.take(message, &mut Say { at: At { line: line_no, time }, out });
            }
        }
    }

    /// Whether a line is a little older than one that was taken (those of others, whose clocks differ,
    /// aside): a server that got no answer in time sends its lines again, and rounds in them are none that
    /// it takes back. What lies further behind was written after the server's clock was set back.
    fn was_sent_before(&mut self, time: LogTime) -> bool {
        let newest = *self.newest.get_or_insert(time);
        let behind_ms = newest.unix_millis() - time.unix_millis();
        if 0 < behind_ms && behind_ms <= SENT_AGAIN_MS {
            return true;
        }
        self.newest = Some(time);
        false
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
            Message::Kill { knife } => {
                if let Stage::Playing(map) = &mut self.stage {
                    map.kills.knife |= knife;
                    map.kills.other |= !knife;
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

    fn pause(&mut self, paused: bool, say: &mut Say<'_>) {
        if self.paused == paused || matches!(self.stage, Stage::Over { .. }) && self.start.is_none()
        {
            return;
        }
        self.paused = paused;
        say.event(if paused { FeedEvent::Paused } else { FeedEvent::Resumed });
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
