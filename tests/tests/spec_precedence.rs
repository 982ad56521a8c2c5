//! The rule book: of many reasons to refuse a bet, which one is the answer.
//!
//! The tables go backwards. Everything that was wrong stays wrong, each step adds what is asked earlier, and that
//! becomes the answer. So the codes of a table fall within each family, and the families follow each other
//! backwards; `Reject` says where not, and why.

use clutch_core::Reject;
use clutch_tests::check;

/// A table in which each answer to a bet outranks all before it, and what it answers, in order.
#[track_caller]
fn check_backwards(table: &str) -> Vec<Reject> {
    check(table);
    let answer_of = |line: &str| {
        let is_bet = ["bet", "multi"].contains(&line.split_whitespace().next()?);
        let answer = line.split("->").nth(1)?.trim();
        let name = answer.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
        let code = Reject::ALL.iter().copied().find(|code| code.name() == name)?;
        is_bet.then_some(code)
    };
    let codes: Vec<Reject> = table.lines().filter_map(answer_of).collect();
    for pair in codes.windows(2) {
        let [later, earlier] = pair else { unreachable!("two at a time") };
        let [family, before] = [later, earlier].map(|code| code.code() / 100);
        let place = |family| Reject::FAMILIES.iter().position(|other| *other == family);
        if family == before {
            let is_exception = Reject::ASKED_BEFORE.contains(&(*earlier, *later));
            assert!(earlier < later || is_exception, "{earlier:?} is asked before {later:?}");
        } else {
            assert!(place(before) < place(family), "{earlier:?} is asked before {later:?}");
        }
    }
    codes
}

/// The account, the money and what the bettor saw go wrong one after the other.
const FAULTS: &str = "
    config  margin_ppb 0 view_age_max 10s feed_age_prematch 24000h resettle_window 1d
    account A1 balance 10.00
    match   M bo1
    maps    M even
    market  W M map 1
    match   N bo1
    maps    N even
    market  V N map 1
    look    old W
    BET 20.00                                   -> InsufficientFunds
    config  payout_day_max 19.00
    BET 20.00                                   -> DayPayoutAboveLimit
    config  liability_account_max 18.00
    BET 20.00                                   -> AccountLiability
    config  payout_max 17.00
    BET 20.00                                   -> PayoutAboveLimit
    config  stake_max 16.00
    BET 20.00                                   -> StakeAboveLimit
    config  stake_min 15.00 stake_max 15.00
    BET 14.00                                   -> StakeBelowMinimum
    config  margin_ppb 80000000
    wait    11s
    AHEAD 14.00 policy any                      -> UnknownView
    OLD 14.00 policy any                        -> StaleView
    OLD 14.00                                   -> OddsChanged
    map     M 1 t 45 ct 45
    OLD 14.00                                   -> MaterialChange
    WRONG LEGS
    suspend market W
    OLD 14.00                                   -> MarketSuspended
    NOT THERE
    wait    61m
    limit   A1 time 24h 10m
    session A1 open
    wait    10m
    NOWHERE 14.00                               -> SessionTimeReached
    session A1 every 5
    wait    1m
    NOWHERE 14.00                               -> RealityCheckDue
    limit   A1 loss 24h of_house 6.00
    NOWHERE 14.00                               -> HouseLimitReached
    hold    A1 everything
    NOWHERE 14.00                               -> AccountUnderReview
    policy  uk unverified_stake_max=5.00
    NOWHERE 14.00                               -> UnverifiedStake
    policy  uk unverified_stake_max=5.00 unverified_hours=1
    NOWHERE 14.00                               -> VerificationOverdue
    limit   A1 loss 24h 4.00
    NOWHERE 14.00                               -> LossLimitReached
    limit   A1 stake 24h 3.00
    NOWHERE 14.00                               -> StakeLimitReached
    policy  uk unverified_stake_max=5.00 unverified_hours=1 unverified_may=nothing
    NOWHERE 14.00                               -> NotVerified
    rest    A1 time_out 24h
    NOWHERE 14.00                               -> AccountTimedOut
    rest    A1 exclusion 200d
    NOWHERE 14.00                               -> AccountSelfExcluded
    state   A1 suspended
    NOWHERE 14.00                               -> AccountSuspended
    NOBODY 14.00                                -> UnknownAccount
    kill    all on
    NOBODY 14.00                                -> BettingStopped
";

#[test]
fn a_single_is_refused_for_what_is_asked_first() {
    let table = FAULTS
        .replace("WRONG LEGS", "")
        .replace(
            "NOT THERE",
            "NOSUCH 14.00                                -> UnknownSelection
             NOWHERE 14.00                               -> UnknownMarket",
        )
        .replace("NOWHERE", "bet b A1 nowhere a")
        .replace("NOBODY", "bet b nobody nowhere a")
        .replace("NOSUCH", "bet b A1 W #9")
        .replace("BET", "bet b A1 W a");
    let mut lines: Vec<String> = table.lines().map(seen_in_a_single).collect();
    lines.push("bet b nobody nowhere a 14.00 made -8d -> ClientIdOutsideWindow".to_owned());
    lines.push("bet b nobody nowhere a 14.00 uuid4 -> ClientIdInvalid".to_owned());
    let codes = check_backwards(&lines.join("\n"));
    assert_eq!(codes.len(), 29, "{codes:?}");
}

/// `OLD 14.00 …` and `AHEAD 14.00 …` as bets.
fn seen_in_a_single(line: &str) -> String {
    let Some((order, answer)) = line.split_once("->") else { return line.to_owned() };
    let order = match order.trim_start() {
        old if old.starts_with("OLD") => old.replace("OLD", "bet b A1 W a") + " seen old ",
        ahead if ahead.starts_with("AHEAD") => ahead.replace("AHEAD", "bet b A1 W a") + " ahead ",
        other => other.to_owned(),
    };
    format!("{order} -> {answer}")
}

/// The same questions of a bet of several legs; what is about a leg says which.
#[test]
fn a_bet_of_several_legs_is_refused_for_what_is_asked_first() {
    let table = FAULTS
        .replace(
            "WRONG LEGS",
            "multi b A1 7.00 2 W:a W:b                   -> LegsRelated leg 2
             multi b A1 7.00 2 W:a W:a                   -> SelectionRepeated leg 2",
        )
        .replace("NOT THERE", "")
        .replace("AHEAD 14.00 policy any                      -> UnknownView", "");
    let lines: Vec<String> = table.lines().map(as_a_double).collect();
    let codes = check_backwards(&lines.join("\n"));
    assert_eq!(codes.len(), 26, "{codes:?}");
}

/// Every kind of bet of the table as a double of W and V.
fn as_a_double(line: &str) -> String {
    let Some((order, answer)) = line.split_once("->") else { return line.to_owned() };
    let mut words = order.split_whitespace();
    let (Some(kind), Some(stake)) = (words.next(), words.next()) else { return line.to_owned() };
    let more = words.collect::<Vec<_>>().join(" ");
    let (account, first) = match kind {
        "BET" => ("A1", "W:a"),
        "OLD" => ("A1", "W:a~old"),
        "NOWHERE" => ("A1", "W:a"),
        "NOBODY" => ("nobody", "W:a"),
        _ => return line.to_owned(),
    };
    let answer = answer.trim();
    format!("multi b {account} {stake} 2 {first} V:a {more} -> {answer}")
}

/// A bonus is looked at before the balance: only then is it known what the player himself has to pay.
#[test]
fn a_bonus_is_asked_for_before_the_balance() {
    let codes = check_backwards(
        "
        account A1 balance 3.00
        account A2
        match   M bo1
        maps    M even
        market  W M map 1
        bonus   free A1 free_bet 5.00 for 1d
        bet     b A1 W a 20.00                   -> InsufficientFunds
        bet     c A1 W a 5.00 with free
        bet     d A1 W a 20.00 with free         -> BonusUsedUp
        bet     e A2 W a 20.00 with free         -> UnknownBonus
        ",
    );
    assert_eq!(codes.len(), 3, "{codes:?}");
}
