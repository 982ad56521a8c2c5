//! What the house is willing to lose, and what a player is able to stake.

use clutch_tests::check;

#[test]
fn stakes_are_taken_from_the_smallest_to_the_largest() {
    check(
        "
        config  stake_min 1.00 stake_max 5.00
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 0.99                      -> StakeBelowMinimum(1.00, 0.99)
        bet     b2 A1 W a 5.01                      -> StakeAboveLimit(5.00, 5.01)
        bet     b3 A1 W a 1.00                      -> Accepted
        bet     b4 A1 W a 5.00                      -> Accepted
        ",
    );
}

/// A rule that refuses nothing does not shorten a quote either: the largest stake is what would be taken.
#[test]
fn a_quote_asks_the_rules_as_they_stand() {
    for rules in ["rules_off", "rules_shadow"] {
        check(&format!(
            "
            config  stake_min 5.00 stake_max 10.00
            account A1 balance 15.00
            account A2 balance 3.00
            match   M bo1
            maps    M even
            market  W M map 1
            match   N bo1
            maps    N even
            market  V N map 1
            multi   m A1 1.00 1,2 W:a V:a               -> StakeBelowMinimum(5.00, 3.00)
            expect  max_stake A1 W a 10.00
            expect  max_unit m 3.33
            expect  max_stake A2 W a 0.00
            bet     b1 A1 W a 10.01                     -> StakeAboveLimit(10.00, 10.01)
            config  {rules} stake_max,stake_min
            waiting approve by 2
            expect  max_stake A1 W a 15.00
            expect  max_unit m 5.00
            expect  max_stake A2 W a 3.00
            bet     b2 A1 W a 20.00                     -> InsufficientFunds(15.00, 20.00)
            bet     b3 A1 W a 15.00                     -> Accepted 30.00
            bet     b4 A2 W a 3.00                      -> Accepted 6.00
            "
        ));
    }
}

#[test]
fn one_bet_pays_at_most_the_cap_with_its_stake() {
    check(
        "
        config  payout_max 20.00
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.01                     -> PayoutAboveLimit(20.00, 20.02)
        expect  max_stake A1 W a 10.00
        bet     b2 A1 W a 10.00                     -> Accepted 20.00
        ",
    );
}

#[test]
fn a_selection_is_counted_on_its_own() {
    check(
        "
        config  liability_selection_max 10.00
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 6.00                      -> Accepted
        bet     b2 A2 W a 5.00                      -> SelectionLiability(10.00, 11.00)
        bet     b3 A2 W b 10.00                     -> Accepted      # stakes on b do not help a
        bet     b4 A1 W a 4.01                      -> SelectionLiability(10.00, 10.01)
        expect  max_stake A1 W a 4.00
        bet     b5 A1 W a 4.00                      -> Accepted
        expect  max_stake A1 W a 0.00
        ",
    );
}

#[test]
fn a_market_is_counted_against_all_its_stakes() {
    check(
        "
        config  liability_market_max 10.00
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00                     -> Accepted
        bet     b2 A1 W a 0.10                      -> MarketLiability(10.00, 10.10)
        bet     b3 A1 W b 15.00                     -> Accepted      # 30.00 − 25.00 if b wins
        expect  max_stake A1 W a 15.00                               # 20.00 − 25.00 if a wins
        bet     b4 A1 W a 15.01                     -> MarketLiability(10.00, 10.01)
        bet     b5 A1 W a 15.00                     -> Accepted
        ",
    );
}

#[test]
fn an_account_is_counted_over_all_its_open_bets() {
    check(
        "
        config  liability_account_max 10.00
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  X K map 1
        bet     b1 A1 W a 6.00                      -> Accepted
        bet     b2 A1 X a 4.01                      -> AccountLiability(10.00, 10.01)
        bet     b3 A2 X a 4.01                      -> Accepted
        bet     b4 A1 X a 4.00                      -> Accepted
        expect  account A1 liability 10.00 open_bets 2
        play    M 1 B13
        expect  account A1 liability 4.00 open_bets 1
        bet     b5 A1 X b 6.00                      -> Accepted
        ",
    );
}

#[test]
fn a_bet_taken_back_leaves_all_limits() {
    check(
        "
        config  liability_selection_max 10.00
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        play    M 1 A1
        bet     b1 A1 W a 9.00                      -> Pending
        bet     b2 A1 W a 9.00                      -> SelectionLiability
        expect  account A1 available 91.00 held 9.00 liability 6.48 open_bets 1
        cancel  b1
        expect  account A1 available 100.00 held 0.00 liability 0.00 open_bets 0
        bet     b3 A1 W a 9.00                      -> Pending
        ",
    );
}

#[test]
fn funds_are_the_last_question_and_all_of_them_can_be_staked() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.01                     -> InsufficientFunds(10.00, 10.01)
        expect  max_stake A1 W a 10.00
        bet     b2 A1 W a 10.00                     -> Accepted
        expect  account A1 available 0.00 held 10.00
        bet     b3 A1 W a 0.10                      -> InsufficientFunds(0.00, 0.10)
        expect  max_stake A1 W a 0.00
        ",
    );
}

#[test]
fn settings_that_make_no_sense_are_refused_whole() {
    check(
        "
        config  stake_max 50.00
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        config  stake_max 0.00                      -> InvalidParameter
        config  stake_min 60.00                     -> InvalidParameter
        config  payout_max -1.00                    -> InvalidParameter
        config  margin_ppb 1000000000               -> InvalidParameter
        config  band_milli 1000                     -> InvalidParameter
        config  in_play_delay 4s resettle_window 3s -> InvalidParameter
        config  liability_market_max 99999999999999.00 -> InvalidParameter
        bet     b1 A1 W a 50.01                     -> StakeAboveLimit(50.00, 50.01)
        ",
    );
}
