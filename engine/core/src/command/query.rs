//! The questions. A question sees the same state as a command in its place.

use super::{Channel, PlaceMultiple, Scope};
use crate::units::{
    AccountId, ClientBetId, MarketId, MatchId, Name, SelectionIndex, Stake, Timestamp,
};

/// A question. Sees the same state as a command in its place, changes nothing, is not journaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nothing is allocated on the way of a bet, and only a variant's own bytes are read"
)]
pub enum Query {
    /// Every match with its names and score.
    Catalogue,
    /// One match: names, score, and every market with its status and prices.
    Match {
        /// The match.
        match_id: MatchId,
    },
    /// One account's balance and its latest bets, newest first: its singles, then its multiples.
    Account {
        /// The account.
        account: AccountId,
        /// At most this many singles and this many multiples, of those at most 256.
        bets_max: u16,
    },
    /// The same, by the operator's key of the account.
    AccountNamed {
        /// The operator's key.
        key: Name,
        /// At most this many bets.
        bets_max: u16,
    },
    /// Accounts with their state and balance, in order of opening, a page at a time.
    Accounts {
        /// The first.
        from: AccountId,
        /// At most this many; no answer holds more than [`Query::ACCOUNTS_MAX`].
        accounts_max: u16,
    },
    /// How late every source was, over all its matches.
    Sources,
    /// The version of the configuration and every setting.
    Settings,
    /// Everything that waits for a second person.
    Proposals,
    /// Every version of the house rules.
    HouseRules,
    /// The policy in force: what is asked of players.
    PlayPolicy,
    /// What is known of an account's owner, with every counter; for the staff alone.
    Customer {
        /// The account.
        account: AccountId,
    },
    /// Accounts into which somebody has to look, [`crate::play::CUSTOMERS_PER_ANSWER`] at most; for the
    /// staff alone.
    Cases {
        /// From this account on.
        from: AccountId,
    },
    /// Every risk rule: how it stands, what it has refused, and how the bets ended that it would have refused if it were
    /// not in shadow. Of these only some are looked at with one question, so that no bet waits for it: see
    /// [`crate::risk::RuleReport::next`].
    Risk {
        /// The first of the bets that are followed: 0, then where the answer before says.
        from: u32,
    },
    /// One bet by the bettor's id.
    Bet {
        /// The account.
        account: AccountId,
        /// The bettor's id of the bet.
        client_id: ClientBetId,
    },
    /// The largest stake that would be accepted now.
    MaxStake {
        /// The account.
        account: AccountId,
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
        /// The way by which the bettor would come.
        channel: Channel,
    },
    /// The largest stake a line that would be accepted now.
    MaxUnit {
        /// For this bet, whatever its own stake and the odds seen.
        place: PlaceMultiple,
        /// The way by which the bettor would come.
        channel: Channel,
    },
    /// A payment by its reference.
    Payment {
        /// The provider's reference.
        reference: u128,
    },
    /// What decided markets still owe their bets, and how long bets waited for their money.
    SettlementTimes,
    /// Bets that were received after what decided their market had happened.
    LateBets {
        /// On one market, whatever there is; on a match or on all, where there are any.
        scope: Scope,
        /// How long before what decided it bets count as late; `None` for as long as a bet waits in play,
        /// which are all that were accepted afterwards.
        margin_ns: Option<u64>,
        /// When it happened, in place of what the feed said.
        at: Option<Timestamp>,
    },
    /// How full each table is.
    Tables,
    /// Every bet that a trader shall look at.
    Referrals,
    /// What a bet, or a part of it, could be cashed out for now.
    CashOut {
        /// The account.
        account: AccountId,
        /// The bettor's id of the bet.
        client_id: ClientBetId,
        /// How much of the stake (of each line's stake, if the bet has several); `None` is all that is
        /// left.
        part: Option<Stake>,
        /// The way by which the bettor would come.
        channel: Channel,
    },
}

impl Query {
    /// The most accounts in one answer.
    pub const ACCOUNTS_MAX: u16 = 1_000;
}
