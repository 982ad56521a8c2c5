//! The rule book: groups of bets of which all are taken or none.
//!
//! Every table begins with two even matches, each with its winner's market at 2.00.

use clutch_tests::check;

const BOARD: &str = "
    account A balance 100.00
    match   M1 bo1
    match   M2 bo1
    maps    M1 even
    maps    M2 even
    market  W1 M1 winner
    market  W2 M2 winner
";

#[track_caller]
fn with_config(config: &str, table: &str) {
    check(&format!("config {config}\n{BOARD}{table}"));
}

#[test]
fn all_bets_of_a_group_are_taken_each_as_its_own() {
    with_config(
        "in_play_delay 3s",
        "
        batch  A b1:W1:a:10.00 b2:W2:b:20.00 b3:W1:b:5.00 -> Accepted 20.00
        expect bet b1 Accepted 20.00
        expect bet b2 Accepted 40.00
        expect bet b3 Accepted 10.00
        expect account A available 65.00 held 35.00 liability 35.00 open_bets 3
        play   M1 1 A13
        expect bet b1 Won 20.00
        expect bet b2 Accepted
        expect bet b3 Lost
        expect account A available 85.00 held 20.00
        ",
    );
}

#[test]
fn if_one_is_refused_none_is_taken_and_each_says_why() {
    with_config(
        "stake_max 50.00",
        "
        batch  A b1:W1:a:10.00 b2:W2:b:60.00 b3:W1:b:5.00 -> StakeAboveLimit(50.00, 60.00)
        expect bet b1 BatchRefused
        expect bet b2 StakeAboveLimit
        expect bet b3 BatchRefused
        expect account A available 100.00 held 0.00 liability 0.00 open_bets 0
        expect rule stake_max refused 1
        bet    c1 A W1 a 10.00 -> Accepted
        ",
    );
}

#[test]
fn each_bet_counts_for_those_behind_it() {
    with_config(
        "stake_max 50.00",
        "
        batch  A b1:W1:a:50.00 b2:W2:a:50.00 b3:W1:b:0.10 -> InsufficientFunds(0.00, 0.10)
        batch  A c1:W1:a:50.00 c2:W2:a:50.00 -> Accepted
        expect account A available 0.00 held 100.00
        ",
    );
    with_config(
        "liability_selection_max 30.00",
        "
        batch  A b1:W1:a:20.00 b2:W1:a:20.00 -> SelectionLiability(30.00, 40.00)
        batch  A c1:W1:a:20.00 c2:W1:a:10.00 -> Accepted
        ",
    );
    with_config(
        "liability_account_max 30.00",
        "
        batch  A b1:W1:a:20.00 b2:W2:a:20.00 -> AccountLiability(30.00, 40.00)
        expect account A liability 0.00
        ",
    );
    with_config(
        "rules_off none bets_per_second_max 2",
        "
        batch  A b1:W1:a:1.00 b2:W2:a:1.00 b3:W2:b:1.00 -> BetsPerSecond(2, 3)
        batch  A c1:W1:a:1.00 c2:W2:a:1.00 -> Accepted
        bet    d A W1 a 1.00 -> BetsPerSecond(2, 3)
        ",
    );
    with_config(
        "rules_off none liability_match_max 30.00",
        "
        batch  A b1:W1:a:20.00 b2:W1:a:20.00 -> MatchLiability(30.00, 40.00)
        batch  A c1:W1:a:20.00 c2:W1:b:20.00 c3:W1:a:20.00 -> Accepted
        ",
    );
}

#[test]
fn a_players_own_limit_counts_the_whole_group() {
    with_config(
        "stake_max 50.00",
        "
        limit  A stake 24h 15.00
        batch  A b1:W1:a:10.00 b2:W2:a:10.00 -> StakeLimitReached(15.00, 20.00)
        batch  A c1:W1:a:10.00 c2:W2:a:5.00  -> Accepted
        ",
    );
}

#[test]
fn a_group_asked_for_again_gets_its_first_answers() {
    with_config(
        "stake_max 50.00",
        "
        batch  A b1:W1:a:10.00 b2:W2:b:20.00 -> Accepted 20.00
        batch  A b1:W1:a:10.00 b2:W2:b:20.00 -> Accepted 20.00
        expect account A held 30.00
        batch  A b1:W1:a:10.00 n1:W2:b:20.00 -> Accepted 20.00   # a known id: nothing new is taken
        expect account A held 30.00
        again  n1                            -> BatchRefused     # its first answer, also alone
        batch  A n1:W2:b:20.00               -> BatchRefused
        expect account A held 30.00
        batch  A r1:W1:a:10.00 r2:W2:b:60.00 -> StakeAboveLimit
        batch  A r1:W1:a:10.00 r2:W2:b:6.00  -> StakeAboveLimit
        expect account A held 30.00
        ",
    );
}

#[test]
fn the_first_bet_that_is_refused_says_why() {
    with_config(
        "stake_max 50.00",
        "
        suspend market W2
        batch  A b1:W2:a:60.00 b2:W1:a:10.00@2.20 -> MarketSuspended
        batch  A c1:W1:a:10.00@2.20 c2:W2:a:60.00 -> OddsChanged
        kill   match M1 on
        batch  A d1:W2:a:60.00 d2:W1:a:10.00      -> MarketSuspended
        batch  A e1:W1:a:60.00 e2:W2:a:10.00      -> BettingStopped
        ",
    );
}

#[test]
fn in_play_each_waits_and_may_be_refused_by_itself() {
    with_config(
        "in_play_delay 3s",
        "
        feed   M1 start 1 ct
        batch  A b1:W1:a:10.00 b2:W2:b:20.00 -> Pending
        expect bet b2 Accepted
        feed   M1 round 1 1 B
        wait   3s
        expect bet b1 MaterialChange
        expect bet b2 Accepted
        expect account A available 80.00 held 20.00
        ",
    );
}

#[test]
fn no_bet_of_a_group_goes_to_a_trader() {
    with_config(
        "rules_off none trader_stake 20.00",
        "
        batch  A b1:W1:a:10.00 b2:W2:b:30.00 -> StakeForTrader(20.00, 30.00)
        expect referred
        ",
    );
}
