//! Open-loop load: bets go out at planned times, whatever the component does meanwhile.
//!
//! A latency runs from the moment a bet was *planned* to leave until its answer is in the publisher's
//! hands. A stall therefore counts for every bet that should have left during it, and not once, as it
//! would if the sender waited for answers. The plan is a formula of the bet's number, which it carries
//! as its trace; nothing is written down on the way.
//!
//! One thread sends and polls in turn, so that two cores suffice: this one and the component's.

use clutch_bench::Crowd;
use clutch_core::event::BetStatus;
use clutch_core::units::Timestamp;
use clutch_core::{Event, Record};
use hdrhistogram::Histogram;
use quanta::Clock;

use crate::component::Component;
use crate::floor::{GAP_NS, Gaps};

/// Sent at most before answers are looked at again.
const BURST: u64 = 16;
/// A bet that leaves this long after its time is counted as late.
const LATE_NS: u64 = 10_000;
/// Answers that have not come this long after the last bet will not come.
const PATIENCE_NS: u64 = 5_000_000_000;

/// One load: how much, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Bets a second.
    pub rate: u64,
    /// Bets sent first and not counted in latencies.
    pub warm_up: u64,
    /// Bets sent after them.
    pub bets: u64,
}

/// What came of a load.
pub struct Outcome {
    /// From planned send time to answer, in nanoseconds; without the warm-up.
    pub latencies: Histogram<u64>,
    /// Bets handed over, the warm-up included.
    pub sent: u64,
    /// Bets that found no room. They are not sent again.
    pub busy: u64,
    /// Bets that left late, and by how much at most.
    pub late: u64,
    /// The longest delay of a send, in nanoseconds.
    pub late_max_ns: u64,
    /// Answers: the bet stands.
    pub accepted: u64,
    /// Answers: it does not.
    pub refused: u64,
    /// Bets a second that were really handed over while the load lasted.
    pub achieved: f64,
    /// What the machine took from the load thread meanwhile.
    pub gaps: Gaps,
}

/// Puts a component under load.
pub fn run(
    component: &mut impl Component,
    crowd: &mut Crowd,
    now: Timestamp,
    load: Load,
) -> Outcome {
    let clock = Clock::new();
    let plan = Plan { clock: clock.clone(), start: clock.raw(), rate: load.rate };
    let mut outcome = Outcome {
        latencies: Histogram::new_with_bounds(1, 600_000_000_000, 3).expect("valid bounds"),
        sent: 0,
        busy: 0,
        late: 0,
        late_max_ns: 0,
        accepted: 0,
        refused: 0,
        achieved: 0.0,
        gaps: Gaps::default(),
    };
    let total = load.warm_up + load.bets;
    let mut next = 0;
    let mut last_seen = 0;
    let mut finished_at = None;
    loop {
        let elapsed = outcome.look(&plan, &mut last_seen);
        let burst_end = total.min(next + BURST).min(plan.due(elapsed));
        while next < burst_end {
            let lateness = plan.elapsed_ns().saturating_sub(plan.at_ns(next));
            outcome.late += u64::from(LATE_NS < lateness);
            outcome.late_max_ns = outcome.late_max_ns.max(lateness);
            let taken = component.try_send(crowd.envelope(now, next));
            outcome.sent += u64::from(taken);
            outcome.busy += u64::from(!taken);
            next += 1;
        }
        outcome.look(&plan, &mut last_seen);
        component.poll(|record| outcome.answered(record, &plan, load.warm_up));
        if next == total {
            let finished = *finished_at.get_or_insert(elapsed.max(1));
            let is_complete = outcome.accepted + outcome.refused == outcome.sent;
            if is_complete || PATIENCE_NS < elapsed - finished {
                outcome.achieved = outcome.sent as f64 * 1e9 / finished as f64;
                return outcome;
            }
        }
    }
}

impl Outcome {
    /// Looks at the clock, and at how far it jumped since the last look. Between two looks lie a few
    /// microseconds of work at most.
    fn look(&mut self, plan: &Plan, last_seen: &mut u64) -> u64 {
        let elapsed = plan.elapsed_ns();
        self.gaps.saw(elapsed - *last_seen);
        *last_seen = elapsed;
        elapsed
    }

    fn answered(&mut self, record: &Record, plan: &Plan, warm_up: u64) {
        let Event::Bet(view) = record.event else { return };
        match view.status {
            BetStatus::Accepted { .. } => self.accepted += 1,
            // No answer to a bet of this load: an older one is settled.
            BetStatus::Won { .. } | BetStatus::Lost | BetStatus::Void(_) => return,
            _ => self.refused += 1,
        }
        if warm_up <= record.trace {
            let took = plan.elapsed_ns().saturating_sub(plan.at_ns(record.trace));
            self.latencies.saturating_record(took.max(1));
        }
    }

    /// Adds what came of another load at the same rate.
    pub fn add(&mut self, other: &Self) {
        self.latencies.add(&other.latencies).expect("the same bounds");
        let both = (self.sent + other.sent) as f64;
        let shares = self.achieved * self.sent as f64 + other.achieved * other.sent as f64;
        self.achieved = if both == 0.0 { 0.0 } else { shares / both };
        self.sent += other.sent;
        self.busy += other.busy;
        self.late += other.late;
        self.late_max_ns = self.late_max_ns.max(other.late_max_ns);
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.gaps = self.gaps.worse(other.gaps);
    }

    /// Bets that were taken and never answered.
    pub fn lost(&self) -> u64 {
        self.sent - self.accepted - self.refused
    }
}

/// When each bet should leave.
struct Plan {
    clock: Clock,
    start: u64,
    rate: u64,
}

impl Plan {
    #[inline]
    fn elapsed_ns(&self) -> u64 {
        self.clock.delta_as_nanos(self.start, self.clock.raw())
    }

    /// When this bet should leave.
    #[inline]
    fn at_ns(&self, number: u64) -> u64 {
        number * 1_000_000_000 / self.rate
    }

    /// How many bets should have left by now.
    #[inline]
    fn due(&self, elapsed_ns: u64) -> u64 {
        (u128::from(elapsed_ns) * u128::from(self.rate) / 1_000_000_000) as u64 + 1
    }
}

const _: () =
    assert!(LATE_NS == GAP_NS, "a send is late when a gap of the machine could have done it");
