//! Placing a bet: the order of the questions, one table per question.

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
        expect  account A1 available 50.00 held 50.00 liability 50.00 open_bets 1
        ",
    );
}

/// Everything is wrong at once; the faults are mended one by one, in order of precedence.
#[test]
fn the_id_the_main_switch_and_room_are_asked_for_first() {
    check(
        "
        capacity client_ids_max 2
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     p1 A1 W a 1.00                      -> Accepted 2.00
        bet     p2 A1 W b 1.00                      -> Accepted 2.00
        kill    all on
        kill    match M on
        state   A1 suspended
        bet     c1 A1 W #9 9.00 uuid4               -> ClientIdInvalid
        bet     c2 A1 W #9 9.00 made -8d            -> ClientIdOutsideWindow(604800000ms, 691200000ms)
        bet     c3 A1 W #9 9.00 made +6m            -> ClientIdOutsideWindow(300000ms, 360000ms)
        bet     c4 A1 W #9 9.00                     -> BettingStopped
        kill    all off
        bet     c5 A1 W #9 9.00                     -> BettingStopped
        kill    match M off
        bet     c6 A1 W #9 9.00                     -> CapacityReached(2, 2)
        ",
    );
}

/// Refusals have a quarter of the memory, here two places. Once no more than half of that is free an account has one
/// more remembered only if it has fewer than a sixty-fourth of what is free, so at least one. What is beyond that may
/// be tried again; others' refusals stay their answers.
#[test]
fn a_flood_of_refusals_takes_no_room_from_bets_nor_from_the_refusals_of_others() {
    check(
        "
        capacity client_ids_max 8
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        suspend market W
        bet     r1 A1 W a 1.00  -> MarketSuspended
        bet     r2 A1 W a 1.00  -> MarketSuspended         # beyond his share
        bet     r3 A2 W a 1.00  -> MarketSuspended
        resume  market W
        again   r1              -> MarketSuspended
        again   r2              -> Accepted 2.00
        again   r3              -> MarketSuspended
        bet     b3 A1 W a 1.00  -> Accepted 2.00
        bet     b4 A1 W a 1.00  -> Accepted 2.00
        bet     b5 A1 W a 1.00  -> Accepted 2.00
        bet     b6 A2 W a 1.00  -> Accepted 2.00
        bet     b7 A2 W a 1.00  -> Accepted 2.00
        bet     b8 A2 W a 1.00  -> CapacityReached(8, 8)
        again   b4              -> Accepted 2.00
        ",
    );
}

/// The same from there on, down to the last question.
#[test]
fn the_first_failing_question_gives_the_answer() {
    check(
        "
        config  stake_min 5.00 stake_max 5.00 payout_max 9.99 view_age_max 10s band_milli 50000
        config  liability_selection_max 0.01 liability_market_max 0.01 liability_account_max 0.01
        account A1
        match   M bo1
        maps    M even
        market  W M map 1
        look    old W
        map     M 1 t 40 ct 40
        look    early W
        suspend market W
        kill    title on
        kill    match M on
        state   A1 suspended

        bet     c1 A1 W #9 6.00 seen old            -> BettingStopped
        kill    title off
        bet     c2 A1 W #9 6.00 seen old            -> BettingStopped
        kill    match M off
        bet     c3 A1 nowhere #9 6.00               -> AccountSuspended
        bet     c4 nobody nowhere #9 6.00           -> UnknownAccount
        state   A1 open
        bet     c5 A1 nowhere #9 6.00               -> UnknownMarket
        bet     c6 A1 W #9 6.00 seen old            -> UnknownSelection(2, 9)
        bet     c7 A1 W b 6.00 seen old             -> MarketSuspended
        resume  market W
        bet     c8 A1 W b 6.00 seen old             -> MaterialChange(1, 3)
        look    now W
        config  margin_ppb 50000000                 # a new price, but no new epoch
        wait    11s
        bet     c9 A1 W b 6.00 seen now at 9.00     -> OddsChanged(9.00, 1.13)
        bet     d1 A1 W b 6.00 seen now policy any  -> StaleView(10000ms, 11000ms)
        bet     f1 A1 W b 6.00 ahead                -> UnknownView
        config  margin_ppb 100000 stake_max 4.99 stake_min 4.99
        bet     d2 A1 W b 4.98                      -> StakeBelowMinimum(4.99, 4.98)
        bet     d3 A1 W b 10.00                     -> StakeAboveLimit(4.99, 10.00)
        config  stake_max 500.00
        waiting approve by 2
        bet     d4 A1 W b 100.00                    -> PayoutAboveLimit(9.99, 116.00)
        config  payout_max 500.00
        waiting approve by 2
        bet     d5 A1 W b 100.00                    -> SelectionLiability(0.01, 16.00)
        config  liability_selection_max 500.00
        waiting approve by 2
        bet     d6 A1 W b 100.00                    -> MarketLiability(0.01, 16.00)
        config  liability_market_max 500.00
        waiting approve by 2
        bet     d7 A1 W b 100.00                    -> AccountLiability(0.01, 16.00)
        config  liability_account_max 500.00
        waiting approve by 2
        bet     d8 A1 W b 100.00                    -> InsufficientFunds(0.00, 100.00)
        deposit A1 100.00
        bet     d9 A1 W b 100.00                    -> Accepted 116.00
        expect  account A1 available 0.00 held 100.00
        ",
    );
}

#[test]
fn a_decided_market_is_decided_before_it_is_suspended() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 1
        suspend all
        bet     b1 A1 R a 1.00                      -> MarketSuspended
        play    M 1 A1
        bet     b2 A1 R a 1.00                      -> MarketDecided
        bet     b3 A1 W a 1.00                      -> MarketSuspended
        ",
    );
}

#[test]
fn the_same_id_gets_the_first_answer_again() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 4.00                      -> Accepted 8.00
        again   b1                                  -> Accepted 8.00
        expect  account A1 available 6.00 held 4.00 open_bets 1
        bet     b2 A1 W a 7.00                      -> InsufficientFunds(6.00, 7.00)
        deposit A1 10.00
        again   b2                                  -> InsufficientFunds(6.00, 7.00)
        expect  account A1 available 16.00 held 4.00
        play    M 1 A13
        again   b1                                  -> Won 8.00
        expect  bet b1 Won 8.00
        expect  account A1 available 24.00 held 0.00
        ",
    );
}

#[test]
fn a_refusal_that_says_nothing_about_the_bet_does_not_bind_its_id() {
    check(
        "
        capacity bets_max 1
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00
        bet     b2 A1 W a 1.00                      -> CapacityReached(1, 1)
        bet     b3 A1 W a 1.00 made +6m             -> ClientIdOutsideWindow(300000ms, 360000ms)
        wait    2m
        again   b3                                  -> CapacityReached
        play    M 1 A13
        wait    73h
        expect  live_bets 0
        again   b2                                  -> UnknownMarket    # its match is gone
        again   b3                                  -> UnknownMarket
        ",
    );
}

#[test]
fn an_id_is_valid_up_to_both_edges_of_its_window() {
    check(
        "
        config  client_id_past 1h client_id_future 1m
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00 made -3600001ms      -> ClientIdOutsideWindow(3600000ms, 3600001ms)
        bet     b2 A1 W a 1.00 made -60m            -> Accepted
        bet     b3 A1 W a 1.00 made +60s            -> Accepted
        bet     b4 A1 W a 1.00 made +60001ms        -> ClientIdOutsideWindow(60000ms, 60001ms)
        bet     b5 A1 W a 1.00 uuid4                -> ClientIdInvalid
        wait    2h
        again   b2                                  -> Accepted 2.00     # still remembered
        bet     b6 A1 W a 1.00                      -> Accepted          # makes room
        again   b2                                  -> Accepted 2.00     # it still stands
        expect  account A1 available 7.00 held 3.00
        ",
    );
}

/// By its id a bet is told, taken back, cashed out and voided for as long as it is there.
#[test]
fn an_id_stays_as_long_as_its_bet() {
    check(
        "
        config  client_id_past 1h cash_out_margin_ppb 0
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00                      -> Accepted
        multi   b2 A1 1.00 1 W:a                    -> Accepted
        wait    48h
        bet     b3 A1 W a 1.00                      -> Accepted
        bet     b4 A1 W a 1.00                      -> Accepted
        again   b1                                  -> Accepted 2.00
        quote   q1 b1                               -> Quoted 1.00
        quote   q2 b2                               -> Quoted 1.00
        void    b1
        waiting approve by 2
        expect  bet b1 Void ByHand
        ",
    );
}

#[test]
fn ids_are_forgotten_only_after_their_window_so_memory_stays_bounded() {
    check(
        "
        capacity client_ids_max 2
        config  client_id_past 1h
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00                      -> Accepted
        bet     b2 A1 W a 1.00                      -> Accepted
        bet     b3 A1 W a 1.00                      -> CapacityReached(2, 2)
        wait    59m
        bet     b4 A1 W a 1.00                      -> CapacityReached(2, 2)
        wait    2m
        bet     b5 A1 W a 1.00                      -> Accepted
        ",
    );
}

#[test]
fn two_accounts_may_use_one_id_and_each_sees_its_own_bet() {
    check(
        "
        account A1 balance 10.00
        account A2 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00 id 77                -> Accepted 2.00
        bet     b2 A2 W b 2.00 id 77                -> Accepted 4.00
        again   b1                                  -> Accepted 2.00
        again   b2                                  -> Accepted 4.00
        expect  account A1 held 1.00
        expect  account A2 held 2.00
        ",
    );
}

#[test]
fn kill_switches_work_for_the_very_next_bet() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  X K map 1
        kill    match nothing on                    -> UnknownMatch
        kill    match M on
        bet     b1 A1 W a 1.00                      -> BettingStopped
        bet     b2 A1 X a 1.00                      -> Accepted
        kill    match M off
        kill    title on
        bet     b3 A1 X a 1.00                      -> BettingStopped
        kill    title off
        kill    all on
        bet     b4 A1 X a 1.00                      -> BettingStopped
        expect  max_stake A1 X a 0.00
        expect  market X Open
        kill    all off
        again   b4                                  -> BettingStopped    # the first answer again
        bet     b5 A1 W a 1.00                      -> Accepted
        ",
    );
}

#[test]
fn a_full_table_answers_and_everything_else_goes_on() {
    check(
        "
        capacity bets_max 2 matches_max 1 markets_max 2
        account A1 balance 10.00
        match   M bo3
        match   K bo3                               -> CapacityReached(1, 1)
        maps    M even
        market  W M map 1
        market  S M score
        market  V M map 2                           -> CapacityReached(2, 2)
        bet     b1 A1 W a 1.00                      -> Accepted
        bet     b2 A1 W b 1.00                      -> Accepted
        bet     b3 A1 W a 1.00                      -> CapacityReached(2, 2)
        expect  max_stake A1 W a 0.00
        play    M 1 A13
        expect  bet b1 Won 2.00
        expect  bet b2 Lost
        wait    73h
        expect  live_bets 0
        ",
    );
}

#[test]
fn a_wider_window_does_not_let_a_forgotten_bet_in_again() {
    check(
        "
        config  client_id_past 1h
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        match   K bo1
        maps    K even
        market  X K map 1
        bet     b1 A1 W a 1.00                      -> Accepted
        play    M 1 B13
        wait    73h
        bet     b2 A1 X a 1.00                      -> Accepted          # b1 has left, and is forgotten
        config  client_id_past 7d
        again   b1                                  -> ClientIdOutsideWindow
        bet     b3 A1 X a 1.00 made -1h             -> Accepted
        again   b2                                  -> Accepted
        expect  account A1 available 7.00 held 2.00
        ",
    );
}
