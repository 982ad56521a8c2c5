//! What the staff tells of one account's owner.

use crate::codec::wire_enum;
use crate::play::{CounterId, Hold, Level};

/// What the staff tells of one account's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum CustomerStep {
    /// How well he is known. It can fall: a document runs out.
    Verified(Level),
    /// What is stopped until somebody has looked; [`Hold::None`] lets all of it go on.
    Hold(Hold),
    /// The case of this counter was looked at: it is closed.
    Reviewed(CounterId),
}
wire_enum!(CustomerStep { 0 = Verified(level), 1 = Hold(hold), 2 = Reviewed(counter) });
