//! The core: one thread that stamps, appends and applies.
//!
//! It owns the state, the journal's writer and the writing end of the outbox ring. It knows no socket
//! and waits for nobody in particular: when the journal or the outbox ring is full it takes no more
//! input, and the senders hear `EngineBusy` once the input ring has filled.
//!
//! Invariants: a command is in the journal's ring before it touches the state; all its events are in the
//! outbox ring before the next command is looked at. In steady state nothing here allocates, locks, or
//! makes a system call but to sleep and to wake.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::thread;
use std::time::Duration;

use clutch_core::command::{Actor, Capacity, ENCODED_MAX};
use clutch_core::switches::SHED_MAX;
use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Command, Envelope, Outbox, Record, Reject, State};
use clutch_journal::{Durable, Space, Writer};
use disruptor::{MissingFreeSlots, Producer};

use crate::clock::Clock;
use crate::config::Wait;
use crate::gate::{Gate, OutboxProducer, Slot};
use crate::idle::{Idle, Pause};
use crate::input::{Input, Request, Requests, left};
use crate::shared::{Phase, Shared};
use clutch_journal::prefetch;

/// The longest sleep with nothing due. Bells wake the core earlier; this bounds how late it notices
/// anything that rings none.
const SLEEP_MAX: Duration = Duration::from_millis(100);
/// How long the core sleeps at a time while a ring is full. Nobody rings when there is room again, as
/// a full ring of tens of thousands takes far longer than this to run empty.
const FULL_SLEEP: Duration = Duration::from_micros(200);

/// Commands count as coming one after the other if the last came no longer ago than this. The engine then does its
/// own work in short slices, and says little at a time, as the next one's answer waits behind all of it.
const FLOW_NS: u64 = 1_000_000;
/// Records that may wait to be fetched before settlement goes on, while commands keep coming.
const SAID_IN_FLOW: u64 = 1_024;

/// How many requests before its turn the memory of one is asked for.
const LOOK_AHEAD: usize = 16;

/// The journal has failed, so nothing may be accepted any more.
#[derive(Debug)]
pub(crate) struct JournalFailed;

pub(crate) struct Core {
    pub state: State,
    pub outbox: Outbox,
    pub writer: Writer,
    pub durable: Durable,
    pub records: OutboxProducer,
    pub gate: Gate,
    pub clock: Clock,
    pub shared: Arc<Shared>,
    pub batch_max: usize,
    /// The sizes that the tables get before anything is taken in, if larger ones than they have.
    pub enlarge_to: Option<Capacity>,
    /// How many requests the input ring holds.
    pub input_slots: usize,
    pub wait: Wait,
    /// Whether the disk has little room, as it was at the beginning of the batch.
    pub is_journal_low: bool,
    /// What every record says of its encoding and rules.
    pub record_version: u16,
    /// Commands count as coming one after the other until then.
    pub flows_until: Timestamp,
    /// The bytes of the command at hand.
    pub encoded: Box<[u8; ENCODED_MAX]>,
    /// The first record of this batch that went into the outbox ring.
    pub first_carried: Option<Seq>,
    /// How many records the outbox ring holds.
    pub outbox_slots: u64,
    /// Records that ever went into the outbox ring.
    pub carried: u64,
}

impl Core {
    /// Works until the engine drains, then finishes what was taken. On return nothing more will be
    /// appended, and everything appended has been shown to the committer.
    pub fn run(&mut self, input: &mut Input) -> Result<(), JournalFailed> {
        self.enlarge()?;
        let mut idle = Idle::new(self.wait);
        loop {
            if self.turn(input)? {
                idle.reset();
                continue;
            }
            if self.shared.phase() != Phase::Running {
                return self.finish(input);
            }
            match idle.next() {
                Pause::Spin => std::hint::spin_loop(),
                Pause::Yield => thread::yield_now(),
                Pause::Sleep => self.sleep(input),
            }
        }
    }

    /// Enlarges the tables, before anything is taken in.
    fn enlarge(&mut self) -> Result<(), JournalFailed> {
        let Some(capacity) = self.enlarge_to.take() else { return Ok(()) };
        let command = Command::Enlarge { capacity };
        let now = self.clock.read();
        self.append_and_apply(&Envelope { actor: Actor::Engine, trace: 0, command }, now)?;
        self.carry_out()?;
        self.end_batch();
        Ok(())
    }

    /// One turn of the duty cycle; says whether there was work.
    fn turn(&mut self, input: &mut Input) -> Result<bool, JournalFailed> {
        self.check_journal()?;
        if let Some(mut requests) = input.take() {
            self.process_all(&mut requests)?;
            return Ok(true);
        }
        if self.state.next_due() == Timestamp::MAX {
            return Ok(false);
        }
        let now = self.clock.read();
        // What settlement says would stand in the way of the next bet's answer.
        let due =
            if self.has_much_to_say(now) { self.state.next_timer() } else { self.state.next_due() };
        let has_ticked = self.tick_if_due(due, now)?;
        if has_ticked {
            self.end_batch();
        }
        Ok(has_ticked)
    }

    /// Processes requests batch by batch. When the guard goes, all its requests count as read, looked
    /// at or not; so none is left but by a failure, after which nothing is promised any more.
    fn process_all(&mut self, requests: &mut Requests<'_>) -> Result<(), JournalFailed> {
        while 0 < left(requests) {
            let now = self.clock.read();
            self.flows_until = now.plus(FLOW_NS);
            self.tick_if_due(self.state.next_timer(), now)?;
            self.shed_by(left(requests), now)?;
            self.process_batch(requests, now)?;
            self.shared.core.batches.add(1);
            self.end_batch();
        }
        Ok(())
    }

    /// One batch. Requests stay in a short line before they are processed: the memory that one will
    /// need is asked for when it enters and again half way, so that nobody waits for it at the end.
    fn process_batch(
        &mut self,
        requests: &mut Requests<'_>,
        now: Timestamp,
    ) -> Result<(), JournalFailed> {
        self.is_journal_low = self.durable.space() != Space::Ample;
        let count = left(requests).min(self.batch_max);
        let mut line = [&Request::Nothing; LOOK_AHEAD];
        // A few requests are not made to wait behind places that are empty.
        let line = &mut line[..count.clamp(1, LOOK_AHEAD)];
        let places = line.len();
        let (mut place, mut half_way) = (0, places / 2);
        let next = |place: usize| if place + 1 < places { place + 1 } else { 0 };
        let mut coming = requests.take(count);
        for _ in 0..count + places {
            let entering = coming.next().unwrap_or(&Request::Nothing);
            if let Some(envelope) = entering.command() {
                self.state.warm(envelope, prefetch);
            }
            if let Some(envelope) = line[half_way].command() {
                self.state.warm_further(envelope, prefetch);
            }
            let leaving = std::mem::replace(&mut line[place], entering);
            self.process(leaving, now)?;
            (place, half_way) = (next(place), next(half_way));
        }
        Ok(())
    }

    fn process(&mut self, request: &Request, now: Timestamp) -> Result<(), JournalFailed> {
        match request {
            // Decided here and not by the rules: it depends on a disk, and a replay has none.
            Request::Command(envelope)
                if self.is_journal_low
                    && self.state.turn_away(envelope, Reject::JournalFull, &mut self.outbox) =>
            {
                self.shared.core.turned_away.add(1);
            }
            // Decided here as well: what is shed is no record, so that it costs next to nothing.
            Request::Command(envelope)
                if self.state.shed() != 0
                    && self.state.sheds(&envelope.command)
                    && self.state.turn_away(envelope, Reject::LoadShed, &mut self.outbox) =>
            {
                self.shared.core.shed.add(1);
            }
            Request::Command(envelope) => {
                self.append_and_apply(envelope, now)?;
                self.shared.core.commands.add(1);
            }
            Request::Query { trace, query } => {
                self.state.query(*trace, query, &mut self.outbox);
                self.shared.core.queries.add(1);
            }
            Request::Nothing => return Ok(()),
        }
        self.carry_out()
    }

    /// Lets due timers fire: time moves the state only through the journal.
    fn tick_if_due(&mut self, due: Timestamp, now: Timestamp) -> Result<bool, JournalFailed> {
        if now < due {
            return Ok(false);
        }
        let command = if now < self.flows_until { Command::BriefTick } else { Command::Tick };
        let tick = Envelope { actor: Actor::Engine, trace: 0, command };
        self.append_and_apply(&tick, now)?;
        self.shared.core.ticks.add(1);
        self.carry_out()?;
        Ok(true)
    }

    /// Whether so much waits to be fetched that settlement shall not add to it.
    fn has_much_to_say(&self, now: Timestamp) -> bool {
        let many = self.outbox_slots / 8;
        let most = if now < self.flows_until { many.min(SAID_IN_FLOW) } else { many };
        most < self.said_and_waiting() && !self.shared.is_outbox_abandoned()
    }

    fn said_and_waiting(&self) -> u64 {
        self.carried.saturating_sub(self.shared.released.load(Ordering::Relaxed))
    }

    /// Sheds as much as the input ring is full, and less again once it has emptied well below that.
    /// The level is a command: whoever reads the journal sees when bets were given up.
    fn shed_by(&mut self, waiting: usize, now: Timestamp) -> Result<(), JournalFailed> {
        // A ring that was closed is full, of nothing.
        if self.shared.phase() != Phase::Running {
            return Ok(());
        }
        let level = self.state.shed();
        let wanted = shed_level(level, waiting, self.input_slots);
        if wanted == level || self.state.capacity().is_none() {
            return Ok(());
        }
        let command = Command::Shed { level: wanted };
        self.append_and_apply(&Envelope { actor: Actor::Engine, trace: 0, command }, now)?;
        self.carry_out()
    }

    fn append_and_apply(
        &mut self,
        envelope: &Envelope,
        now: Timestamp,
    ) -> Result<(), JournalFailed> {
        let seq = Seq(self.state.last_seq().0 + 1);
        let now = now.max(self.state.now());
        let length = envelope.encode(&mut self.encoded);
        let mut idle = Idle::new(self.wait);
        while self.append(seq, now, envelope.command.kind(), length).is_err() {
            self.wait_for_room(&mut idle)?;
        }
        self.state.apply(seq, now, envelope, &mut self.outbox);
        assert!(self.state.last_seq() == seq, "the state and the journal count alike");
        self.shared.core.last_seq.set(seq.0);
        Ok(())
    }

    #[inline]
    fn append(
        &mut self,
        seq: Seq,
        now: Timestamp,
        kind: u16,
        length: usize,
    ) -> Result<(), clutch_journal::Full> {
        self.writer.append(kind, self.record_version, seq.0, now.nanos(), &self.encoded[..length])
    }

    /// Moves the events at hand into the outbox ring, all of them, however long that takes.
    fn carry_out(&mut self) -> Result<(), JournalFailed> {
        let mut idle = Idle::new(self.wait);
        let mut sent = 0;
        while let Some(next) = self.outbox.records().get(sent) {
            self.first_carried.get_or_insert(next.seq);
            let moved = publish_some(&mut self.records, &self.outbox.records()[sent..]);
            self.carried += moved as u64;
            sent += moved;
            if moved == 0 {
                if self.shared.is_outbox_abandoned() {
                    break;
                }
                self.wait_for_room(&mut idle)?;
            }
        }
        self.outbox.clear();
        Ok(())
    }

    /// Shows the batch to the committer, and to the publisher what of it may leave already.
    fn end_batch(&mut self) {
        self.writer.publish();
        if let Some(first) = self.first_carried.take() {
            // With the fence in `Doorbell::ring` on the committer's side: either this load sees what
            // the committer made durable, or the committer's ring comes after the publisher could
            // find these records. So none of them is left lying until the next commit.
            fence(Ordering::SeqCst);
            if self.gate.releases(first) {
                self.shared.publisher_bell.ring();
            }
            let waiting = self.said_and_waiting();
            self.shared.core.outbox_high_water.raise_to(waiting);
        }
    }

    /// One pause while the journal's ring or the outbox ring is full. Both run empty only if the
    /// committer and the publisher know of everything so far.
    #[cold]
    fn wait_for_room(&mut self, idle: &mut Idle) -> Result<(), JournalFailed> {
        self.end_batch();
        self.check_journal()?;
        match idle.next() {
            Pause::Spin => std::hint::spin_loop(),
            Pause::Yield => thread::yield_now(),
            Pause::Sleep => thread::park_timeout(FULL_SLEEP),
        }
        Ok(())
    }

    #[inline]
    fn check_journal(&self) -> Result<(), JournalFailed> {
        if self.durable.is_failed() { Err(JournalFailed) } else { Ok(()) }
    }

    /// Sleeps until a request comes, a timer is due, or the bell rings for another reason.
    fn sleep(&mut self, input: &Input) {
        let due = self.state.next_due();
        let longest = self.clock.until(due, SLEEP_MAX);
        self.shared.core_bell.arm();
        let has_work = input.has_available()
            || due <= self.clock.read()
            || self.shared.phase() != Phase::Running
            || self.durable.is_failed();
        if !has_work {
            self.shared.core.parks.add(1);
            thread::park_timeout(longest);
        }
        self.shared.core_bell.disarm();
    }

    /// Closes the input ring and processes what it holds.
    fn finish(&mut self, input: &mut Input) -> Result<(), JournalFailed> {
        let mut requests = input.close();
        self.process_all(&mut requests)
    }

    /// Waits until everything appended is durable, or will never be.
    pub fn flush(&mut self) {
        self.end_batch();
        while self.durable.seq() < self.writer.appended_seq() && !self.durable.is_failed() {
            thread::park_timeout(FULL_SLEEP);
        }
    }
}

/// How much to shed with so many requests waiting in a ring of so many slots: one level more for each
/// quarter that is full. A level ends half a quarter below where it began.
fn shed_level(level: u8, waiting: usize, slots: usize) -> u8 {
    let quarters = |eighths: usize| (waiting + eighths * slots / 8) * 4 / slots;
    let rising = quarters(0).min(usize::from(SHED_MAX)) as u8;
    let falling = quarters(1).min(usize::from(SHED_MAX)) as u8;
    level.clamp(rising, falling)
}

/// Publishes as many of `records` as there is room for, in one step.
fn publish_some(ring: &mut OutboxProducer, records: &[Record]) -> usize {
    let mut publish = |count: usize| {
        ring.try_batch_publish(count, |slots| {
            for (slot, record) in slots.zip(records) {
                *slot = Slot(*record);
            }
        })
    };
    match publish(records.len()) {
        Ok(_) => records.len(),
        Err(MissingFreeSlots(missing)) => {
            let room = records.len().saturating_sub(missing as usize);
            if 0 < room && publish(room).is_ok() { room } else { 0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_shed_with_each_quarter_and_less_only_well_below() {
        let slots = 64;
        let mut level = 0;
        let steps = [
            (15, 0),
            (16, 1),
            (31, 1),
            (32, 2),
            (63, 3),
            (64, 3),
            (41, 3),
            (39, 2),
            (25, 2),
            (23, 1),
            (9, 1),
            (7, 0),
            (0, 0),
        ];
        for (waiting, expected) in steps {
            level = shed_level(level, waiting, slots);
            assert_eq!(level, expected, "{waiting} of {slots} wait");
        }
    }
}
