//! The rule book: bets of several legs, from the slip to the money.
//!
//! Every table begins with three even matches, each with its winner's market at 2.00.

use clutch_tests::check;
use clutch_tests::three_matches::{BOARD, on_board, with_config};

const A_WINS_1: &str = "play M1 1 A13";

#[test]
fn a_treble_pays_the_product_of_its_odds() {
    on_board(&format!(
        "
        multi  t A 10.00 3 W1:a W2:a W3:b -> Accepted 80.00
        expect account A available 90.00 held 10.00 liability 70.00 open_bets 1
        {A_WINS_1}
        expect bet t Accepted
        expect legs t won open open
        play   M2 1 A13
        play   M3 1 B13
        expect bet t Won 80.00
        expect account A available 170.00 held 0.00 liability 0.00 open_bets 0
        expect house -70.00
        "
    ));
}

#[test]
fn a_multiple_is_lost_with_its_first_lost_leg() {
    on_board(
        "
        multi  t A 10.00 3 W1:a W2:a W3:b
        play   M1 1 B13
        expect bet t Lost
        expect legs t lost open open
        expect account A available 90.00 held 0.00 liability 0.00
        play   M2 1 A13
        expect bet t Lost
        expect house 10.00
        ",
    );
}

#[test]
fn a_trixie_waits_while_any_double_can_win() {
    on_board(
        "
        multi  x A 1.00 trixie W1:a W2:a W3:a -> Accepted 20.00
        expect account A available 96.00 held 4.00
        play   M1 1 B13
        expect bet x Accepted
        play   M2 1 A13
        play   M3 1 A13
        expect bet x Won 4.00
        expect account A available 100.00 held 0.00
        ",
    );
}

#[test]
fn a_trixie_is_lost_when_no_double_is_left() {
    on_board(
        "
        multi  x A 1.00 trixie W1:a W2:a W3:a
        play   M1 1 B13
        play   M2 1 B13
        expect bet x Lost
        expect legs x lost lost open
        ",
    );
}

#[test]
fn a_lost_banker_loses_every_line() {
    on_board(
        "
        multi  x A 1.00 2 W1:a* W2:a W3:a -> Accepted 8.00
        expect account A held 2.00
        play   M1 1 B13
        expect bet x Lost
        ",
    );
}

#[test]
fn a_void_leg_is_taken_out() {
    check(
        "
        account A balance 100.00
        match   M1 bo3
        match   M2 bo1
        maps    M1 even
        maps    M2 even
        market  MAP3 M1 map 3
        market  W2 M2 winner
        multi   d A 10.00 2 MAP3:a W2:a -> Accepted 40.00
        play    M1 1 A13
        play    M1 2 A13
        expect  legs d void-NotPlayed open
        play    M2 1 A13
        expect  bet d Won 20.00
        ",
    );
}

#[test]
fn a_multiple_of_void_legs_gives_its_stake_back() {
    check(
        "
        account A balance 100.00
        match   M1 bo3
        match   M2 bo3
        maps    M1 even
        maps    M2 even
        market  C1 M1 map 3
        market  C2 M2 map 3
        multi   d A 10.00 2 C1:a C2:a
        play    M1 1 A13
        play    M1 2 A13
        expect  bet d Accepted
        play    M2 1 A13
        play    M2 2 A13
        expect  bet d Void NotPlayed
        expect  account A available 100.00 held 0.00
        ",
    );
}

#[test]
fn a_result_taken_back_takes_back_the_money() {
    on_board(
        "
        config in_play_delay 0s
        multi  d A 10.00 2 W1:a W2:a
        play   M2 1 A13
        play   M1 1 A13
        expect bet d Won 40.00
        feed   M1 rewind 1 0
        expect bet d Accepted
        expect account A available 90.00 held 10.00 liability 30.00
        play   M1 1 B13
        expect bet d Lost
        expect account A available 90.00 held 0.00
        expect house 10.00
        ",
    );
}

#[test]
fn a_leg_struck_on_a_score_that_is_taken_back_is_void_and_the_others_stand() {
    with_config(
        "in_play_delay 0s",
        "
        play   M1 1 A3
        multi  d A 10.00 2 W1:a W2:a policy any
        feed   M1 rewind 1 1
        expect legs d void-Rewound open
        play   M2 1 A13
        expect bet d Won 20.00
        ",
    );
}

#[test]
fn the_same_selection_counts_once() {
    on_board(
        "
        multi  d A 1.00 2 W1:a W2:a W1:a -> SelectionRepeated leg 3
        multi  s A 1.00 1 W1:a W1:a      -> SelectionRepeated leg 2
        ",
    );
}

#[test]
fn selections_of_one_match_are_not_combined() {
    check(
        "
        account A balance 100.00
        match   M1 bo3
        match   M2 bo3
        maps    M1 even
        maps    M2 even
        market  W1 M1 winner
        market  MAP1 M1 map 1
        market  W2 M2 winner
        multi   d A 1.00 2 W1:a MAP1:a       -> LegsRelated leg 2
        multi   t A 1.00 3 W1:a W2:a MAP1:b  -> LegsRelated leg 3
        # Singles on one slip depend on nothing.
        multi   s A 1.00 1 W1:a MAP1:a       -> Accepted 4.00
        ",
    );
}

#[test]
fn every_leg_says_what_is_wrong_with_it() {
    on_board(
        "
        suspend market W1
        suspend market W3
        multi  t A 1.00 3 W1:a W2:a W3:a -> MarketSuspended leg 1
        expect reasons 1:MarketSuspended 3:MarketSuspended
        resume market W1
        resume market W3
        multi  u A 1.00 3 W1:a@2.50 W2:a W3:a@1.90 -> OddsChanged(2.50, 2.00) leg 1
        expect reasons 1:OddsChanged(2.50,2.00) 3:OddsChanged(1.90,2.00)
        multi  v A 1.00 3 W1:a@2.50 W2:a W3:a@1.90 policy any -> Accepted 8.00
        expect reasons
        ",
    );
}

#[test]
fn offers_come_before_prices_and_prices_before_money() {
    on_board(
        "
        look   v W1
        suspend market W2
        multi  a A 900.00 2 W1:a@3.00 W2:a -> MarketSuspended leg 2
        resume market W2
        multi  b A 9000.00 2 W1:a@3.00 W2:a -> OddsChanged(3.00, 2.00) leg 1
        multi  c A 9000.00 2 W1:a W2:a -> StakeAboveLimit(1000.00, 9000.00)
        multi  d A 900.00 2 W1:a W2:a -> InsufficientFunds(100.00, 900.00)
        state  A suspended
        multi  e A 1.00 2 W1:a@3.00 W2:a -> AccountSuspended
        state  A open
        kill   match M2 on
        multi  f A 1.00 2 W1:a W2:a -> BettingStopped
        ",
    );
}

#[test]
fn limits_are_on_the_stake_of_all_lines() {
    with_config(
        "stake_min 2.00 stake_max 8.00",
        "
        multi  a A 0.40 trixie W1:a W2:a W3:a -> StakeBelowMinimum(2.00, 1.60)
        multi  b A 2.50 trixie W1:a W2:a W3:a -> StakeAboveLimit(8.00, 10.00)
        multi  c A 2.00 trixie W1:a W2:a W3:a -> Accepted 40.00
        ",
    );
}

#[test]
fn a_payout_above_the_cap_is_refused() {
    with_config(
        "payout_max 40.00",
        "
        multi  a A 5.01 3 W1:a W2:a W3:a -> PayoutAboveLimit(40.00, 40.08)
        multi  b A 5.00 3 W1:a W2:a W3:a -> Accepted 40.00
        ",
    );
}

#[test]
fn a_payout_that_is_cut_is_never_passed_and_never_cashed_out() {
    with_config(
        "payout_max 40.00 payout_cut 30.00",
        &format!(
            "
            # 10.00 at 8.00 come to 80.00, which the cap would refuse; struck for 30.00 it counts as that.
            multi  a A 10.00 3 W1:a W2:a W3:a -> Accepted 30.00
            expect account A available 90.00 held 10.00 liability 20.00
            quote  q a                        -> PayoutIsCut(30.00, 80.00)
            # What comes to less is not touched, nor is a single.
            multi  b A 3.00 3 W1:a W2:a W3:a -> Accepted 24.00
            bet    c A W1 a 19.00            -> Accepted 38.00
            {A_WINS_1}
            play   M2 1 A13
            play   M3 1 A13
            expect bet a Won 30.00
            expect bet b Won 24.00
            expect bet c Won 38.00
            "
        ),
    );
}

/// A boost is a part of what a bet pays at most, and one leg is a single whatever form it came in.
#[test]
fn a_boost_passes_no_cut_and_one_leg_is_not_cut() {
    with_config(
        "payout_max 1000.00 payout_cut 30.00",
        &format!(
            "
            bonus  u A boost_100 90.00 for 7d
            multi  a A 5.00 2 W1:a W2:a with u      -> Accepted 30.00
            multi  b A 20.00 2 W1:a W2:a with u     -> BonusWorthless
            multi  c A 20.00 1 W1:a                  -> Accepted 40.00
            {A_WINS_1}
            play   M2 1 A13
            expect bet a Won 30.00
            expect bet c Won 40.00
            "
        ),
    );
}

#[test]
fn what_is_won_below_the_cut_is_paid_whole() {
    with_config(
        "payout_cut 15.00",
        &format!(
            "
            # Four lines: 20.00 if all win, and 4.00 with two winners.
            multi  a A 1.00 trixie W1:a W2:a W3:a -> Accepted 15.00
            # A stake above the cut comes back at least.
            multi  b A 20.00 2 W1:a W2:a          -> Accepted 20.00
            {A_WINS_1}
            play   M2 1 A13
            play   M3 1 B13
            expect bet a Won 4.00
            expect bet b Won 20.00
            "
        ),
    );
}

#[test]
fn the_cut_in_force_when_a_bet_was_struck_is_its_own_for_good() {
    with_config(
        "payout_max 1000.00 payout_cut 30.00",
        &format!(
            "
            multi  a A 10.00 3 W1:a W2:a W3:a -> Accepted 30.00
            config payout_cut 50.00
            multi  b A 10.00 3 W1:a W2:a W3:a -> Accepted 50.00
            expect max_unit b 80.00
            config payout_cut 0.00            -> InvalidParameter
            {A_WINS_1}
            play   M2 1 A13
            play   M3 1 A13
            expect bet a Won 30.00
            expect bet b Won 50.00
            "
        ),
    );
}

#[test]
fn the_whole_possible_loss_counts_on_every_leg() {
    with_config(
        "liability_selection_max 30.00",
        "
        multi  a A 10.00 2 W1:a W2:a -> Accepted 40.00
        # 30.00 are taken on W1 a and on W2 a: nothing more, alone or combined.
        bet    b A W1 a 1.00 -> SelectionLiability(30.00, 31.00)
        multi  c A 1.00 2 W3:a W2:a -> SelectionLiability(30.00, 33.00) leg 2
        bet    d A W1 b 1.00
        # What is lost no longer counts.
        play   M1 1 B13
        expect bet a Lost
        bet    e A W2 a 1.00
        ",
    );
}

#[test]
fn a_multiples_stake_pays_for_no_other_selection() {
    with_config(
        "liability_market_max 30.00",
        "
        multi  a A 10.00 2 W1:a W2:a
        # A single's stake on the other side would make room for its own size; this one does not.
        bet    b A W1 b 30.00
        bet    c A W1 b 0.50 -> MarketLiability(30.00, 30.50)
        ",
    );
}

#[test]
fn the_largest_unit_quoted_is_accepted_and_one_more_is_not() {
    with_config(
        "stake_max 20.00 payout_max 61.00",
        "
        multi  a A 0.10 trixie W1:a W2:a W3:a
        expect max_unit a 3.05
        multi  b A 3.06 trixie W1:a W2:a W3:a -> PayoutAboveLimit(61.00, 61.20)
        multi  c A 3.05 trixie W1:a W2:a W3:a -> Accepted 61.00
        suspend market W2
        expect max_unit a 0.00
        ",
    );
}

#[test]
fn in_play_the_longest_delay_of_any_leg_is_waited_out() {
    with_config(
        "in_play_delay 3s",
        "
        play   M2 1 A1
        multi  d A 10.00 2 W1:a W2:a policy any -> Pending
        expect account A available 90.00 held 10.00
        wait   3s
        expect bet d Accepted
        multi  e A 10.00 2 W1:a W2:a policy any
        feed   M2 round 1 2 B
        wait   3s
        expect bet e MaterialChange
        expect account A available 90.00 held 10.00
        multi  f A 10.00 2 W1:a W2:a policy any
        cancel f
        expect bet f BetCancelled
        cancel f -> BetNotWaiting
        cancel d -> BetNotWaiting
        ",
    );
}

#[test]
fn the_same_id_is_answered_alike_and_placed_once() {
    on_board(
        "
        multi  a A 10.00 2 W1:a W2:a id 7 -> Accepted 40.00
        again  a -> Accepted 40.00
        # The id belongs to that bet, whatever is asked under it.
        bet    b A W3 a 5.00 id 7 -> Accepted 40.00
        multi  r A 10.00 2 W1:a W2:a@9.00 id 8 -> OddsChanged(9.00, 2.00) leg 2
        multi  s A 10.00 2 W1:a W2:a id 8 -> OddsChanged(9.00, 2.00) leg 2
        expect account A available 90.00 held 10.00
        ",
    );
}

#[test]
fn full_tables_refuse_and_leave_room_again() {
    check(&format!(
        "capacity multiples_max 2 legs_max 5
        config resettle_window 1h
        {BOARD}
        multi  a A 1.00 3 W1:a W2:a W3:a
        multi  b A 1.00 3 W1:a W2:a W3:a -> CapacityReached(2, 2)
        multi  c A 1.00 2 W1:a W2:a
        multi  d A 1.00 2 W1:a W2:a -> CapacityReached(2, 2)
        play   M1 1 A13
        play   M2 1 A13
        wait   2h
        # c has left with its last market; a waits for W3.
        expect live_multiples 1
        multi  e A 1.00 1 W3:a W3:b
        expect live_multiples 2
        play   M3 1 A13
        expect bet a Won 8.00
        wait   2h
        expect live_multiples 0
        again  a -> BetRetired
        "
    ));
}

#[test]
fn a_retired_leg_keeps_its_result() {
    with_config(
        "resettle_window 1h in_play_delay 0s",
        "
        multi  d A 10.00 2 W1:a W2:a
        play   M1 1 A13
        wait   2h
        # Too late for the leg: its market has left.
        feed   M1 rewind 1 5
        expect legs d won open
        play   M2 1 A13
        expect bet d Won 40.00
        ",
    );
}
