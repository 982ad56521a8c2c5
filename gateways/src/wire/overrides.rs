//! What a trader put in the model's place: as the staff gets it, and in words.

use clutch_core::command::OverrideKind;
use clutch_core::event::OverrideStatus;
use clutch_core::units::SelectionIndex;
use clutch_core::{Event, Record};
use serde::Serialize;

use super::decimal::ShowOdds;
use super::setting;
use crate::book::Book;

/// One override with everything that a second person has to know.
#[derive(Serialize)]
pub(super) struct OverrideView {
    id: u64,
    #[serde(rename = "match")]
    match_id: Option<u32>,
    market: u32,
    /// The market's name.
    name: Option<String>,
    selection: Option<u8>,
    /// What it says.
    word: String,
    by: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<u32>,
    expires_at: u64,
    status: &'static str,
}

/// Every override that an answer tells of.
pub(super) fn overrides_of(book: &Book, records: &[Record]) -> Vec<OverrideView> {
    let view = |record: &Record| match record.event {
        Event::Override { id, kind, expires_at, by, status } => {
            let market = book.market(kind.market());
            let game = market.and_then(|market| book.game(market.match_id));
            let approved_by = match status {
                OverrideStatus::InForce { approved_by } => approved_by,
                OverrideStatus::Proposed
                | OverrideStatus::Replaced
                | OverrideStatus::Lifted
                | OverrideStatus::Expired => None,
            };
            Some(OverrideView {
                id: id.0,
                match_id: game.map(|game| game.id.0),
                market: kind.market().0,
                name: market.zip(game).map(|(market, game)| market.name(game)),
                selection: kind.selection().map(|selection| selection.0),
                word: word(book, kind),
                by,
                approved_by,
                expires_at: expires_at.millis(),
                status: standing(status),
            })
        }
        _ => None,
    };
    records.iter().filter_map(view).collect()
}

/// What an override says: "odds of 1.95 on Spirit".
pub fn word(book: &Book, kind: OverrideKind) -> String {
    let name = |selection: SelectionIndex| book.selection_name(kind.market(), selection);
    let percent = |ppb: u32| setting::percent(i64::from(ppb));
    match kind {
        OverrideKind::Odds { selection, odds, .. } => {
            format!("odds of {} on {}", ShowOdds(u64::from(odds.milli())), name(selection))
        }
        OverrideKind::Fair { selection, fair, .. } => {
            format!("a fair probability of {} for {}", percent(fair.ppb()), name(selection))
        }
        OverrideKind::Margin { margin_ppb, .. } => format!("a margin of {}", percent(margin_ppb)),
        OverrideKind::SuspendSelection { selection, .. } => {
            format!("{} off the board", name(selection))
        }
        OverrideKind::SuspendMarket { .. } => "suspended".to_owned(),
    }
}

/// Where an override stands.
pub const fn standing(status: OverrideStatus) -> &'static str {
    match status {
        OverrideStatus::Proposed => WAITS,
        OverrideStatus::InForce { .. } => "in force",
        OverrideStatus::Replaced => "replaced",
        OverrideStatus::Lifted => "lifted",
        OverrideStatus::Expired => "expired",
    }
}

/// How an override stands that one person alone may not give.
pub const WAITS: &str = "waits for a second person";
