//! What is on offer, as images and deltas. Both are the same walk over the [`Book`]: everything
//! that changed at or after a `seq`; an image begins at zero and leaves finished markets out.

use clutch_core::command::{RoundFormat, Side, SuspendReason, Team};
use clutch_core::event::{MarketStatus, MatchPhase};
use clutch_core::units::{MatchId, SelectionIndex, Seq};
use serde::Serialize;

use super::client::Topic;
use super::decimal::ShowOdds;
use super::market::Specifiers;
use super::server::{Shown, to_json};
use crate::book::{Book, Market, Match};

/// Why a client gets what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// It has just subscribed.
    Subscribed,
    /// It asked to resume, but under another epoch or from a `seq` that never was.
    CannotResume,
    /// Something changed.
    Live,
    /// It resumes and gets what it missed.
    Resumed,
    /// It read too slowly, and gets the latest state instead of each step.
    SlowLink,
}

#[derive(Serialize)]
struct Offer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: u8,
    topic: &'static str,
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    match_id: Option<u32>,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conflated: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    betting_stopped: Option<bool>,
    matches: Vec<MatchView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gone: Vec<u32>,
}

/// A match with its markets.
#[derive(Serialize)]
pub(super) struct MatchView<'a> {
    #[serde(rename = "match")]
    id: u32,
    #[serde(flatten)]
    header: Option<HeaderView<'a>>,
    #[serde(flatten)]
    score: Option<ScoreView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<Option<ReasonView>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    markets: Vec<MarketView>,
}

#[derive(Serialize)]
struct HeaderView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    title: &'static str,
    format: &'static str,
    best_of: u8,
    teams: [&'a str; 2],
    map_names: Vec<Option<&'a str>>,
    starts_at: u64,
}

#[derive(Serialize)]
struct ScoreView {
    phase: &'static str,
    map: u8,
    rounds: [u8; 2],
    maps: [u8; 2],
    side_a: &'static str,
    #[serde(flatten)]
    moba: Option<MobaView>,
}

#[derive(Serialize)]
struct MobaView {
    game_time_s: u16,
    /// Leads of the title's own kind: thousandths of a percent of all gold, or experience.
    lead_milli: i32,
    kills: [u16; 2],
    towers: [u8; 2],
    objectives: [u8; 2],
}

/// Why betting on something is suspended.
#[derive(Serialize)]
pub(super) struct ReasonView {
    reason: &'static str,
    text: &'static str,
}

#[derive(Serialize)]
struct MarketView {
    market: u32,
    #[serde(flatten)]
    opened: Option<OpenedView>,
    #[serde(flatten)]
    status: Option<StatusView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_seq: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    selections: Vec<SelectionView>,
}

#[derive(Serialize)]
struct OpenedView {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<Shown<clutch_core::command::Line>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounds: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    half: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<&'static str>,
}

/// Whether a market can be bet on.
#[derive(Serialize)]
pub(super) struct StatusView {
    status: &'static str,
    epoch: u32,
    #[serde(flatten)]
    reason: Option<ReasonView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    winner: Option<u8>,
}

#[derive(Serialize)]
struct SelectionView {
    selection: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    // Always there: null says that the selection is not on offer.
    odds: Option<Shown<ShowOdds>>,
}

/// Everything of a topic, for somebody who knows nothing.
pub fn image(book: &Book, id: u8, topic: Topic, occasion: Occasion) -> Vec<u8> {
    message("image", book, id, topic, None, occasion)
}

/// What of a topic changed at or after `from`; parts that did not change are left out.
pub fn delta(book: &Book, id: u8, topic: Topic, from: Seq, occasion: Occasion) -> Vec<u8> {
    message("delta", book, id, topic, Some(from), occasion)
}

fn message(
    kind: &'static str,
    book: &Book,
    id: u8,
    topic: Topic,
    from: Option<Seq>,
    occasion: Occasion,
) -> Vec<u8> {
    let scope = match topic {
        Topic::Markets(match_id) => Some(match_id),
        Topic::Matches | Topic::All | Topic::Mine => None,
    };
    let with_markets = !matches!(topic, Topic::Matches);
    let start = from.unwrap_or_default();
    let matches = book
        .matches()
        .filter(|game| scope.is_none_or(|only| only == game.id))
        .filter(|game| start <= game.changed && (with_markets || game.head_since(start)))
        .map(|game| match_view(book, game, from, with_markets))
        .collect();
    // Who knows nothing yet need not forget.
    let gone = from.into_iter().flat_map(|from| book.gone_since(from));
    let gone =
        gone.filter(|id| scope.is_none_or(|only| only == *id)).map(|MatchId(id)| id).collect();
    to_json(&Offer {
        kind,
        id,
        topic: topic.name(),
        match_id: scope.map(|MatchId(id)| id),
        seq: book.last_seq().0,
        reason: match occasion {
            Occasion::CannotResume => Some("cannot_resume"),
            Occasion::Resumed => Some("resumed"),
            Occasion::Subscribed | Occasion::Live | Occasion::SlowLink => None,
        },
        conflated: matches!(occasion, Occasion::SlowLink).then_some("slow link"),
        betting_stopped: book.stopped_since(start).then_some(book.betting_stopped()),
        matches,
        gone,
    })
}

/// A match as far as it changed at or after `from`; `None` is an image, which leaves finished
/// markets out.
pub(super) fn match_view<'a>(
    book: &'a Book,
    game: &'a Match,
    from: Option<Seq>,
    with_markets: bool,
) -> MatchView<'a> {
    let start = from.unwrap_or_default();
    let markets = book
        .markets_of(game)
        .filter(|market| with_markets && start <= market.changed)
        .filter(|market| from.is_some() || !market.is_finished())
        .map(|market| market_view(game, market, start))
        .collect();
    MatchView {
        id: game.id.0,
        header: (start <= game.header_seq).then(|| HeaderView {
            key: game.key.as_ref().map(|key| key.as_str()),
            title: game.title.rules().key,
            format: match game.rounds {
                RoundFormat::Mr12 => "mr12",
                RoundFormat::Mr15 => "mr15",
                RoundFormat::NoRounds => "no_rounds",
            },
            best_of: game.best_of,
            teams: [game.team(Team::A), game.team(Team::B)],
            map_names: game.map_names().collect(),
            starts_at: game.starts_at.millis(),
        }),
        score: game.score.filter(|_| start <= game.score_seq).map(|score| ScoreView {
            phase: match score.phase {
                MatchPhase::Scheduled => "scheduled",
                MatchPhase::Live => "live",
                MatchPhase::Break => "break",
                MatchPhase::Over => "over",
            },
            map: score.map,
            rounds: score.rounds,
            maps: score.maps,
            side_a: game.title.side(if score.a_is_t { Side::T } else { Side::Ct }),
            // What was said of the map before says nothing about this one.
            moba: game.moba.filter(|(map, _)| *map == score.map).map(|(_, state)| MobaView {
                game_time_s: state.time_s,
                lead_milli: state.lead_milli,
                kills: state.kills,
                towers: state.towers,
                objectives: state.objectives,
            }),
        }),
        frozen: (start <= game.frozen_seq).then(|| game.frozen.map(reason_view)),
        markets,
    }
}

fn market_view(game: &Match, market: &Market, start: Seq) -> MarketView {
    let is_new = start <= market.opened_seq;
    let selections: Vec<_> = (0..)
        .zip(&market.selections)
        .filter(|(_, selection)| is_new || start <= selection.changed)
        .map(|(index, selection)| SelectionView {
            selection: index,
            name: is_new.then(|| market.selection_name(game, SelectionIndex(index))),
            odds: selection.odds.map(|odds| Shown(ShowOdds(u64::from(odds.milli())))),
        })
        .collect();
    MarketView {
        market: market.id.0,
        opened: is_new.then(|| opened_view(game, market)),
        status: (is_new || start <= market.status_seq).then(|| status_view(market)),
        price_seq: (!selections.is_empty()).then_some(market.price_seq),
        selections,
    }
}

fn opened_view(game: &Match, market: &Market) -> OpenedView {
    let kind = market.kind;
    let Specifiers { map, round, rounds, half, team, line } = Specifiers::of(kind);
    OpenedView {
        kind: kind.market_type().key,
        name: market.name(game),
        map,
        round,
        line: line.map(Shown),
        rounds,
        half,
        team: team.map(|team| match team {
            Team::A => "A",
            Team::B => "B",
        }),
    }
}

fn status_view(market: &Market) -> StatusView {
    status_of(market.status, market.epoch)
}

pub(super) fn status_of(status: MarketStatus, epoch: u32) -> StatusView {
    let (status, reason, winner) = match status {
        MarketStatus::Open => ("open", None, None),
        MarketStatus::Suspended(reason) => ("suspended", Some(reason_view(reason)), None),
        MarketStatus::Decided { winner } => ("decided", None, Some(winner.0)),
        MarketStatus::Void => ("void", None, None),
        MarketStatus::Graded => ("graded", None, None),
    };
    StatusView { status, epoch, reason, winner }
}

pub(super) const fn reason_view(reason: SuspendReason) -> ReasonView {
    let (reason, text) = match reason {
        SuspendReason::Trader => ("trader", "Our traders stopped betting here for the moment."),
        SuspendReason::FeedStale => ("feed_stale", "The news from the game is late."),
        SuspendReason::FeedHeld => {
            ("feed_held", "The game is paused, or its last round is in doubt.")
        }
        SuspendReason::ImpossibleState => {
            ("impossible_state", "The game reported something impossible. A person is looking.")
        }
        SuspendReason::BranchCheck => ("branch_check", "A new price is being checked."),
        SuspendReason::PriceBand => {
            ("price_band", "The price moved too far at once and is being checked.")
        }
        SuspendReason::Unpriced => ("unpriced", "There is no price yet."),
        SuspendReason::RoundLive => ("round_live", "This round is being played."),
        SuspendReason::PriceInvalid => ("price_invalid", "The price is being checked."),
        SuspendReason::FeedsDisagree => (
            "feeds_disagree",
            "Two reports of the game contradict each other. A person is looking.",
        ),
        SuspendReason::FeedGap => ("feed_gap", "Some news from the game is missing."),
        SuspendReason::FeedLag => ("feed_lag", "The news from the game is late."),
        SuspendReason::Override => ("override", "Our traders stopped betting here for a while."),
        SuspendReason::FeedsApart => ("feeds_apart", "A report of the game is being confirmed."),
    };
    ReasonView { reason, text }
}
