//! Placing a bet.

use clutch_tests::check;

#[test]
fn a_stake_above_the_limit_is_refused_and_nothing_is_held() {
    check(
        "
        config  stake_max 50.00
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        expect  odds W a 2.00
        bet     b1 A1 W a 60.00            -> StakeAboveLimit(50.00, 60.00)
        expect  account A1 available 100.00 held 0.00
        bet     b2 A1 W a 50.00            -> Accepted 100.00
        expect  account A1 available 50.00 held 50.00
        ",
    );
}
