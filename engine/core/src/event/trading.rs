//! Where a trader's word stands.

use crate::settlement::lanes::Aside;

/// Where an override stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum OverrideStatus {
    /// It waits for a second person.
    Proposed,
    /// It holds.
    InForce {
        /// The second person, if it took one.
        approved_by: Option<u32>,
    },
    /// A new one took its place.
    Replaced,
    /// It was taken back.
    Lifted,
    /// Its time was over.
    Expired,
}

/// Where something stands that takes two persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum ProposalStatus {
    /// It waits for a second person.
    Waits,
    /// It was done.
    Approved {
        /// The second person.
        by: u32,
    },
    /// It was dropped.
    Rejected {
        /// By whom.
        by: u32,
    },
    /// A newer one took its place.
    Replaced,
    /// Nobody approved it in time.
    Expired,
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum IncidentStatus {
    /// It was reported.
    Reported,
    /// It was taken back, with all that followed from it.
    TakenBack,
}

/// Where the settlement of a market stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum SettlementStatus {
    /// Every bet agrees with its result.
    Done,
    /// It is set aside.
    Aside(Aside),
    /// It was taken up again.
    GoesOn,
}
