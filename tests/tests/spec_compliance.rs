//! What an operator's licence asks about players: how well they must be known, and from which sums on
//! somebody looks. Each test names the rule that it holds the engine to; the rule's own file in
//! `engine/core/src/play` names the same.
//!
//! Every scenario begins at noon of Thursday, 1 January 2026, UTC.

use clutch_core::play::{COUNTERS, RULES};
use clutch_tests::check;

/// A table about one account and one market at even odds.
#[track_caller]
fn check_licence(table: &str) {
    let scene = "
        config  feed_age_prematch 24000h resettle_window 1d
        account A1
        match   M bo1
        maps    M even
        market  W M map 1
        ";
    check(&format!("{scene}{table}"));
}

/// A word that stands in a table only where the rule of this name has its say: the codes that it refuses with.
const SAYS: &[(&str, &[&str])] = &[
    ("self_exclusion", &["AccountSelfExcluded"]),
    ("time_out", &["AccountTimedOut"]),
    ("verification", &["NotVerified"]),
    ("unverified", &["UnverifiedDeposits", "UnverifiedStake", "VerificationOverdue"]),
    ("house_limit", &["HouseLimitReached"]),
    ("review", &["AccountUnderReview", "FundsHeld"]),
    ("room_for_counters", &["CapacityReached"]),
    ("session_time", &["SessionTimeReached"]),
    ("reality_check", &["RealityCheckDue"]),
    ("stake_limit", &["StakeLimitReached"]),
    ("loss_limit", &["LossLimitReached"]),
    ("deposit_limit", &["DepositLimitReached"]),
    ("net_deposit_limit", &["NetDepositLimitReached"]),
];

/// The tests of a file: what each cites, and the words of its tables.
fn tests_of(file: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    file.split("\n}\n").map(|item| {
        let cited = item.trim_start().split("#[test]").next().unwrap_or_default();
        let is_no_word = |char: char| !char.is_alphanumeric() && char != '_';
        (cited, item.split(is_no_word).collect())
    })
}

#[test]
fn every_rule_cites_what_a_test_of_it_cites_back() {
    let files = [
        include_str!("spec_play.rs"),
        include_str!("spec_compliance.rs"),
        include_str!("spec_sessions.rs"),
    ];
    let tests: Vec<_> = files.into_iter().flat_map(tests_of).collect();
    let is_proved = |cites: &str, word: &str| {
        let cites = format!("/// {cites}");
        tests.iter().any(|(cited, words)| cited.contains(&cites) && words.contains(&word))
    };
    for rule in RULES {
        let (name, cites) = (rule.name, rule.cites);
        let says = SAYS.iter().find(|(other, _)| *other == name);
        let (_, words) = says.unwrap_or_else(|| panic!("which code is {name}'s?"));
        for word in *words {
            assert!(is_proved(cites, word), "{name} implements {cites}; no test of {word} says so");
        }
    }
    for counter in COUNTERS {
        let (name, cites) = (counter.name, counter.cites);
        assert!(is_proved(cites, name), "{name} implements {cites}, and no test of it says so");
    }
}

/// UKGC LCCP 17.1.1, 3.2.11; GlüStV 2021 6a (4): in Great Britain nobody pays in before his age is
/// verified, nor bets before he is identified; what he has he can take out.
#[test]
fn each_level_may_do_what_the_matrix_says() {
    check_licence(
        "
        deposit A1 100.00
        policy  uk unverified_may=withdraw age_may=deposit+withdraw
        deposit A1 50.00                   -> NotVerified(1, 0)
        authorise A1 50.00 ref 7           -> NotVerified(1, 0)
        bet     b1 A1 W a 10.00            -> NotVerified(2, 0)
        multi   m1 A1 1.00 1 W:a           -> NotVerified(2, 0)
        expect  max_stake A1 W a 0.00
        withdraw A1 10.00 ref 1
        verify  A1 age
        deposit A1 50.00
        bet     b2 A1 W a 10.00            -> NotVerified(2, 1)
        verify  A1 identity
        bet     b3 A1 W a 10.00            -> Accepted 20.00
        verify  A1 unverified              # a document ran out
        bet     b4 A1 W a 10.00            -> NotVerified(2, 0)
        expect  customer A1 unverified none none
        ",
    );
}

/// GlüStV 2021 6a (4): in Germany somebody may play for 72 hours with
/// deposits of 100.00 before he is verified, and takes out nothing until he is.
#[test]
fn a_level_is_enough_up_to_a_sum_and_for_a_time() {
    check_licence(
        "
        policy  de unverified_may=deposit+bet unverified_deposits_max=100.00 unverified_hours=72
        deposit A1 100.01                  -> UnverifiedDeposits(100.00, 100.01)
        deposit A1 60.00
        authorise A1 40.01 ref 7           -> UnverifiedDeposits(100.00, 100.01)
        authorise A1 40.00 ref 7
        expect  counter A1 deposit 30d 100.00
        deposit A1 0.01                    -> UnverifiedDeposits(100.00, 100.01)
        fail    A1 40.00 ref 7
        deposit A1 40.00                   # what did not come in counts no more
        bet     b1 A1 W a 10.00            -> Accepted
        withdraw A1 1.00 ref 2             -> NotVerified(1, 0)
        skip    72h
        bet     b2 A1 W a 10.00            -> Accepted
        skip    1ms
        bet     b3 A1 W a 10.00            -> VerificationOverdue(259200000ms, 259200001ms)
        deposit A1 1.00                    -> VerificationOverdue
        verify  A1 identity
        bet     b4 A1 W a 10.00            -> Accepted
        deposit A1 500.00
        withdraw A1 1.00 ref 3
        ",
    );
}

/// GlüStV 2021 6a (4); UKGC LCCP 17.1.1, 3.2.11: a bet that waits is asked again when its delay ends,
/// but not about a stake that is counted already.
#[test]
fn one_bet_stays_below_what_a_level_may_stake() {
    check_licence(
        "
        deposit A1 500.00
        policy  small unverified_stake_max=5.00
        bet     b1 A1 W a 5.01             -> UnverifiedStake(5.00, 5.01)
        multi   m1 A1 5.01 1 W:a           -> UnverifiedStake(5.00, 5.01)
        expect  max_stake A1 W a 5.00
        bet     b2 A1 W a 5.00             -> Accepted 10.00
        verify  A1 age
        bet     b3 A1 W a 50.00            -> Accepted 100.00
        ",
    );
}

/// Directive (EU) 2015/849 art. 11 (d): stakes of 2,000 in one operation or in several linked ones.
#[test]
fn turnover_that_reaches_its_threshold_opens_a_case() {
    check_licence(
        "
        deposit A1 1000.00
        policy  aml turnover_24h=100.00 turnover_30d=250.00 turnover_30d_then=stop
        bet     b1 A1 W a 99.99            -> Accepted
        expect  customer A1 unverified none none
        bet     b2 A1 W a 0.10             -> Accepted
        expect  customer A1 unverified none turnover_24h
        expect  counter A1 stake 24h 100.09
        bet     b3 A1 W a 50.00            -> Accepted     # watched: nothing is stopped
        withdraw A1 10.00 ref 1
        review  A1 turnover_24h as_player  -> OperatorOnly
        review  A1 turnover_24h
        review  A1 turnover_24h            -> NothingToReview
        bet     b4 A1 W a 49.00            -> Accepted     # not yet twice the threshold
        expect  customer A1 unverified none none
        bet     b5 A1 W a 1.00             -> Accepted
        expect  customer A1 unverified none turnover_24h
        review  A1 turnover_24h
        wait    27h
        feed    M heartbeat
        expect  counter A1 stake 24h 0.00
        bet     b6 A1 W a 50.00            -> Accepted     # 250.09 within 30 days
        expect  customer A1 unverified none turnover_30d
        bet     b7 A1 W a 1.00             -> AccountUnderReview
        deposit A1 1.00                    -> AccountUnderReview
        withdraw A1 1.00 ref 2             -> AccountUnderReview
        expect  max_stake A1 W a 0.00
        review  A1 turnover_30d
        bet     b8 A1 W a 1.00             -> Accepted
        ",
    );
}

/// Directive (EU) 2015/849 art. 11 (d): one large payment in parts that each stay below the threshold.
#[test]
fn deposits_in_parts_are_one_deposit() {
    check_licence(
        "
        policy  aml linked_deposits_7d=2000.00 linked_deposits_7d_then=hold
        deposit A1 2000.00                 # one large payment hides nothing
        expect  customer A1 unverified none none
        deposit A1 900.00
        wait    26h
        deposit A1 900.00
        expect  counter A1 linked_deposit 7d 1800.00
        wait    26h
        deposit A1 200.00
        expect  customer A1 unverified none linked_deposits_7d
        bet     b1 A1 W a 10.00            -> Accepted
        withdraw A1 1.00 ref 1             -> FundsHeld
        review  A1 linked_deposits_7d
        withdraw A1 1.00 ref 1
        ",
    );
}

/// UKGC LCCP 3.4.4: a check for financial vulnerability from net deposits of 150.00 within 30 days on.
#[test]
fn net_deposits_that_reach_their_threshold_open_a_case() {
    check_licence(
        "
        policy  uk net_deposits_30d=150.00
        deposit A1 149.99
        withdraw A1 100.00 ref 1
        paid    A1 100.00 ref 1
        deposit A1 100.00
        expect  counter A1 net_deposit 30d 149.99
        expect  customer A1 unverified none none
        deposit A1 0.01
        expect  customer A1 unverified none net_deposits_30d
        review  A1 net_deposits_30d
        wait    800h                       # thirty days and what a bucket may count longer
        expect  counter A1 net_deposit 30d 0.00
        deposit A1 149.99
        expect  customer A1 unverified none none
        ",
    );
}

/// UKGC LCCP 12.1.1: deposits within a day.
/// UKGC LCCP 3.4.3: what a customer loses is an indicator of harm.
#[test]
fn deposits_of_a_day_and_losses_of_a_month_open_their_cases() {
    check_licence(
        "
        policy  both deposits_24h=100.00 losses_30d=50.00 losses_30d_then=stop
        deposit A1 100.00
        expect  customer A1 unverified none deposits_24h
        bet     b1 A1 W a 49.99            -> Accepted
        bet     b2 A1 W b 0.10             -> Accepted     # a bet that stands counts as lost
        expect  customer A1 unverified none deposits_24h+losses_30d
        bet     b3 A1 W b 0.10             -> AccountUnderReview
        ",
    );
}

/// UKGC LCCP 12.1.1; Directive (EU) 2015/849 art. 14 (4): what cannot be explained is not carried out.
#[test]
fn a_person_holds_withdrawals_or_everything() {
    check_licence(
        "
        deposit A1 100.00
        hold    A1 withdrawals
        withdraw A1 1.00 ref 1             -> FundsHeld
        bet     b1 A1 W a 1.00             -> Accepted
        deposit A1 1.00
        hold    A1 everything
        withdraw A1 1.00 ref 1             -> AccountUnderReview
        bet     b2 A1 W a 1.00             -> AccountUnderReview
        deposit A1 1.00                    -> AccountUnderReview
        expect  customer A1 unverified everything none
        hold    A1 none
        withdraw A1 1.00 ref 1
        bet     b3 A1 W a 1.00             -> Accepted
        ",
    );
}

/// UKGC LCCP 3.4.3: limits that the staff sets are its own to lift, and hold beside the player's.
#[test]
fn the_house_limits_a_player_to_what_he_can_afford() {
    check_licence(
        "
        deposit A1 1000.00
        limit   A1 loss 30d of_house 50.00 as_player -> OperatorOnly
        limit   A1 loss 30d of_house 50.00
        limit   A1 loss 30d 80.00
        bet     b1 A1 W a 50.01            -> HouseLimitReached(50.00, 50.01)
        bet     b2 A1 W a 40.00            -> Accepted
        expect  max_stake A1 W a 10.00
        confirm A1 loss 30d of_house       -> UnknownPlayLimit
        limit   A1 loss 30d of_house 100.00                # at once: it is nobody's promise
        bet     b3 A1 W a 45.00            -> LossLimitReached(80.00, 85.00)
        limit   A1 loss 30d of_house none
        expect  limit A1 loss 30d of_house none
        bet     b4 A1 W a 40.00            -> Accepted
        limit   A1 deposit 24h of_house 20.00
        deposit A1 20.01                   -> HouseLimitReached(20.00, 20.01)
        ",
    );
}

/// UKGC LCCP 12.1.1: what cannot be counted is not taken.
#[test]
fn an_account_without_room_for_its_counters_neither_bets_nor_pays_in() {
    check(
        "
        capacity play_limits_max 2
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        policy  aml turnover_24h=100.00 turnover_30d=250.00
        bet     b1 A1 W a 1.00             -> Accepted
        expect  max_stake A2 W a 0.00
        bet     b2 A2 W a 1.00             -> CapacityReached(2, 2)
        deposit A2 1.00                    -> CapacityReached(2, 2)
        withdraw A2 1.00 ref 1
        bet     b3 A1 W a 1.00             -> Accepted
        ",
    );
}

/// UKGC RTS 12B: a table that is full of counters has room for what a player wants to be kept from.
#[test]
fn the_last_rows_are_for_limits_and_a_rest_needs_none() {
    check(
        "
        capacity play_limits_max 8
        account A1 balance 100.00
        account A2 balance 100.00
        account A3 balance 100.00
        account A4 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        policy  aml turnover_24h=100.00 turnover_30d=250.00
        bet     b1 A1 W a 1.00             -> Accepted
        bet     b2 A2 W a 1.00             -> Accepted
        bet     b3 A3 W a 1.00             -> Accepted
        bet     b4 A4 W a 1.00             -> CapacityReached(6, 6)
        deposit A4 1.00                    -> CapacityReached(6, 6)
        limit   A4 stake day 5.00
        limit   A1 loss day 5.00
        bet     b5 A1 W a 5.01             -> LossLimitReached
        bet     b6 A2 W a 1.00             -> Accepted    # it is counted already
        limit   A2 loss day 5.00           -> CapacityReached(8, 8)
        limit   A1 loss day 4.00
        rest    A2 exclusion 200d
        rest    A3 time_out 1h
        bet     b7 A2 W a 1.00             -> AccountSelfExcluded
        bet     b8 A3 W a 1.00             -> AccountTimedOut
        ",
    );
}

#[test]
fn a_policy_holds_for_the_next_command_and_takes_two_persons_to_loosen() {
    check_licence(
        "
        deposit A1 100.00
        policy  strict unverified_may=deposit
        bet     b1 A1 W a 1.00             -> NotVerified
        policy  strict unverified_may=deposit         -> PlayPolicyUnchanged
        policy  loose                                 # waits
        bet     b2 A1 W a 1.00             -> NotVerified
        waiting approve by 1               -> SamePerson
        waiting approve by 2
        bet     b3 A1 W a 1.00             -> Accepted
        policy  strict unverified_may=deposit         # stricter: one person is enough
        bet     b4 A1 W a 1.00             -> NotVerified
        ",
    );
}

#[test]
fn a_policy_that_makes_no_sense_is_refused() {
    check_licence(
        "
        policy  p turnover_24h=-0.01                  -> InvalidParameter(0, -1)
        policy  p turnover_24h=10000000000000.01      -> InvalidParameter
        policy  p turnover_24h_then=3                 -> InvalidParameter(2, 3)
        policy  p raise_wait_hours=23                 -> InvalidParameter(24, 23)
        policy  p raise_wait_hours=8761               -> InvalidParameter(8760, 8761)
        policy  p unverified_hours=87601              -> InvalidParameter(87600, 87601)
        policy  p exclusion_open_bets=2               -> InvalidParameter(1, 2)
        policy  p rest_cash_out=-1                    -> InvalidParameter(0, -1)
        policy  p age_may=nothing                     -> InvalidParameter(7, 0)
        policy  p raise_wait_hours=8760
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: at least 24 hours; German GlüStV 2021 section 6c wants seven days.
#[test]
fn a_wish_to_raise_a_limit_waits_as_long_as_the_policy_wants() {
    check_licence(
        "
        policy  de raise_wait_hours=168
        limit   A1 stake 24h 10.00
        limit   A1 stake 24h 20.00
        wait    167h
        confirm A1 stake 24h               -> PlayLimitCooling(604800000ms, 601200000ms)
        wait    1h
        confirm A1 stake 24h
        expect  limit A1 stake 24h 20.00 used 0.00
        ",
    );
}

/// UKGC LCCP 3.5.3, 3.5.4: what becomes of open bets is the operator's, and said beforehand.
#[test]
fn open_bets_of_a_player_who_excludes_himself_stand_or_are_void() {
    for (policy, single, multiple) in
        [("stand", "Accepted 20.00", "Accepted 20.00"), ("void", "Void Rest", "Void Rest")]
    {
        check_licence(&format!(
            "
            deposit A1 100.00
            market  X M winner
            policy  p exclusion_open_bets={policy}
            bet     b1 A1 W a 10.00            -> Accepted 20.00
            multi   m1 A1 10.00 1 X:a          -> Accepted 20.00
            rest    A1 time_out 7d             # another term
            expect  bet b1 Accepted 20.00
            rest    A1 exclusion 200d
            expect  bet b1 {single}
            expect  bet m1 {multiple}
            withdraw A1 20.00 ref 1            # his money is his
            play    M 1 A13
            bet     b9 A1 W a 1.00             -> AccountSelfExcluded
            "
        ));
    }
}

/// UKGC LCCP 3.5.3, 3.5.4: voided for good, once; what is decided already is settled.
#[test]
fn a_bet_that_was_void_over_a_rest_is_worth_nothing_more() {
    check_licence(
        "
        deposit A1 100.00
        policy  p time_out_open_bets=void exclusion_open_bets=void
        bet     b1 A1 W a 10.00            -> Accepted 20.00
        state   A1 excluded           # the staff excludes him
        expect  bet b1 Void Rest
        expect  account A1 available 100.00 held 0.00
        play    M 1 A13
        rest    A1 exclusion 200d          # a second time, and nothing more is void
        expect  bet b1 Void Rest
        expect  account A1 available 100.00 held 0.00
        ",
    );
    check_licence(
        "
        deposit A1 100.00
        policy  p time_out_open_bets=void exclusion_open_bets=void
        bet     b2 A1 W a 10.00            -> Accepted 20.00
        play    M 1 A13
        rest    A1 time_out 1d
        expect  bet b2 Won 20.00
        expect  account A1 available 110.00 held 0.00
        ",
    );
}

/// UKGC LCCP 3.3.4: to end a bet is no gambling, unless the policy says so.
#[test]
fn who_rests_cashes_out_if_the_policy_lets_him() {
    check_licence(
        "
        deposit A1 100.00
        bet     b1 A1 W a 10.00            -> Accepted 20.00
        bet     b2 A1 W a 10.00            -> Accepted 20.00
        rest    A1 time_out 1d
        quote   q1 b1
        cash_out q1
        policy  p rest_cash_out=0
        quote   q2 b2                      -> AccountTimedOut
        state   A1 excluded
        quote   q2 b2                      -> AccountSelfExcluded
        ",
    );
}
