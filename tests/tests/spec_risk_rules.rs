//! The risk rules beside the plain limits: factors, groups, days, pace, tiers, and rules in shadow.
//!
//! Markets are even at 2.00, so a bet's payout is twice its stake and what it can win is its stake.

use clutch_core::command::Config;
use clutch_core::risk::{RuleId, RuleSet};
use clutch_tests::check;
use clutch_tests::hall::Hall;
use clutch_tests::three_matches::with_config;

#[test]
fn an_account_stakes_at_most_its_part_of_what_everybody_may() {
    check(
        "
        config  stake_max 50.00
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        factor  A1 prematch 20
        factor  A1 prematch 101                     -> InvalidParameter(100, 101)
        factor  nobody prematch 20                      -> UnknownAccount
        bet     b1 A1 W a 50.01                     -> StakeAboveLimit(50.00, 50.01)
        bet     b2 A1 W a 10.01                     -> StakeAboveFactor(10.00, 10.01)
        expect  max_stake A1 W a 10.00
        expect  max_stake A2 W a 50.00
        bet     b3 A1 W a 10.00                     -> Accepted
        factor  A1 prematch 0
        bet     b4 A1 W a 0.10                      -> StakeAboveFactor(0.00, 0.10)
        expect  max_stake A1 W a 0.00
        play    M 1 A1                              # once it is played another factor counts
        bet     b5 A1 W a 0.10                      -> Pending
        ",
    );
}

/// One person cuts what an account may stake; to give any of it back takes two.
#[test]
fn a_factor_is_raised_by_two_persons() {
    check(
        "
        config  stake_max 100.00
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        factor  A1 prematch 40
        factor  A1 live 1
        factor  A1 prematch 40                      # no change is no raise
        factor  A1 prematch 41
        expect  max_stake A1 W a 40.00
        factor  A1 prematch 100                     # takes the place of the wish before
        waiting approve by 1                        -> SamePerson
        waiting approve by 2
        expect  max_stake A1 W a 100.00
        waiting approve by 2                        -> NothingToApprove
        factor  A1 prematch 10
        expect  max_stake A1 W a 10.00
        factor  A1 prematch 20
        waiting drop
        expect  max_stake A1 W a 10.00
        ",
    );
}

#[test]
fn less_may_be_staked_on_the_less_known_and_long_before_the_start() {
    check(
        "
        config  stake_max 100.00 tier_2 10/25/50/100
        account A1 balance 1000.00
        match   M bo1 starts 30h
        maps    M even
        market  W M map 1
        expect  max_stake A1 W a 100.00             # tier 0 has no such limit
        tier    M 4                                 -> InvalidParameter(3, 4)
        tier    nothing 2                                -> UnknownMatch
        tier    M 2
        bet     b1 A1 W a 10.01                     -> StakeAboveStage(10.00, 10.01)
        bet     b2 A1 W a 10.00                     -> Accepted
        skip    7h                                  # 23 hours to go
        bet     b3 A1 W a 25.01                     -> StakeAboveStage(25.00, 25.01)
        factor  A1 prematch 50                      # half of what everybody may stake here
        bet     b4 A1 W a 12.51                     -> StakeAboveFactor(12.50, 12.51)
        factor  A1 prematch 100
        waiting approve by 2
        skip    1350m                               # 30 minutes to go
        bet     b5 A1 W a 50.01                     -> StakeAboveStage(50.00, 50.01)
        play    M 1 A1
        bet     b6 A1 W a 100.00                    -> Pending
        ",
    );
}

#[test]
fn a_match_without_a_planned_start_is_far_away() {
    check(
        "
        config  stake_max 100.00 tier_0 10/25/50/100
        account A1 balance 1000.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.01                     -> StakeAboveStage(10.00, 10.01)
        ",
    );
}

#[test]
fn the_bets_of_one_day_pay_at_most_the_cap_together() {
    check(
        "
        config  payout_day_max 50.00 client_id_past 30d
        account A1 balance 1000.00
        account A2 balance 1000.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  X M map 2
        bet     b1 A1 W a 20.00                     -> Accepted 40.00
        bet     b2 A1 X a 5.01                      -> DayPayoutAboveLimit(50.00, 50.02)
        expect  max_stake A1 X a 5.00
        bet     b3 A1 X a 5.00                      -> Accepted
        bet     b4 A1 X a 0.10                      -> DayPayoutAboveLimit(50.00, 50.20)
        bet     b5 A2 X a 25.00                     -> Accepted      # everybody has a day of his own
        play    M 1 B13                                              # a lost bet was placed all the same
        bet     b6 A1 X a 0.10                      -> DayPayoutAboveLimit(50.00, 50.20)
        skip    12h                                                  # midnight, UTC
        feed    M heartbeat
        bet     b7 A1 X a 25.00                     -> Accepted
        bet     b8 A1 X a 0.10                      -> DayPayoutAboveLimit(50.00, 50.20)
        ",
    );
}

#[test]
fn a_bet_that_does_not_stand_leaves_the_day() {
    check(
        "
        config  payout_day_max 50.00 in_play_delay 3s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A1
        bet     b1 A1 W a 10.00                     -> Pending
        expect  bet b1 Pending
        cancel  b1
        bet     b2 A1 W b 1.00                      -> Pending
        wait    3s
        feed    M rewind 1 0                        # b2 was struck on a round that is taken back
        expect  bet b2 Void
        expect  max_stake A1 W a 25.00
        ",
    );
}

#[test]
fn linked_accounts_share_one_limit_on_their_open_bets() {
    check(
        "
        config  liability_group_max 10.00
        account A1 balance 100.00
        account A2 balance 100.00
        account A3 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  X M map 2
        bet     b1 A1 W a 6.00                      -> Accepted      # alone, it has no such limit
        group   A1 7
        group   A2 7
        group   A2 64                               -> InvalidParameter(63, 64)
        group   nobody 7                                -> UnknownAccount
        bet     b2 A2 X a 4.01                      -> GroupLiability(10.00, 10.01)
        expect  max_stake A2 X a 4.00
        bet     b3 A2 X a 4.00                      -> Accepted
        bet     b4 A1 X b 0.10                      -> GroupLiability(10.00, 10.10)
        bet     b5 A3 X a 50.00                     -> Accepted
        group   A3 7                                # with what it has open
        bet     b6 A2 X b 0.10                      -> GroupLiability(10.00, 60.10)
        group   A3 none
        waiting approve by 2
        play    M 1 B13                             # b1 is settled
        expect  max_stake A2 X a 6.00
        ",
    );
}

#[test]
fn bets_within_a_second_are_counted_one_by_one() {
    check(
        "
        config  rules_off none bets_per_second_max 2
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00                      -> Accepted
        skip    500ms
        bet     b2 A1 W a 1.00                      -> Accepted
        bet     b3 A1 W a 1.00                      -> BetsPerSecond(2, 3)
        expect  max_stake A1 W a 0.00
        bet     c1 A2 W a 1.00                      -> Accepted
        skip    499ms
        bet     b4 A1 W a 1.00                      -> BetsPerSecond(2, 3)
        skip    1ms                                 # the first is a second old; refusals do not count
        bet     b5 A1 W a 1.00                      -> Accepted
        bet     b6 A1 W a 1.00                      -> BetsPerSecond(2, 3)
        ",
    );
}

#[test]
fn a_small_limit_within_a_minute_or_an_hour_is_exact() {
    check(
        "
        config  rules_off none bets_per_minute_max 2 bets_per_hour_max 4
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00                      -> Accepted
        skip    30s
        bet     b2 A1 W a 1.00                      -> Accepted
        skip    29999ms
        bet     b3 A1 W a 1.00                      -> BetsPerMinute(2, 3)
        skip    1ms
        bet     b4 A1 W a 1.00                      -> Accepted
        skip    1m
        bet     b5 A1 W a 1.00                      -> Accepted
        skip    5m
        bet     b6 A1 W a 1.00                      -> BetsPerHour(4, 5)
        skip    53m                                 # b1 is an hour old
        bet     b7 A1 W a 1.00                      -> Accepted
        bet     b8 A1 W a 1.00                      -> BetsPerHour(4, 5)
        ",
    );
}

#[test]
fn stakes_within_an_hour_are_counted_by_quarters() {
    check(
        "
        config  rules_off none stakes_per_hour_max 10.00
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 6.00                      -> Accepted      # at noon
        skip    59m
        bet     b2 A1 W a 4.01                      -> StakesPerHour(10.00, 10.01)
        expect  max_stake A1 W a 4.00
        bet     b3 A1 W a 4.00                      -> Accepted
        skip    15m                                 # 1:14 pm: the quarter after noon still counts whole
        bet     b4 A1 W a 0.10                      -> StakesPerHour(10.00, 10.10)
        skip    1m                                  # 1:15 pm
        bet     b5 A1 W a 6.00                      -> Accepted
        ",
    );
}

#[test]
fn a_rule_that_is_off_is_not_asked_and_remembers_nothing() {
    check(
        "
        config  bets_per_second_max 1 stake_max 5.00 rules_off bets_per_second,bets_per_minute,bets_per_hour,stakes_per_hour,stake_max
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 6.00                      -> Accepted
        bet     b2 A1 W a 6.00                      -> Accepted
        expect  rule stake_max refused 0 would_refuse 0
        config  rules_off none
        bet     b3 A1 W a 6.00                      -> StakeAboveLimit(5.00, 6.00)
        bet     b4 A1 W a 1.00                      -> Accepted      # b2 was not noted
        bet     b5 A1 W a 1.00                      -> BetsPerSecond(1, 2)
        ",
    );
}

#[test]
fn a_rule_in_shadow_is_counted_and_refuses_nothing() {
    check(
        "
        config  stake_max 50.00 rules_shadow stake_max,day_payout payout_day_max 30.00
        account A1 balance 200.00
        match   M bo1
        maps    M even
        market  W M map 1
        expect  max_stake A1 W a 200.00             # it does not shorten a quote either
        bet     b1 A1 W a 60.00                     -> Accepted
        expect  rule stake_max refused 0 would_refuse 1 would_refuse_stakes 60.00
        expect  rule day_payout refused 0 would_refuse 1
        bet     b2 A1 W a 1.00                      -> Accepted
        expect  rule stake_max would_refuse 1
        expect  rule day_payout would_refuse 2
        bet     b3 A1 W a 500.00                    -> InsufficientFunds     # it was no bet in the end
        expect  rule stake_max would_refuse 1
        config  rules_shadow none
        bet     b4 A1 W a 60.00                     -> StakeAboveLimit(50.00, 60.00)
        bet     b5 A1 W a 1.00                      -> DayPayoutAboveLimit(30.00, 124.00)
        again   b5                                  -> DayPayoutAboveLimit(30.00, 124.00)
        expect  rule stake_max refused 1 would_refuse 1
        expect  rule day_payout refused 1 would_refuse 2
        ",
    );
}

/// Bets of 10.00 and 30.00 at 2.00 on one selection stand and one of 5.00 on the other; another 7.00 on the first is
/// asked about.
#[test]
fn a_decision_says_what_was_used_of_each_limit_and_what_the_bet_takes() {
    let config = Config { margin_ppb: 0, rules_off: RuleSet::EMPTY, ..Config::default() };
    let mut hall = Hall::new(config);
    hall.bet(0, 10);
    hall.bet(0, 30);
    hall.bet(1, 5);
    let checks = hall.checks(0, 7);
    let found = |rule: RuleId| {
        let check =
            checks.iter().find(|check| check.code == rule.rule().code).expect("it is asked");
        let (limit, would_be) = check.numbers.expect("it is about numbers");
        assert!(check.passed && would_be <= limit || rule == RuleId::StakeMin, "{check:?}");
        (check.used, would_be - check.used.unwrap_or(0))
    };
    for (rule, used, part) in [
        (RuleId::StakeMin, None, 700),
        (RuleId::StakeMax, None, 700),
        (RuleId::PayoutMax, None, 1_400),
        (RuleId::SelectionLiability, Some(4_000), 700),
        (RuleId::MarketLiability, Some(3_500), 700),
        (RuleId::AccountLiability, Some(4_500), 700),
        (RuleId::DayPayout, Some(9_000), 1_400),
        (RuleId::StakesPerHour, Some(4_500), 700),
        (RuleId::BetsPerHour, Some(3), 1),
        (RuleId::MatchLiability, Some(3_500), 700),
    ] {
        assert_eq!(found(rule), (used, part), "{rule:?}");
    }
}

/// No question holds the core up: so many bets are told of in parts, and each of them once.
#[test]
fn how_many_bets_ended_is_asked_for_in_parts_that_make_a_whole() {
    let bets: String =
        (1..=300).map(|bet| format!("bet b{bet} A W1 a 0.15\nbet c{bet} A W2 a 0.15\n")).collect();
    with_config(
        "rules_shadow stake_max stake_min 0.10 stake_max 0.12 resettle_window 72h",
        &format!(
            "
            {bets}
            expect   rule stake_max would_refuse 600 open 600 won 0 lost 0 house 0.00
            play     M1 1 B13
            expect   rule stake_max open 300 won 0 lost 300 house 45.00
            wait     73h                                     # those leave; others take their places in the list
            expect   rule stake_max open 300 won 0 lost 300 house 45.00
            play     M2 1 B13
            expect   rule stake_max open 0 lost 600 house 90.00
            "
        ),
    );
}

#[test]
fn how_the_bets_ended_that_a_rule_in_shadow_would_have_refused_is_kept() {
    with_config(
        "rules_shadow stake_max stake_max 5.00 resettle_window 72h",
        "
        bet      b1 A W1 a 10.00 -> Accepted 20.00
        bet      b2 A W1 b 8.00
        bet      b3 A W2 a 6.00
        bet      b4 A W1 a 5.00                          # the rule has nothing against this one
        multi    b5 A 3.00 1,2 W1:a W2:a -> Accepted     # 9.00 in all
        bet      b6 A W3 a 10.00
        expect   rule stake_max would_refuse 5 open 5 won 0 lost 0 even 0 house 0.00
        play     M1 1 A13
        expect   rule stake_max open 3 won 1 lost 1 even 0 house -2.00
        grade    W2 void                                 # b5 is two singles won and one that came back
        expect   rule stake_max open 1 won 2 lost 1 even 1 house -8.00
        quote    q b6 part 4.00
        cash_out q -> Paid 3.80
        play     M3 1 B13                                # of what was left nothing came back
        expect   rule stake_max open 0 won 2 lost 2 even 1 house -1.80
        feed     M1 rewind 1 10                          # a result is taken back, and with it what it said
        expect   rule stake_max open 3 won 0 lost 1 even 1 house 6.20
        play     M1 1 B13
        expect   rule stake_max open 0 won 1 lost 3 even 1 house 14.20
        wait     73h                                     # the bets leave, what they came to stays
        expect   live_bets 0
        expect   rule stake_max would_refuse 5 open 0 won 1 lost 3 even 1 house 14.20
        ",
    );
}

#[test]
fn what_a_trader_took_of_a_bet_is_what_counts_and_a_bet_that_was_not_taken_comes_to_nothing() {
    with_config(
        "rules_off none rules_shadow stake_max stake_max 5.00 trader_stake 20.00 referral_life 30s",
        "
        bet    b1 A W1 a 30.00 -> Referred
        trader b1 part 12.00
        bet    b2 A W1 a 30.00 -> Referred
        expect rule stake_max would_refuse 2 open 2
        trader b2 refuse
        expect rule stake_max open 1 even 1
        play   M1 1 B13
        expect rule stake_max open 0 lost 1 even 1 house 12.00
        ",
    );
}

#[test]
fn rules_are_asked_in_one_order() {
    check(
        "
        config  rules_off none stake_max 50.00 payout_max 60.00 liability_selection_max 20.00
        config  liability_market_max 18.00 liability_account_max 16.00 liability_group_max 14.00
        config  tier_0 24/24/24/24 payout_day_max 16.00 bets_per_second_max 1 stakes_per_hour_max 5.00
        config  bets_per_minute_max 1 bets_per_hour_max 1 stake_min 1.00
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        group   A1 1
        factor  A1 prematch 75
        bet     b0 A1 W a 0.50                      -> StakeBelowMinimum
        bet     b1 A1 W a 51.00                     -> StakeAboveLimit
        bet     b2 A1 W a 31.00                     -> PayoutAboveLimit
        bet     b3 A1 W a 21.00                     -> SelectionLiability
        bet     b4 A1 W a 19.00                     -> MarketLiability
        bet     b5 A1 W a 17.00                     -> AccountLiability
        bet     b6 A1 W a 15.00                     -> GroupLiability
        bet     b7 A1 W a 13.00                     -> StakeAboveStage
        bet     b8 A1 W a 10.00                     -> StakeAboveFactor
        bet     b9 A1 W a 8.50                      -> DayPayoutAboveLimit
        bet     c0 A1 W a 6.00                      -> StakesPerHour
        bet     c1 A1 W a 4.00                      -> Accepted
        bet     c2 A1 W a 2.00                      -> BetsPerSecond
        skip    1s
        bet     c3 A1 W a 2.00                      -> BetsPerMinute
        skip    1m
        bet     c4 A1 W a 2.00                      -> BetsPerHour
        skip    75m
        bet     c5 A1 W a 2.00                      -> Accepted
        ",
    );
}

#[test]
fn settings_of_rules_that_make_no_sense_are_refused_whole() {
    check(
        "
        account A1 balance 1.00
        config  rules_off selection_liability       -> InvalidParameter      # it bounds a sum
        config  rules_off day_payout                -> InvalidParameter
        config  rules_shadow bets_per_hour          -> InvalidParameter      # it is off already
        config  bets_per_second_max 0               -> InvalidParameter
        config  bets_per_second_max 6               -> InvalidParameter
        config  bets_per_minute_max 251             -> InvalidParameter
        config  bets_per_hour_max 60001             -> InvalidParameter
        config  stakes_per_hour_max 0.00            -> InvalidParameter
        config  stakes_per_hour_max 42949672.95     -> InvalidParameter
        config  liability_group_max 0.00            -> InvalidParameter
        config  payout_day_max 0.00                 -> InvalidParameter
        config  bets_per_second_max 5 bets_per_minute_max 250 bets_per_hour_max 60000 stakes_per_hour_max 42949672.94
        ",
    );
}

#[test]
fn a_match_nets_its_markets_over_its_final_scores() {
    check(
        "
        config  rules_off none liability_match_max 10.00
        account A1 balance 1000.00
        match   M bo3
        maps    M even
        market  W M winner                          # 2.00 for both
        market  S M score                           # 2-0, 2-1, 1-2, 0-2 at 4.00
        bet     b1 A1 W a 10.01                     -> MatchLiability(10.00, 10.01)
        expect  max_stake A1 W a 10.00
        bet     b2 A1 W a 10.00                     -> Accepted
        bet     b3 A1 S #0 0.10                     -> MatchLiability(10.00, 10.30)   # A wins there, too
        bet     b4 A1 S #3 5.00                     -> Accepted      # 15.00 − 10.00 there, −5.00 elsewhere
        bet     b5 A1 S #0 1.66                     -> Accepted      # 5.00 + 4.98
        bet     b6 A1 S #0 0.10                     -> MatchLiability(10.00, 10.28)
        expect  max_stake A1 W b 6.66               # 5.00 − 1.66 if B wins 2–0, and 6.66 more
        play    M 1 A13                             # 0–2 can no longer happen
        expect  max_stake A1 W b 8.88               # at 4.00 now; 1–2 stands at −10.00 − 5.00 − 1.66
        ",
    );
}

#[test]
fn markets_on_maps_count_with_their_worst_case_until_they_are_decided() {
    check(
        "
        config  rules_off none liability_match_max 10.00
        account A1 balance 1000.00
        match   M bo3
        maps    M even
        market  W M winner
        market  X M map 1
        market  Y M map 2
        bet     b1 A1 X a 4.00                      -> Accepted
        bet     b2 A1 Y a 4.00                      -> Accepted      # both maps may go to A
        bet     b3 A1 W b 2.01                      -> MatchLiability(10.00, 10.01)
        bet     b4 A1 W b 2.00                      -> Accepted
        bet     b5 A1 X b 6.00                      -> Accepted      # it lowers the worst case of its market
        expect  max_stake A1 W b 2.00               # 2.00 + 4.00 + 2.00, as map 1 costs 2.00 if B wins it
        play    M 1 B13                             # what map 1 costs is known and no longer at risk
        expect  max_stake A1 W b 12.15              # 4.00 more to win, at 1.329 now
        ",
    );
}

#[test]
fn what_a_match_costs_is_known_when_the_rule_is_turned_on() {
    check(
        "
        config  liability_match_max 10.00
        account A1 balance 1000.00
        match   M bo3
        maps    M even
        market  W M winner
        market  X M map 1
        bet     b1 A1 W a 20.00                     -> Accepted      # the rule is off
        bet     b2 A1 X a 5.00                      -> Accepted
        config  rules_off none
        bet     b3 A1 W a 0.10                      -> MatchLiability(10.00, 25.10)
        bet     b4 A1 W b 5.00                      -> Accepted
        ",
    );
}
