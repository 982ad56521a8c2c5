//! What a player says of his session.

use crate::codec::wire_enum;

/// What a player says of his session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum SessionStep {
    /// He begins to play; again, that he still does.
    Open,
    /// He still plays.
    Alive,
    /// He has seen how long he has played and what it cost him.
    Confirm,
    /// He has stopped.
    Close,
    /// He wants to be reminded at this interval; zero is never.
    Every {
        /// In minutes, 240 at most.
        minutes: u8,
    },
}
wire_enum!(SessionStep { 0 = Open, 1 = Alive, 2 = Confirm, 3 = Close, 4 = Every { minutes } });
