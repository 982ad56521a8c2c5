//! What a bet is worth before it is decided, and what becomes of the wish to take that.

use crate::codec::wire_enum;
use crate::reject::Refusal;
use crate::units::{AccountId, ClientBetId, Money, QuoteId, Timestamp};

/// A cash-out. The same view answers a quote, a cash-out, and the same cash-out sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CashOutView {
    /// The bet's account.
    pub account: AccountId,
    /// The bettor's own id of the bet.
    pub client_id: ClientBetId,
    /// The quote that it is about; zero if none could be made.
    pub quote: QuoteId,
    /// How much of the bet's stake it closes, over all its lines.
    pub stake: Money,
    /// What is paid for that.
    pub amount: Money,
    /// The leg that a refusal is about, from 0; `None` if it is about the bet as a whole.
    pub leg_at_fault: Option<u8>,
    /// Where it stands.
    pub status: CashOutStatus,
}

/// Where a cash-out stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum CashOutStatus {
    /// It is on offer.
    Quoted {
        /// Up to and including this time.
        expires_at: Timestamp,
    },
    /// It waits out the in-play delay; the bet goes on meanwhile.
    Pending {
        /// When it will be decided.
        due: Timestamp,
    },
    /// It was paid. That is final, whatever becomes of the bet's markets.
    Paid,
    /// Nothing was paid, and the bet goes on as before.
    Refused(Refusal),
}
wire_enum!(CashOutStatus { 0 = Quoted { expires_at }, 1 = Pending { due }, 2 = Paid, 3 = Refused(refusal) });
