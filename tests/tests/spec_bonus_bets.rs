//! The rule book: bets that a bonus has a part in. A free bet pays what it wins and never its stake; a
//! boost raises what a bet wins; a bet that is void gives its part back.

use clutch_tests::check;

/// Runs a table on a match of one map with a market on its winner at even odds.
#[track_caller]
fn on_board(table: &str) {
    check(&format!(
        "
        account   A balance 100.00
        match     M bo1
        maps      M even
        market    W M map 1
        bonus     free A free_bet 4.00 for 7d
        bonus     up A boost_25 3.00 for 7d
        {table}"
    ));
}

#[test]
fn a_free_bet_comes_before_the_players_own_money_and_pays_only_what_it_wins() {
    on_board(
        "
        bet       b A W a 10.00 with free      -> Accepted 16.00
        expect    account A available 94.00 held 6.00 liability 10.00
        expect    bonus A free 0.00 held 4.00
        expect    books house -7.00 players 107.00
        play      M 1 A13
        expect    bet b Won 16.00
        expect    account A available 110.00 held 0.00 liability 0.00
        expect    bonus A free 0.00 held 0.00
        expect    books house -13.00 players 113.00
        ",
    );
}

#[test]
fn a_bet_that_is_wholly_free_needs_no_money_and_costs_none() {
    on_board(
        "
        withdraw  A 100.00
        bet       b A W a 3.00 with free       -> Accepted 3.00
        expect    account A available 0.00 held 0.00
        expect    bonus A free 1.00 held 3.00
        bet       c A W a 3.00 with free       -> InsufficientFunds(0.00, 2.00)
        play      M 1 B13
        expect    bet b Lost
        expect    account A available 0.00 held 0.00
        expect    bonus A free 1.00 held 0.00
        ",
    );
}

#[test]
fn a_boost_raises_what_a_bet_wins_up_to_what_is_left_of_it() {
    on_board(
        "
        bet       b A W a 10.00 with up        -> Accepted 22.50
        expect    account A available 90.00 held 10.00
        expect    bonus A up 0.50 held 2.50
        bet       c A W a 10.00 with up        -> Accepted 20.50
        bet       d A W a 10.00 with up        -> BonusUsedUp
        play      M 1 A13
        expect    bet b Won 22.50
        expect    bet c Won 20.50
        expect    account A available 123.00
        ",
    );
}

#[test]
fn a_boost_is_used_up_by_a_bet_that_loses() {
    on_board(
        "
        bet       b A W b 10.00 with up
        play      M 1 A13
        expect    bet b Lost
        expect    account A available 90.00
        expect    bonus A up 0.50 held 0.00
        ",
    );
}

#[test]
fn a_void_bet_gives_the_part_back_to_its_bonus() {
    on_board(
        "
        bet       b A W a 10.00 with free
        bet       c A W a 10.00 with up
        grade     W void
        expect    bet b Void Declared
        expect    account A available 100.00 held 0.00 liability 0.00
        expect    bonus A free 4.00 held 0.00
        expect    bonus A up 3.00 held 0.00
        expect    books house -7.00
        ",
    );
}

#[test]
fn a_void_bet_gives_the_part_of_an_ended_bonus_to_the_house() {
    on_board(
        "
        bet       b A W a 10.00 with free
        forfeit   A free
        bet       c A W a 10.00 with free      -> UnknownBonus
        expect    bonus A free 0.00 held 4.00
        grade     W void
        expect    bet b Void Declared
        expect    account A available 100.00 held 0.00
        expect    bonus A free 0.00 held 0.00
        expect    books house -3.00            # the boost alone
        ",
    );
}

#[test]
fn a_half_result_pays_the_free_part_what_it_wins() {
    on_board(
        "
        bet       b A W a 10.00 with free
        bet       c A W b 10.00 with up
        grade     W results half_won half_lost
        expect    bet b Won 11.00              # 15.00 less the free 4.00
        expect    bet c Won 5.00               # nothing was won to be raised
        expect    account A available 100.00   # 100 - 6 - 10 + 11 + 5
        ",
    );
}

#[test]
fn half_of_a_lost_free_bet_comes_back_for_the_own_part_alone() {
    on_board(
        "
        bet       b A W b 10.00 with free
        grade     W results half_won half_lost
        expect    bet b Won 3.00               # half of the own 6.00
        expect    account A available 97.00
        ",
    );
}

#[test]
fn a_void_that_is_taken_back_finds_the_part_again_or_has_it_lent_by_the_house() {
    on_board(
        "
        match     N bo1
        maps      N even
        market    X N map 1
        bet       b A W a 4.00 with free
        grade     W void
        bet       c A X a 4.00 with free       # the same part a second time
        expect    bonus A free 0.00 held 4.00
        grade     W automatic
        graded    W approve by 2
        expect    bet b Accepted 4.00
        expect    bonus A free 0.00 held 8.00
        expect    books house -11.00           # 7.00 granted, 4.00 lent
        grade     X void
        expect    bet c Void Declared
        expect    bonus A free 0.00 held 4.00  # the house has its 4.00 back
        expect    books house -7.00
        play      M 1 A13
        expect    bet b Won 4.00
        ",
    );
}

/// What a void gave back and nobody has used is taken away again.
#[test]
fn a_void_that_is_taken_back_leaves_no_free_bet_behind() {
    on_board(
        "
        match     N bo1
        maps      N even
        market    X N map 1
        bet       b A W a 4.00 with free
        grade     W void
        expect    bonus A free 4.00 held 0.00
        grade     W automatic
        graded    W approve by 2
        expect    bet b Accepted 4.00
        expect    bonus A free 0.00 held 4.00
        expect    books house -7.00            # nothing is lent
        bet       c A X a 4.00 with free       -> BonusUsedUp
        play      M 1 A13
        expect    bet b Won 4.00
        expect    account A available 104.00 held 0.00
        expect    books house -7.00            # 7.00 granted, 4.00 taken, 4.00 paid
        ",
    );
    on_board(
        "
        match     N bo1
        maps      N even
        market    X N map 1
        bet       b A W a 4.00 with free
        grade     W void
        bet       c A X a 3.00 with free       # some of it a second time
        grade     W automatic
        graded    W approve by 2
        expect    bonus A free 0.00 held 7.00  # 1.00 of its own, 3.00 lent
        expect    books house -10.00
        ",
    );
}

/// A second use that is over stands, and so does what it won: the house bears both.
#[test]
fn a_free_bet_that_was_used_and_won_again_is_paid_for_both_bets() {
    on_board(
        "
        match     N bo1
        maps      N even
        market    X N map 1
        bet       b A W a 4.00 with free
        grade     W void
        bet       c A X a 4.00 with free
        play      N 1 A13
        expect    bet c Won 4.00
        expect    account A available 104.00
        grade     W automatic
        graded    W approve by 2
        expect    bet b Accepted 4.00
        expect    bet c Won 4.00
        play      M 1 A13
        expect    bet b Won 4.00
        expect    account A available 108.00 held 0.00
        expect    bonus A free 0.00 held 0.00
        expect    books house -11.00 players 111.00  # 3.00 is left of the other bonus
        ",
    );
}

#[test]
fn a_result_that_changes_takes_the_whole_payout_back() {
    on_board(
        "
        bet       b A W a 10.00 with up
        play      M 1 A13
        expect    bet b Won 22.50
        expect    account A available 112.50
        grade     W results lost won
        graded    W approve by 2
        expect    bet b Lost
        expect    account A available 90.00
        expect    bonus A up 0.50 held 0.00
        ",
    );
}

#[test]
fn a_bet_that_waits_and_is_cancelled_gives_both_parts_back() {
    on_board(
        "
        config    in_play_delay 3s
        play      M 1 A1
        bet       b A W a 10.00 with free      -> Pending
        expect    account A available 94.00 held 6.00
        cancel    b
        expect    bet b BetCancelled
        expect    account A available 100.00 held 0.00
        expect    bonus A free 4.00 held 0.00
        ",
    );
}

#[test]
fn bets_of_several_legs_take_bonuses_too() {
    check(
        "
        account   A balance 100.00
        match     M bo1
        maps      M even
        market    W M map 1
        match     N bo1
        maps      N even
        market    X N map 1
        bonus     free A free_bet 4.00 for 7d
        bonus     up A boost_50 50.00 for 7d
        multi     d A 10.00 2 W:a X:a with free   -> Accepted 36.00
        multi     e A 10.00 2 W:a X:a with up     -> Accepted 55.00
        multi     f A 10.00 2 W:b X:a with free   -> BonusUsedUp
        expect    account A available 84.00 held 16.00 liability 75.00
        play      M 1 A13
        grade     X void
        expect    bet d Won 16.00                 # 20.00 less the free 4.00
        expect    bet e Won 25.00                 # 10.00 won, half of it on top
        grade     X results won lost
        graded    X approve by 2
        expect    bet d Won 36.00
        expect    bet e Won 55.00
        expect    account A available 175.00 held 0.00
        expect    bonus A up 35.00 held 0.00
        ",
    );
}

#[test]
fn a_bonus_is_the_last_question_before_the_money_and_says_why_not() {
    on_board(
        "
        bonus     short A free_bet 4.00 for 60s
        account   B balance 100.00
        bet       b A W a 10.00 with none      -> UnknownBonus
        bet       c B W a 10.00 with free      -> UnknownBonus
        bet       e A W a 0.03 with up         -> StakeBelowMinimum
        bet       f A W a 4.00 with free
        bet       g A W a 4.00 with free       -> BonusUsedUp
        bet       h A W a 99999.00 with free   -> StakeAboveLimit
        wait      60s
        bet       i A W a 4.00 with short      -> UnknownBonus
        expect    account A available 100.00
        ",
    );
}

#[test]
fn a_bonus_that_would_add_nothing_is_refused() {
    check(
        "
        config    stake_min 0.01
        account   A balance 100.00
        match     M bo1
        maps      M even
        market    W M map 1
        bonus     up A boost_10 3.00 for 7d
        bet       b A W a 0.05 with up         -> BonusWorthless
        bet       c A W a 0.10 with up         -> Accepted 0.21
        ",
    );
}

#[test]
fn a_bet_with_a_bonus_is_not_cashed_out_taken_in_part_or_put_to_a_trader() {
    on_board(
        "
        config    stake_max 50.00 rules_refer stake_max
        waiting   approve by 2
        bet       b A W a 10.00 with free
        quote     q b                          -> BetWithBonus
        bet       c A W a 60.00 with up partial offers -> StakeAboveLimit(50.00, 60.00)
        ",
    );
}

#[test]
fn what_a_boost_adds_counts_in_every_limit_on_payouts_before_the_bet_is_taken() {
    for (limit, refusal) in [
        ("payout_max 22.00", "PayoutAboveLimit(22.00, 22.50)"),
        ("liability_selection_max 12.00", "SelectionLiability(12.00, 12.50)"),
        ("liability_market_max 12.00", "MarketLiability(12.00, 12.50)"),
        ("liability_account_max 12.00", "AccountLiability(12.00, 12.50)"),
        ("payout_day_max 22.00", "DayPayoutAboveLimit(22.00, 22.50)"),
    ] {
        on_board(&format!(
            "
            config    {limit}
            bet       b A W a 10.00 with up        -> {refusal}
            bet       c A W a 9.60 with up         -> Accepted 21.60   # 12.00 may be won
            expect    account A liability 12.00
            ",
        ));
    }
    check(
        "
        config    liability_account_max 42.00 payout_max 53.00
        account   A balance 100.00
        match     M bo1
        maps      M even
        market    W M map 1
        match     N bo1
        maps      N even
        market    X N map 1
        bonus     up A boost_50 50.00 for 7d
        multi     d A 10.00 2 W:a X:a with up     -> PayoutAboveLimit(53.00, 55.00)
        multi     e A 9.40 2 W:a X:a with up      -> AccountLiability(42.00, 42.30)
        multi     f A 9.20 2 W:a X:a with up      -> Accepted 50.60
        expect    account A liability 41.40
        ",
    );
}

#[test]
fn a_free_stake_counts_in_the_houses_limits_and_not_in_the_players_own() {
    on_board(
        "
        limit     A stake day 7.00
        bet       b A W a 10.00 with free      # 6.00 are his own
        expect    limit A stake day 7.00 used 6.00
        expect    account A liability 10.00
        ",
    );
}
