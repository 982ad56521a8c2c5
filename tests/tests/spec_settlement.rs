//! From scores to money.

use clutch_tests::check;

#[test]
fn a_map_winner_pays_whoever_won_it_overtime_included() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00                     -> Accepted 20.00
        bet     b2 A1 W b 10.00                     -> Accepted 20.00
        play    M 1 A12 B12
        expect  market W Open
        play    M 1 A3 B3
        expect  score M 15-15
        expect  market W Open
        play    M 1 B4
        expect  score M 15-19 maps 0-1 Over
        expect  market W Decided #1
        expect  bet b1 Lost
        expect  bet b2 Won 20.00
        expect  account A1 available 100.00 held 0.00 liability 0.00 open_bets 0
        expect  house 0.00
        ",
    );
}

#[test]
fn the_longer_format_is_won_with_sixteen() {
    check(
        "
        account A1 balance 100.00
        match   M bo1 mr15
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00
        play    M 1 A13 B14
        expect  market W Open
        play    M 1 A3
        expect  score M 16-14 maps 1-0 Over
        expect  bet b1 Won 20.00
        ",
    );
}

#[test]
fn a_total_is_decided_as_soon_as_the_line_is_passed() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  T M total 1 21.5
        market  U M total 2 21.5
        bet     b1 A1 T over 10.00 policy any at 1.01
        bet     b2 A1 T under 10.00 policy any at 1.01
        play    M 1 A11 B10
        expect  market T Open
        play    M 1 B1
        expect  score M 11-11 maps 0-0 Live
        expect  market T Decided #0
        expect  bet b1 Won
        expect  bet b2 Lost
        play    M 1 A2
        bet     b3 A1 U under 10.00 policy any at 1.01
        play    M 2 A13 B0
        expect  bet b3 Won
        ",
    );
}

#[test]
fn a_total_counts_overtime() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  T M total 1 29.5
        bet     b1 A1 T over 1.00 policy any at 1.01
        bet     b2 A1 T under 1.00 policy any at 1.01
        play    M 1 A12 B12 A3 B2
        expect  score M 15-14
        expect  market T Open
        play    M 1 B1
        expect  market T Decided #0
        play    M 1 A4
        expect  bet b1 Won
        expect  bet b2 Lost
        ",
    );
}

#[test]
fn a_handicap_is_added_to_a_and_counts_overtime() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  H M handicap 1 -3.5
        market  I M handicap 1 4.5
        market  J M handicap 2 -3.5
        bet     b1 A1 H a 1.00 policy any at 1.01
        bet     b2 A1 H b 1.00 policy any at 1.01
        bet     b3 A1 I a 1.00 policy any at 1.01
        bet     b4 A1 J a 1.00 policy any at 1.01
        play    M 1 A12 B12 A3 B2
        expect  market H Open
        play    M 1 A1
        expect  score M 16-14 maps 1-0 Break
        expect  bet b1 Lost                         # by two rounds, not by four
        expect  bet b2 Won
        expect  bet b3 Won
        play    M 2 B9 A13
        expect  score M 13-9
        expect  bet b4 Won
        ",
    );
}

#[test]
fn a_round_is_named_by_its_number() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  R M round 1 2
        market  Z M round 1 20
        bet     b1 A1 R a 10.00                     -> Accepted 20.00
        bet     b2 A1 R b 10.00                     -> Accepted 20.00
        bet     b3 A1 Z a 10.00                     -> Accepted 20.00
        play    M 1 A1
        expect  market R Open
        play    M 1 B1
        expect  bet b1 Lost
        expect  bet b2 Won 20.00
        play    M 1 A12
        expect  score M 13-1
        expect  market Z Void
        expect  bet b3 Void NotPlayed               # the map ended before its round
        expect  account A1 available 100.00 held 0.00
        ",
    );
}

#[test]
fn two_maps_to_nil_leave_the_third_void() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  V M map 3
        market  T M total 3 21.5
        market  H M handicap 3 -1.5
        market  R M round 3 1
        market  S M winner
        bet     b1 A1 V a 10.00
        bet     b2 A1 T over 10.00
        bet     b3 A1 H a 10.00
        bet     b4 A1 R a 10.00
        bet     b5 A1 S b 10.00                     -> Accepted 20.00
        play    M 1 B13
        play    M 2 B13
        expect  score M 0-13 maps 0-2 Over
        expect  bet b1 Void NotPlayed
        expect  bet b2 Void NotPlayed
        expect  bet b3 Void NotPlayed
        expect  bet b4 Void NotPlayed
        expect  bet b5 Won 20.00
        bet     b6 A1 V a 1.00                      -> MarketDecided
        expect  account A1 available 110.00 held 0.00 liability 0.00 open_bets 0
        expect  house -10.00
        ",
    );
}

#[test]
fn a_best_of_three_ends_in_one_of_four_scores() {
    for (selection, maps) in [
        ("#0", "play M 1 A13 \n play M 2 A13"),
        ("#1", "play M 1 A13 \n play M 2 B13 \n play M 3 A13"),
        ("#2", "play M 1 B13 \n play M 2 A13 \n play M 3 B13"),
        ("#3", "play M 1 B13 \n play M 2 B13"),
    ] {
        let mut table = "
            account A1 balance 100.00
            match   M bo3
            maps    M even
            market  S M score
            bet     s#0 A1 S #0 1.00                -> Accepted 4.00
            bet     s#1 A1 S #1 1.00                -> Accepted 4.00
            bet     s#2 A1 S #2 1.00                -> Accepted 4.00
            bet     s#3 A1 S #3 1.00                -> Accepted 4.00
            "
        .to_owned();
        table += maps;
        for other in ["#0", "#1", "#2", "#3"] {
            let result = if other == selection { "Won 4.00" } else { "Lost" };
            table += &format!("\n expect bet s{other} {result}");
        }
        check(&table);
    }
}

#[test]
fn a_best_of_five_ends_in_one_of_six_scores() {
    for (selection, winners) in [
        ("#0", "AAA"),
        ("#1", "ABAA"),
        ("#2", "ABBAA"),
        ("#3", "BAABB"),
        ("#4", "BBAB"),
        ("#5", "BBB"),
    ] {
        let mut table = "
            account A1 balance 100.00
            match   M bo5
            maps    M even
            market  S M score
            market  W M winner
            "
        .to_owned();
        for index in 0..6 {
            table += &format!("bet s#{index} A1 S #{index} 1.00\n");
        }
        table += "bet w A1 W a 1.00 -> Accepted 2.00\n";
        for (map, winner) in winners.chars().enumerate() {
            table += &format!("play M {} {winner}13\n", map + 1);
        }
        for index in 0..6 {
            let result = if format!("#{index}") == selection { "Won" } else { "Lost" };
            table += &format!("expect bet s#{index} {result}\n");
        }
        let a_won = winners.ends_with('A');
        table += if a_won { "expect bet w Won 2.00" } else { "expect bet w Lost" };
        check(&table);
    }
}

#[test]
fn many_bets_are_settled_in_slices_and_all_of_them() {
    let mut table = "
        account A1 balance 1000.00
        match   M bo1
        maps    M even
        market  R M round 1 1
        "
    .to_owned();
    for bet in 0..300 {
        let selection = if bet % 3 == 0 { "a" } else { "b" };
        table += &format!("bet b{bet} A1 R {selection} 1.00 -> Accepted 2.00\n");
    }
    table += "play M 1 A1\n";
    for bet in 0..300 {
        let result = if bet % 3 == 0 { "Won 2.00" } else { "Lost" };
        table += &format!("expect bet b{bet} {result}\n");
    }
    table += "expect account A1 available 900.00 held 0.00 open_bets 0\n expect house 100.00";
    check(&table);
}

#[test]
fn settled_bets_leave_when_they_can_no_longer_change() {
    check(
        "
        config  resettle_window 72h
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  R M round 1 1
        bet     b1 A1 W a 10.00
        bet     b2 A1 R a 10.00
        play    M 1 A1
        wait    1h
        play    M 1 A12
        expect  live_bets 2
        wait    71h
        expect  live_bets 1
        expect  market R gone
        expect  bet b1 Won 20.00
        expect  bet b2 UnknownBet
        again   b2                                  -> BetRetired     # and never a second bet
        cancel  b2                                  -> BetNotWaiting
        wait    1h
        expect  live_bets 0
        feed    M rewind 1 0                        # too late for anybody's money
        expect  account A1 available 120.00 held 0.00
        expect  house -20.00
        bet     b3 A1 W a 1.00                      -> MarketDecided
        ",
    );
}

#[test]
fn a_bet_that_waits_longer_than_its_market_is_kept_gets_its_money_back() {
    check(
        "
        config  in_play_delay 1h resettle_window 1h
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  R M round 1 1
        feed    M start 1 ct
        bet     b1 A1 R a 10.00                     -> Pending
        config  in_play_delay 3s offer_life 3s referral_life 3s resettle_window 3s
        waiting approve by 2
        feed    M round 1 1 A
        expect  account A1 available 90.00 held 10.00
        wait    3s
        expect  account A1 available 100.00 held 0.00 liability 0.00 open_bets 0
        expect  live_bets 0
        wait    2h
        again   b1                                  -> BetRetired
        ",
    );
}
