//! How the core passes the time: spin, then yield, then sleep, as far as [`Wait`] allows.

use crate::config::Wait;

/// Empty turns spent spinning: some microseconds, in which the next command of a busy time comes.
const SPINS: u32 = 2_000;
/// Turns spent yielding after that, before the thread sleeps.
const YIELDS: u32 = 32;

/// Counts empty turns.
pub(crate) struct Idle {
    wait: Wait,
    turns: u32,
}

/// What to do in an empty turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    Spin,
    Yield,
    Sleep,
}

impl Idle {
    pub fn new(wait: Wait) -> Self {
        Self { wait, turns: 0 }
    }

    /// There was work.
    #[inline]
    pub fn reset(&mut self) {
        self.turns = 0;
    }

    /// There was none.
    #[inline]
    pub fn next(&mut self) -> Pause {
        self.turns = self.turns.saturating_add(1);
        match self.wait {
            Wait::Spin => Pause::Spin,
            Wait::Yield | Wait::Park if self.turns <= SPINS => Pause::Spin,
            Wait::Yield => Pause::Yield,
            Wait::Park if self.turns <= SPINS + YIELDS => Pause::Yield,
            Wait::Park => Pause::Sleep,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(wait: Wait) -> Vec<Pause> {
        let mut idle = Idle::new(wait);
        let mut pauses: Vec<Pause> = (0..=SPINS + YIELDS).map(|_| idle.next()).collect();
        pauses.dedup();
        pauses
    }

    #[test]
    fn each_wait_goes_as_far_as_its_name() {
        assert_eq!(pauses(Wait::Spin), [Pause::Spin]);
        assert_eq!(pauses(Wait::Yield), [Pause::Spin, Pause::Yield]);
        assert_eq!(pauses(Wait::Park), [Pause::Spin, Pause::Yield, Pause::Sleep]);
    }

    #[test]
    fn work_starts_the_count_again() {
        let mut idle = Idle::new(Wait::Park);
        while idle.next() != Pause::Sleep {}
        idle.reset();
        assert_eq!(idle.next(), Pause::Spin);
    }
}
