//! Bets that were received after what decided their market had happened, as the staff is told of them.

use clutch_core::event::LateBets;
use clutch_core::units::Timestamp;
use clutch_core::{Event, Record};
use serde::Serialize;

use super::decimal::ShowMoney;
use super::server::to_json;
use crate::book::Book;

/// Those on one market: what a void from `from` to `to` would void, and what that would move. Amounts are
/// in the book currency, times in milliseconds since 1970.
#[derive(Serialize)]
struct LateView {
    market: u32,
    #[serde(rename = "match")]
    match_id: u32,
    name: Option<String>,
    /// When what decided the market happened, and when it was told.
    happened_at: u64,
    decided_at: u64,
    /// Bets count that were received later than this.
    since: u64,
    from: u64,
    to: u64,
    bets: u32,
    of_several: u32,
    stakes: String,
    winners: u32,
    winners_lose: String,
    losers: u32,
    losers_get: String,
    open: u32,
    cashed_out: u32,
    /// Whether all were looked at.
    is_whole: bool,
}

/// What the engine answered.
pub fn late_bets(book: &Book, records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        late_bets: Vec<LateView>,
    }
    let view = |record: &Record| match record.event {
        Event::LateBets(late) => Some(view(book, &late)),
        _ => None,
    };
    to_json(&Message {
        seq: records.last().map_or(0, |record| record.seq.0),
        late_bets: records.iter().filter_map(view).collect(),
    })
}

fn view(book: &Book, late: &LateBets) -> LateView {
    let market = book.market(late.market);
    let named = market.and_then(|market| Some(market.name(book.game(market.match_id)?)));
    let show = |amount: clutch_core::units::Money| ShowMoney(amount.minor()).to_string();
    let millis = Timestamp::millis;
    LateView {
        market: late.market.0,
        match_id: late.match_id.0,
        name: named,
        happened_at: millis(late.happened_at),
        decided_at: millis(late.decided_at),
        since: millis(late.since),
        from: late.from.0,
        to: late.to.0,
        bets: late.bets,
        of_several: late.of_several,
        stakes: show(late.stakes),
        winners: late.winners,
        winners_lose: show(late.winners_lose),
        losers: late.losers,
        losers_get: show(late.losers_get),
        open: late.open,
        cashed_out: late.cashed_out,
        is_whole: late.is_whole,
    }
}
