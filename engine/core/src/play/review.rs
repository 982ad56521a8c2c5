//! While somebody looks into an account it moves no money out, or none at all.
//!
//! Implements UKGC LCCP 12.1.1 (money laundering is prevented by procedures that are followed) and
//! Directive (EU) 2015/849 art. 14 (4): what cannot be explained is not carried out. A hold is set by a
//! person or follows from an open case; which cases hold what is a term of the policy.

use super::policy::Then;
use super::{Asked, PlayRule, Subject};
use crate::codec::wire_enum;
use crate::reject::{Refusal, Reject};

pub(super) const RULE: PlayRule = PlayRule {
    name: "review",
    cites: "UKGC LCCP 12.1.1; Directive (EU) 2015/849 art. 14 (4)",
    check,
};

/// What the staff stopped for one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Hold {
    /// Nothing.
    #[default]
    None,
    /// It takes nothing out until the source of its funds is known.
    Withdrawals,
    /// It neither pays in, nor bets, nor takes out.
    Everything,
}
wire_enum!(Hold { 0 = None, 1 = Withdrawals, 2 = Everything });

impl Hold {
    /// Every one.
    pub const ALL: &'static [Self] = &[Self::None, Self::Withdrawals, Self::Everything];

    /// Its name in messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Withdrawals => "withdrawals",
            Self::Everything => "everything",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|hold| hold.name() == name)
    }
}

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    let player = subject.player();
    let policy = &subject.play.policy.policy;
    let by_person = match player.hold {
        Hold::None => Then::Watch,
        Hold::Withdrawals => Then::Hold,
        Hold::Everything => Then::Stop,
    };
    let by_cases = player.cases.iter().map(|counter| counter.counter().then(policy));
    match by_cases.fold(by_person, Then::max) {
        Then::Watch => Ok(()),
        Then::Hold if subject.asked != Asked::Withdraw => Ok(()),
        Then::Hold => Err(Reject::FundsHeld.into()),
        Then::Stop => Err(Reject::AccountUnderReview.into()),
    }
}
