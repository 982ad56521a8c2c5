//! The rule book: balances below zero, what is given up, and balances that are adjusted by hand.

use clutch_tests::check;

/// A win of 20.00 that is taken out before the round turns out to have been lost.
const PAID_AND_GONE: &str = "
    account A1 balance 10.00
    match   M bo1
    maps    M even
    market  R M round 1 1
    market  W M map 1
    bet     b1 A1 R a 10.00                      -> Accepted 20.00
    feed    M start 1 ct
    feed    M round 1 1 A
    expect  bet b1 Won 20.00
    withdraw A1 20.00 ref 7
    paid    A1 20.00 ref 7
    feed    M rewind 1 0
    feed    M round 1 1 B
    expect  bet b1 Lost
";

#[track_caller]
fn with(settings: &str, table: &str) {
    check(&format!("config in_play_delay 0s\n{settings}\n{PAID_AND_GONE}{table}"));
}

#[test]
fn a_debt_blocks_stakes_and_withdrawals_until_a_deposit_makes_it_good() {
    with(
        "",
        "
        expect  account A1 available -20.00 held 0.00
        bet     b2 A1 W a 1.00                   -> AccountInDebt(-20.00, 1.00)
        multi   m1 A1 1.00 1 W:a                 -> AccountInDebt(-20.00, 1.00)
        withdraw A1 1.00                         -> AccountInDebt(-20.00, 1.00)
        deposit A1 15.00
        expect  account A1 available -5.00
        bet     b3 A1 W a 1.00                   -> AccountInDebt(-5.00, 1.00)
        deposit A1 10.00
        expect  account A1 available 5.00
        bet     b4 A1 W a 5.01                   -> InsufficientFunds(5.00, 5.01)
        bet     b5 A1 W a 5.00
        expect  books bad_debt 0.00 house 10.00
        ",
    );
}

#[test]
fn what_goes_beyond_the_limit_is_written_off() {
    with(
        "config debt_max 5.00",
        "
        expect  account A1 available -5.00 held 0.00
        expect  books bad_debt -15.00 house 10.00 provider 10.00 players -5.00
        deposit A1 5.00
        expect  account A1 available 0.00        # what was given up is asked for no more
        expect  books bad_debt -15.00
        ",
    );
    with(
        "config debt_max 0.00",
        "
        expect  account A1 available 0.00 held 0.00
        expect  books bad_debt -20.00 house 10.00
        deposit A1 5.00
        expect  account A1 available 5.00
        ",
    );
}

#[test]
fn a_bet_that_wins_after_all_first_gives_back_what_was_written_off() {
    with(
        "config debt_max 5.00",
        "
        deposit A1 30.00
        expect  account A1 available 25.00
        feed    M rewind 1 0
        feed    M round 1 1 A
        expect  bet b1 Won 20.00
        expect  account A1 available 30.00       # as if it had been won all the time: 10 - 20 + 20 + 30 - 10
        expect  books bad_debt 0.00 house -10.00 provider -20.00
        ",
    );
}

/// As if the money had never been asked for: the correction would have found it.
#[test]
fn a_withdrawal_that_comes_back_first_gives_back_what_was_written_off_since() {
    const ON_ITS_WAY: &str = "
        config  in_play_delay 0s debt_max 5.00
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  R M round 1 1
        bet     b1 A1 R a 10.00
        feed    M start 1 ct
        feed    M round 1 1 A
        withdraw A1 12.00 ref 7
        withdraw A1 8.00 ref 8
        feed    M rewind 1 0
        feed    M round 1 1 B
        expect  account A1 available -5.00 held 0.00
        expect  books bad_debt -15.00
    ";
    check(&format!(
        "{ON_ITS_WAY}
        returned A1 12.00 ref 7
        returned A1 12.00 ref 7                  # said twice, given back once
        expect  account A1 available -5.00
        expect  books bad_debt -3.00
        returned A1 8.00 ref 8
        expect  account A1 available 0.00
        expect  books bad_debt 0.00 house 10.00 in_transit 0.00
        "
    ));
    check(&format!(
        "{ON_ITS_WAY}
        paid    A1 12.00 ref 7
        returned A1 8.00 ref 8
        expect  account A1 available -5.00
        expect  books bad_debt -7.00
        feed    M rewind 1 0                     # and the bet gives back the rest
        feed    M round 1 1 A
        expect  account A1 available 8.00
        expect  books bad_debt 0.00 house -10.00
        "
    ));
    check(&format!(
        "{ON_ITS_WAY}
        deposit A1 30.00
        withdraw A1 25.00 ref 9
        returned A1 25.00 ref 9                  # what was paid in later is his own
        expect  account A1 available 25.00
        expect  books bad_debt -15.00
        "
    ));
}

#[test]
fn a_win_of_another_bet_gives_nothing_back() {
    with(
        "config debt_max 0.00",
        "
        deposit A1 10.00
        bet     b2 A1 W a 10.00 policy any
        play    M 1 A13
        expect  bet b2 Won
        expect  books bad_debt -20.00
        ",
    );
}

#[test]
fn a_balance_is_adjusted_with_a_reason_and_once() {
    check(
        "
        config  adjust_alone_max 50.00 debt_max 10.00
        account A1 balance 10.00
        account A2
        adjust  A1 5.00 goodwill by nobody       -> OperatorOnly
        adjust  nobody 5.00 goodwill             -> UnknownAccount
        adjust  A1 5.00 goodwill ref 7
        adjust  A1 5.00 goodwill ref 7           # said twice, given once
        adjust  A1 6.00 goodwill ref 7           -> ReferenceReused(5.00, 6.00)
        adjust  A2 5.00 goodwill ref 7           -> ReferenceReused
        adjust  A1 5.00 correction ref 7         -> ReferenceReused
        deposit A1 5.00 ref 7                    -> ReferenceReused
        bonus   x A1 free_bet 5.00 for 1d ref 7  -> ReferenceReused
        withdraw A1 5.00 ref 7                   -> ReferenceReused
        expect  payment 7 goodwill
        expect  account A1 available 15.00
        expect  books adjustments -5.00 house 0.00 players 15.00
        adjust  A1 0.00 correction               -> InvalidAmount
        adjust  A1 10000000000000.01 correction  -> InvalidAmount
        adjust  A1 10000000000000.00 correction  -> InvalidAmount(9999999999985.00, 10000000000000.00)
        adjust  A1 -1.00 goodwill                -> AdjustmentTerms
        adjust  A1 1.00 fee                      -> AdjustmentTerms
        adjust  A1 1.00 chargeback               -> AdjustmentTerms
        adjust  A1 1.00 write_off                -> AdjustmentTerms   # there is no debt
        adjust  A1 -3.00 fee
        adjust  A1 -2.00 correction
        adjust  A1 2.00 correction
        expect  account A1 available 12.00
        expect  books adjustments -2.00
        adjust  A1 -22.01 correction             -> DebtAboveLimit(10.00, 10.01)
        adjust  A1 -22.00 correction
        expect  account A1 available -10.00
        adjust  A1 10.01 write_off               -> AdjustmentTerms
        adjust  A1 4.00 write_off
        expect  account A1 available -6.00
        expect  books bad_debt -4.00 adjustments 20.00
        ",
    );
}

#[test]
fn a_large_adjustment_waits_for_a_second_person() {
    check(
        "
        config  adjust_alone_max 50.00
        account A1
        adjust  A1 50.01 goodwill ref 7 by 1
        expect  account A1 available 0.00
        expect  payment 7 unknown
        waiting approve by 1                     -> SamePerson(1, 1)
        waiting approve by 2
        expect  account A1 available 50.01
        adjust  A1 50.01 goodwill ref 7 by 1     # made already
        expect  account A1 available 50.01
        adjust  A1 -60.00 correction ref 8 by 1
        adjust  A1 -70.00 correction ref 8 by 3  # takes its place: one reference, one wish
        waiting approve by 2
        expect  account A1 available -19.99
        waiting approve by 4                     -> NothingToApprove
        adjust  A1 -60.00 correction ref 9 by 1
        waiting drop by 1
        expect  account A1 available -19.99
        ",
    );
}

#[test]
fn a_chargeback_is_booked_whatever_the_balance() {
    check(
        "
        config  debt_max 10.00 adjust_alone_max 100.00
        account A1 balance 50.00
        adjust  A1 -30.00 chargeback ref 7
        expect  account A1 available 20.00
        expect  books provider -20.00 players 20.00
        withdraw A1 20.00 ref 8
        paid    A1 20.00 ref 8
        adjust  A1 -25.00 chargeback ref 9
        expect  account A1 available -10.00
        expect  books provider 25.00 bad_debt -15.00 players -10.00 adjustments 0.00
        ",
    );
}
