//! Where a trader's word stands.

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

/// Where a person's grade of a market stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum GradeStatus {
    /// It waits for a second person.
    Proposed,
    /// It holds.
    InForce {
        /// Who approved it, if it took a second person.
        approved_by: Option<u32>,
    },
    /// It was turned down.
    TurnedDown {
        /// By whom.
        by: u32,
    },
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
