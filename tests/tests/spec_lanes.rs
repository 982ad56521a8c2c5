//! The rule book: who is paid first, when settlement stops, and that nothing is paid twice.

use clutch_core::command::Config;
use clutch_core::event::{BetStatus, Event, SettlementStatus};
use clutch_core::settlement::lanes::Aside;
use clutch_core::units::{MarketId, Money};
use clutch_core::{Command, Record};
use clutch_tests::check;
use clutch_tests::hall::Hall;

#[test]
fn large_stakes_are_paid_first_and_each_in_a_slice_of_its_own() {
    let mut hall = Hall::new(config());
    for stake in [10, 900, 20, 700, 30, 500, 40] {
        hall.bet(0, stake);
    }
    let paid: Vec<(u64, i64)> = hall.decide().iter().filter_map(stake_of_settled).collect();
    let stakes: Vec<i64> = paid.iter().map(|(_, stake)| *stake).collect();
    assert_eq!(stakes, [500, 700, 900, 40, 30, 20, 10], "newest first within a lane");
    let slices: Vec<u64> = paid[..3].iter().map(|(seq, _)| *seq).collect();
    assert!(slices.windows(2).all(|pair| pair[0] < pair[1]), "one by one: {slices:?}");
}

#[test]
fn no_slice_settles_more_than_its_number_of_bets() {
    let mut hall = Hall::new(config());
    (0..400).for_each(|_| hall.bet(0, 10));
    let mut by_command = std::collections::BTreeMap::new();
    for (seq, _) in hall.decide().iter().filter_map(stake_of_settled) {
        *by_command.entry(seq).or_insert(0) += 1;
    }
    assert_eq!(by_command.values().sum::<u32>(), 400);
    assert!(by_command.values().all(|count| *count <= 64), "{by_command:?}");
    assert!(by_command.values().any(|count| *count == 64), "and not many fewer: {by_command:?}");
}

/// A bad row among the first sixteen of the small bets lets nobody be paid; one behind them leaves just those
/// sixteen paid. The newest bet comes first.
#[test]
fn the_first_sixteen_are_worked_out_before_any_of_them_is_paid() {
    for (newer, paid) in [(15, 0), (16, 16)] {
        let mut hall = Hall::new(config());
        (0..100).for_each(|_| hall.bet(0, 10));
        hall.bet(0, 77);
        (0..newer).for_each(|_| hall.bet(0, 10));
        let mut hall = hall.with_changed_bytes(|bytes| raise_payout(bytes, 77));
        let records = hall.decide();
        assert_eq!(records.iter().filter_map(stake_of_settled).count(), paid);
    }
}

/// Grading fails half-way on bad data, this time in a double behind singles and other doubles.
#[test]
fn a_bad_row_among_bets_of_several_legs_stops_the_market_and_nothing_is_paid_twice() {
    let mut hall = Hall::new(config());
    (0..30).for_each(|_| hall.bet(0, 10));
    (0..40).for_each(|_| hall.double(10));
    hall.double(77);
    (0..40).for_each(|_| hall.double(10));
    let mut hall = hall.with_changed_bytes(|bytes| raise_payout_of_double(bytes, 77));
    hall.decide_other();
    let records = hall.decide();
    let stopped: Vec<SettlementStatus> = records.iter().filter_map(status).collect();
    let [SettlementStatus::Aside(Aside::BadBet(bad))] = stopped[..] else {
        panic!("it stops once and says why: {stopped:?}");
    };
    assert_eq!(records.iter().filter_map(stake_of_settled).count(), 30, "the singles");
    let doubles = records.iter().filter(|record| is_paid_double(record)).count();
    assert!((8..=40).contains(&doubles), "half-way: {doubles}");
    let balance = hall.balance();
    let again = hall.command(Command::ResumeSettlement { market: hall.market });
    let status: Vec<SettlementStatus> = again.iter().filter_map(status).collect();
    let stopped = SettlementStatus::Aside(Aside::BadBet(bad));
    assert_eq!(status, [SettlementStatus::GoesOn, stopped]);
    assert!(!again.iter().any(is_paid_double));
    assert_eq!(hall.balance(), balance, "nothing is paid twice");
}

#[test]
fn what_a_decided_market_owes_is_told_until_it_is_paid_and_then_how_long_that_took() {
    let mut hall = Hall::new(config());
    (0..400).for_each(|_| hall.bet(0, 10));
    assert_eq!(hall.owed(), (0, None, [0, 0]), "nothing is decided");
    hall.decide_without_ticks();
    let (markets, oldest, [some, _]) = hall.owed();
    assert_eq!((markets, oldest), (1, Some(hall.market)));
    assert!(some < 400, "{some} were paid with the last round already");
    hall.skip(2_000_000_000);
    while hall.has_work() {
        hall.command(Command::Tick);
    }
    assert_eq!(hall.owed(), (0, None, [400, some]), "the others took more than half a second");
}

/// Grading fails half-way on bad data: a row says that it pays more than its odds and stake do.
#[test]
fn a_bad_row_stops_the_market_and_nothing_is_paid_twice() {
    let mut hall = Hall::new(config());
    (0..150).for_each(|_| hall.bet(0, 10));
    hall.bet(0, 77);
    (0..150).for_each(|_| hall.bet(0, 10));
    let mut hall = hall.with_changed_bytes(|bytes| raise_payout(bytes, 77));
    let records = hall.decide();
    let stopped: Vec<SettlementStatus> = records.iter().filter_map(status).collect();
    let [SettlementStatus::Aside(Aside::BadBet(bad))] = stopped[..] else {
        panic!("it stops once and says why: {stopped:?}");
    };
    let paid = records.iter().filter_map(stake_of_settled).count();
    assert!((64..300).contains(&paid), "half-way: {paid}");
    let balance = hall.balance();
    // A person looks and lets it go on: the row is as bad as before, and nobody is paid again.
    let again = hall.command(Command::ResumeSettlement { market: hall.market });
    let status: Vec<SettlementStatus> = again.iter().filter_map(status).collect();
    let stopped = SettlementStatus::Aside(Aside::BadBet(bad));
    assert_eq!(status, [SettlementStatus::GoesOn, stopped]);
    assert_eq!(again.iter().filter_map(stake_of_settled).count(), 0);
    assert_eq!(hall.balance(), balance, "nothing is paid twice");
    // Bets on other matches are taken meanwhile.
    assert!(hall.other_market_takes_bets());
}

#[test]
fn settlement_that_has_not_stopped_cannot_go_on() {
    check(
        "
        match  M bo1
        maps   M even
        market W M winner
        settlement goes_on W                -> SettlementNotStopped
        settlement pause 0                  -> InvalidParameter(3, 0)
        settlement pause 5                  -> InvalidParameter(3, 5)
        settlement pause 2 by nobody        -> OperatorOnly
        settlement goes_on W by nobody      -> OperatorOnly
        ",
    );
}

#[test]
fn paused_tiers_wait_while_better_known_matches_are_paid() {
    check(
        "
        account A balance 100.00
        match  M bo1
        maps   M even
        market W M winner
        match  N bo1
        maps   N even
        market V N winner
        tier   N 3
        bet    m A W a 10.00
        bet    n A V a 10.00
        settlement pause 2
        play   M 1 A13
        play   N 1 A13
        expect bet m Won 20.00
        expect bet n Accepted 20.00
        expect account A available 100.00 held 10.00
        settlement pause none
        expect bet n Won 20.00
        expect account A available 120.00 held 0.00
        ",
    );
}

#[test]
fn a_match_that_becomes_better_known_is_no_longer_paused() {
    check(
        "
        account A balance 100.00
        match  N bo1
        maps   N even
        market V N winner
        tier   N 3
        bet    n A V a 10.00
        settlement pause 3
        play   N 1 A13
        expect bet n Accepted 20.00
        tier   N 1
        expect bet n Won 20.00
        ",
    );
}

#[test]
fn a_paused_market_keeps_its_bets_beyond_the_window() {
    check(
        "
        config  resettle_window 1h
        account A balance 100.00
        match  N bo1
        maps   N even
        market V N winner
        tier   N 3
        bet    n A V a 10.00
        settlement pause 3
        play   N 1 A13
        wait   3h
        expect live_bets 1
        settlement pause none
        expect account A available 110.00 held 0.00
        wait   2h
        expect live_bets 0
        ",
    );
}

#[test]
fn large_payouts_wait_until_the_feed_confirms_the_map() {
    check(
        "
        config  confirm_above 30.00
        account A balance 100.00
        match  M bo1
        maps   M even
        market W M winner
        bet    large A W a 20.00
        bet    small A W a 10.00
        bet    lost A W b 30.00
        play   M 1 A13
        # Scouted: small payouts are made and stakes taken.
        expect bet small Won 20.00
        expect bet lost Lost
        expect bet large Accepted 40.00
        expect account A available 60.00 held 20.00
        feed   M over 1 13 0
        expect bet large Won 40.00
        expect account A available 100.00 held 0.00
        ",
    );
}

#[test]
fn a_scouted_result_that_is_taken_back_moved_no_large_payout() {
    check(
        "
        config  confirm_above 30.00
        account A balance 100.00
        match  M bo1
        maps   M even
        market W M winner
        bet    large A W a 20.00
        play   M 1 A13
        feed   M rewind 1 12
        play   M 1 B13 B1
        feed   M over 1 12 14 -> FeedImpossible
        expect bet large Accepted 40.00
        ",
    );
}

#[test]
fn a_multiple_waits_for_the_map_that_is_not_confirmed() {
    check(
        "
        config  confirm_above 30.00 resettle_window 1h
        account A balance 100.00
        match  M bo1
        maps   M even
        market W M winner
        match  N bo1
        maps   N even
        market V N winner
        multi  b A 10.00 2 W:a V:a
        play   M 1 A13
        play   N 1 A13
        feed   N over 1 13 0
        expect bet b Accepted 40.00
        wait   2h
        expect bet b Accepted 40.00
        feed   M over 1 13 0
        expect bet b Won 40.00
        wait   2h
        expect live_multiples 0
        ",
    );
}

#[test]
fn a_persons_grade_needs_no_confirmation() {
    check(
        "
        config  confirm_above 30.00
        account A balance 100.00
        match  M bo1
        maps   M even
        market W M winner
        bet    large A W a 20.00
        grade  W results won lost
        expect bet large Won 40.00
        ",
    );
}

/// Patient feeds, no margin, and limits far away.
fn config() -> Config {
    let far = Money::from_minor(1_000_000_000);
    Config {
        margin_ppb: 0,
        large_stake: Money::from_minor(50_000),
        stake_max: far,
        payout_max: far,
        liability_selection_max: far,
        liability_market_max: far,
        liability_account_max: far,
        payout_day_max: far,
        ..Config::default()
    }
}

/// The stake in whole units of a bet that was settled, with the command whose slice did it.
fn stake_of_settled(record: &Record) -> Option<(u64, i64)> {
    match record.event {
        Event::Bet(view) if matches!(view.status, BetStatus::Won { .. } | BetStatus::Lost) => {
            Some((record.seq.0, view.stake.money().minor() / 100))
        }
        _ => None,
    }
}

fn status(record: &Record) -> Option<SettlementStatus> {
    match record.event {
        Event::Settlement { market: MarketId(0), status, .. } => Some(status),
        _ => None,
    }
}

fn is_paid_double(record: &Record) -> bool {
    matches!(record.event, Event::Multiple(view) if matches!(view.status, BetStatus::Won { .. }))
}

/// Finds the one double with this stake in a snapshot, and doubles what it says it pays.
fn raise_payout_of_double(bytes: &mut [u8], stake: i64) {
    let unit = (100 * stake).to_le_bytes();
    let written = [unit, unit, (400 * stake).to_le_bytes()].concat();
    let places: Vec<usize> =
        (0..bytes.len() - 24).filter(|place| bytes[*place..*place + 24] == written[..]).collect();
    let [place] = places[..] else { panic!("one row has this stake: {places:?}") };
    bytes[place + 16..place + 24].copy_from_slice(&(800 * stake).to_le_bytes());
}

/// Finds the one bet with this stake in a snapshot, and doubles what it says it pays.
fn raise_payout(bytes: &mut [u8], stake: i64) {
    let written = [(100 * stake).to_le_bytes(), (200 * stake).to_le_bytes()].concat();
    let places: Vec<usize> =
        (0..bytes.len() - 16).filter(|place| bytes[*place..*place + 16] == written[..]).collect();
    let [place] = places[..] else { panic!("one row has this stake: {places:?}") };
    bytes[place + 8..place + 16].copy_from_slice(&(400 * stake).to_le_bytes());
}
