//! A price, and why it was made.

use crate::command::Actor;
use crate::units::{MarketId, Odds, Probability, SelectionIndex};

/// A selection's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Price {
    /// The market.
    pub market: MarketId,
    /// The selection within it.
    pub selection: SelectionIndex,
    /// The odds on offer; `None` while the selection cannot be bet on.
    pub odds: Option<Odds>,
    /// The fair probability before margin.
    pub fair: Probability,
    /// What the model says of it; another number only under a trader's override.
    pub model: Probability,
    /// The market's price sequence: the [`crate::units::Seq`] of the command that last changed a price in it.
    pub price_seq: u64,
    /// Why the price was made.
    pub cause: PriceCause,
    /// Who caused it; the engine itself for timers and for work that it does in slices.
    pub by: Actor,
}

/// Why a price was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PriceCause {
    /// The market was opened.
    Opened,
    /// The score or the sides moved.
    Score,
    /// An operator, or a feed that names its own chances, changed the strengths.
    Parameters,
    /// The margin, or how the book is shaded and sent, changed.
    Margin,
    /// The market's liability moved by a step.
    Shading,
    /// An override began.
    Override,
    /// An override was lifted or expired.
    OverrideEnded,
    /// A grade was rolled back, and the market has no result any more.
    RolledBack,
    /// It was not made now: an answer to a query shows the price as it stands.
    Image,
}
