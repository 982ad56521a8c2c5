//! A match that is played, so that bets on it are decided.

use clutch_core::command::{FeedMessage, GameEvent, Side, Team};
use clutch_core::units::{MatchId, SourceId, Timestamp};
use clutch_core::{Command, Envelope};

use crate::book;
use crate::desk::Desk;

/// Has team A win the first map thirteen rounds to none; `after` is called after every message of the feed.
pub fn play_a_map(desk: &mut Desk, match_id: MatchId, mut after: impl FnMut(&mut Desk)) {
    for message in won_maps(match_id, 1) {
        desk.apply(&message);
        after(desk);
    }
}

/// What the feed says while team A wins the first `maps` maps, each thirteen rounds to none.
pub fn won_maps(match_id: MatchId, maps: u8) -> impl Iterator<Item = Envelope> {
    let events = (1..=maps).flat_map(|map| {
        let start = GameEvent::MapStarted { map, first_side_a: Side::Ct };
        let rounds = (1..=13).map(move |round| GameEvent::RoundWon { map, round, winner: Team::A });
        std::iter::once(start).chain(rounds)
    });
    (1..).zip(events).map(move |(version, event)| heard(match_id, version, event))
}

fn heard(match_id: MatchId, version: u64, event: GameEvent) -> Envelope {
    let message = FeedMessage {
        match_id,
        source: SourceId(0),
        version,
        follows: 0,
        source_time: Timestamp::default(),
        received_at: Timestamp::default(),
        event,
    };
    book::by_operator(Command::Feed(message))
}
