//! What an order for a match or a market found and made, as its sender is told.

use std::collections::BTreeMap;

use clutch_core::Record;
use clutch_core::units::{MarketId, MatchId};
use serde::Serialize;

use super::server::to_json;
use crate::book::Book;

/// What an order for a match or a market found and made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provided {
    /// The match.
    pub match_id: MatchId,
    /// Whether it was there before.
    pub existed: bool,
    /// Maps that were set, from 1.
    pub maps: Vec<u8>,
    /// Markets that were opened.
    pub opened: Vec<MarketId>,
    /// Markets that were there before.
    pub present: Vec<MarketId>,
    /// Lines that were not opened, by the key of their type: the house rules in force have no use for them, or the match
    /// has begun.
    pub left_out: BTreeMap<&'static str, u32>,
}

/// The answer to an order for a match or a market.
pub fn provided(book: &Book, last: &Record, provided: &Provided) -> Vec<u8> {
    #[derive(Serialize)]
    struct View<'a> {
        #[serde(rename = "match")]
        match_id: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
        existed: bool,
        maps: &'a [u8],
        opened: Vec<u32>,
        present: Vec<u32>,
        left_out: &'a BTreeMap<&'static str, u32>,
    }
    #[derive(Serialize)]
    struct Message<'a> {
        seq: u64,
        time: u64,
        provided: View<'a>,
    }
    let Provided { match_id, existed, maps, opened, present, left_out } = provided;
    let numbers = |markets: &[MarketId]| markets.iter().map(|market| market.0).collect();
    let key = book.game(*match_id).and_then(|game| game.key.as_ref());
    to_json(&Message {
        seq: last.seq.0,
        time: last.time.millis(),
        provided: View {
            match_id: match_id.0,
            key: key.map(|key| key.as_str()),
            existed: *existed,
            maps,
            opened: numbers(opened),
            present: numbers(present),
            left_out,
        },
    })
}
