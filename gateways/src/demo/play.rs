//! Plays a script into a running engine, as fast as possible or at a multiple of real time.
//!
//! As fast as possible, journal time is the log's own time, moved on by hand: every step waits until
//! the engine has applied the one before, so the outcome does not depend on the machine. At a pace,
//! journal time is the wall clock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clutch_core::units::Timestamp;
use clutch_core::{Command, Envelope, Event, Query, Record};
use clutch_engine::{CommandSender, ManualClock, Monitor, Phase, SendError};

use super::board::Board;
use super::script::{Item, Script};
use super::timeline::{Beat, MATCH, SOURCE};
use crate::feed::heartbeat;

/// How often the feed shows that it is alive, in journal time.
const HEARTBEAT_MS: u64 = 1_000;
/// How long the series' last waiting bets and settlements are given.
const AFTERMATH_MS: u64 = 10_000;

/// A journal whose time is further ahead of the log than this was not made in the log's own time.
const OTHER_CLOCK_MS: u64 = 24 * 3600 * 1000;

/// Where the player learns what the engine said.
pub trait Records {
    /// Gives out the records that are there, waiting at most `timeout` for the first one.
    fn drain(&mut self, timeout: Duration, take: &mut dyn FnMut(&Record));
}

/// How time passes.
pub enum Pace {
    /// By hand, in the log's own time.
    AsFastAsPossible(ManualClock),
    /// At this multiple of real time, on the wall clock.
    Times(f64),
}

/// Why a demo stopped before its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Somebody asked for it.
    Interrupted,
    /// The engine failed or drains.
    Engine(String),
    /// The journal holds something else.
    OtherJournal(String),
}

/// Plays one script.
pub struct Player<'a, R> {
    sender: CommandSender,
    monitor: Monitor,
    records: R,
    pace: Pace,
    stop: &'a AtomicBool,
    board: Board,
    sent: u64,
    observer: &'a mut dyn Observer,
}

/// Watches a demo.
pub trait Observer {
    /// The engine released a record.
    fn record(&mut self, record: &Record);
    /// A fact is about to be told to the engine.
    fn beat(&mut self, beat: &Beat);
    /// The engine has answered everything that it was told.
    fn settled_down(&mut self, board: &Board);
    /// The feed showed that it is alive.
    fn heartbeat(&mut self);
}

/// Nobody watches.
impl Observer for () {
    fn record(&mut self, _: &Record) {}
    fn beat(&mut self, _: &Beat) {}
    fn settled_down(&mut self, _: &Board) {}
    fn heartbeat(&mut self) {}
}

impl<'a, R: Records> Player<'a, R> {
    /// A player that has done nothing yet.
    pub fn new(
        sender: CommandSender,
        monitor: Monitor,
        records: R,
        pace: Pace,
        stop: &'a AtomicBool,
        observer: &'a mut dyn Observer,
    ) -> Self {
        let board = Board::default();
        Self { sender, monitor, records, pace, stop, board, sent: 0, observer }
    }

    /// Plays the script to its end; goes on where the journal stops if it was begun before.
    ///
    /// # Errors
    /// [`Stopped`] says why it did not get there.
    pub fn play(&mut self, script: &Script) -> Result<(), Stopped> {
        let (done, journal_ms) = self.set_up(script)?;
        // Everything up to the last fact that the engine knows is in the journal, since nothing is
        // sent before what comes first has been applied. Only the bets after it may be missing.
        let is_next = |item: &Item| matches!(item, Item::Beat(beat) if beat.version() == done);
        let from = script.items.iter().position(is_next).map_or(0, |index| index + 1);
        let items = &script.items[from..];
        let ends_ms = script.items.last().map_or(0, Item::at_ms);
        let begins_ms = items.first().map_or(ends_ms, Item::at_ms);
        let mut now_ms = begins_ms;
        if let Pace::AsFastAsPossible(clock) = &self.pace {
            if ends_ms + OTHER_CLOCK_MS < journal_ms {
                return Err(Stopped::OtherJournal("this match on another clock".to_owned()));
            }
            // A journal that was cut short goes on at its own time, heartbeat by heartbeat.
            now_ms = if done == 0 { begins_ms } else { journal_ms };
            clock.set(Timestamp::from_millis(now_ms));
        }
        for item in items {
            self.pass_time(&mut now_ms, item.at_ms())?;
            self.perform(item)?;
        }
        self.pass_time(&mut now_ms, ends_ms + AFTERMATH_MS)?;
        self.catch_up()
    }

    /// Keeps listening until somebody asks to stop.
    ///
    /// # Errors
    /// [`Stopped::Interrupted`] when somebody does, or that the engine failed.
    pub fn linger(&mut self) -> Result<(), Stopped> {
        loop {
            self.check()?;
            self.listen(Duration::from_millis(500));
        }
    }

    /// Creates the match unless the journal has it; returns how far its feed was followed, and the
    /// journal's time.
    fn set_up(&mut self, script: &Script) -> Result<(u64, u64), Stopped> {
        let mut key = None;
        let mut version = 0;
        let mut journal_ms = 0;
        let mut shape = None;
        self.ask(Query::Catalogue, |record| {
            journal_ms = record.time.millis();
            if let Event::MatchCreated { match_id: MATCH, rounds, best_of, .. } = &record.event {
                shape = Some((*rounds, *best_of));
            }
            if let Event::Named { match_id: MATCH, part, name } = &record.event
                && *part == clutch_core::event::NamedPart::Match
            {
                key = Some(*name);
            }
        })?;
        if let Some(key) = key {
            if key != script.key {
                return Err(Stopped::OtherJournal(key.to_string()));
            }
            if shape != Some((script.format, script.best_of)) {
                let other = format!("{key} in another --format or --best-of");
                return Err(Stopped::OtherJournal(other));
            }
            self.ask(Query::Match { match_id: MATCH }, |record| {
                if let Event::FeedHeard { source: SOURCE, version: heard, .. } = &record.event {
                    version = *heard;
                }
            })?;
        }
        // A set-up that was cut short is sent again whole: what exists is refused, nothing doubles.
        if version == 0 {
            for envelope in &script.setup {
                self.send(*envelope)?;
            }
            self.catch_up()?;
        }
        Ok((version, journal_ms))
    }

    fn perform(&mut self, item: &Item) -> Result<(), Stopped> {
        match item {
            Item::Beat(beat) => {
                self.observer.beat(beat);
                self.send(beat.envelope)?;
            }
            Item::Crowd { number, wishes, .. } => {
                let now = self.journal_time(item.at_ms());
                for (index, wish) in wishes.iter().enumerate() {
                    let unique = u128::from(*number) << 32 | index as u128;
                    self.send(wish.place(&self.board, now, unique))?;
                }
            }
        }
        self.catch_up()?;
        self.observer.settled_down(&self.board);
        Ok(())
    }

    /// The time a bettor's own clock shows.
    fn journal_time(&self, log_ms: u64) -> Timestamp {
        match &self.pace {
            Pace::AsFastAsPossible(_) => Timestamp::from_millis(log_ms),
            Pace::Times(_) => wall_clock(),
        }
    }

    /// Lets time pass up to `until_ms`, with a sign of life of the feed now and then.
    fn pass_time(&mut self, now_ms: &mut u64, until_ms: u64) -> Result<(), Stopped> {
        while *now_ms < until_ms {
            let step_ms = match &self.pace {
                Pace::AsFastAsPossible(_) => HEARTBEAT_MS,
                // At a pace the feed is alive in wall time.
                Pace::Times(times) => ((HEARTBEAT_MS as f64 * times) as u64).max(1),
            };
            let next_ms = until_ms.min(now_ms.saturating_add(step_ms));
            match &self.pace {
                Pace::AsFastAsPossible(clock) => clock.set(Timestamp::from_millis(next_ms)),
                Pace::Times(times) => {
                    let pause = Duration::from_secs_f64((next_ms - *now_ms) as f64 / 1e3 / times);
                    self.sleep(pause)?;
                }
            }
            *now_ms = next_ms;
            let received_at = self.journal_time(next_ms);
            self.send(heartbeat(MATCH, SOURCE, Timestamp::default(), received_at))?;
            self.observer.heartbeat();
            self.wait_applied()?;
        }
        Ok(())
    }

    /// Sleeps, but keeps listening.
    fn sleep(&mut self, pause: Duration) -> Result<(), Stopped> {
        let end = Instant::now() + pause;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            self.listen(left.min(Duration::from_millis(200)));
            if left.is_zero() {
                return Ok(());
            }
        }
    }

    fn listen(&mut self, timeout: Duration) {
        let Self { records, board, observer, .. } = self;
        records.drain(timeout, &mut |record| {
            board.see(record);
            observer.record(record);
        });
    }

    /// Hands a command in; while the engine is busy, waits and tries again.
    fn send(&mut self, mut envelope: Envelope) -> Result<(), Stopped> {
        // At a pace the game is played now, whatever day its log is of.
        if let (Pace::Times(_), Command::Feed(message)) = (&self.pace, &mut envelope.command) {
            message.received_at = wall_clock();
            message.source_time = message.received_at;
        }
        loop {
            match self.sender.try_send(envelope) {
                Ok(()) => {
                    self.sent += 1;
                    return Ok(());
                }
                Err(SendError::EngineBusy) => {
                    self.check()?;
                    self.listen(Duration::from_millis(1));
                }
                Err(error) => return Err(Stopped::Engine(error.to_string())),
            }
        }
    }

    /// Waits until the engine has applied everything sent.
    fn wait_applied(&mut self) -> Result<(), Stopped> {
        let mut spins = 0_u32;
        while self.monitor.metrics().commands < self.sent {
            spins += 1;
            if spins.is_multiple_of(64) {
                self.check()?;
                self.listen(Duration::ZERO);
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Waits until everything sent is applied, durable, and seen on the board.
    fn catch_up(&mut self) -> Result<(), Stopped> {
        self.wait_applied()?;
        self.ask(Query::Account { account: super::crowd::YOU, bets_max: 0 }, |_| {})
    }

    /// Asks a question and listens until it is answered; whatever comes before is seen as well.
    fn ask(&mut self, query: Query, mut hear: impl FnMut(&Record)) -> Result<(), Stopped> {
        while let Err(error) = self.sender.try_query(TRACE, query) {
            match error {
                SendError::EngineBusy => self.check()?,
                error => return Err(Stopped::Engine(error.to_string())),
            }
        }
        let mut done = false;
        while !done {
            self.check()?;
            let Self { records, board, observer, .. } = self;
            records.drain(Duration::from_millis(50), &mut |record| {
                board.see(record);
                observer.record(record);
                if record.trace == TRACE {
                    hear(record);
                    done |= record.event == Event::QueryDone;
                }
            });
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Stopped> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Stopped::Interrupted);
        }
        let status = self.monitor.status();
        match status.phase {
            Phase::Failed => Err(Stopped::Engine(status.failure.unwrap_or_default())),
            _ => Ok(()),
        }
    }
}

/// Marks the player's own questions among all others.
const TRACE: u64 = u64::MAX;

/// The time of day.
pub fn wall_clock() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::from_nanos(since.map_or(0, |since| since.as_nanos() as u64))
}
