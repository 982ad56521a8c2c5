//! Payments in two phases, and bonuses: what a cashier or a provider can say, in every order.

use clutch_tests::check;

#[test]
fn a_deposit_is_in_transit_until_it_is_captured() {
    check(
        "
        account   A1
        match     M bo1
        maps      M even
        market    W M map 1
        authorise A1 50.00 ref 7
        expect    payment 7 authorised
        expect    account A1 available 0.00
        expect    books provider -50.00 in_transit 50.00 players 0.00
        bet       b1 A1 W a 1.00             -> InsufficientFunds(0.00, 1.00)
        authorise A1 50.00 ref 7             # the provider says it again
        expect    books provider -50.00 in_transit 50.00
        deposit   A1 50.00 ref 7
        expect    payment 7 captured
        expect    account A1 available 50.00
        expect    books provider -50.00 in_transit 0.00 players 50.00
        deposit   A1 50.00 ref 7
        authorise A1 50.00 ref 7             # late, and no news
        expect    payment 7 captured
        expect    account A1 available 50.00
        ",
    );
}

#[test]
fn a_deposit_that_fails_leaves_nothing_behind() {
    check(
        "
        account   A1
        fail      A1 50.00 ref 7             -> UnknownPayment
        authorise A1 50.00 ref 7
        fail      A1 50.00 ref 7
        fail      A1 50.00 ref 7
        expect    payment 7 failed
        expect    books provider 0.00 in_transit 0.00 players 0.00
        deposit   A1 50.00 ref 7             -> PaymentClosed
        authorise A1 50.00 ref 7             -> PaymentClosed
        deposit   A1 50.00 ref 8
        fail      A1 50.00 ref 8             -> PaymentClosed
        expect    account A1 available 50.00
        ",
    );
}

#[test]
fn a_withdrawal_leaves_the_balance_when_it_is_asked_for() {
    check(
        "
        account   A1 balance 100.00
        withdraw  A1 100.01                  -> BalanceTooLow(100.00, 100.01)
        withdraw  A1 60.00 ref 7
        withdraw  A1 60.00 ref 7             # said twice, taken once
        expect    account A1 available 40.00
        expect    books provider -100.00 in_transit 60.00 players 40.00
        withdraw  A1 40.01                   -> BalanceTooLow(40.00, 40.01)
        paid      A1 60.00 ref 7
        paid      A1 60.00 ref 7
        expect    payment 7 paid
        expect    books provider -40.00 in_transit 0.00 players 40.00
        returned  A1 60.00 ref 7             -> PaymentClosed
        withdraw  A1 40.00 ref 8
        returned  A1 40.00 ref 8
        returned  A1 40.00 ref 8
        expect    payment 8 returned
        expect    account A1 available 40.00
        paid      A1 40.00 ref 8             -> PaymentClosed
        paid      A1 40.00 ref 9             -> UnknownPayment
        returned  A1 40.00 ref 9             -> UnknownPayment
        ",
    );
}

#[test]
fn tax_is_kept_back_when_a_withdrawal_is_paid() {
    check(
        "
        account   A1 balance 100.00
        withdraw  A1 100.00 tax -0.01        -> TaxOutOfRange(100.00, -0.01)
        withdraw  A1 100.00 tax 100.01       -> TaxOutOfRange(100.00, 100.01)
        withdraw  A1 100.00 tax 30.00 ref 7
        withdraw  A1 100.00 tax 29.00 ref 7  -> ReferenceReused    # another payment altogether
        expect    books in_transit 100.00 tax_withheld 0.00
        paid      A1 100.00 ref 7
        expect    books provider -30.00 in_transit 0.00 tax_withheld 30.00 players 0.00
        ",
    );
}

#[test]
fn the_last_places_for_references_are_kept_for_withdrawals() {
    let deposits: String = (1..=24).map(|place| format!("deposit A1 1.00 ref {place}\n")).collect();
    let withdrawals: String =
        (25..=32).map(|place| format!("withdraw A1 1.00 ref {place}\n")).collect();
    check(&format!(
        "
        capacity  payments_max 32            # of a small table a quarter
        account   A1
        {deposits}
        deposit   A1 1.00 ref 25             -> CapacityReached(24, 24)
        authorise A1 1.00 ref 25             -> CapacityReached(24, 24)
        adjust    A1 1.00 goodwill ref 25    -> CapacityReached(24, 24)
        bonus     x A1 free_bet 1.00 for 1d ref 25  -> CapacityReached(24, 24)
        deposit   A1 1.00 ref 24             # known references still answer
        {withdrawals}
        withdraw  A1 1.00 ref 33             -> CapacityReached(32, 32)
        paid      A1 1.00 ref 25
        returned  A1 1.00 ref 26
        "
    ));
}

#[test]
fn a_reference_is_about_one_payment_for_ever() {
    check(
        "
        capacity  payments_max 3
        account   A1
        account   A2
        authorise nobody 5.00 ref 1          -> UnknownAccount
        authorise A1 5.00 ref 1
        authorise A1 6.00 ref 1              -> ReferenceReused(5.00, 6.00)
        authorise A2 5.00 ref 1              -> ReferenceReused(5.00, 5.00)
        deposit   A1 6.00 ref 1              -> ReferenceReused(5.00, 6.00)
        fail      A1 6.00 ref 1              -> ReferenceReused(5.00, 6.00)
        withdraw  A1 5.00 ref 1              -> ReferenceReused
        paid      A1 5.00 ref 1              -> ReferenceReused
        returned  A1 5.00 ref 1              -> ReferenceReused
        deposit   A1 5.00 ref 1
        withdraw  A1 5.00 ref 2
        authorise A1 5.00 ref 2              -> ReferenceReused
        deposit   A1 5.00 ref 2              -> ReferenceReused
        fail      A1 5.00 ref 2              -> ReferenceReused
        bonus     x A1 free_bet 5.00 for 1d ref 2  -> ReferenceReused
        authorise A1 0.00                    -> InvalidAmount
        withdraw  A1 0.00                    -> InvalidAmount
        authorise A1 1.00 ref 3
        bonus     y A1 free_bet 1.00 for 1d ref 4  -> CapacityReached(3, 3)
        authorise A1 1.00                    -> CapacityReached(3, 3)
        withdraw  A1 1.00                    -> CapacityReached(3, 3)
        fail      A1 1.00 ref 3
        ",
    );
}

#[test]
fn a_player_who_may_not_bet_can_still_take_his_money_out() {
    check(
        "
        account   A1 balance 100.00
        authorise A1 10.00 ref 7
        withdraw  A1 10.00 ref 8
        rest      A1 exclusion 200d
        authorise A1 10.00                   -> AccountSelfExcluded
        deposit   A1 10.00 ref 7             # it has left his card by now
        withdraw  A1 50.00
        state     A1 closed
        authorise A1 10.00                   -> AccountClosed
        withdraw  A1 50.00 ref 9
        returned  A1 10.00 ref 8
        returned  A1 50.00 ref 9
        expect    account A1 available 60.00
        ",
    );
}

#[test]
fn what_is_promised_counts_against_a_players_limit_until_it_fails() {
    check(
        "
        account   A1
        limit     A1 deposit day 100.00
        limit     A1 net_deposit month 100.00
        authorise A1 60.00 ref 1
        authorise A1 60.00 ref 2             -> DepositLimitReached(100.00, 120.00)
        expect    limit A1 deposit day 100.00 used 60.00
        deposit   A1 60.00 ref 1             # counted already
        expect    limit A1 deposit day 100.00 used 60.00
        authorise A1 40.00 ref 3
        fail      A1 40.00 ref 3
        expect    limit A1 deposit day 100.00 used 60.00
        withdraw  A1 50.00 ref 4             # asked for, not gone
        expect    limit A1 net_deposit month 100.00 used 60.00
        paid      A1 50.00 ref 4
        expect    limit A1 net_deposit month 100.00 used 10.00
        authorise A1 30.00 ref 5
        skip      12h                        # midnight
        fail      A1 30.00 ref 5             # of yesterday: today is no richer for it
        expect    limit A1 deposit day 100.00 used 0.00
        expect    limit A1 net_deposit month 100.00 used 10.00
        ",
    );
}

#[test]
fn a_bonus_is_granted_once_and_ends_by_itself() {
    check(
        "
        account   A1 balance 10.00
        bonus     w A1 free_bet 5.00 for 7d ref 1
        bonus     w A1 free_bet 5.00 for 7d ref 1    # the campaign runs again: nothing more
        expect    bonus A1 w 5.00
        expect    account A1 available 10.00
        expect    books house -5.00 players 15.00
        withdraw  A1 10.01                   -> BalanceTooLow(10.00, 10.01)
        bonus     m A1 money 20.00 wager 100.00 for 1d
        expect    books house -25.00 players 35.00
        wait      23h
        expect    bonus A1 m 20.00
        wait      1h
        expect    bonus A1 m gone
        expect    bonus A1 w 5.00
        expect    books house -5.00 players 15.00
        wait      6d
        expect    bonus A1 w gone
        expect    books house 0.00 players 10.00
        ",
    );
}

#[test]
fn a_bonus_that_is_taken_back_returns_to_the_house() {
    check(
        "
        account   A1
        account   A2
        bonus     w A1 free_bet 5.00 for 7d
        forfeit   nobody w                   -> UnknownAccount
        forfeit   A2 w                       -> UnknownBonus
        forfeit   A1 w
        expect    bonus A1 w gone
        expect    books house 0.00 players 0.00
        forfeit   A1 w                       -> UnknownBonus
        wait      8d                         # its end has nothing more to end
        expect    books house 0.00 players 0.00
        ",
    );
}

#[test]
fn a_bonus_that_cannot_be_granted_says_why() {
    check(
        "
        capacity  bonuses_max 2
        account   A1
        account   A2
        state     A2 closed
        bonus     x nobody free_bet 5.00 for 1d      -> UnknownAccount
        bonus     x A2 free_bet 5.00 for 1d          -> AccountClosed
        bonus     x A1 free_bet 0.00 for 1d          -> InvalidAmount(10000000000000.00, 0.00)
        bonus     x A1 money -1.00 wager 5.00 for 1d -> InvalidAmount
        bonus     x A1 money 1.00 wager -5.00 for 1d -> InvalidAmount
        bonus     x A1 free_bet 5.00 for 0s          -> BonusTerms
        bonus     x A1 free_bet 5.00 wager 1.00 for 1d -> BonusTerms
        bonus     x A1 money 5.00 for 1d             -> BonusTerms
        bonus     a A1 free_bet 5.00 for 1d
        bonus     b A1 free_bet 5.00 for 1d
        bonus     c A1 free_bet 5.00 for 1d          -> CapacityReached(2, 2)
        expect    books house -10.00
        ",
    );
}

#[test]
fn a_switch_stops_new_withdrawals_and_none_that_was_asked_for() {
    check(
        "
        account   A1 balance 100.00
        withdraw  A1 10.00 ref 7
        kill      withdrawals on
        withdraw  A1 0.00                    -> WithdrawalsStopped
        withdraw  A1 10.00                   -> WithdrawalsStopped
        withdraw  A1 10.00 ref 7             # known already
        paid      A1 10.00 ref 7
        kill      withdrawals off
        withdraw  A1 10.00
        expect    account A1 available 80.00
        ",
    );
}
