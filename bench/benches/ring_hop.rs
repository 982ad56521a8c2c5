//! A command's way to another thread and back: through rings like the engine's, and through channels.
//!
//! The time is that of both ways. Both threads are pinned, to the first and the last core; on a
//! machine with one core they take turns and the figures mean nothing.

use std::hint::{black_box, spin_loop};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use clutch_bench::{BookSize, Crowd, Desk};
use clutch_core::Envelope;
use core_affinity::CoreId;
use criterion::{Criterion, criterion_group, criterion_main};
use crossbeam_channel::TryRecvError;
use disruptor::{BusySpin, EventPoller, MultiProducerBarrier, Polling, Producer};

const SLOTS: usize = 65_536;

/// One slot, as in the engine's input ring.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Slot(Envelope);

fn pin(core: Option<&CoreId>) {
    if let Some(core) = core {
        core_affinity::set_for_current(*core);
    }
}

/// Answers from the last core until told to stop.
struct Echo {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Echo {
    fn start(core: Option<CoreId>, mut answer: impl FnMut() + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            pin(core.as_ref());
            while !is_over.load(Ordering::Relaxed) {
                answer();
            }
        });
        Self { stop, thread: Some(thread) }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok(), "the echo died");
        }
    }
}

/// A ring that several threads may write, as the engine's input ring.
fn ring(blank: Slot) -> (impl FnMut(Slot) + Send + 'static, impl FnMut() -> Option<Slot> + Send) {
    let builder = disruptor::build_multi_producer(SLOTS, move || blank, BusySpin);
    let (mut poller, builder) = builder.new_event_poller();
    let mut producer = builder.build();
    let send = move |sent: Slot| while producer.try_publish(|slot| *slot = sent).is_err() {};
    (send, move || take(&mut poller))
}

fn take(poller: &mut EventPoller<Slot, MultiProducerBarrier>) -> Option<Slot> {
    match poller.take(1) {
        Ok(mut slots) => (&mut slots).next().copied(),
        Err(Polling::NoEvents | Polling::Shutdown) => None,
    }
}

fn ring_hop(criterion: &mut Criterion) {
    // Asked for once: a thread that is pinned already sees its own core only.
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    let last = cores.last().copied();
    pin(cores.first());
    let (desk, board) = Desk::with_book(BookSize { accounts: 10, matches: 1, bets_max: 1 });
    let bet = Slot(Crowd::new(board, 10, 1).envelope(desk.now(), 7));
    let mut group = criterion.benchmark_group("there_and_back");
    {
        let (mut send, mut receive_there) = ring(bet);
        let (mut send_back, mut receive) = ring(bet);
        let _echo = Echo::start(last, move || match receive_there() {
            Some(slot) => send_back(slot),
            None => spin_loop(),
        });
        group.bench_function("rings", |bencher| {
            bencher.iter(|| {
                send(black_box(bet));
                loop {
                    match receive() {
                        Some(slot) => break slot.0.trace,
                        None => spin_loop(),
                    }
                }
            });
        });
    }
    {
        let (there, at_echo) = crossbeam_channel::bounded::<Slot>(SLOTS);
        let (back, at_home) = crossbeam_channel::bounded::<Slot>(SLOTS);
        let _echo = Echo::start(last, move || match at_echo.try_recv() {
            Ok(slot) => assert!(back.send(slot).is_ok(), "the sender outlives its echo"),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => spin_loop(),
        });
        group.bench_function("crossbeam_channels", |bencher| {
            bencher.iter(|| {
                let sent = there.send(black_box(bet));
                assert!(sent.is_ok(), "the echo is alive");
                loop {
                    match at_home.try_recv() {
                        Ok(slot) => break slot.0.trace,
                        Err(_) => spin_loop(),
                    }
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, ring_hop);
criterion_main!(benches);
