//! Accounts, deposits, and what an account may do.

use clutch_tests::check;

#[test]
fn an_account_is_opened_once_and_in_the_books_currency() {
    check(
        "
        capacity accounts_max 2
        account A1
        account A1                         -> AccountExists
        account A2 currency 1              -> UnknownCurrency(0, 1)
        account A2
        account A1 currency 1              -> AccountExists    # the key is asked first
        account A3 currency 1              -> UnknownCurrency(0, 1)
        account A3                         -> CapacityReached(2, 2)
        expect  account A1 available 0.00 held 0.00
        ",
    );
}

#[test]
fn a_payment_reference_is_credited_once() {
    check(
        "
        account A1
        account A2
        deposit A1 50.00 ref 7
        deposit A1 50.00 ref 7             # the provider asks again
        expect  account A1 available 50.00
        deposit A1 60.00 ref 7             -> ReferenceReused(50.00, 60.00)
        deposit A2 50.00 ref 7             -> ReferenceReused(50.00, 50.00)
        expect  account A1 available 50.00
        expect  account A2 available 0.00
        deposit A1 50.00 ref 8
        expect  account A1 available 100.00
        ",
    );
}

#[test]
fn a_deposit_that_must_fail_fails_for_the_first_reason() {
    check(
        "
        capacity payments_max 2
        account A1
        account A2
        state   A2 closed
        deposit nobody 0.00                -> UnknownAccount
        deposit A1 5.00 ref 1
        deposit A2 -5.00 ref 1             -> ReferenceReused(-5.00, -5.00)    # the other one's amount is not said
        deposit A2 -5.00                   -> AccountClosed
        deposit A1 -5.00                   -> InvalidAmount(10000000000000.00, -5.00)
        deposit A1 0.00                    -> InvalidAmount
        deposit A1 10000000000000.00       -> InvalidAmount(9999999999995.00, 10000000000000.00) # with the 5.00 it is too much
        deposit A1 9999999999995.00 ref 2
        expect  account A1 available 10000000000000.00
        deposit A1 0.01                    -> InvalidAmount
        account A3
        deposit A3 1.00                    -> CapacityReached(2, 2)
        expect  account A3 available 0.00
        deposit A1 5.00 ref 1              # known references still answer
        ",
    );
}

#[test]
fn an_account_that_may_not_bet_says_why() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        state   nobody open                -> UnknownAccount
        bet     b0 nobody W a 1.00         -> UnknownAccount
        state   A1 suspended
        bet     b1 A1 W a 1.00             -> AccountSuspended
        deposit A1 5.00                    # money may come in
        state   A1 open
        bet     b3 A1 W a 1.00             -> Accepted 2.00
        state   A1 closed
        bet     b4 A1 W a 1.00             -> AccountClosed
        state   A1 closed
        state   A1 open                    -> AccountClosed    # for ever
        state   A1 suspended               -> AccountClosed
        bet     b5 A1 W a 1.00             -> AccountClosed
        expect  max_stake A1 W a 0.00
        expect  account A1 available 14.00 held 1.00
        ",
    );
}

#[test]
fn a_bet_of_an_account_closed_later_is_still_paid() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00            -> Accepted 20.00
        state   A1 closed
        play    M 1 A13
        expect  bet b1 Won 20.00
        expect  account A1 available 20.00 held 0.00
        expect  house -10.00
        ",
    );
}

#[test]
fn all_deposits_together_stay_within_the_books() {
    let mut table = "capacity accounts_max 2000\n".to_owned();
    for account in 1..=1_152 {
        table += &format!("account A{account} balance 10000000000000.00\n");
    }
    table += "
        account Z balance 10000000000000.00         -> InvalidAmount
        expect  account Z available 0.00
        deposit Z 0.01
        ";
    check(&table);
}
