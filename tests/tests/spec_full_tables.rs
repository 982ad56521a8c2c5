//! The rule book: a house that goes on for months comes to the end of no table.

use clutch_tests::check;

#[test]
fn a_start_with_larger_sizes_makes_room_and_forgets_nothing() {
    check(
        "
        capacity accounts_max 1 bets_max 2
        account A1 balance 100.00
        account A2                                  -> CapacityReached(1, 1)
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00                      -> Accepted 2.00
        bet     b2 A1 W a 2.00                      -> Accepted 4.00
        bet     b3 A1 W a 3.00                      -> CapacityReached
        capacity bets_max 1                         -> TablesNeverShrink(2, 1)
        capacity markets_max 65537                  -> InvalidParameter
        bet     b4 A1 W a 3.00                      -> CapacityReached

        # The next start, with other sizes.
        capacity accounts_max 2 bets_max 4
        account A2 balance 10.00
        bet     b5 A1 W a 3.00                      -> Accepted 6.00
        bet     b6 A2 W b 4.00                      -> Accepted 8.00
        bet     b7 A2 W b 5.00                      -> CapacityReached
        expect  account A1 available 94.00 held 6.00
        again   b1                                  -> Accepted 2.00
        play    M 1 A13
        expect  bet b1 Won 2.00
        expect  bet b6 Lost
        ",
    );
}
