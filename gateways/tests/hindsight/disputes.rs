//! What the dispute pack says of who decided, and of what was cashed out.

use clutch_core::command::{GameEvent, Grade, Incident, PaymentStep, Results, Side, Team};
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::units::{ClientBetId, MarketId, MatchId, Money};
use clutch_core::{Command, Event};
use clutch_gateways::ops::dispute::{BetName, Dispute};
use clutch_gateways::wire::rules::contradiction;

use super::floor::{ALICE, Floor, is_taken};

/// Three bets of Alice on the first team of the first three matches.
fn three_bets() -> (Floor, [ClientBetId; 3]) {
    let mut floor = Floor::new();
    let ids = [1, 2, 3].map(|number| floor.id(number));
    for (market, id) in (0..).zip(ids) {
        let on = floor.pick(market, 0);
        assert!(is_taken(floor.single(ALICE, id, on, 2_000)));
    }
    (floor, ids)
}

fn won(winner: usize) -> Grade {
    let mut results = [LegResult::Lost; 2];
    results[winner] = LegResult::Won;
    Grade::Results(Results::new(&results).unwrap())
}

fn grade(floor: &mut Floor, operator: u32, market: u32, version: u32, grade: Grade) {
    let market = MarketId(market);
    floor.staff_by(operator, Command::Grade { market, version, grade });
    floor.settle();
}

/// The same, where a second person has to agree.
fn grade_by_two(floor: &mut Floor, [one, two]: [u32; 2], on: (u32, u32), grade: Grade) {
    let (market, version) = (MarketId(on.0), on.1);
    let events = floor.staff_by(one, Command::Grade { market, version, grade });
    let id = events.iter().find_map(|record| match record.event {
        Event::Proposal { id, .. } => Some(id),
        _ => None,
    });
    floor.staff_by(two, Command::Approve { id: id.unwrap() });
    floor.settle();
}

/// The last line of the first leg's market.
fn stands(told: &Dispute) -> &str {
    told.legs[0].market_status.last().unwrap().what.as_str()
}

#[test]
fn who_graded_a_market_and_who_agreed_is_told_and_not_that_the_score_said_so() {
    let (mut floor, [first, second, third]) = three_bets();
    grade(&mut floor, 1, 0, 0, won(0));
    grade(&mut floor, 1, 1, 0, Grade::Void);
    floor.play(2);

    let told = floor.why(BetName::Client(first));
    assert_eq!(stands(&told), "graded won for Alpha by operator 1");
    assert!(
        told.told.contains(&"Map 1 winner was graded won for Alpha by operator 1.".to_owned()),
        "{:?}",
        told.told
    );
    let told = floor.why(BetName::Client(second));
    assert_eq!(stands(&told), "declared void by operator 1");
    assert!(
        told.told.contains(&"Map 1 winner was declared void by operator 1.".to_owned()),
        "{:?}",
        told.told
    );
    let told = floor.why(BetName::Client(third));
    assert_eq!(stands(&told), "decided: Alpha won");
    assert!(told.told.contains(&"In Map 1 winner, Alpha won.".to_owned()), "{:?}", told.told);

    // What was paid moves only if a second person agrees, and so does what is given back to the score.
    grade_by_two(&mut floor, [1, 2], (0, 1), won(1));
    let told = floor.why(BetName::Client(first));
    assert_eq!(stands(&told), "graded won for Bravo by operator 1, agreed to by operator 2");
    // A person who says what the score says is told too.
    grade_by_two(&mut floor, [3, 2], (2, 1), won(0));
    let told = floor.why(BetName::Client(third));
    assert_eq!(stands(&told), "graded won for Alpha by operator 3, agreed to by operator 2");
    grade_by_two(&mut floor, [3, 1], (2, 1), Grade::Automatic);
    let told = floor.why(BetName::Client(third));
    assert_eq!(
        stands(&told),
        "the grade was taken back by operator 3, agreed to by operator 1; now decided: Alpha won"
    );
}

#[test]
fn what_the_house_rules_decide_is_told_with_what_happened() {
    let (mut floor, [first, second, third]) = three_bets();
    let incident =
        |match_id, incident| Command::MatchIncident { match_id: MatchId(match_id), incident };
    floor.staff(incident(0, Incident::Walkover { map: 1, to: Team::A, stated: false }));
    floor.hear(1, 1, GameEvent::MapStarted { map: 1, first_side_a: Side::Ct });
    floor.staff(incident(1, Incident::Forfeit { map: 1, by: Team::B }));
    floor.settle();
    for (id, says) in [
        (first, "void by the house rules after this: map 1 is awarded to Alpha before it starts"),
        (second, "decided by the house rules for Alpha after this: Bravo gives up map 1"),
    ] {
        let told = floor.why(BetName::Client(id));
        assert_eq!(stands(&told), says);
        assert!(told.told.contains(&format!("Map 1 winner was {says}.")), "{:?}", told.told);
    }
    assert_eq!(stands(&floor.why(BetName::Client(third))), "open");
}

#[test]
fn a_part_that_is_cashed_out_is_no_other_way_in_which_the_bet_was_taken() {
    let mut floor = Floor::new();
    let (single, double) = (floor.id(1), floor.id(2));
    let (on, legs) = (floor.pick(0, 0), [floor.pick(1, 0), floor.pick(2, 0)]);
    assert!(is_taken(floor.single(ALICE, single, on, 2_000)));
    assert!(is_taken(floor.double(double, legs, 1_000)));
    assert_eq!(floor.cash_out(single, 500).minor(), 500);
    assert_eq!(floor.cash_out(double, 400).minor(), 400);
    assert_eq!(floor.cash_out(single, 300).minor(), 300);
    floor.play(0);
    floor.play(1);
    for (id, says) in [
        (
            single,
            &[
                "it was taken at once at odds of 2.00, to pay 40.00 if it wins",
                "5.00 of its stake was cashed out for 5.00; 15.00 stayed on it, to pay 30.00 if it wins",
                "3.00 of its stake was cashed out for 3.00; 12.00 stayed on it, to pay 24.00 if it wins",
                "it won, and 24.00 was paid",
            ][..],
        ),
        (
            double,
            &[
                "it was taken at once, to pay 40.00 if it wins",
                "4.00 of its stake was cashed out for 4.00; 6.00 stayed on it, to pay 24.00 if it wins",
            ],
        ),
    ] {
        let told = floor.why(BetName::Client(id)).told;
        let turns: Vec<_> = told.iter().filter(|line| !line.starts_with("In ")).collect();
        assert_eq!(turns.len(), says.len(), "{told:?}");
        for (line, says) in turns.iter().zip(says) {
            assert!(line.to_lowercase().contains(&says.to_lowercase()), "{line} and not {says}");
        }
    }
}

/// A gateway that starts anew learns from the engine alone whose word stands.
#[test]
fn whoever_grades_anew_is_told_whose_word_he_contradicts() {
    let (mut floor, _) = three_bets();
    grade(&mut floor, 1, 0, 0, won(0));
    grade(&mut floor, 1, 1, 0, Grade::Void);
    floor.play(2);
    let warning = |floor: &mut Floor, market, grade| {
        let command = Command::Grade { market: MarketId(market), version: 1, grade };
        contradiction(&floor.book(), &command)
    };
    for (market, otherwise, says) in [
        (0, won(1), "It was graded won for Alpha by operator 1: this contradicts it."),
        (0, Grade::Void, "It was graded won for Alpha by operator 1: this contradicts it."),
        (1, won(0), "It was declared void by operator 1: this contradicts it."),
        (
            2,
            won(1),
            "By the score and the house rules of the match Alpha won: this contradicts it.",
        ),
    ] {
        assert_eq!(warning(&mut floor, market, otherwise).as_deref(), Some(says));
    }
    assert_eq!(warning(&mut floor, 3, won(0)), None);
    grade_by_two(&mut floor, [2, 1], (0, 1), Grade::Automatic);
    grade_by_two(&mut floor, [2, 3], (2, 1), won(1));
    assert_eq!(warning(&mut floor, 0, won(1)), None);
    let says =
        "It was graded won for Bravo by operator 2, agreed to by operator 3: this contradicts it.";
    assert_eq!(warning(&mut floor, 2, won(0)).as_deref(), Some(says));
}

#[test]
fn a_deposit_that_failed_agrees_with_nothing_and_is_counted_apart() {
    let mut floor = Floor::new();
    let (account, reference) = (ALICE, 77);
    let amount = Money::from_minor(2_500);
    for step in [PaymentStep::Authorise, PaymentStep::Fail] {
        floor.staff(Command::Payment { account, amount, reference, step });
    }
    let header = "reference,amount,status\n";
    let deposits = "00000000000000000000000000000001,100.00,captured\n\
                    00000000000000000000000000000002,100000,captured\n";
    for (file, agreed, unsaid, missing, warnings) in [
        (header.to_owned(), 0, 1, 2, 1),
        (format!("{header}{deposits}"), 2, 1, 0, 0),
        (format!("{header}{deposits}0000000000000000000000000000004d,25.00,failed\n"), 3, 0, 0, 0),
    ] {
        let report = floor.reconciled(&file);
        let found = (report.agreed, report.failed_unsaid, report.findings.len());
        assert_eq!(found, (agreed, unsaid, missing), "{file}");
        assert_eq!(report.warnings.len(), warnings, "{:?}", report.warnings);
    }
}
