//! What the machine itself takes away: a thread that does nothing but read the clock should never see
//! it jump.
//!
//! The share of time lost in such gaps bounds what a percentile can say. At an open-loop rate every
//! bet planned during a gap waits for its end, so with 1 % of the time lost the 99th percentile belongs
//! to the machine and not to the engine.

use std::time::Duration;

use quanta::Clock;
use serde::Serialize;

/// A jump of the clock from here on counts as a gap.
pub const GAP_NS: u64 = 10_000;
/// How long a floor is measured before and after a run.
const LENGTH: Duration = Duration::from_millis(500);
/// With more than this share of the time lost, the 99th percentile is not the engine's.
pub const LOST_MAX: f64 = 0.01;

/// Gaps seen by one thread.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Gaps {
    /// How many.
    pub count: u64,
    /// The longest.
    pub longest_ns: u64,
    /// All together.
    pub lost_ns: u64,
    /// The time watched, gaps included.
    pub watched_ns: u64,
}

impl Gaps {
    /// Counts one step of the clock.
    #[inline]
    pub fn saw(&mut self, step_ns: u64) {
        self.watched_ns += step_ns;
        if GAP_NS <= step_ns {
            self.count += 1;
            self.lost_ns += step_ns;
            self.longest_ns = self.longest_ns.max(step_ns);
        }
    }

    /// The share of the time that was lost.
    pub fn lost_share(&self) -> f64 {
        if self.watched_ns == 0 { 0.0 } else { self.lost_ns as f64 / self.watched_ns as f64 }
    }

    /// The worse of two.
    pub fn worse(self, other: Self) -> Self {
        if self.lost_share() < other.lost_share() { other } else { self }
    }
}

/// Watches the two cores of a run at once, while nothing else of ours runs, and returns the worse.
pub fn measure(cores: Cores) -> Gaps {
    let watch = |core: Option<core_affinity::CoreId>| {
        std::thread::spawn(move || {
            pin(core);
            spin()
        })
    };
    let threads = [cores.load, cores.component].map(watch);
    let seen = threads.map(|thread| thread.join().expect("a thread that only reads a clock"));
    seen[0].worse(seen[1])
}

fn spin() -> Gaps {
    let clock = Clock::new();
    let start = clock.raw();
    let (mut gaps, mut last) = (Gaps::default(), 0);
    while u128::from(last) < LENGTH.as_nanos() {
        let elapsed = clock.delta_as_nanos(start, clock.raw());
        gaps.saw(elapsed - last);
        last = elapsed;
    }
    gaps
}

/// Which thread runs where.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    /// The thread that sends and polls: the first core.
    pub load: Option<core_affinity::CoreId>,
    /// The engine's core thread or the null component: the last one.
    pub component: Option<core_affinity::CoreId>,
}

impl Cores {
    /// The cores this process may use.
    pub fn find() -> Self {
        let cores = core_affinity::get_core_ids().unwrap_or_default();
        Self { load: cores.first().copied(), component: cores.last().copied() }
    }

    /// Whether sender and component have a core each.
    pub fn are_two(self) -> bool {
        self.load != self.component
    }
}

/// Pins the calling thread.
pub fn pin(core: Option<core_affinity::CoreId>) {
    if let Some(core) = core {
        core_affinity::set_for_current(core);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_step_is_a_gap() {
        let mut gaps = Gaps::default();
        [50, GAP_NS - 1, GAP_NS, 30_000, 951].into_iter().for_each(|step| gaps.saw(step));
        assert_eq!((gaps.count, gaps.longest_ns, gaps.lost_ns), (2, 30_000, 40_000));
        assert!(0.78 < gaps.lost_share() && gaps.lost_share() < 0.79);
    }
}
