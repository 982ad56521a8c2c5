//! The rule book: bonus money that must be wagered. The player's own money goes into a stake first; what a
//! bet returns is divided as its stake was; enough bets that are won or lost make it his own.
//!
//! That no more than ten times a bonus may have to be wagered is the UK's rule: LCCP social responsibility
//! code 5.1.1, since 19 January 2026.

use clutch_tests::check;

/// Runs a table on two matches of one map with markets on their winners at even odds, for a player with
/// 6.00 of his own.
#[track_caller]
fn on_board(table: &str) {
    check(&format!(
        "
        account   A balance 6.00
        match     M bo1
        maps      M even
        market    W M map 1
        match     N bo1
        maps      N even
        market    X N map 1
        {table}"
    ));
}

#[test]
fn own_money_goes_first_and_a_win_is_divided_as_the_stake_was() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 for 7d
        bet       b A W a 10.00 with m         -> Accepted 20.00
        expect    account A available 0.00 held 6.00 liability 10.00
        expect    bonus A m 16.00 held 4.00 to_wager 100.00
        play      M 1 A13
        expect    bet b Won 20.00
        expect    account A available 12.00 held 0.00
        expect    bonus A m 24.00 held 0.00 to_wager 90.00
        expect    books house -30.00 players 36.00
        ",
    );
}

#[test]
fn a_fraction_of_a_cent_of_a_win_is_the_players_own() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 for 7d
        bet       b A W a 7.01 with m          -> Accepted 14.02
        grade     W results half_lost half_won
        expect    bet b Won 3.50               # 1.01 of 7.01 of it is 0.504…
        expect    account A available 3.00
        expect    bonus A m 19.49
        ",
    );
}

#[test]
fn a_stake_of_own_money_alone_counts_too_and_short_odds_do_not() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 odds 2.00 for 7d
        bonus     n A money 20.00 wager 100.00 odds 2.01 for 7d
        bet       b A W a 2.00 with m          -> Accepted 4.00
        bet       c A W a 3.00 with n          -> Accepted 6.00
        expect    account A available 1.00 held 5.00
        expect    bonus A m 20.00 held 0.00
        play      M 1 B13
        expect    bet b Lost
        expect    bonus A m 20.00 to_wager 98.00
        expect    bonus A n 20.00 to_wager 100.00
        ",
    );
}

#[test]
fn a_void_bet_counts_nothing_and_gives_both_parts_back() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 for 7d
        bet       b A W a 10.00 with m
        grade     W void
        expect    bet b Void Declared
        expect    account A available 6.00 held 0.00
        expect    bonus A m 20.00 held 0.00 to_wager 100.00
        grade     W results won lost
        graded    W approve by 2
        expect    bet b Won 20.00
        expect    account A available 12.00
        expect    bonus A m 24.00 to_wager 90.00
        ",
    );
}

#[test]
fn what_was_wagered_enough_becomes_the_players_own() {
    on_board(
        "
        bonus     m A money 20.00 wager 20.00 for 7d
        bet       b A W a 10.00 with m         # 4.00 of it
        bet       c A X a 10.00 with m         # 10.00 of it
        expect    account A available 0.00 held 6.00
        play      M 1 A13
        expect    bonus A m 14.00 held 10.00 to_wager 10.00 is active
        play      N 1 B13
        expect    bet c Lost
        expect    account A available 26.00 held 0.00
        expect    bonus A m 0.00 held 0.00 to_wager 0.00 is converted
        expect    books house -20.00 players 26.00
        withdraw  A 26.00
        ",
    );
}

#[test]
fn no_more_than_the_most_becomes_the_players_own() {
    on_board(
        "
        bonus     m A money 20.00 wager 10.00 most 5.00 for 7d
        bet       b A W a 10.00 with m
        play      M 1 A13
        expect    account A available 17.00    # 12.00 of the bet and 5.00
        expect    bonus A m 0.00 is converted
        expect    books house -11.00 players 17.00
        ",
    );
}

#[test]
fn what_bets_return_after_that_is_own_money_up_to_the_most() {
    on_board(
        "
        bonus     m A money 20.00 wager 6.00 most 18.00 for 7d
        bet       b A W a 6.00 with m
        bet       c A X a 5.00 with m
        expect    bonus A m 15.00 held 5.00
        play      M 1 B13
        expect    bet b Lost
        expect    account A available 15.00
        expect    bonus A m 0.00 held 5.00 is converted
        play      N 1 A13
        expect    bet c Won 10.00
        expect    account A available 18.00    # 3.00 of its 10.00
        expect    books house -12.00 players 18.00
        ",
    );
}

#[test]
fn a_win_that_is_taken_back_goes_back_through_the_same_split() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 for 7d
        bet       b A W a 10.00 with m
        play      M 1 A13
        expect    account A available 12.00
        expect    bonus A m 24.00 to_wager 90.00
        grade     W results lost won
        graded    W approve by 2
        expect    bet b Lost
        expect    account A available 0.00 held 0.00
        expect    bonus A m 16.00 held 0.00 to_wager 90.00
        expect    books house -10.00 players 16.00
        ",
    );
}

#[test]
fn a_share_that_was_staked_again_is_lent_by_the_house_until_it_returns() {
    on_board(
        "
        bonus     m A money 4.00 wager 40.00 for 7d
        bet       b A W a 10.00 with m         # 6.00 own, 4.00 of it
        play      M 1 A13
        expect    account A available 12.00
        bet       c A X a 20.00 with m         # 12.00 own, 8.00 of it
        expect    bonus A m 0.00 held 8.00
        grade     W results lost won
        graded    W approve by 2
        expect    bet b Lost
        expect    account A available -12.00   # he owes what was paid to him wrongly
        expect    bonus A m 0.00 held 8.00
        grade     X void
        expect    bet c Void Declared
        expect    account A available 0.00
        expect    bonus A m 0.00 held 0.00
        expect    books house 6.00 players 0.00    # what he lost of his own
        ",
    );
}

#[test]
fn what_became_own_money_stays_so_and_a_wrong_win_of_it_is_owed() {
    on_board(
        "
        withdraw  A 6.00
        bonus     m A money 10.00 wager 10.00 for 7d
        bet       b A W a 10.00 with m
        play      M 1 A13
        expect    account A available 20.00
        expect    bonus A m 0.00 is converted
        grade     W results lost won
        graded    W approve by 2
        expect    bet b Lost
        expect    account A available 0.00
        grade     W void
        graded    W approve by 2
        expect    bet b Void Declared
        expect    account A available 10.00
        expect    bonus A m 0.00 is converted
        expect    books house -10.00
        ",
    );
}

#[test]
fn a_bonus_that_ended_pays_the_own_part_alone() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 for 1h
        bet       b A W a 10.00 with m
        bet       c A X a 2.00 with m
        wait      1h
        expect    bonus A m 0.00 held 6.00 is expired
        expect    books house -6.00 players 12.00
        play      M 1 A13
        expect    bet b Won 20.00
        expect    account A available 12.00
        grade     X void
        expect    bet c Void Declared
        expect    account A available 12.00
        expect    bonus A m 0.00 held 0.00
        expect    books house -6.00 players 12.00
        ",
    );
}

#[test]
fn own_money_can_always_be_taken_out_and_the_policy_says_what_that_costs() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 for 7d
        withdraw  A 1.00
        expect    bonus A m 20.00
        config    withdrawal_ends_bonus 1
        withdraw  A 9.00                       -> BalanceTooLow
        expect    bonus A m 20.00
        bonus     f A free_bet 3.00 for 7d
        bet       b A W a 7.00 with m
        expect    bonus A m 18.00 held 2.00
        deposit   A 5.00
        withdraw  A 5.00
        expect    bonus A m 0.00 held 2.00 is forfeited
        expect    bonus A f 3.00
        ",
    );
}

#[test]
fn several_legs_count_by_what_they_pay_together() {
    on_board(
        "
        bonus     m A money 20.00 wager 100.00 odds 4.00 for 7d
        multi     d A 10.00 2 W:a X:a with m      -> Accepted 40.00
        expect    account A available 0.00 held 6.00
        expect    bonus A m 16.00 held 4.00
        play      M 1 A13
        grade     X void
        expect    bet d Won 20.00
        expect    account A available 12.00
        expect    bonus A m 24.00 to_wager 90.00
        grade     X results lost won
        graded    X approve by 2
        expect    bet d Lost
        expect    account A available 0.00
        expect    bonus A m 16.00 to_wager 90.00
        ",
    );
}

#[test]
fn a_bet_that_waits_and_is_cancelled_was_never_wagered() {
    on_board(
        "
        config    in_play_delay 3s
        play      M 1 A1
        bonus     m A money 20.00 wager 100.00 for 7d
        bet       b A W a 10.00 with m            -> Pending
        cancel    b
        expect    account A available 6.00 held 0.00
        expect    bonus A m 20.00 held 0.00 to_wager 100.00
        ",
    );
}

#[test]
fn it_stands_in_the_houses_limits_in_full_and_in_the_players_own_with_his_part() {
    on_board(
        "
        limit     A stake day 7.00
        bonus     m A money 20.00 wager 100.00 for 7d
        bet       b A W a 10.00 with m
        expect    limit A stake day 7.00 used 6.00
        expect    account A liability 10.00
        quote     q b                             -> BetWithBonus
        bet       c A W a 16.01 with m            -> InsufficientFunds(0.00, 0.01)
        bet       d A W a 16.00 with m
        bet       e A W a 1.00 with m             -> BonusUsedUp
        ",
    );
}

#[test]
fn terms_that_the_rules_do_not_allow_are_refused() {
    on_board(
        "
        bonus     m A money 10.00 wager 100.01 for 7d          -> WageringAboveLimit(100.00, 100.01)
        bonus     m A money 10.00 for 7d                       -> BonusTerms
        bonus     m A money 10.00 wager 50.00 most 0.00 for 7d -> BonusTerms
        bonus     m A money 10.00 wager 50.00 most -1.00 for 7d -> InvalidAmount
        bonus     m A free_bet 10.00 odds 1.50 for 7d          -> BonusTerms
        bonus     m A boost_10 10.00 most 5.00 for 7d          -> BonusTerms
        config    wagering_times_max 0                         -> InvalidParameter
        config    withdrawal_ends_bonus 2                      -> InvalidParameter
        config    wagering_times_max 4
        bonus     m A money 10.00 wager 40.01 for 7d           -> WageringAboveLimit(40.00, 40.01)
        bonus     n A money 10.00 wager 40.00 for 7d
        expect    bonus A n 10.00 held 0.00 to_wager 40.00 is active
        ",
    );
}
