//! What a licence asks, made up.

use clutch_core::Command;
use clutch_core::command::{CustomerStep, SessionStep};
use clutch_core::play::{COUNTERS, Hold, Level, PlayPolicy, Term, TermUnit};
use clutch_core::units::AccountId;

use super::{Chooser, name};

impl Chooser {
    /// A policy, or what the staff tells of a player.
    pub(super) fn word_of_compliance(&mut self) -> Command {
        if self.random.chance(25) {
            return Command::AdoptPlayPolicy { name: name("licence"), policy: self.play_policy() };
        }
        let account = AccountId(self.mostly_below(4, 6) as u32);
        if self.random.chance(70) {
            let minutes = self.random.pick(&[0, 1, 2, 10, 240, 241_u8]);
            let step = match self.random.below(12) {
                0..4 => SessionStep::Open,
                4..6 => SessionStep::Alive,
                6..9 => SessionStep::Confirm,
                9 => SessionStep::Close,
                _ => SessionStep::Every { minutes },
            };
            return Command::Session { account, step };
        }
        let step = match self.random.below(10) {
            0..4 => CustomerStep::Verified(self.random.pick(Level::ALL)),
            4..7 => CustomerStep::Hold(self.random.pick(&[
                Hold::None,
                Hold::None,
                Hold::Withdrawals,
                Hold::Everything,
            ])),
            _ => {
                let counters: Vec<_> = COUNTERS.iter().map(|counter| counter.id).collect();
                CustomerStep::Reviewed(self.random.pick(&counters))
            }
        };
        Command::Customer { account, step }
    }

    fn play_policy(&mut self) -> PlayPolicy {
        let random = &mut self.random;
        if random.chance(25) {
            return PlayPolicy::default();
        }
        let mut policy = PlayPolicy::default();
        for &term in Term::ALL {
            let choices: &[i64] = match term.unit() {
                TermUnit::Money => &[0, 0, 0, 200, 1_000, 6_000],
                TermUnit::Hours => &[0, 0, 0, 1],
                TermUnit::Minutes => &[0, 0, 1, 5, 15],
                TermUnit::Wait => &[24, 24, 24, 48],
                TermUnit::May => &[7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 4],
                TermUnit::Then => &[0, 0, 1, 2],
                TermUnit::OpenBets | TermUnit::Flag => &[0, 1],
            };
            policy = policy.with(term, random.pick(choices));
        }
        // Now and then a number that makes no sense.
        if random.chance(5) {
            policy = policy.with(random.pick(Term::ALL), random.pick(&[-1, i64::MAX]));
        }
        policy
    }
}
