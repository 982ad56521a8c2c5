//! Facts line by line, as they are pushed: what each makes of the match, and what is said of those that
//! are old, wrong, or come after a gap.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;

use clutch_core::Command;
use clutch_core::command::{FeedMessage, GameEvent, MobaState, Side, Team as CoreTeam};
use clutch_core::units::{MatchId, SourceId, Timestamp};
use clutch_gateways::feed::cs_log::LineReader;
use clutch_gateways::feed::facts::{AHEAD_MS_MAX, Title, What};
use clutch_gateways::feed::follow::{self, FactLines, Follow, Line};
use clutch_gateways::server::feed::Taken;

const NOW: Timestamp = Timestamp::from_millis(1_768_849_397_000);

fn feed(title: Title) -> FactLines {
    let known = What::Match { title, teams: ["A".into(), "B".into()], best_of: 3 };
    FactLines::new(MatchId(3), SourceId(1), known)
}

fn say(feed: &mut FactLines, line: &str) -> (Line, Vec<FeedMessage>) {
    let mut out = VecDeque::new();
    let heard = feed.line(line.as_bytes(), NOW, &mut out);
    let message = |envelope: &clutch_core::Envelope| match envelope.command {
        Command::Feed(message) => message,
        other => panic!("{other:?}"),
    };
    (heard, out.iter().map(message).collect())
}

/// One message: its event and its place in the count.
fn one(feed: &mut FactLines, line: &str) -> (GameEvent, u64, u64) {
    let (heard, messages) = say(feed, line);
    assert_eq!(heard, Line::Known, "{line}");
    let [message] = messages[..] else { panic!("{line} gave {messages:?}") };
    assert_eq!((message.match_id, message.source), (MatchId(3), SourceId(1)));
    (message.event, message.version, message.follows)
}

fn counted(version: u64, rest: &str) -> String {
    format!(r#"{{"at_ms":{},"version":{version},{rest}}}"#, 1_000 + version)
}

fn start(map: u8) -> String {
    format!(r#""event":"map_start","map":{map},"name":"m","side_a":"ct""#)
}

fn won(round: u8, winner: char) -> String {
    format!(r#""event":"round_won","map":1,"round":{round},"winner":"{winner}""#)
}

fn revert(of: u64) -> String {
    format!(r#""event":"revert","of":{of}"#)
}

fn state(clock_s: u16, kills: u16) -> String {
    format!(
        r#""event":"state","map":1,"clock_s":{clock_s},"lead_milli":0,"kills":[{kills},0],"towers":[0,0],"objectives":[0,0]"#
    )
}

const START: GameEvent = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };

fn round(round: u8, winner: CoreTeam) -> GameEvent {
    GameEvent::RoundWon { map: 1, round, winner }
}

#[test]
fn facts_without_versions_are_counted_as_they_arrive() {
    let feed = &mut feed(Title::Cs2);
    let line = |rest: &str| format!(r#"{{"at_ms":1,{rest}}}"#);
    assert_eq!(one(feed, &line(&start(1))), (START, 1, 0));
    assert_eq!(one(feed, &line(&won(1, 'a'))), (round(1, CoreTeam::A), 2, 1));
    assert_eq!(one(feed, r#"{"at_ms":1,"event":"heartbeat"}"#), (GameEvent::Heartbeat, 0, 0));
    // What could not be read may have taken something back, so nothing is sold until the source is sure.
    let (heard, messages) = say(feed, r#"{"at_ms":1,"event":"rewound"}"#);
    assert!(matches!(heard, Line::Wrong(text) if text.contains("rewound")));
    assert_eq!(
        (messages[0].event, messages[0].version, messages[0].follows),
        (GameEvent::Held, 3, 2)
    );
    let (heard, messages) = say(feed, &counted(9, &won(2, 'a')));
    assert!(matches!(heard, Line::Wrong(text) if text.contains("has a version")));
    assert_eq!(messages[0].event, GameEvent::Held);
}

#[test]
fn what_was_said_before_drops_and_what_is_missing_is_asked_for() {
    let feed = &mut feed(Title::Cs2);
    assert_eq!(one(feed, &counted(1, &start(1))), (START, 1, 0));
    assert_eq!(one(feed, &counted(2, &won(1, 'a'))), (round(1, CoreTeam::A), 2, 1));
    assert_eq!(say(feed, &counted(2, &won(1, 'b'))), (Line::Old, vec![]));
    // The engine hears of a gap as well, and stops the match; the fact itself is not believed.
    let (heard, messages) = say(feed, &counted(4, &won(3, 'a')));
    assert_eq!(heard, Line::Gap { after: 2 });
    assert_eq!((messages[0].event, messages[0].version), (GameEvent::Heartbeat, 4));
    assert_eq!(feed.version(), 2);
    // A line that is wrong is missing as well, and the engine hears of it.
    let (heard, messages) = say(feed, &counted(3, r#""event":"round_won","map":1"#));
    assert!(matches!(heard, Line::WrongAndMissing { after: 2, .. }));
    assert_eq!((messages[0].event, messages[0].version), (GameEvent::Heartbeat, 3));
    // So is one of which not even the version can be read; not one that is known already, nor a sign of life.
    let (heard, messages) = say(feed, r#"{"at_ms":1003,"version":"#);
    assert!(matches!(heard, Line::WrongAndMissing { after: 2, .. }));
    assert_eq!((messages[0].event, messages[0].version), (GameEvent::Heartbeat, 3));
    for known in [counted(2, r#""event":"round_wonn""#), r#"{"event":"heartbeat"}"#.to_owned()] {
        let (heard, messages) = say(feed, &known);
        assert!(matches!(heard, Line::Wrong(_)), "{known}");
        assert!(messages.is_empty());
    }
    assert_eq!(one(feed, &counted(3, &won(2, 'b'))), (round(2, CoreTeam::B), 3, 2));
    assert_eq!(one(feed, &counted(4, &won(3, 'a'))), (round(3, CoreTeam::A), 4, 3));
    // A source whose count runs over all its matches says what came before.
    let line = counted(90, &format!(r#""follows":4,{}"#, won(4, 'a')));
    assert_eq!(one(feed, &line), (round(4, CoreTeam::A), 90, 4));
    let line = counted(95, r#""event":"heartbeat""#);
    assert_eq!(say(feed, &line).0, Line::Gap { after: 90 });
    let line = counted(90, r#""event":"heartbeat""#);
    assert_eq!(one(feed, &line), (GameEvent::Heartbeat, 90, 0));
}

/// The time of a heartbeat, and of a fact that shows a gap, is measured by the engine: it must come through, and
/// however it runs it is no wrong line.
#[test]
fn the_time_of_a_sign_of_life_comes_through_even_if_it_stands_still_or_runs_back() {
    let times = |feed: &mut FactLines, line: &str| {
        let (_, messages) = say(feed, line);
        let [message] = messages[..] else { panic!("{line} gave {messages:?}") };
        assert_eq!(message.received_at, NOW);
        (message.event, message.source_time.millis())
    };
    for version in ["", r#""version":1,"#] {
        let feed = &mut feed(Title::Cs2);
        let at = |at_ms: u64, rest: &str| format!(r#"{{"at_ms":{at_ms},{version}{rest}}}"#);
        assert_eq!(times(feed, &at(2_000, &start(1))), (START, 2_000));
        for at_ms in [2_000, 9_000, 9_000, 1_000] {
            let line = at(at_ms, r#""event":"heartbeat""#);
            assert_eq!(times(feed, &line), (GameEvent::Heartbeat, at_ms));
        }
    }
    let feed = &mut feed(Title::Cs2);
    one(feed, &counted(1, &start(1)));
    assert_eq!(times(feed, &counted(3, &won(2, 'a'))), (GameEvent::Heartbeat, 1_003));
    // A fact may be known a little after a heartbeat and have happened before it.
    assert_eq!(times(feed, r#"{"at_ms":5000,"event":"heartbeat"}"#).1, 5_000);
    assert_eq!(times(feed, &counted(2, &won(1, 'a'))), (round(1, CoreTeam::A), 1_002));
}

#[test]
fn a_fact_is_taken_back_by_its_number_with_all_that_came_after() {
    let feed = &mut feed(Title::Valorant);
    one(feed, &counted(1, &start(1)));
    for round in 1..=4 {
        one(feed, &counted(1 + u64::from(round), &won(round, 'a')));
    }
    let rewound = |to_round| GameEvent::Rewound { map: 1, to_round };
    // Version 4 was the third round.
    assert_eq!(one(feed, &counted(6, &revert(4))), (rewound(2), 6, 5));
    assert_eq!(one(feed, &counted(7, &won(3, 'b'))).0, round(3, CoreTeam::B));
    assert_eq!(one(feed, &counted(8, &revert(7))).0, rewound(2));
    // A fact that no longer stands cannot be taken back again, nor can a taking back: nobody knows
    // what that would leave, so a person must look.
    assert_eq!(one(feed, &counted(9, &revert(4))).0, GameEvent::Disputed);
    assert_eq!(one(feed, &counted(10, &revert(8))).0, GameEvent::Disputed);
    assert_eq!(one(feed, &counted(11, r#""event":"held""#)).0, GameEvent::Held);
    assert_eq!(one(feed, &counted(12, &revert(11))).0, GameEvent::Released);
    assert_eq!(one(feed, &counted(13, &revert(1))).0, rewound(0));
    let (heard, _) = say(feed, &counted(14, &revert(14)));
    assert!(
        matches!(heard, Line::WrongAndMissing { what, .. } if what.contains("must come after it"))
    );
}

#[test]
fn a_map_against_the_clock_goes_back_to_its_state_before() {
    let feed = &mut feed(Title::Lol);
    let moba = |time_s, kills| MobaState { time_s, kills: [kills, 0], ..MobaState::default() };
    let back = |state| GameEvent::MobaRewound { map: 1, state };
    one(feed, &counted(1, &start(1)));
    one(feed, &counted(2, &state(60, 1)));
    one(feed, &counted(3, &state(90, 2)));
    assert_eq!(one(feed, &counted(4, &revert(3))).0, back(moba(60, 1)));
    one(feed, &counted(5, r#""event":"map_won","map":1,"winner":"b""#));
    assert_eq!(one(feed, &counted(6, &revert(5))).0, back(moba(60, 1)));
    assert_eq!(one(feed, &counted(7, &revert(2))).0, back(moba(0, 0)));
}

#[test]
fn after_a_restart_without_its_lines_a_source_that_counts_is_asked_for_what_is_missing() {
    let feed = &mut feed(Title::Cs2);
    assert_eq!(feed.catch_up(8, NOW), None);
    assert_eq!(feed.version(), 8);
    assert_eq!(say(feed, &counted(8, &won(7, 'a'))).0, Line::Old);
    assert_eq!(say(feed, &counted(10, &won(9, 'a'))).0, Line::Gap { after: 8 });
    assert_eq!(one(feed, &counted(9, &won(8, 'a'))), (round(8, CoreTeam::A), 9, 8));
    // What it was before is not known any more.
    assert_eq!(one(feed, &counted(10, &revert(8))).0, GameEvent::Disputed);
}

#[test]
fn after_a_restart_without_its_lines_betting_is_held_on_a_source_that_does_not_count() {
    let feed = &mut feed(Title::Cs2);
    assert_eq!(feed.catch_up(8, NOW), None);
    let (heard, messages) = say(feed, &format!(r#"{{"at_ms":1,{}}}"#, won(8, 'a')));
    let said: Vec<_> = messages.iter().map(|it| (it.event, it.version)).collect();
    let expected = vec![(GameEvent::Held, 9), (round(8, CoreTeam::A), 10)];
    assert_eq!((heard, said), (Line::Known, expected));
}

#[test]
fn facts_after_a_match_that_is_another_are_not_taken() {
    let feed = &mut feed(Title::Cs2);
    let who = |team: &str| {
        format!(r#"{{"at_ms":1,"event":"match","title":"cs2","teams":["A","{team}"],"best_of":3}}"#)
    };
    assert_eq!(say(feed, &who("B")), (Line::Known, vec![]));
    one(feed, &counted(1, &start(1)));
    let (heard, _) = say(feed, &who("C"));
    assert!(
        matches!(heard, Line::WrongAndMissing { what, .. } if what.starts_with("this feed is about A against B"))
    );
    assert!(matches!(say(feed, &counted(2, &won(1, 'a'))).0, Line::WrongAndMissing { .. }));
    assert_eq!(say(feed, &who("B")).0, Line::Known);
    assert_eq!(one(feed, &counted(2, &won(1, 'a'))).0, round(1, CoreTeam::A));
}

#[test]
fn a_number_that_cannot_be_is_named() {
    let feed = &mut feed(Title::Cs2);
    for (line, said) in [
        (r#"{"at_ms":1,"version":0,"event":"held"}"#, "version is 0"),
        (r#"{"at_ms":1,"version":-1,"event":"held"}"#, "version is -1"),
        (r#"{"at_ms":1,"version":"7","event":"held"}"#, "version is \"7\""),
        (r#"{"at_ms":1,"version":3,"follows":3,"event":"held"}"#, "version 3 cannot follow 3"),
        (r#"{"at_ms":1,"follows":3,"event":"held"}"#, "`follows` stands without `version`"),
        (r#"{"at_ms":1,"event":"revert","of":1}"#, "a `revert` needs versions"),
        (r#"{"at_ms":1,"version":1,"event":"revert"}"#, "missing field `of`"),
    ] {
        let (heard, messages) = say(feed, line);
        assert!(matches!(&heard, Line::Wrong(text) if text.starts_with(said)), "{line}: {heard:?}");
        assert!(messages.is_empty());
    }
    one(feed, &counted(5, r#""event":"held""#));
    let (heard, _) = say(feed, r#"{"at_ms":9999,"event":"released"}"#);
    assert!(
        matches!(heard, Line::WrongAndMissing { what, .. } if what.starts_with("version is missing"))
    );
}

/// A line from the future is wrong, and stays wrong when it is read again after a restart; it is no new clock.
#[test]
fn a_fact_from_the_future_is_a_wrong_line_and_no_new_clock() {
    let now_ms = NOW.nanos() / 1_000_000;
    let at = |at_ms: u64, rest: &str| format!(r#"{{"at_ms":{at_ms},{rest}}}"#);
    let feed = &mut feed(Title::Cs2);
    let read = |feed: &mut FactLines, line: &str| {
        let marked = feed.mark(line.as_bytes(), NOW).into_owned();
        say(feed, std::str::from_utf8(&marked).unwrap()).0
    };
    let counted =
        |at_ms, version: u64, rest: &str| at(at_ms, &format!(r#""version":{version},{rest}"#));
    assert_eq!(read(feed, &counted(now_ms, 1, &start(1))), Line::Known);
    for ahead in [AHEAD_MS_MAX + 1, 3_600_000, u64::MAX - now_ms] {
        for rest in [won(1, 'a'), r#""event":"heartbeat""#.to_owned()] {
            let heard = read(feed, &counted(now_ms + ahead, 2, &rest));
            let Line::WrongAndMissing { what, after: 1 } = heard else { panic!("{heard:?}") };
            let expected = format!("is {ahead} ms ahead of when it was received; 1000 at most");
            assert!(what.ends_with(&expected), "{what}");
        }
    }
    assert_eq!(read(feed, &counted(now_ms, 2, &won(1, 'a'))), Line::Known);
    assert_eq!(read(feed, &counted(now_ms + AHEAD_MS_MAX, 3, &won(2, 'a'))), Line::Known);
    // What is not from the future is read as it was pushed, and so are its neighbours.
    let [first, late, last] = [0, 2_000, 0].map(|ahead| at(now_ms + ahead, &won(3, 'b')));
    assert_eq!(&*feed.mark(first.as_bytes(), NOW), first.as_bytes());
    let lines = format!("{first}\n{late}\nno fact\n{last}");
    let marked = late.replace("{", r#"{"ahead_ms":2000,"#);
    let expected = format!("{first}\n{marked}\nno fact\n{last}");
    assert_eq!(String::from_utf8(feed.mark(lines.as_bytes(), NOW).into_owned()).unwrap(), expected);
}

/// Pushes lines as a server does: what goes to the engine, and how many lines were wrong.
fn push(feed: &mut FactLines, kept: &mut Vec<u8>, lines: &str) -> (Vec<(GameEvent, u64)>, u32) {
    let mut out = VecDeque::new();
    let marked = feed.mark(lines.as_bytes(), NOW).into_owned();
    kept.extend_from_slice(&marked);
    let taken = follow::push(feed, &marked, NOW, &mut out);
    (told(&out), taken.wrong)
}

fn told(out: &VecDeque<clutch_core::Envelope>) -> Vec<(GameEvent, u64)> {
    let said = out.iter().map(|envelope| match envelope.command {
        Command::Feed(message) => (message.event, message.version),
        other => panic!("{other:?}"),
    });
    said.collect()
}

#[test]
fn lines_that_cannot_be_read_are_told_the_engine_once_a_push_however_many_they_are() {
    let garbage = "x\n".repeat(1_000);
    let line = |rest: &str| format!("{{\"at_ms\":1,{rest}}}\n");
    let kept = &mut Vec::new();
    let feed_by_arrival = &mut feed(Title::Cs2);
    let mut said = Vec::new();
    for (lines, events, wrong) in [
        (line(&start(1)), vec![(START, 1)], 0),
        (garbage.clone(), vec![(GameEvent::Held, 2)], 1_000),
        // A person may have let betting go on meanwhile.
        (garbage.clone(), vec![(GameEvent::Held, 3)], 1_000),
        ("\n".to_owned(), vec![(GameEvent::Heartbeat, 0)], 0),
        (
            format!("y\n{}y\nz\n", line(&won(1, 'a'))),
            vec![(GameEvent::Held, 4), (round(1, CoreTeam::A), 5), (GameEvent::Held, 6)],
            3,
        ),
    ] {
        let (events_said, wrong_said) = push(feed_by_arrival, kept, &lines);
        assert_eq!((&events_said, wrong_said), (&events, wrong));
        said.extend(events_said.into_iter().filter(|(event, _)| *event != GameEvent::Heartbeat));
    }
    // Read again after a restart, where nobody knows any more what came in which push, they say the same.
    let mut out = VecDeque::new();
    let lines = LineReader::new(&kept[..]);
    follow::read(&mut feed(Title::Cs2), lines, NOW, &mut out, &mut Taken::default()).unwrap();
    assert_eq!(told(&out), said);

    // With versions the engine hears of the highest that is missing.
    let by_version = &mut feed(Title::Cs2);
    let wrong = |version| counted(version, r#""event":"round_wonn""#) + "\n";
    let kept = &mut Vec::new();
    for (lines, events, count) in [
        (counted(1, &start(1)) + "\n", vec![(START, 1)], 0),
        (garbage.clone(), vec![(GameEvent::Heartbeat, 2)], 1_000),
        (format!("{}{}{}", wrong(3), wrong(5), wrong(4)), vec![(GameEvent::Heartbeat, 5)], 3),
        (
            format!("x\n{}\n{}", counted(2, &won(1, 'a')), garbage),
            vec![(GameEvent::Heartbeat, 2), (round(1, CoreTeam::A), 2), (GameEvent::Heartbeat, 3)],
            1_001,
        ),
    ] {
        assert_eq!(push(by_version, kept, &lines), (events, count));
    }
}
