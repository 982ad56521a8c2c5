//! Where a trader's word stands.

use crate::command::Incident;
use crate::settings::Setting;
use crate::settlement::lanes::Aside;
use crate::units::{MatchId, ProposalId};

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

/// Something that happened to a match beside its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IncidentView {
    /// The match.
    pub match_id: MatchId,
    /// Which of its incidents, from 0.
    pub index: u8,
    /// What happened.
    pub incident: Incident,
    /// Whether it holds.
    pub status: IncidentStatus,
    /// The most maps that the match is played over with it, or without it where it was taken back.
    pub best_of: u8,
}

/// A setting that would change if a wish is approved, in the unit of [`Setting::unit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WishedSetting {
    /// The wish.
    pub proposal: ProposalId,
    /// Which setting.
    pub setting: Setting,
    /// Its number now.
    pub is: i64,
    /// Its number then.
    pub wished: i64,
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
