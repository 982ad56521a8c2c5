//! The null component: rings like the engine's, a thread like its core, and no work. What it costs is
//! the harness; engine minus null is the engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use clutch_core::event::{BetStatus, BetView, LedgerAccount, PostingReason};
use clutch_core::units::{BetId, Money, Seq, Timestamp};
use clutch_core::{Command, Envelope, Event, Record};
use disruptor::{
    BusySpin, EventPoller, MultiProducer, MultiProducerBarrier, Producer, SingleConsumerBarrier,
    SingleProducer, SingleProducerBarrier,
};

use crate::component::Component;
use crate::floor::{Cores, pin};

/// As many as the engine has by default.
const SLOTS: usize = 65_536;
/// Requests taken at once, as the engine does.
const TAKE_MAX: u64 = SLOTS as u64 / 8;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct In(Option<Envelope>);

#[repr(align(64))]
struct Out(Record);

/// See the module.
pub struct Null {
    sender: MultiProducer<In, SingleConsumerBarrier>,
    answers: EventPoller<Out, SingleProducerBarrier>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Null {
    /// Starts its thread.
    pub fn start(cores: Cores) -> Self {
        let builder = disruptor::build_multi_producer(SLOTS, || In(None), BusySpin);
        let (requests, builder) = builder.new_event_poller();
        let sender = builder.build();
        let builder = disruptor::build_single_producer(SLOTS, || Out(blank()), BusySpin);
        let (answers, builder) = builder.new_event_poller();
        let producer = builder.build();
        let stop = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            pin(cores.component);
            echo(requests, producer, &is_over);
        });
        Self { sender, answers, stop, thread: Some(thread) }
    }
}

impl Component for Null {
    fn try_send(&mut self, envelope: Envelope) -> bool {
        self.sender.try_publish(|slot| slot.0 = Some(envelope)).is_ok()
    }

    fn poll(&mut self, mut on_record: impl FnMut(&Record)) {
        if let Ok(mut records) = self.answers.take(64) {
            (&mut records).for_each(|Out(record)| on_record(record));
        }
    }
}

impl Drop for Null {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // If it died, the run has shown that already: its answers are missing.
            let _ = thread.join();
        }
    }
}

fn echo(
    mut requests: EventPoller<In, MultiProducerBarrier>,
    mut producer: SingleProducer<Out, SingleConsumerBarrier>,
    is_over: &AtomicBool,
) {
    while !is_over.load(Ordering::Relaxed) {
        let Ok(mut batch) = requests.take(TAKE_MAX) else {
            std::hint::spin_loop();
            continue;
        };
        for request in &mut batch {
            let Some(envelope) = &request.0 else { continue };
            let records = answers(envelope);
            let mut publish = || {
                producer.try_batch_publish(records.len(), |slots| {
                    slots.zip(records).for_each(|(slot, record)| *slot = Out(record));
                })
            };
            while publish().is_err() && !is_over.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        }
    }
}

/// The three records that an accepted bet leads to.
fn answers(envelope: &Envelope) -> [Record; 3] {
    let Command::PlaceBet(bet) = &envelope.command else { return [blank(); 3] };
    let (account, stake) = (bet.account, bet.stake.money());
    let posting = Event::Posting {
        from: LedgerAccount::PlayerAvailable(account),
        to: LedgerAccount::PlayerHeld(account),
        amount: stake,
        currency: clutch_core::units::Currency(0),
        bet: Some(BetId(1)),
        reason: PostingReason::Hold,
    };
    let view = Event::Bet(BetView {
        bet: Some(BetId(1)),
        account,
        client_id: bet.client_id,
        market: bet.market,
        selection: bet.selection,
        odds: bet.odds,
        stake: bet.stake,
        status: BetStatus::Accepted { payout: stake },
    });
    let balance = Event::Balance { account, available: Money::ZERO, held: stake };
    [posting, view, balance].map(|event| Record { trace: envelope.trace, event, ..blank() })
}

fn blank() -> Record {
    Record { seq: Seq(0), time: Timestamp::default(), trace: 0, event: Event::QueryDone }
}
