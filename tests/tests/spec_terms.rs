//! The rule book: what happens where a bet as it was asked for would be refused: less of it, an offer,
//! or a trader's word.
//!
//! Every table begins with two even matches, each with its winner's market at 2.00.

use clutch_tests::check;

const BOARD: &str = "
    account A balance 1000.00
    match   M1 bo1
    match   M2 bo1
    maps    M1 even
    maps    M2 even
    market  W1 M1 winner
    market  W2 M2 winner
";

#[track_caller]
fn with_config(config: &str, table: &str) {
    check(&format!("config {config}\n{BOARD}{table}"));
}

#[test]
fn less_is_taken_if_the_bettor_wants_that() {
    with_config(
        "stake_max 50.00",
        "
        bet    b1 A W1 a 60.00         -> StakeAboveLimit(50.00, 60.00)
        expect maximum none
        bet    b2 A W1 a 60.00 partial -> Accepted 100.00
        expect account A available 950.00 held 50.00 liability 50.00 open_bets 1
        again  b2                      -> Accepted 100.00
        expect account A held 50.00
        bet    b3 A W1 a 40.00 partial -> Accepted 80.00         # all of it, as it fits
        ",
    );
}

#[test]
fn the_largest_stake_is_said_if_he_does_not() {
    with_config(
        "liability_selection_max 30.00",
        "
        multi  m A 1.00 2 W1:a W2:a
        bet    b1 A W1 a 60.00 offers  -> Offered                # 30.00 less the multiple's 3.00
        expect account A held 28.00
        cancel b1
        bet    b2 A W1 a 60.00 partial -> Accepted 54.00
        bet    b3 A W1 a 60.00 partial -> SelectionLiability(30.00, 90.00)
        expect maximum 0.00
        ",
    );
}

#[test]
fn a_quoted_maximum_is_what_is_taken() {
    with_config(
        "payout_max 77.77 stake_max 50.00",
        "
        expect max_stake A W1 a 38.88
        bet    b1 A W1 a 50.00 partial -> Accepted 77.76
        ",
    );
}

#[test]
fn less_on_each_line_is_taken_of_a_system() {
    with_config(
        "stake_max 10.00",
        "
        multi  m A 4.00 1,2 W1:a W2:a         -> StakeAboveLimit(10.00, 12.00)
        multi  n A 4.00 1,2 W1:a W2:a partial -> Accepted 26.64
        expect account A available 990.01 held 9.99
        ",
    );
}

#[test]
fn what_is_no_matter_of_size_stays_refused() {
    with_config(
        "stake_min 1.00",
        "
        bet     b1 A W1 a 0.50 partial offers    -> StakeBelowMinimum
        bet     b2 A W1 a 5000.00 partial offers -> Accepted 2000.00   # all the money there is
        suspend market W2
        bet     b3 A W2 a 1.00 partial offers    -> MarketSuspended
        ",
    );
}

#[test]
fn odds_that_are_gone_are_offered_as_they_are_now() {
    with_config(
        "offer_life 10s",
        "
        bet    b1 A W1 a 10.00 at 2.20         -> OddsChanged(2.20, 2.00)
        bet    b2 A W1 a 10.00 at 2.20 offers  -> Offered
        expect account A available 990.00 held 10.00 liability 10.00 open_bets 1
        wait   10s
        expect bet b2 OfferExpired
        expect account A available 1000.00 held 0.00 liability 0.00 open_bets 0
        bet    b3 A W1 a 10.00 at 2.20 offers  -> Offered
        take   b3
        expect bet b3 Accepted 20.00
        bet    b4 A W1 a 10.00 at 2.20 offers  -> Offered
        decline b4
        expect bet b4 OfferDeclined
        expect account A available 990.00 held 10.00 open_bets 1
        ",
    );
}

#[test]
fn odds_that_are_gone_never_become_a_smaller_bet_without_being_asked_for() {
    with_config(
        "stake_max 5.00",
        "
        bet    b1 A W1 a 10.00 at 2.20 partial        -> OddsChanged
        bet    b2 A W1 a 10.00 at 2.20 partial offers -> Offered
        expect account A held 5.00
        take   b2
        expect bet b2 Accepted 10.00
        multi  m A 3.00 1,2 W1:a@2.10 W2:a offers     -> Offered
        expect account A held 9.98
        take   m
        expect bet m Accepted 13.28
        ",
    );
}

#[test]
fn an_offer_is_gone_once_the_match_moved() {
    with_config(
        "stake_max 50.00",
        "
        bet    b1 A W1 a 60.00 offers -> Offered
        map    M1 1 price 60
        take   b1
        expect bet b1 MaterialChange
        expect account A available 1000.00 held 0.00
        take   b1                     -> UnknownOffer
        ",
    );
}

#[test]
fn in_play_the_delay_counts_from_the_yes() {
    with_config(
        "stake_max 50.00 offer_life 10s",
        "
        feed   M1 start 1 ct
        bet    b1 A W1 a 60.00 offers -> Offered
        wait   9s
        take   b1
        expect bet b1 Pending
        wait   2s                                    # the offer's own time is over by now
        expect bet b1 Pending
        wait   1s
        expect bet b1 Accepted 100.00
        ",
    );
}

#[test]
fn an_offer_is_answered_once_and_under_its_own_number() {
    with_config(
        "stake_max 50.00",
        "
        bet    b1 A W1 a 10.00        -> Accepted
        take   b1                     -> UnknownOffer
        bet    b2 A W1 a 60.00 offers -> Offered
        take   b2 offer b1            -> UnknownOffer
        bet    r A W1 a 60.00         -> StakeAboveLimit
        take   r                      -> UnknownOffer
        take   b2
        take   b2                     -> UnknownOffer
        decline b2                    -> UnknownOffer
        expect bet b2 Accepted
        ",
    );
}

const TRADERS: &str = "rules_off none trader_stake 20.00 referral_life 30s";

#[test]
fn a_large_stake_is_put_to_a_trader_with_its_money_held() {
    with_config(
        TRADERS,
        "
        bet    b1 A W1 a 20.00 -> Accepted
        bet    b2 A W1 a 30.00 -> Referred
        expect referred b2
        expect account A available 950.00 held 50.00 liability 50.00 open_bets 2
        again  b2              -> Referred
        trader b2 accept
        expect bet b2 Accepted 60.00
        expect referred
        expect account A available 950.00 held 50.00 liability 50.00
        multi  m A 10.00 1,2 W1:a W2:a -> Referred
        trader m accept by 2
        expect bet m Accepted 80.00
        ",
    );
}

#[test]
fn where_nobody_looks_such_a_stake_is_refused() {
    with_config(
        "rules_off none rules_refer none trader_stake 20.00",
        "
        bet    b1 A W1 a 30.00         -> StakeForTrader(20.00, 30.00)
        bet    b2 A W1 a 30.00 partial -> Accepted 40.00
        expect referred
        ",
    );
}

#[test]
fn a_trader_takes_part_or_refuses_or_is_too_late() {
    with_config(
        TRADERS,
        "
        bet    b1 A W1 a 30.00 -> Referred
        trader b1 part 12.00
        expect bet b1 Accepted 24.00
        expect account A available 988.00 held 12.00 liability 12.00
        bet    b2 A W1 a 30.00 -> Referred
        trader b2 refuse
        expect bet b2 ReferralRefused
        bet    b3 A W1 a 30.00 -> Referred
        wait   30s
        expect bet b3 ReferralTimedOut
        expect referred
        expect account A available 988.00 held 12.00 liability 12.00 open_bets 1
        multi  m A 10.00 1,2 W1:a W2:a -> Referred
        trader m part 1.00
        expect bet m Accepted 8.00
        expect account A available 985.00 held 15.00
        ",
    );
}

#[test]
fn a_trader_offers_other_odds_and_the_bettor_decides() {
    with_config(
        TRADERS,
        "
        bet    b1 A W1 a 30.00 -> Referred
        trader b1 offer 25.00 at 1.90
        expect bet b1 Offered
        expect referred
        expect account A available 975.00 held 25.00 liability 22.50
        take   b1
        expect bet b1 Accepted 47.50
        bet    b2 A W1 a 30.00 -> Referred
        trader b2 offer 30.00 at 1.90
        decline b2
        expect bet b2 OfferDeclined
        bet    b3 A W1 a 30.00 -> Referred
        trader b3 offer 10.00
        wait   10s
        expect bet b3 OfferExpired
        expect account A available 975.00 held 25.00 liability 22.50 open_bets 1
        multi  m A 10.00 1,2 W1:a W2:a -> Referred
        trader m offer 5.00
        take   m
        expect bet m Accepted 40.00
        ",
    );
}

#[test]
fn what_a_trader_takes_must_still_be_on_offer() {
    with_config(
        TRADERS,
        "
        bet    b1 A W1 a 30.00 -> Referred
        map    M1 1 price 40
        trader b1 accept       -> MaterialChange
        expect bet b1 Referred
        trader b1 offer 30.00 at 2.00                 # what the bettor asked for is the trader's to give
        take   b1
        expect bet b1 Accepted 60.00
        bet    b2 A W1 a 30.00 -> Referred
        suspend market W1
        trader b2 accept       -> MarketSuspended
        trader b2 offer 30.00  -> MarketSuspended
        trader b2 refuse
        ",
    );
}

#[test]
fn in_play_the_delay_counts_while_the_trader_looks() {
    with_config(
        TRADERS,
        "
        feed   M1 start 1 ct
        bet    b1 A W1 a 30.00 -> Referred
        wait   1s
        trader b1 accept
        expect bet b1 Pending
        wait   2s
        expect bet b1 Accepted
        bet    b2 A W1 a 30.00 -> Referred
        wait   5s
        trader b2 accept
        expect bet b2 Accepted                        # it has waited longer than the delay
        bet    b3 A W1 a 30.00 -> Referred
        feed   M1 round 1 1 B
        trader b3 accept       -> MaterialChange
        ",
    );
}

#[test]
fn any_rule_may_put_bets_to_a_trader_and_all_others_must_allow_them() {
    with_config(
        "rules_refer account_factor,stake_max stake_max 50.00 payout_max 150.00",
        "
        factor A prematch 10
        bet    b1 A W1 a 6.00  -> Referred             # above the tenth of 50.00
        bet    b2 A W1 a 60.00 -> Referred
        bet    b3 A W1 a 80.00 -> PayoutAboveLimit(150.00, 160.00)
        bet    b4 A W1 a 60.00 partial -> Referred     # a trader may take all of it
        trader b1 accept
        trader b2 accept
        expect rule account_factor refused 0
        expect account A held 126.00
        ",
    );
}

#[test]
fn a_traders_word_is_refused_in_this_order() {
    with_config(
        TRADERS,
        "
        bet    b0 A W1 a 10.00         -> Accepted
        bet    b1 A W1 a 30.00         -> Referred
        trader b1 refuse by nobody     -> OperatorOnly
        trader b0 refuse               -> UnknownReferral
        suspend market W1
        trader b1 part 30.01           -> ReferralStake(30.00, 30.01)
        trader b1 offer 30.01 at 3.00  -> ReferralStake(30.00, 30.01)
        trader b1 offer 30.00 at 3.00  -> MarketSuspended
        resume market W1
        trader b1 offer 30.00 at 2.01  -> ReferralOdds(2.00, 2.01)
        trader b1 accept               -> MaterialChange
        trader b1 refuse
        trader b1 refuse               -> UnknownReferral
        # Once the match has moved, what was asked for is no measure: only the board is.
        bet    b3 A W1 a 30.00         -> Referred
        play   M1 1 A3
        trader b3 accept               -> MaterialChange
        trader b3 offer 30.00 at 2.00  -> ReferralOdds
        trader b3 offer 30.00 at 1.60  -> ReferralOdds
        trader b3 refuse
        multi  m A 10.00 1,2 W1:a W2:a -> Referred
        trader m part 10.01            -> ReferralStake
        trader m offer 5.00 at 1.90    -> InvalidParameter
        trader m refuse
        ",
    );
}

#[test]
fn a_bettor_may_take_a_bet_back_while_somebody_thinks() {
    with_config(
        TRADERS,
        "
        bet    b1 A W1 a 30.00 -> Referred
        cancel b1
        expect bet b1 BetCancelled
        expect referred
        trader b1 accept       -> UnknownReferral
        expect account A available 1000.00 held 0.00 open_bets 0
        ",
    );
}

#[test]
fn more_bets_than_people_can_look_at_wait_for_nobody() {
    // The desk has room for 512.
    let referred: String =
        (1..=512).map(|bet| format!("bet b{bet} A W1 a 1.00 -> Referred\n")).collect();
    with_config(
        "rules_off bets_per_second,bets_per_minute,bets_per_hour,stakes_per_hour trader_stake 0.50 referral_life 1h",
        &format!(
            "
            {referred}
            bet    b513 A W1 a 1.00  -> CapacityReached(512, 512)
            multi  m A 1.00 1,2 W1:a W2:a -> CapacityReached(512, 512)
            bet    b514 A W1 a 0.49  -> Accepted                # no trader wants to see it
            expect account A held 512.49
            trader b7 refuse
            again  b513              -> Referred                # the id was not bound
            bet    b515 A W1 a 1.00  -> CapacityReached(512, 512)
            "
        ),
    );
}
