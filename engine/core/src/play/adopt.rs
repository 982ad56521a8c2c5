//! Adopting a policy: for all accounts at once, from the very next command on.

use super::Play;
use super::policy::{PlayPolicy, Term};
use crate::codec::wire_struct;
use crate::event::Event;
use crate::outbox::Outbox;
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::Name;

/// The policy in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// How often one was adopted; 0 is the default of the release.
    pub version: u32,
    /// What the operator calls it.
    pub name: Option<Name>,
    /// Its numbers.
    pub policy: PlayPolicy,
}
wire_struct!(Adopted { version, name, policy });

impl Play {
    /// The policy in force.
    pub fn policy(&self) -> &Adopted {
        &self.policy
    }

    /// Says the policy in force, term by term.
    pub fn say_policy(&self, outbox: &mut Outbox) {
        let Adopted { version, name, policy } = self.policy;
        outbox.push(Event::PlayPolicy { version, name });
        for &term in Term::ALL {
            outbox.push(Event::PlayTerm { term, value: policy.get(term) });
        }
    }
}

impl Step<'_> {
    /// See [`crate::Command::AdoptPlayPolicy`].
    pub(crate) fn adopt_play_policy(
        &mut self,
        name: Name,
        policy: &PlayPolicy,
    ) -> Result<(), Refusal> {
        self.operator()?;
        if let Err((term, nearest)) = policy.validate() {
            let found = policy.get(term);
            return Err(Refusal::with(Reject::InvalidParameter, nearest, found));
        }
        let Adopted { version, name: known, policy: present } = *self.tables.wallet.play().policy();
        if (known, present) == (Some(name), *policy) {
            return Err(Reject::PlayPolicyUnchanged.into());
        }
        if present.is_loosened(policy) && !self.is_approved() {
            return self.propose(Wish::AdoptPlayPolicy { name, policy: *policy });
        }
        let version = version.saturating_add(1);
        self.tables.wallet.play_mut().policy =
            Adopted { version, name: Some(name), policy: *policy };
        self.tables.wallet.play_mut().look_at_all();
        self.tables.wallet.mark_all_play();
        self.tables.wallet.play().say_policy(self.outbox);
        Ok(())
    }
}
