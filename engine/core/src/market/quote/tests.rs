//! The branch check cannot fail while the model is right, so here the memory of what was foreseen is
//! changed between two rounds.
#![allow(clippy::unwrap_used)]

use crate::command::{
    Actor, Capacity, Config, CreateMatch, FeedMessage, GameEvent, MarketKind, RoundFormat, SetMap,
    Side, Strengths, SuspendReason, Team, Title,
};
use crate::event::Event;
use crate::pricing::WinBranches;
use crate::units::{MatchId, Name, Probability, Seq, SourceId, Timestamp};
use crate::{Command, Envelope, Outbox, State};

const MATCH: MatchId = MatchId(0);
const CAPACITY: Capacity = Capacity { markets_max: 8, ..Capacity::SMALLEST };

/// Wins the second round of a map after the price for it was foreseen as said; whether that froze it.
fn freezes(foreseen: impl Fn(WinBranches) -> WinBranches) -> bool {
    let name = |text| Name::new(text).unwrap();
    let half = Probability::from_ppb(500_000_000).unwrap();
    let feed = |version, event| {
        let at = Timestamp::from_millis(1);
        Command::Feed(FeedMessage {
            match_id: MATCH,
            source: SourceId(0),
            version,
            follows: version - 1,
            source_time: at,
            received_at: at,
            event,
        })
    };
    let (mut state, mut outbox) = (State::new(), Outbox::with_capacity(CAPACITY.events_max()));
    let mut seq = 0;
    let mut apply = |state: &mut State, command| {
        seq += 1;
        outbox.clear();
        let envelope = Envelope { actor: Actor::Engine, trace: 0, command };
        state.apply(Seq(seq), Timestamp::from_millis(1), &envelope, &mut outbox);
        let frozen =
            Event::MatchFrozen { match_id: MATCH, reason: Some(SuspendReason::BranchCheck) };
        outbox.records().iter().any(|record| record.event == frozen)
    };
    for command in [
        Command::Genesis { capacity: CAPACITY, config: Config::default() },
        Command::CreateMatch(CreateMatch {
            key: name("final"),
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 1,
            team_a: name("A"),
            team_b: name("B"),
            starts_at: Timestamp::default(),
            round_markets: false,
        }),
        Command::SetMap(SetMap {
            match_id: MATCH,
            map_no: 1,
            name: name("Nuke"),
            first_side_a: Side::T,
            strengths: Strengths::BySide { t: half, ct: half },
        }),
        Command::OpenMarket { match_id: MATCH, kind: MarketKind::MapWinner { map: 1 } },
        feed(1, GameEvent::MapStarted { map: 1, first_side_a: Side::T }),
        feed(2, GameEvent::RoundWon { map: 1, round: 1, winner: Team::A }),
    ] {
        assert!(!apply(&mut state, command));
    }
    let branches = &mut state.tables.as_mut().unwrap().fixtures[MatchId(0)].branches;
    *branches = branches.map(&foreseen);
    apply(&mut state, feed(3, GameEvent::RoundWon { map: 1, round: 2, winner: Team::A }))
}

#[test]
fn a_round_that_leads_to_a_price_that_nobody_foresaw_freezes_the_match() {
    let moved = |by: f64| {
        move |branches: WinBranches| WinBranches { after_a: branches.after_a + by, ..branches }
    };
    assert!(!freezes(moved(0.0)));
    assert!(!freezes(moved(1e-12)));
    assert!(freezes(moved(1e-6)));
    assert!(freezes(moved(-1e-6)));
    assert!(freezes(moved(f64::NAN)));
    // The branch that was not taken may be anything.
    assert!(!freezes(|branches| WinBranches { after_b: 0.0, ..branches }));
}
