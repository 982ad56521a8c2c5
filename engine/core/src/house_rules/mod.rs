//! House rules: where books contradict each other, as versioned data.
//!
//! A rule set is one answer to each case of [`rules`]. It is adopted by a command, for one title and
//! from then on; a match is played under the set that was in force when it was created, with all its
//! markets and bets, so nobody's bet changes its rules afterwards. Version 0 is the default of the
//! release. [`decide`] says what an incident means for a market, [`incidents`] carries it out.

pub mod by_hand;
pub mod decide;
pub mod incidents;
pub mod rules;

pub use rules::{Case, HouseRules};

use alloc::vec::Vec;

use crate::codec::{DecodeError, wire_struct};
use crate::command::{Capacity, Title};
use crate::event::Event;
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Step;
use crate::units::Name;

/// Most rule sets over the life of a journal: they change a few times a year.
pub const RULE_SETS_MAX: usize = 256;

/// A rule set that was adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// For this title.
    pub title: Title,
    /// What the operator calls it.
    pub name: Name,
    /// Its answers.
    pub rules: HouseRules,
}
wire_struct!(Adopted { title, name, rules });

/// Every rule set ever adopted, the first as version 1.
#[derive(Debug, Default)]
pub(crate) struct RuleBook {
    adopted: Vec<Adopted>,
}

impl RuleBook {
    pub fn new() -> Self {
        Self { adopted: Vec::with_capacity(RULE_SETS_MAX) }
    }

    /// The rule set of a version.
    pub fn rules(&self, version: u16) -> HouseRules {
        let index = usize::from(version).checked_sub(1);
        index.and_then(|index| self.adopted.get(index)).map_or(HouseRules::default(), |it| it.rules)
    }

    /// The version in force for a title.
    pub fn version_for(&self, title: Title) -> u16 {
        let newest = self.adopted.iter().rposition(|adopted| adopted.title == title);
        newest.map_or(0, |index| index as u16 + 1)
    }

    /// Whether no rule set was ever adopted.
    pub fn is_empty(&self) -> bool {
        self.adopted.is_empty()
    }

    /// Whether a version exists.
    pub fn has(&self, version: u16) -> bool {
        usize::from(version) <= self.adopted.len()
    }

    /// Says every version.
    pub fn announce(&self, outbox: &mut Outbox) {
        for (version, Adopted { title, name, rules }) in (1..).zip(self.adopted.iter().copied()) {
            outbox.push(Event::HouseRules { version, title, name, rules });
        }
    }
}

impl Table for RuleBook {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { adopted } = self;
        out.list(adopted.iter());
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        Ok(Self { adopted: input.list(RULE_SETS_MAX)? })
    }
}

impl Step<'_> {
    /// Adopts a rule set for the matches of a title that are created from now on.
    pub(crate) fn adopt_house_rules(
        &mut self,
        title: Title,
        name: Name,
        rules: HouseRules,
    ) -> Result<(), Refusal> {
        self.operator()?;
        let book = &mut self.tables.rule_book;
        let adopted = Adopted { title, name, rules };
        let newest = book.adopted.iter().rfind(|known| known.title == title);
        if newest == Some(&adopted) {
            return Err(Reject::HouseRulesUnchanged.into());
        }
        if book.adopted.len() == RULE_SETS_MAX {
            let max = RULE_SETS_MAX as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        book.adopted.push(adopted);
        let version = book.version_for(title);
        self.outbox.push(Event::HouseRules { version, title, name, rules });
        Ok(())
    }
}
