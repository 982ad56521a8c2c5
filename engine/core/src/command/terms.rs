//! A bet with terms: what the bettor would take in place of what he asks for, and the device that he asks from.

use super::{PlaceBet, PlaceMultiple};
use crate::codec::{wire_enum, wire_struct};
use crate::units::{AccountId, BetId, BonusId, ClientBetId, Odds, Stake};

/// See [`super::Command::PlaceOnTerms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PlaceOnTerms {
    /// What he would take.
    pub terms: Terms,
    /// What he asks for.
    pub slip: Slip,
}
wire_struct!(PlaceOnTerms { terms, slip });

/// A bet on one selection or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[expect(
    clippy::large_enum_variant,
    reason = "nothing is allocated on the way of a bet, and only a variant's own bytes are read"
)]
pub enum Slip {
    /// On one.
    Single(PlaceBet),
    /// On several.
    Multiple(PlaceMultiple),
}
wire_enum!(Slip { 0 = Single(place), 1 = Multiple(place) });

impl Slip {
    /// Whose bet it is, and under which id.
    pub const fn key(&self) -> (AccountId, ClientBetId) {
        match self {
            Self::Single(place) => (place.account, place.client_id),
            Self::Multiple(place) => (place.account, place.client_id),
        }
    }
}

/// What a bettor would take in place of a refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Terms {
    /// The largest stake that is taken, if his own is too large.
    pub partial: bool,
    /// To be asked: other odds if his have gone, or the largest stake that is taken.
    pub offers: bool,
    /// A bonus of his that has a part in it: a free bet or bonus money in its stake, a boost in what it wins.
    /// Such a bet is taken as it is asked for or not at all, so nothing else is taken in its place.
    pub bonus: Option<BonusId>,
    /// A number that the operator knows the bettor's device by; zero: not said. It changes nothing about the
    /// bet, and only the journal keeps it: a bet that says it is told with it.
    pub device: u32,
}
wire_struct!(Terms { partial, offers, bonus, device });

impl Terms {
    /// Whether the device is all that is said: then the bet is placed as one without terms.
    pub(crate) const fn is_only_device(self) -> bool {
        let Self { partial, offers, bonus, device } = self;
        device != 0 && !partial && !offers && bonus.is_none()
    }
}

/// See [`super::Command::AnswerOffer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AnswerOffer {
    /// The account.
    pub account: AccountId,
    /// The bettor's id of the bet.
    pub client_id: ClientBetId,
    /// The offer: a bet is offered once, so the bet's id names it.
    pub offer: BetId,
    /// Whether he takes it.
    pub accept: bool,
}
wire_struct!(AnswerOffer { account, client_id, offer, accept });

/// What a trader says of a bet that was put to him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum ReferralWord {
    /// It is taken as it was asked for.
    Accept,
    /// It is taken with a smaller stake (on each line).
    AcceptPart {
        /// The stake.
        stake: Stake,
    },
    /// The bettor is asked whether he wants it otherwise.
    Offer {
        /// The stake (on each line), at most what he asked for.
        stake: Stake,
        /// Other odds, for a bet on one selection; `None` leaves them.
        odds: Option<Odds>,
    },
    /// It is not taken.
    Refuse,
}
wire_enum!(ReferralWord {
    0 = Accept,
    1 = AcceptPart { stake },
    2 = Offer { stake, odds },
    3 = Refuse,
});
