//! The quantities of betting as types, so that no two of them can be mistaken for one another.
//!
//! Everything here is an integer. Constructors are the only door: who holds a [`Stake`] knows that
//! it is above zero and needs no second check.

mod ids;
mod money;
mod odds;
mod probability;
mod text;
mod time;

#[cfg(feature = "serde")]
pub(crate) use ids::uuid;
pub use ids::{
    AccountId, BetId, BonusId, ClientBetId, MarketId, MatchId, OverrideId, ProposalId, QuoteId,
    SelectionIndex, Seq, SourceId,
};
pub use money::{Currency, CurrencyCode, Money, Stake};
pub use odds::Odds;
pub use probability::Probability;
pub use text::{Name, NameError};
pub use time::Timestamp;
pub(crate) use time::{ShortTime, millis};
