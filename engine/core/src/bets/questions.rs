//! The questions that a bet is asked, heard with their answers.
//!
//! Their order stands where they are asked, and nowhere else: in `Step::decide_by` for a bet on one
//! selection, in `Step::decide_heard` for one of several legs. Mostly nobody listens, and then the compiler
//! leaves nothing of the questions; `explain` listens, so it tells what was asked and not a copy of it.

use crate::command::PricePolicy;
use crate::market::Market;
use crate::reject::Refusal;
use crate::risk::{RuleSet, Wager};
use crate::units::{Money, Odds};

/// A question, with what its numbers are taken from.
#[derive(Clone, Copy)]
pub(super) enum Question<'a> {
    /// Whether the client id is of the right kind.
    ProperId,
    /// Whether it was made not long ago; both in nanoseconds.
    RecentId { limit: u64, distance: u64 },
    /// Whether the switches and modes let it through.
    NotStopped,
    /// Whether there is room for the bet.
    Room,
    /// Whether the account may bet, and so much.
    Account,
    /// Whether the market has this selection.
    Exists,
    /// Whether the market is open.
    IsOpen,
    /// Whether the selection has odds.
    OnOffer,
    /// Whether the selection is in the bet once, and its match.
    Apart,
    /// Whether the match has not moved on since.
    SameEpoch(Seen, &'a Market),
    /// Whether the odds on offer are welcome.
    Welcome(Seen, Odds),
    /// Whether the price seen was not replaced long ago; both in nanoseconds.
    FreshView { limit: u64, age: u64 },
    /// Whether the price named was ever made.
    KnownView { newest: u64, named: u64 },
    /// The risk rules among these.
    Risk(&'a Wager<'a>, RuleSet),
    /// Whether the bonus is good for the bet.
    Bonus,
    /// Whether the player has what he himself stakes.
    Funds { available: Money, own: Money },
}

/// What a bettor saw of a price, and which other ones are welcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub odds: Odds,
    pub price_seq: u64,
    pub epoch: u32,
    pub policy: PricePolicy,
}

/// Who hears the questions.
pub(super) trait Listener {
    /// Hears a question and its answer, which it hands on.
    fn hear<T>(&mut self, question: Question<'_>, answer: Result<T, Refusal>)
    -> Result<T, Refusal>;

    /// Hears which leg the coming questions are about; `None` if they are about the bet as a whole.
    fn turn_to(&mut self, leg: Option<u8>);
}

/// Nobody listens.
pub(super) struct Nobody;

impl Listener for Nobody {
    #[inline(always)]
    fn hear<T>(&mut self, _: Question<'_>, answer: Result<T, Refusal>) -> Result<T, Refusal> {
        answer
    }

    #[inline(always)]
    fn turn_to(&mut self, _: Option<u8>) {}
}
