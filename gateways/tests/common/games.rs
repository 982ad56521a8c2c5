//! Matches of one map at even odds, and how team A wins one.

use clutch_core::Command;
use clutch_core::command::{
    CreateMatch, FeedMessage, GameEvent, MarketKind, RoundFormat, SetMap, Side, Strengths, Team,
    Title,
};
use clutch_core::units::{MatchId, Name, Probability, SourceId, Timestamp};

/// The source that speaks of every match.
pub const SOURCE: SourceId = SourceId(0);

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// What creates the match with this number, and the market on its winner.
pub fn even_match(number: u32) -> [Command; 3] {
    let half = Probability::from_ppb(500_000_000).unwrap();
    let match_id = MatchId(number);
    let create = CreateMatch {
        key: name(&format!("match {number}")),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 1,
        team_a: name("Alpha"),
        team_b: name("Bravo"),
        starts_at: Timestamp::default(),
        round_markets: false,
    };
    let set = SetMap {
        match_id,
        map_no: 1,
        name: name("map"),
        first_side_a: Side::Ct,
        strengths: Strengths::BySide { t: half, ct: half },
    };
    let kind = MarketKind::MapWinner { map: 1 };
    [Command::CreateMatch(create), Command::SetMap(set), Command::OpenMarket { match_id, kind }]
}

/// What the source says of the match with this number.
pub fn said(number: u32, version: u64, received_at: Timestamp, event: GameEvent) -> Command {
    Command::Feed(FeedMessage {
        match_id: MatchId(number),
        source: SOURCE,
        version,
        follows: 0,
        source_time: Timestamp::default(),
        received_at,
        event,
    })
}

/// Team A wins the map 13:0.
pub fn thirteen_nil(number: u32, received_at: Timestamp) -> impl Iterator<Item = Command> {
    let rounds = (1..=13).map(|round| GameEvent::RoundWon { map: 1, round, winner: Team::A });
    let start = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };
    (1..)
        .zip(std::iter::once(start).chain(rounds))
        .map(move |(version, event)| said(number, version, received_at, event))
}
