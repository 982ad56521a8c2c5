//! A match that is played, so that bets on it are decided.

use clutch_core::command::{FeedMessage, GameEvent, Side, Team};
use clutch_core::units::{MatchId, SourceId, Timestamp};
use clutch_core::{Command, Envelope};

use crate::book;
use crate::desk::Desk;

/// Has team A win the first map thirteen rounds to none; `after` is called after every message of the feed.
pub fn play_a_map(desk: &mut Desk, match_id: MatchId, mut after: impl FnMut(&mut Desk)) {
    let start = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };
    let rounds = (1..=13).map(|round| GameEvent::RoundWon { map: 1, round, winner: Team::A });
    for (version, event) in (1..).zip(std::iter::once(start).chain(rounds)) {
        desk.apply(&heard(match_id, version, event));
        after(desk);
    }
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
