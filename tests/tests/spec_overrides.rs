//! Overrides: a trader's word in place of the model's.

use clutch_tests::check;

#[test]
fn a_word_near_the_model_holds_at_once_and_ends_by_itself() {
    check(
        "
        config   margin_ppb 60000000 override_distance_milli 1500
        match    M bo1
        maps     M even
        market   W M map 1
        expect   odds W a 1.88
        override o W odds a 2.05 for 10m
        expect   override o in_force
        expect   odds W a 2.05
        expect   odds W b 1.88                      # the other side is the model's
        expect   epoch W moved                      # a waiting bet meant another price
        wait     599s
        expect   odds W a 2.05
        wait     1s
        expect   override o gone
        expect   odds W a 1.88
        expect   epoch W moved
        ",
    );
}

/// Steps of one person add up, whichever way he takes them.
#[test]
fn a_word_on_a_price_whose_model_one_person_moved_waits_for_a_second_person() {
    check(
        "
        config   margin_ppb 60000000 override_distance_milli 1500
        match    M bo1
        maps     M even
        market   W M map 1
        map      M 1 price 58 by 1
        override o W fair a 60 for 10m by 1         # from 58 a small step, from the agreed 50 the ratio of 1.5
        expect   override o waiting
        override p W odds a 1.70 for 10m by 1
        expect   override p waiting
        override q W margin 7 for 10m by 1          # that moves no chance
        expect   override q in_force
        approve  o by 2
        expect   override o in_force
        map      M 1 price 50 by 1
        map      M 1 price 50
        override r W odds b 1.90 for 10m by 1
        expect   override r in_force
        ",
    );
}

#[test]
fn a_word_far_from_the_model_waits_for_a_second_person() {
    check(
        "
        config   margin_ppb 60000000 override_distance_milli 1500
        match    M bo1
        maps     M even
        market   W M map 1
        override o W fair a 70 for 10m by 7         # odds ratio 2.33 against 1
        expect   override o waiting
        expect   odds W a 1.88
        expect   epoch W same
        approve  o by 7                             -> SamePerson(7, 7)
        approve  o by nobody                        -> OperatorOnly
        expect   odds W a 1.88
        approve  o by 8
        expect   override o in_force
        expect   odds W a 1.37
        expect   odds W b 3.00
        approve  o by 9                             -> NothingToApprove
        approve  unheard                            -> NothingToApprove
        ",
    );
}

#[test]
fn nobody_gets_far_by_small_steps_alone() {
    check(
        "
        config   override_distance_milli 1500
        match    M bo1
        maps     M even
        market   W M map 1
        override o W fair a 58 for 10m
        expect   override o in_force
        override p W fair a 66 for 10m              # near the first word, far from the model
        expect   override p waiting
        expect   override o in_force
        approve  p by 2
        expect   override o gone                    # one fair probability a market
        expect   override p in_force
        ",
    );
}

#[test]
fn a_proposal_expires_like_anything_else() {
    check(
        "
        match    M bo1
        maps     M even
        market   W M map 1
        override o W fair a 90 for 1m
        wait     60s
        expect   override o gone
        approve  o by 2                             -> NothingToApprove
        lift     o                                  -> UnknownOverride
        expect   epoch W same
        ",
    );
}

#[test]
fn once_the_score_moves_an_old_opinion_is_not_sold() {
    check(
        "
        config   margin_ppb 60000000
        account  A1 balance 10.00
        match    M bo1
        maps     M even
        market   W M map 1
        market   T M total 1 21.5
        play     M 1 A1
        override o W odds a 1.80 for 10m
        override m T margin 12 for 10m
        expect   market W Open
        feed     M round 1 2 A
        expect   market W Suspended Override
        bet      b1 A1 W a 1.00                     -> MarketSuspended
        expect   market T Open                      # a margin is no opinion on the score
        override p W odds a 1.55 for 10m            # the trader is back
        expect   override o gone
        expect   market W Open
        expect   odds W a 1.55
        feed     M round 1 3 B
        expect   market W Suspended Override
        lift     p by 3
        expect   market W Open
        ",
    );
}

#[test]
fn a_suspension_with_an_end_lifts_itself() {
    check(
        "
        match    M bo1
        maps     M even
        market   W M map 1
        market   R M total 1 21.5
        override o W suspend for 5m
        override q R off over for 5m
        expect   market W Suspended Override
        expect   market R Open
        expect   odds R over none
        suspend  market W
        resume   market W                           # a person's resume does not lift what has its own end
        expect   market W Suspended Override
        wait     5m
        expect   market W Open
        ",
    );
}

#[test]
fn a_margin_of_its_own() {
    check(
        "
        config   margin_ppb 60000000
        match    M bo1
        maps     M even
        market   W M map 1
        override o W margin 10 for 10m
        expect   odds W a 1.81
        config   margin_ppb 20000000
        expect   odds W a 1.81
        lift     o
        expect   odds W a 1.96
        override o W margin 60 for 10m              # an even chance at 1.25
        expect   override o waiting
        override o W margin 100 for 10m             -> InvalidParameter(999999999, 1000000000)
        ",
    );
}

#[test]
fn no_margin_at_all_takes_two_persons() {
    check(
        "
        config   margin_ppb 10000000
        match    M bo1
        maps     M even
        market   W M map 1
        override o W margin 0 for 10m by 7          # near, and yet nothing would be left
        expect   override o waiting
        expect   odds W a 1.98
        approve  o by 8
        expect   odds W a 2.00
        ",
    );
}

#[test]
fn odds_that_make_a_book_a_sure_loss_are_refused_whoever_wants_them() {
    check(
        "
        config   margin_ppb 60000000 override_distance_milli 1500
        match    M bo1
        maps     M even
        market   W M map 1
        override o W odds a 2.35 for 10m            -> NoOverround(1000000000, 957446807)
        override o W odds a 9.00 for 10m            -> NoOverround(1000000000, 643026004)
        override o W odds a 2.10 for 10m            # 1.008 with 1.88
        override p W odds b 1.95 for 10m            -> NoOverround(1000000000, 989010988)
        expect   odds W a 2.10
        expect   odds W b 1.88
        lift     o
        override q W off b for 10m                  # not sold: it counts with its fair half
        override o W odds a 2.00 for 10m            -> NoOverround(1000000000, 1000000000)
        override o W odds a 1.99 for 10m
        expect   market W Open
        ",
    );
}

#[test]
fn a_book_that_became_a_sure_loss_while_a_word_waited_is_not_approved() {
    check(
        "
        config   margin_ppb 60000000 override_distance_milli 1000
        match    M bo1
        maps     M even
        market   W M map 1
        override o W odds a 2.10 for 10m by 7
        override p W odds b 2.10 for 10m by 7
        approve  o by 8
        approve  p by 8                             -> NoOverround(1000000000, 952380952)
        expect   override p waiting
        expect   odds W b 1.88
        expect   market W Open
        ",
    );
}

#[test]
fn a_book_that_becomes_a_sure_loss_under_a_standing_word_is_not_sold() {
    check(
        "
        config   margin_ppb 60000000
        match    M bo1
        maps     M even
        market   W M map 1
        override o W odds a 2.10 for 10m
        expect   market W Open
        override f W fair a 55 for 10m              # b goes to 2.08
        expect   override f in_force
        expect   market W Suspended Override
        lift     f
        expect   market W Open
        map      M 1 t 52 ct 52                     # the model itself: A is worth more
        expect   market W Suspended Override
        lift     o
        expect   market W Open
        ",
    );
}

#[test]
fn what_makes_no_sense_is_refused_in_this_order() {
    check(
        "
        config   override_life_max 1h
        match    M bo1
        maps     M even
        market   W M map 1
        override o nowhere fair a 50 for 10m by nobody  -> OperatorOnly
        override o nowhere fair #2 50 for 0s            -> UnknownMarket
        override o W fair #2 0 for 0s                   -> OverrideExpiry(3600000ms, 0ms)
        override o W fair #2 0 for 3601s                -> OverrideExpiry(3600000ms, 3601000ms)
        override o W fair #2 0 for 1h                   -> UnknownSelection(2, 2)
        override o W fair a 0 for 1h                    -> InvalidParameter(1000000000, 0)
        override o W fair a 100 for 1h                  -> InvalidParameter(1000000000, 1000000000)
        override o W fair a 50 for 1h
        lift     o by nobody                            -> OperatorOnly
        play     M 1 A13
        override p W suspend for 1h                     -> MarketDecided
        lift     o
        expect   market W Decided #0
        ",
    );
}
