//! What the tools say afterwards of bets of every kind and in every currency, with sums worked out by hand.
#![allow(clippy::unwrap_used)]

mod disputes;
mod floor;

use clutch_core::Reject;
use clutch_core::command::{Command, Grade};
use clutch_core::units::{ClientBetId, MarketId};
use clutch_gateways::ops::dispute::BetName;
use clutch_gateways::ops::what_if::Outcome;

use floor::{ALICE, BOB, DAY_NS, Floor, code_of, is_taken};

/// A double, a single in yen, a bet of which a part is cashed out, one that is cashed out whole, a void and an open one.
fn a_night() -> Floor {
    let mut floor = Floor::new();
    let legs = [floor.pick(0, 0), floor.pick(1, 0)];
    assert!(is_taken(floor.double(floor.id(1), legs, 1_000)));
    let (id, on) = (floor.id(2), floor.pick(2, 0));
    assert!(is_taken(floor.single(BOB, id, on, 5_000)));
    let (part, on) = (floor.id(3), floor.pick(2, 1));
    assert!(is_taken(floor.single(ALICE, part, on, 1_000)));
    assert_eq!(floor.cash_out(part, 400).minor(), 400);
    let (whole, on) = (floor.id(4), floor.pick(2, 1));
    assert!(is_taken(floor.single(ALICE, whole, on, 700)));
    assert_eq!(floor.cash_out(whole, 300).minor(), 300);
    assert_eq!(floor.cash_out(whole, 400).minor(), 400);
    let (id, on) = (floor.id(5), floor.pick(3, 0));
    assert!(is_taken(floor.single(BOB, id, on, 300)));
    for number in 0..3 {
        floor.play(number);
    }
    floor.staff(Command::Grade { market: MarketId(3), version: 0, grade: Grade::Void });
    floor.settle();
    floor.set_up_match(4);
    let (id, on) = (floor.id(6), floor.pick(4, 0));
    assert!(is_taken(floor.single(ALICE, id, on, 250)));
    floor
}

#[test]
fn what_if_counts_bets_of_several_legs_and_cash_outs_and_never_adds_yen_to_euro() {
    let floor = a_night();
    let report = floor.what_if("quote_life = \"9s\"");
    assert_eq!(report.as_it_was, report.what_if, "nothing depends on this setting here");
    let was = &report.as_it_was;
    let counts = (was.taken, was.won, was.lost, was.void, was.cashed_out, was.open, was.waiting);
    assert_eq!(counts, (6, 2, 1, 1, 1, 1, 0), "{was:?}");
    for (code, staked, open, returned, won, cashed_out, house) in [
        // The double pays 10.00 at 4.00; 4.00 and 7.00 were cashed out, 6.00 lost.
        ("EUR", 1_000 + 1_000 + 700 + 250, 250, 0, 4_000, 400 + 700, -3_000 + 600),
        ("JPY", 5_000 + 300, 0, 300, 10_000, 0, -5_000),
    ] {
        let sums = was.money[code];
        let found = (sums.staked_minor, sums.open_minor, sums.returned_minor, sums.won_minor);
        assert_eq!(found, (staked, open, returned, won), "{code}");
        assert_eq!((sums.cashed_out_minor, sums.house_minor), (cashed_out, house), "{code}");
        // No bonus was given: what is left of the stakes is the house's.
        let left = staked - open - returned - won - cashed_out;
        assert_eq!(left, sums.house_minor, "{code}");
    }
    let mut page = Vec::new();
    report.write(&mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    let line = |start: &str| page.lines().find(|it| it.starts_with(start)).unwrap_or(&page);
    assert!(line("paid for cash-outs").contains("11.00"), "{page}");
    let yen = page.split_once("JPY\n").unwrap().1;
    assert!(yen.contains("staked") && yen.contains(" 5300 ") && !yen.contains('.'), "{page}");
}

#[test]
fn what_if_moves_the_odds_of_every_leg_that_a_bettor_saw() {
    let report = a_night().what_if("margin = \"4%\"");
    let (was, other) = (&report.as_it_was, &report.what_if);
    assert_eq!(other.refused.get("OddsChanged"), None, "{other:?}");
    assert_eq!((other.taken, other.won), (was.taken, was.won), "{other:?}");
    let won = |world: &Outcome| world.money["EUR"].won_minor;
    assert!(won(other) < won(was), "a double at shorter odds pays less: {other:?}");
}

#[test]
fn an_id_sent_again_long_after_is_no_new_fate_of_its_bet() {
    let mut floor = Floor::new();
    let (single, double) = (floor.id(1), floor.id(2));
    let (on, legs) = (floor.pick(0, 0), [floor.pick(0, 0), floor.pick(1, 0)]);
    assert!(is_taken(floor.single(ALICE, single, on, 1_000)));
    assert!(is_taken(floor.double(double, legs, 500)));
    floor.play(0);
    floor.play(1);
    floor.now = floor.now.plus(20 * DAY_NS);
    floor.settle();
    // The engine says this as long as it remembers the id, and that while its own time is not too old.
    for code in [Reject::BetRetired, Reject::ClientIdOutsideWindow] {
        assert_eq!(code_of(floor.single(ALICE, single, on, 1_000)), code);
        assert_eq!(code_of(floor.double(double, legs, 500)), code);
        // With a new id those leave that are too old.
        let (id, on) = (floor.id(3), floor.pick(2, 0));
        floor.single(BOB, id, on, 100);
    }
    for (id, paid) in [(single, "20.00"), (double, "20.00")] {
        let told = floor.why(BetName::Client(id));
        assert!(!told.refused, "{:?}", told.told);
        let last = told.told.iter().find(|line| line.contains("it won")).unwrap();
        assert!(last.contains(paid), "{last}");
        assert!(told.told.iter().all(|line| !line.contains("refused")), "{:?}", told.told);
    }
    let was = floor.what_if("quote_life = \"9s\"").as_it_was;
    assert_eq!(was.won, 2, "{was:?}");
    for code in ["BetRetired", "ClientIdOutsideWindow"] {
        assert_eq!(was.refused.get(code), None, "{was:?}");
    }
    assert_eq!(was.money["EUR"].won_minor, 4_000);

    // An id that was never granted anything is refused as ever.
    let (id, on) = (ClientBetId::from_parts(1_000, 9), floor.pick(2, 0));
    floor.single(ALICE, id, on, 100);
    assert_eq!(floor.what_if("quote_life = \"9s\"").as_it_was.refused["ClientIdOutsideWindow"], 1);
    assert!(floor.why(BetName::Client(id)).refused);
}
