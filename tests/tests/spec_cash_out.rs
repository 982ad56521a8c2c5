//! The rule book: bets that end before they are decided.
//!
//! Every table begins with three even matches, each with its winner's market at 2.00, and with the
//! house keeping 5 % of what a bet is worth.

use clutch_tests::three_matches::{on_board, with_config};

#[test]
fn a_bet_is_worth_its_payout_times_its_chance_less_the_margin() {
    // 20.00 × 50 % × 95 %.
    on_board(
        "
        bet      b1 A W1 a 10.00 -> Accepted 20.00
        expect   account A available 90.00 held 10.00 liability 10.00 open_bets 1
        quote    q b1 -> Quoted 9.50
        expect   account A available 90.00 held 10.00        # a question changes nothing
        cash_out q -> Paid 9.50
        expect   bet b1 CashedOut 9.50
        expect   account A available 99.50 held 0.00 liability 0.00 open_bets 0
        expect   house 0.50
        ",
    );
}

#[test]
fn what_was_paid_is_final_whatever_becomes_of_the_market() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        quote    q b1
        cash_out q -> Paid 9.50
        play     M1 1 A13
        expect   bet b1 CashedOut 9.50
        expect   account A available 99.50 held 0.00
        feed     M1 rewind 1 10                          # the winner is taken back
        expect   account A available 99.50 held 0.00
        play     M1 1 A3
        grade    W1 void version 3 by 1
        graded   W1 approve by 2
        expect   bet b1 CashedOut 9.50
        expect   account A available 99.50 held 0.00 open_bets 0
        expect   house 0.50
        ",
    );
}

#[test]
fn a_part_leaves_the_rest_of_the_bet_open() {
    on_board(
        "
        bet      b1 A W1 a 10.00 -> Accepted 20.00
        quote    q b1 part 4.00 -> Quoted 3.80
        cash_out q -> Paid 3.80
        expect   bet b1 Accepted 12.00
        expect   account A available 93.80 held 6.00 liability 6.00 open_bets 1
        quote    rest b1 -> Quoted 5.70
        play     M1 1 A13
        expect   bet b1 Won 12.00
        expect   account A available 105.80 held 0.00 liability 0.00 open_bets 0
        expect   house -5.80
        feed     M1 rewind 1 10                          # settled again: only what was left
        expect   bet b1 Accepted 12.00
        expect   account A available 93.80 held 6.00 liability 6.00 open_bets 1
        play     M1 1 B13
        expect   bet b1 Lost
        expect   account A available 93.80 held 0.00
        expect   house 6.20
        ",
    );
}

#[test]
fn several_parts_add_up_to_what_the_bet_says_was_paid() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        quote    q1 b1 part 4.00
        cash_out q1 -> Paid 3.80
        quote    q2 b1 part 6.00 -> Quoted 5.70          # all that is left
        cash_out q2 -> Paid 5.70
        expect   bet b1 CashedOut 9.50
        expect   account A available 99.50 held 0.00 open_bets 0
        ",
    );
}

#[test]
fn the_limits_have_room_again_for_what_was_cashed_out() {
    with_config(
        "liability_selection_max 10.00 liability_match_max 10.00 rules_off none",
        "
        bet      b1 A W1 a 10.00 -> Accepted
        expect   max_stake A W1 a 0.00
        quote    q b1 part 4.00
        cash_out q -> Paid
        expect   max_stake A W1 a 4.00
        bet      b2 A W1 a 4.00 -> Accepted
        quote    q b1
        cash_out q -> Paid
        expect   max_stake A W1 a 6.00
        ",
    );
}

#[test]
fn in_play_it_waits_as_a_bet_does_and_pays_what_it_was_worth_at_receipt() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        feed     M1 start 1 ct
        quote    q b1 -> Quoted 9.50
        cash_out q -> Pending 9.50
        expect   bet b1 Accepted 20.00
        expect   account A available 90.00 held 10.00 liability 10.00
        wait     2999ms
        cash_out q -> Pending 9.50                       # the same quote, the same answer
        wait     1ms
        cash_out q -> Paid 9.50
        expect   bet b1 CashedOut 9.50
        expect   account A available 99.50 held 0.00 liability 0.00
        ",
    );
}

#[test]
fn a_round_won_while_it_waits_refuses_it_and_the_bet_goes_on() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        feed     M1 start 1 ct
        quote    q b1
        cash_out q -> Pending
        wait     1s
        feed     M1 round 1 1 B
        wait     2s
        cash_out q -> QuoteOutdated
        expect   bet b1 Accepted 20.00
        expect   account A available 90.00 held 10.00 liability 10.00
        quote    q b1                                    # a new one can be asked for
        cash_out q -> Pending
        wait     3s
        cash_out q -> Paid
        ",
    );
}

#[test]
fn a_market_suspended_or_decided_while_it_waits_refuses_it() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        play     M1 1 A6
        quote    q b1
        cash_out q -> Pending
        suspend  market W1
        wait     3s
        cash_out q -> MarketSuspended leg 1
        resume   market W1
        quote    q b1
        cash_out q -> Pending
        play     M1 1 A7
        expect   bet b1 Won 20.00
        wait     3s
        cash_out q -> MarketDecided
        expect   account A available 110.00 held 0.00
        ",
    );
}

#[test]
fn the_longest_delay_of_any_leg_counts_and_decided_legs_have_none() {
    on_board(
        "
        multi    t A 1.00 2 W1:a W2:a
        play     M1 1 A13
        quote    q t
        cash_out q -> Paid 1.90                          # won at 2.00, and 2.00 × 50 %, less 5 %
        multi    u A 1.00 2 W3:a W2:a
        feed     M3 start 1 ct
        quote    q u
        cash_out q -> Pending 0.95
        ",
    );
}

#[test]
fn legs_that_are_decided_are_worth_what_they_return() {
    // Doubles and a treble at 1.00 a line.
    on_board(
        "
        multi    t A 1.00 trixie W1:a W2:a W3:a -> Accepted 20.00
        quote    q t -> Quoted 3.80                      # 3 × 1 + 1, less 5 %
        play     M1 1 A13
        quote    q t -> Quoted 6.65                      # 2 + 2 + 1 + 2
        play     M2 1 B13
        quote    q t -> Quoted 1.90                      # only the double of the first and the third
        expect   bet t Accepted 20.00
        cash_out q -> Paid 1.90
        expect   bet t CashedOut 1.90
        expect   account A available 97.90 held 0.00 liability 0.00 open_bets 0
        play     M3 1 A13
        expect   account A available 97.90
        ",
    );
}

#[test]
fn a_part_of_a_system_is_a_part_of_each_line() {
    on_board(
        "
        multi    t A 1.00 trixie W1:a W2:a W3:a -> Accepted 20.00
        expect   account A available 96.00 held 4.00 liability 16.00
        quote    q t part 0.25 -> Quoted 0.95
        cash_out q -> Paid 0.95
        expect   bet t Accepted 15.00
        expect   account A available 96.95 held 3.00 liability 12.00 open_bets 1
        play     M1 1 A13
        play     M2 1 A13
        play     M3 1 A13
        expect   bet t Won 15.00
        expect   account A available 111.95 held 0.00 liability 0.00 open_bets 0
        ",
    );
}

#[test]
fn a_void_leg_is_worth_its_stake() {
    on_board(
        "
        multi    t A 10.00 2 W1:a W2:a -> Accepted 40.00
        grade    W1 void by 1
        quote    q t -> Quoted 9.50                      # 1 × 2.00 × 50 %, less 5 %
        ",
    );
}

#[test]
fn a_quote_expires() {
    with_config(
        "quote_life 10s",
        "
        bet      b1 A W1 a 10.00
        quote    q b1
        wait     10s
        cash_out q -> Paid
        bet      b2 A W1 a 10.00
        quote    q b2
        wait     10001ms
        cash_out q -> QuoteExpired(10000ms, 10001ms)
        expect   bet b2 Accepted
        ",
    );
}

#[test]
fn a_quote_is_outdated_when_a_leg_or_the_bet_moved() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        quote    old b1
        map      M1 1 price 60
        cash_out old -> QuoteOutdated
        quote    q b1 -> Quoted 11.39                    # 20.00 × not quite 60 % × 95 %
        quote    p b1 part 1.00
        cash_out p -> Paid 1.13
        cash_out q -> QuoteOutdated                      # less of the bet is left
        suspend  market W1
        resume   market W1
        quote    q b1 -> Quoted 10.25
        cash_out q -> Paid 10.25
        ",
    );
}

#[test]
fn nobody_gets_more_than_the_bet_is_worth() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        quote    q b1
        cash_out q for 9.51 -> CashOutChanged(9.51, 9.50)
        expect   account A available 90.00 held 10.00
        cash_out q for 9.00 -> Paid 9.50                 # what it is worth, not less
        ",
    );
}

#[test]
fn no_quote_is_made_of_what_is_worth_nothing() {
    with_config(
        "stake_min 0.01",
        "
        bet      b1 A W1 a 0.01 -> Accepted 0.02
        quote    q b1 -> CashOutWorthless                # 0.95 of a cent
        ",
    );
    with_config(
        "cash_out_margin_ppb 1000000000",
        "
        bet      b1 A W1 a 10.00
        quote    q b1 -> CashOutWorthless
        ",
    );
}

#[test]
fn a_cash_out_is_refused_in_this_order() {
    on_board(
        "
        multi    t A 10.00 2 W1:a W2:a
        feed     M1 start 1 ct
        multi    w A 10.00 2 W1:a W3:a -> Pending
        bet      r A W1 a 100000.00 -> StakeAboveLimit
        quote    q r -> UnknownBet
        quote    q w -> BetNotOpen
        cancel   w
        quote    q w -> BetNotOpen
        quote    q t
        cash_out q -> Pending
        kill     all on                                  # while one waits there is no other
        quote    q2 t -> CashOutWaiting
        kill     all off
        wait     3s
        expect   bet t CashedOut
        quote    q2 t -> BetNotOpen
        ",
    );
    on_board(
        "
        multi    t A 10.00 2 W1:a W2:a
        quote    stale t
        wait     11s
        suspend  market W1
        state    A suspended
        kill     match M2 on
        kill     all on
        kill     cash-out on
        cash_out stale part 20.00 -> CashOutStopped
        kill     cash-out off
        cash_out stale part 20.00 -> BettingStopped
        kill     all off
        cash_out stale part 20.00 -> AccountSuspended
        state    A open
        cash_out stale part 20.00 -> CashOutPart(10.00, 20.00)
        cash_out stale part 10.00 -> MarketSuspended leg 1
        resume   market W1
        cash_out stale -> BettingStopped(match 1) leg 2
        kill     match M2 off
        cash_out stale for 20.00 -> QuoteExpired
        quote    old t
        map      M1 1 price 60
        cash_out old for 20.00 -> QuoteOutdated
        quote    q t -> Quoted 11.39
        cash_out q for 20.00 -> CashOutChanged(20.00, 11.39)
        cash_out q -> Paid 11.39
        ",
    );
}

#[test]
fn whoever_may_not_bet_may_still_end_a_bet() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        bet      b2 A W1 a 10.00
        bet      b3 A W1 a 10.00
        rest     A time_out 24h
        quote    q b1
        cash_out q -> Paid 9.50
        state    A excluded
        quote    q b2
        cash_out q -> Paid 9.50
        state    A closed
        quote    q b3 -> AccountClosed
        ",
    );
}

#[test]
fn a_selection_off_the_board_has_no_price_to_be_cashed_out_at() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        override o W1 off a for 10m
        quote    q b1 -> SelectionInactive leg 1
        lift     o
        quote    q b1 -> Quoted 9.50
        ",
    );
}

#[test]
fn a_decided_bet_cannot_be_cashed_out_and_an_old_one_has_left() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        play     M1 1 A13
        quote    q b1 -> MarketDecided
        wait     73h
        quote    q b1 -> BetRetired
        ",
    );
}

#[test]
fn a_mode_that_only_settles_stops_cash_outs_also_those_that_wait() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        feed     M1 start 1 ct
        quote    q b1
        cash_out q -> Pending
        mode     settle-only
        quote    r b1 -> CashOutWaiting
        wait     3s
        cash_out q -> CashOutStopped
        mode     normal
        quote    q b1 -> Quoted 9.50
        mode     accept-only-reducing                    # to end a bet reduces what it could cost
        cash_out q -> Pending
        ",
    );
}

#[test]
fn a_bet_that_two_persons_voided_is_worth_nothing_more() {
    on_board(
        "
        bet      b1 A W1 a 10.00
        bet      b2 A W2 a 10.00
        multi    m1 A 10.00 2 W1:a W3:a
        void     b1
        waiting  approve by 2
        expect   bet b1 Void ByHand
        quote    q b1 -> BetNotOpen
        quote    q b2 -> Quoted 9.50
        void     m1
        waiting  approve by 2
        quote    q m1 -> BetNotOpen
        ",
    );
}
