//! Bets, one or all of an account, and its balance.

use clutch_core::Refusal;
use clutch_core::command::Team;
use clutch_core::event::{BetStatus, BetView, BonusBet};
use clutch_core::units::{BetId, ClientBetId, MarketId, Money, SelectionIndex, Seq, Timestamp};
use clutch_core::wallet::BonusView;
use serde::Serialize;

use super::{RefusalView, Shown, money, to_json};
use crate::book::Book;
use crate::wire::cash::{BonusBetJson, BonusJson};
use crate::wire::decimal::{ShowMoney, ShowOdds};
use crate::wire::multiple::{Multiple, MultipleJson, multiple_json};
use crate::wire::settlement;

#[derive(Serialize)]
struct BetMessage<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    seq: u64,
    time: u64,
    #[serde(flatten)]
    bet: BetJson<'a>,
}

#[derive(Serialize)]
pub(in crate::wire) struct BetJson<'a> {
    cid: ClientBetId,
    #[serde(skip_serializing_if = "Option::is_none")]
    bet_id: Option<u64>,
    status: &'static str,
    market: u32,
    selection: u8,
    #[serde(flatten)]
    labels: Option<Labels<'a>>,
    odds: Shown<ShowOdds>,
    stake: Shown<ShowMoney>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<Shown<ShowMoney>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    void_reason: Option<&'static str>,
    #[serde(flatten)]
    refusal: Option<RefusalView>,
}

/// What the bet is on, in words: an old bet's market may have left the image long ago.
#[derive(Serialize)]
pub(in crate::wire) struct Labels<'a> {
    #[serde(rename = "match")]
    match_id: u32,
    teams: [&'a str; 2],
    market_name: String,
    selection_name: String,
}

impl<'a> Labels<'a> {
    /// The words for a selection, as long as the gateway knows its market.
    pub(in crate::wire) fn of(
        book: &'a Book,
        market: MarketId,
        selection: SelectionIndex,
    ) -> Option<Self> {
        let market = book.market(market)?;
        let game = book.game(market.match_id)?;
        // A refused bet may name a selection that the market does not have.
        market.selections.get(usize::from(selection.0))?;
        Some(Labels {
            match_id: game.id.0,
            teams: [game.team(Team::A), game.team(Team::B)],
            market_name: market.name(game),
            selection_name: market.selection_name(game, selection),
        })
    }
}

pub(in crate::wire) fn bet_json<'a>(book: &'a Book, view: &BetView) -> BetJson<'a> {
    let Standing { payout, due, void_reason, refusal } = Standing::of(view.status);
    BetJson {
        cid: view.client_id,
        bet_id: view.bet.map(|bet| bet.0),
        status: status_name(&view.status),
        market: view.market.0,
        selection: view.selection.0,
        labels: Labels::of(book, view.market, view.selection),
        odds: Shown(ShowOdds(u64::from(view.odds.milli()))),
        stake: money(view.stake.money()),
        payout,
        due,
        void_reason,
        refusal,
    }
}

/// What a status says beside its name, of a bet on one selection or several.
#[derive(Default)]
pub(in crate::wire) struct Standing {
    pub payout: Option<Shown<ShowMoney>>,
    pub due: Option<u64>,
    pub void_reason: Option<&'static str>,
    pub refusal: Option<RefusalView>,
}

impl Standing {
    pub fn of(status: BetStatus) -> Self {
        let none = Self::default();
        match status {
            BetStatus::Pending { due: until }
            | BetStatus::Referred { until }
            | BetStatus::Offered { until } => Self { due: Some(until.millis()), ..none },
            BetStatus::Refused(refusal) => Self { refusal: Some(refusal.into()), ..none },
            BetStatus::Accepted { payout } | BetStatus::Won { payout } => {
                Self { payout: Some(money(payout)), ..none }
            }
            BetStatus::CashedOut { paid } => Self { payout: Some(money(paid)), ..none },
            BetStatus::Lost => none,
            BetStatus::Void(reason) => {
                Self { void_reason: Some(settlement::void_name(reason)), ..none }
            }
        }
    }
}

pub(in crate::wire) const fn status_name(status: &BetStatus) -> &'static str {
    match status {
        BetStatus::Pending { .. } => "pending",
        BetStatus::Referred { .. } => "referred",
        BetStatus::Offered { .. } => "offered",
        BetStatus::Refused(_) => "refused",
        BetStatus::Accepted { .. } => "accepted",
        BetStatus::Won { .. } => "won",
        BetStatus::Lost => "lost",
        BetStatus::Void(_) => "void",
        BetStatus::CashedOut { .. } => "cashed_out",
    }
}

/// Where a bet stands.
pub fn bet(book: &Book, seq: Seq, time: Timestamp, view: &BetView) -> Vec<u8> {
    to_json(&BetMessage { kind: "bet", seq: seq.0, time: time.millis(), bet: bet_json(book, view) })
}

/// A refused placement that the engine never saw, or could not take.
pub fn bet_refused(seq: Seq, client_id: ClientBetId, refusal: Refusal) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        cid: ClientBetId,
        status: &'static str,
        #[serde(flatten)]
        refusal: RefusalView,
    }
    to_json(&Message {
        kind: "bet",
        seq: seq.0,
        cid: client_id,
        status: "refused",
        refusal: refusal.into(),
    })
}

#[derive(Serialize)]
struct BalanceView {
    available: Shown<ShowMoney>,
    held: Shown<ShowMoney>,
}

/// An account's money.
pub fn balance(seq: Seq, available: Money, held: Money) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        #[serde(flatten)]
        balance: BalanceView,
    }
    let balance = BalanceView { available: money(available), held: money(held) };
    to_json(&Message { kind: "balance", seq: seq.0, balance })
}

/// One of an account's bets.
#[derive(Clone, Debug)]
pub enum Mine {
    /// On one selection.
    Single(BetView),
    /// On several.
    Multiple(Multiple),
}

impl Mine {
    fn id(&self) -> Option<BetId> {
        match self {
            Self::Single(view) => view.bet,
            Self::Multiple(multiple) => multiple.view.bet,
        }
    }
}

/// What is an account's own, for its image.
#[derive(Debug, Default)]
pub struct Own {
    /// Available and held; `None` if nothing was said of it.
    pub balance: Option<(Money, Money)>,
    /// Its bets.
    pub bets: Vec<Mine>,
    /// Its bonuses.
    pub bonuses: Vec<BonusView>,
    /// What they do for its bets.
    pub with_bonus: Vec<BonusBet>,
}

/// A bet of either kind.
#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::wire) enum MineJson<'a> {
    /// On one selection.
    Single(BetJson<'a>),
    /// On several.
    Multiple(MultipleJson<'a>),
}

/// The bets of an account, the newest first: those of several legs are said by the engine behind the singles.
pub(in crate::wire) fn newest_first<'a>(book: &'a Book, bets: &[Mine]) -> Vec<MineJson<'a>> {
    let mut newest_first: Vec<&Mine> = bets.iter().collect();
    newest_first.sort_by_key(|bet| std::cmp::Reverse(bet.id()));
    let json = |bet: &Mine| match bet {
        Mine::Single(view) => MineJson::Single(bet_json(book, view)),
        Mine::Multiple(multiple) => MineJson::Multiple(multiple_json(book, multiple)),
    };
    newest_first.into_iter().map(json).collect()
}

/// Balance and latest bets, newest first, all at one `seq`.
pub fn mine(book: &Book, id: Option<u8>, seq: Seq, own: &Own) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<u8>,
        topic: &'static str,
        seq: u64,
        balance: Option<BalanceView>,
        bets: Vec<MineJson<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        bonuses: Vec<BonusJson>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        bonus_bets: Vec<BonusBetJson>,
    }
    let Own { balance, bets, bonuses, with_bonus } = own;
    to_json(&Message {
        kind: "image",
        id,
        topic: "mine",
        seq: seq.0,
        balance: balance.map(|(available, held)| BalanceView {
            available: money(available),
            held: money(held),
        }),
        bets: newest_first(book, bets),
        bonuses: bonuses.iter().map(BonusJson::from).collect(),
        bonus_bets: with_bonus.iter().map(BonusBetJson::from).collect(),
    })
}
