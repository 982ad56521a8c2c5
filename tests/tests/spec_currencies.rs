//! The rule book: accounts in several currencies. Limits are in the first one, the book currency, and an
//! account's amounts are weighed by its currency's factor where a limit is asked about.
//!
//! Amounts of these tables are minor units over 100, whatever the currency: 500 yen stand as 5.00, and a
//! dinar, which has three places, as 10.00.

use clutch_tests::check;

const BOARD: &str = "
    currency 1 JPY places 0 factor_ppb 500000000      # a yen counts half a cent
    currency 2 KWD places 3 factor_ppb 300000000      # a fils, a thousandth of a dinar, a third of one
    account E balance 1000.00
    account J currency 1 balance 1000.00
    account K currency 2 balance 1000.00
    match   M bo1
    maps    M even
    market  W M map 1
";

#[track_caller]
fn on_board(settings: &str, table: &str) {
    check(&format!("{settings}\n{BOARD}{table}"));
}

#[test]
fn a_currency_is_added_in_order_and_stays_once_an_account_has_it() {
    check(
        "
        currency 2 JPY places 0                       -> UnknownCurrency(1, 2)
        currency 16 JPY                               -> UnknownCurrency(1, 16)
        currency 1 JPY places 4                       -> InvalidParameter(3, 4)
        currency 1 JPY factor_ppb 0                   -> InvalidParameter
        currency 1 JPY factor_ppb 1000000000001       -> InvalidParameter
        currency 0 EUR factor_ppb 2                   -> InvalidParameter
        currency 1 EUR                                -> CurrencyInUse
        currency 1 JPY by nobody                      -> OperatorOnly
        account A currency 1                          -> UnknownCurrency(0, 1)
        currency 1 JPY places 0 factor_ppb 620000000
        currency 1 JPY places 0 factor_ppb 610000000  # nobody has it yet
        account A currency 1
        currency 1 JPY places 0 factor_ppb 610000000  # said again
        currency 1 JPY places 0 factor_ppb 620000000  -> CurrencyInUse
        currency 0 GBP                                # the book currency, as nobody has it yet
        account B
        currency 0 USD                                -> CurrencyInUse
        account C currency 2                          -> UnknownCurrency(1, 2)
        ",
    );
}

#[test]
fn each_currency_has_books_of_its_own() {
    on_board(
        "",
        "
        bet     e E W a 10.00
        bet     j J W a 20.00
        bet     k K W b 30.00
        play    M 1 A13
        expect  bet e Won 20.00
        expect  bet j Won 40.00
        expect  bet k Lost
        expect  account E available 1010.00
        expect  account J available 1020.00
        expect  account K available 970.00
        expect  books house -10.00 players 1010.00 provider -1000.00
        expect  books currency 1 house -20.00 players 1020.00 provider -1000.00
        expect  books currency 2 house 30.00 players 970.00 provider -1000.00
        adjust  J 5.00 goodwill
        bonus   x K free_bet 4.00 for 1d
        expect  books currency 1 adjustments -5.00
        expect  books currency 2 house 26.00
        expect  books adjustments 0.00
        withdraw J 25.00 ref 7
        paid    J 25.00 ref 7
        expect  books currency 1 provider -975.00 players 1000.00
        ",
    );
}

#[test]
fn stakes_are_held_against_limits_of_the_book_currency() {
    on_board(
        "config stake_min 1.00 stake_max 10.00",
        "
        bet     a J W a 1.98                          -> StakeBelowMinimum(2.00, 1.98)
        bet     b J W a 20.01                         -> StakeAboveLimit(20.00, 20.02)
        bet     c J W a 2.00
        bet     d J W a 20.00
        bet     e K W a 3.30                          -> StakeBelowMinimum(3.33, 3.30)
        bet     f K W a 33.34                         -> StakeAboveLimit(33.33, 33.36)
        bet     g K W a 33.33
        bet     h E W a 10.00
        expect  max_stake J W a 20.00
        expect  max_stake K W a 33.33
        expect  max_stake E W a 10.00
        ",
    );
}

#[test]
fn one_liability_counts_bets_of_every_currency() {
    on_board(
        "config liability_selection_max 20.00",
        "
        bet     a E W a 10.00                         # 10.00 of 20.00
        bet     b J W a 10.00                         # 5.00 more
        expect  max_stake E W a 5.00
        expect  max_stake J W a 10.01                 # what counts is rounded up on both sides
        bet     c J W a 10.02                         -> SelectionLiability
        bet     d J W a 10.00
        bet     e E W a 0.10                          -> SelectionLiability
        bet     f K W a 0.34                          -> SelectionLiability
        ",
    );
}

#[test]
fn a_multiple_of_another_currency_is_weighed_as_a_single_is() {
    on_board(
        "config stake_max 10.00 payout_max 30.00",
        "
        match   N bo1
        maps    N even
        market  V N map 1
        multi   a J 20.02 2 W:a V:a                   -> StakeAboveLimit(20.00, 20.02)
        multi   b J 15.02 2 W:a V:a                   -> PayoutAboveLimit(60.00, 60.08)
        multi   c J 15.00 2 W:a V:a
        play    M 1 A13
        play    N 1 A13
        expect  bet c Won 60.00
        expect  books currency 1 house -45.00
        expect  books house 0.00
        ",
    );
}

#[test]
fn large_stakes_and_payouts_that_wait_are_weighed_too() {
    on_board(
        "config confirm_above 15.00",
        "
        bet     j J W a 15.00                         # pays 30.00, which counts 15.00
        bet     k J W a 15.01
        play    M 1 A13
        expect  bet j Won 30.00
        expect  bet k Accepted 30.02
        ",
    );
}

#[test]
fn what_a_player_may_owe_and_one_person_adjust_is_weighed() {
    on_board(
        "config debt_max 10.00 adjust_alone_max 1110.00",
        "
        adjust  J -1020.02 correction                 -> DebtAboveLimit(20.00, 20.02)
        adjust  J -1020.00 correction
        expect  account J available -20.00
        adjust  J 1200.00 correction                  # counts 600.00, after 510.00
        expect  account J available 1180.00
        adjust  J 1200.02 correction by 1             # waits
        expect  account J available 1180.00
        waiting approve by 2
        expect  account J available 2380.02
        ",
    );
}

// A licence's sums are in the book currency; what a player has moved is weighed where one of them is asked about.
// An amount of 200.00 yen counts 100.00, one of 333.33 dinar too.

#[test]
fn a_licences_caps_are_held_against_what_a_players_money_counts() {
    on_board(
        "",
        "
        policy  aml unverified_deposits_max=100.00 unverified_stake_max=5.00
        deposit E 100.01                              -> UnverifiedDeposits(100.00, 100.01)
        deposit J 200.01                              -> UnverifiedDeposits(200.00, 200.01)
        deposit K 333.34                              -> UnverifiedDeposits(333.33, 333.34)
        deposit E 100.00
        deposit J 150.00
        authorise J 50.01 ref 7                       -> UnverifiedDeposits(200.00, 200.01)
        authorise J 50.00 ref 7
        deposit K 333.33
        bet     a E W a 5.01                          -> UnverifiedStake(5.00, 5.01)
        bet     b J W a 10.01                         -> UnverifiedStake(10.00, 10.01)
        bet     c K W a 16.67                         -> UnverifiedStake(16.66, 16.67)
        expect  max_stake E W a 5.00
        expect  max_stake J W a 10.00
        expect  max_stake K W a 16.66
        bet     d J W a 10.00                         -> Accepted
        multi   e K 16.67 1 W:a                       -> UnverifiedStake(16.66, 16.67)
        multi   f K 16.66 1 W:a                       -> Accepted
        ",
    );
}

#[test]
fn sums_that_somebody_looks_at_are_weighed_by_the_currency() {
    on_board(
        "config stake_min 0.01",
        "
        policy  aml turnover_24h=100.00 turnover_24h_then=hold deposits_24h=500.00 losses_30d=150.00
        bet     e1 E W a 99.99                        -> Accepted
        bet     j1 J W a 199.98                       -> Accepted
        bet     k1 K W a 333.30                       -> Accepted
        expect  customer E unverified none none
        expect  customer J unverified none none       # in cents it would have been another's case twice over
        expect  customer K unverified none none
        bet     e2 E W a 0.01                         -> Accepted
        bet     j2 J W a 0.02                         -> Accepted
        bet     k2 K W a 0.03                         -> Accepted
        expect  customer E unverified none turnover_24h
        expect  customer J unverified none turnover_24h
        expect  customer K unverified none turnover_24h
        expect  counter J stake 24h 200.00            # sums are told in his own money
        review  J turnover_24h
        bet     j3 J W b 199.96                       -> Accepted     # the next case opens at twice the sum
        expect  customer J unverified none losses_30d
        bet     j4 J W b 0.04                         -> Accepted
        expect  customer J unverified none turnover_24h+losses_30d
        deposit E 499.99
        deposit J 999.98
        deposit K 1666.63
        expect  customer K unverified none turnover_24h
        deposit K 0.04
        expect  customer K unverified none turnover_24h+deposits_24h
        deposit J 0.02
        expect  customer J unverified none turnover_24h+deposits_24h+losses_30d
        ",
    );
}

#[test]
fn a_large_deposit_in_parts_is_one_in_every_currency() {
    on_board(
        "",
        "
        policy  aml linked_deposits_7d=100.00
        deposit E 100.00                              # whole: it hides nothing
        deposit J 200.00
        deposit K 333.34                              # counts 100.01
        deposit J 199.98                              # a part: it counts 99.99
        expect  counter J linked_deposit 7d 199.98
        expect  customer J unverified none none
        deposit J 0.02
        expect  customer J unverified none linked_deposits_7d
        deposit K 333.30
        expect  counter K linked_deposit 7d 333.30
        expect  customer K unverified none none
        deposit K 0.03
        expect  customer K unverified none linked_deposits_7d
        ",
    );
}

#[test]
fn a_players_own_limits_are_in_his_own_money() {
    on_board(
        "",
        "
        limit   J stake 24h 20.00
        limit   K deposit 7d 50.00
        bet     a J W a 20.01                         -> StakeLimitReached(20.00, 20.01)
        bet     b J W a 20.00                         -> Accepted
        deposit K 50.01                               -> DepositLimitReached(50.00, 50.01)
        deposit K 50.00
        ",
    );
}
