//! Several sources for one match, and how far each is trusted.

use clutch_tests::check;

#[test]
fn the_second_source_confirms_and_has_its_own_count() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0 version 10
        feed    M start 1 ct source 7 version 1
        feed    M round 1 1 A source 0 version 11
        feed    M round 1 1 A source 7 version 2
        feed    M round 1 1 A source 7 version 2    -> FeedOutdated(2, 2)
        expect  score M 1-0                         # said twice, counted once
        expect  market W Open
        ",
    );
}

#[test]
fn a_late_second_source_has_a_grace() {
    check(
        "
        config  feed_grace 2s feed_age_live 20s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        expect  market W Open                       # on the primary's word alone
        wait    2s
        expect  market W Open
        wait    1ns
        expect  market W Suspended FeedsApart
        feed    M round 1 1 A source 1
        expect  market W Open
        ",
    );
}

#[test]
fn a_second_source_that_is_down_does_not_stop_the_match() {
    check(
        "
        config  feed_grace 2s feed_age_live 5s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        wait    3s
        feed    M heartbeat source 0
        expect  market W Suspended FeedsApart       # it lives, but is short of a round
        wait    2s
        wait    1ns
        expect  market W Open                       # silent for too long: not asked any more
        feed    M round 1 2 A source 0
        feed    M round 1 1 A source 1
        feed    M round 1 2 A source 1              # back again
        expect  market W Open
        ",
    );
}

#[test]
fn news_that_only_the_second_source_knows_stop_betting_at_once() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 1
        expect  score M 0-0                         # the truth follows the primary
        expect  market W Suspended FeedsApart
        bet     b1 A1 W a 1.00                      -> MarketSuspended
        feed    M round 1 1 A source 0
        expect  score M 1-0
        expect  market W Open
        ",
    );
}

#[test]
fn two_sources_that_contradict_each_other_freeze_the_match() {
    check(
        "
        config  agreeing_updates 2
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        feed    M round 1 1 B source 1
        expect  frozen M FeedsDisagree
        expect  market W Suspended FeedsDisagree
        feed    M round 1 2 A source 0
        expect  market W Suspended FeedsDisagree
        feed    M rewind 1 0 source 1               # the second corrects itself
        expect  market W Suspended FeedsDisagree
        feed    M round 1 1 A source 1              # two updates that agree, but one round short
        expect  market W Suspended FeedsApart
        feed    M round 1 2 A source 1
        expect  market W Open
        ",
    );
}

#[test]
fn a_person_decides_for_the_primary() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        feed    M round 1 1 B source 1
        resume  match M
        expect  market W Open
        feed    M round 1 2 A source 0              # the other is not asked any more
        expect  market W Open
        expect  score M 2-0
        ",
    );
}

#[test]
fn a_person_hands_the_match_over_to_the_other_source() {
    check(
        "
        match    M bo1
        maps     M even
        market   W M map 1
        feed     M start 1 ct source 0
        feed     M start 1 ct source 1
        feed     M round 1 1 A source 0
        feed     M round 1 1 B source 1
        feed     M round 1 2 B source 1
        expect   score M 1-0
        handover M 1 by nobody                       -> OperatorOnly
        handover nothing 1                           -> UnknownMatch
        handover M 8                                 -> InvalidParameter(7, 8)
        handover M 5                                 -> SourceUnheard
        handover M 1
        expect   score M 0-2                         # what the old one said is taken back
        expect   market W Open
        feed     M round 1 3 B source 1
        expect   score M 0-3
        feed     M round 1 2 A source 0
        expect   score M 0-3                         # it only confirms now, and is in doubt
        expect   market W Open
        ",
    );
}

#[test]
fn a_source_that_is_silent_or_never_spoke_is_not_handed_the_match() {
    check(
        "
        config   feed_age_live 3s
        match    M bo1
        maps     M even
        handover M 1                                 -> SourceUnheard
        feed     M start 1 ct source 0
        feed     M start 1 ct source 1
        wait     3500ms
        feed     M round 1 1 A source 0
        handover M 1                                 -> SourceSilent(3000ms, 3500ms)
        handover M 2                                 -> SourceUnheard
        ",
    );
}

#[test]
fn whoever_is_handed_the_match_has_told_of_the_round_that_is_played() {
    check(
        "
        match    M bo1
        maps     M even
        market   R M round 1 2
        feed     M start 1 ct source 0
        feed     M start 1 ct source 1
        feed     M round 1 1 A source 0
        feed     M round 1 1 A source 1
        feed     M begins 1 2 source 1               # it only confirms, and confirms no beginnings
        expect   market R Open
        handover M 1
        expect   market R Suspended RoundLive
        ",
    );
}

#[test]
fn whoever_is_handed_the_match_may_be_a_map_ahead_but_not_two() {
    check(
        "
        config   agreeing_updates 2 feed_age_live 1h feed_age_prematch 1h
        match    M bo3
        maps     M even
        market   S M winner
        play     M 1 A13
        feed     M start 2 t source 1
        expect   market S Suspended FeedsApart
        feed     M round 2 1 B source 1
        handover M 1                                 # the old one has missed the start of the map
        expect   score M 0-1 maps 1-0
        expect   market S Open
        match    K bo3
        maps     K even
        market   T K winner
        play     K 1 A13
        feed     K start 3 ct source 1
        handover K 1                                 # who won the second map nobody knows
        expect   market T Suspended ImpossibleState
        feed     K over 1 13 0
        feed     K over 1 13 0                       # true, but no answer to that
        expect   market T Suspended ImpossibleState
        resume   match K
        expect   market T Open
        ",
    );
}

#[test]
fn a_source_that_is_ahead_confirms_nothing() {
    check(
        "
        config   agreeing_updates 3
        match    M bo1
        maps     M even
        market   W M map 1
        feed     M start 1 ct source 0
        feed     M start 1 ct source 1
        feed     M round 1 9 A source 0              -> FeedImpossible(1, 9)
        feed     M round 1 1 A source 1
        feed     M round 1 2 A source 1
        feed     M round 1 1 A source 0
        feed     M round 1 2 A source 0
        expect   market W Suspended ImpossibleState  # only two have fitted so far
        feed     M round 1 3 A source 0
        expect   market W Open
        ",
    );
}

/// Whatever froze, a word that does not tell how the match stands is none of those that fit.
#[test]
fn who_tells_nothing_of_the_score_confirms_nothing() {
    for word in [
        "begins 2 6 source 1                 -> FeedImpossible", // it has told of no second map
        "begins 1 9 source 1                 -> FeedImpossible", // nor of eight rounds of this one
        "next 1 2 60 source 1",
        "held source 1",
        "released source 1",
        "begins 2 6 source 2", // of whom nothing is known
    ] {
        check(&format!(
            "
            config  agreeing_updates 2
            match   M bo3
            maps    M even
            market  W M map 1
            feed    M start 1 ct source 0
            feed    M start 1 ct source 1
            feed    M round 1 1 A source 0
            feed    M round 1 1 A source 1
            feed    M round 2 5 A source 0              -> FeedImpossible
            feed    M {word}
            feed    M {word}
            feed    M {word}
            expect  market W Suspended ImpossibleState
            feed    M round 1 2 A source 0
            feed    M round 1 3 A source 0
            expect  frozen M none
            ",
        ));
    }
}

/// A source in doubt is asked again when it tells the score as it is, not when it says anything.
#[test]
fn a_source_in_doubt_is_asked_again_only_when_it_tells_the_score() {
    check(
        "
        match   M bo3
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        feed    M round 1 1 A source 1
        feed    M round 2 4 A source 1              -> FeedImpossible
        feed    M released source 1
        feed    M next 1 2 60 source 1
        feed    M begins 2 5 source 1               -> FeedImpossible
        feed    M round 1 2 B source 1              # a denial to come, if anybody asked
        feed    M round 1 2 A source 0
        expect  market W Open
        feed    M rewind 1 1 source 1
        feed    M round 1 2 A source 1              # as it is
        feed    M round 1 3 B source 1
        expect  market W Suspended FeedsApart
        ",
    );
}

#[test]
fn a_second_source_that_takes_a_round_back_casts_doubt_at_once() {
    check(
        "
        config  feed_grace 10s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        feed    M round 1 1 A source 1
        feed    M rewind 1 0 source 1
        expect  market W Suspended FeedsApart
        feed    M rewind 1 0 source 0
        expect  score M 0-0
        expect  market W Open
        ",
    );
}

#[test]
fn missing_messages_stop_the_match_until_they_are_said_again() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct version 1
        feed    M round 1 1 A version 2 follows 1
        feed    M round 1 3 A version 4 follows 3   -> FeedGap(2, 3)
        expect  market W Suspended FeedGap
        expect  score M 1-0
        feed    M round 1 2 B version 3 follows 2
        feed    M round 1 3 A version 4 follows 3
        expect  score M 2-1
        expect  market W Open
        feed    M heartbeat version 5               # a fifth message that we have not heard
        expect  market W Suspended FeedGap
        feed    M round 1 4 A version 5 follows 4
        expect  market W Open
        ",
    );
}

#[test]
fn a_source_that_lags_is_not_priced_on() {
    check(
        "
        config  feed_lag_max 4s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct late 1h                # its clock is an hour off, which is no lag
        expect  market W Open
        feed    M round 1 1 A late 3604s
        expect  market W Open
        feed    M round 1 2 A late 3605s            # five seconds more than at its best
        expect  market W Suspended FeedLag
        feed    M heartbeat untimed                 # it is alive, which is no news of what happened
        expect  market W Suspended FeedLag
        feed    M round 1 3 A late 3601s
        expect  market W Open
        expect  score M 3-0
        ",
    );
}

/// A heartbeat says that everything up to its time has been told. One that comes late is no better than a fact
/// that does: whatever is behind it in the pipe has happened and is not known.
#[test]
fn a_source_whose_heartbeats_come_late_is_not_priced_on() {
    check(
        "
        config  feed_lag_max 2s feed_age_live 3s
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        wait    2s
        feed    M heartbeat late 2s                 # as late as may be
        expect  market W Open
        bet     b1 A1 W a 1.00                      -> Pending
        wait    1s
        feed    M heartbeat late 2001ms
        expect  market W Suspended FeedLag
        expect  alert Late 2001
        bet     b2 A1 W b 1.00                      -> MarketSuspended
        wait    2s
        expect  bet b1 MarketSuspended              # nobody knows what has happened since it was struck
        feed    M heartbeat late 20s
        feed    M heartbeat untimed
        expect  market W Suspended FeedLag
        feed    M round 1 1 B late 20s              # what was behind it
        expect  market W Suspended FeedLag
        feed    M heartbeat                         # all of it has been told
        expect  market W Open
        expect  lag 0 50 2
        expect  lag 0 2000 1
        expect  lag 0 4000 1
        expect  lag 0 32000 2
        ",
    );
}

/// A clock that is wrong is no lag, and one that stands still or runs back tells of nothing that came after it.
#[test]
fn a_heartbeat_whose_time_stands_still_or_runs_back_is_late_by_as_much() {
    check(
        "
        config  feed_lag_max 2s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct late 1h
        wait    2s
        feed    M heartbeat late 3602s              # the time of the start, again
        expect  market W Open
        wait    1s
        feed    M heartbeat late 3603s              # and again
        expect  market W Suspended FeedLag
        feed    M heartbeat late 1h
        expect  market W Open
        feed    M heartbeat late 3603s              # back
        expect  market W Suspended FeedLag
        feed    M heartbeat late 3601s
        expect  market W Open
        wait    1m
        feed    M heartbeat untimed                 # who says no time is not measured
        expect  market W Open
        ",
    );
}

#[test]
fn only_what_depends_on_a_late_source_stops() {
    check(
        "
        config  feed_lag_max 2s feed_grace 1s agreeing_updates 1
        match   M bo1
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  V K map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    K start 1 ct source 1
        feed    M heartbeat source 1 late 20s
        feed    M round 1 1 B source 1 late 20s     # a source that is late is not asked, whatever it says
        feed    M round 1 1 A source 0
        feed    M heartbeat source 1 late 20s
        wait    2s
        expect  market W Open                       # on what the first says
        expect  market V Open                       # of this match nothing of the source was late
        feed    M heartbeat source 1                # not late any more, and it says otherwise
        expect  market W Suspended FeedsDisagree
        ",
    );
}

/// A source is late for good once its clock was set back, or was once wrong by years the other way. That it is not
/// late only a person can know.
#[test]
fn a_person_lets_the_clock_of_the_source_that_is_followed_be_learned_anew() {
    check(
        "
        config   feed_lag_max 2s
        match    M bo1
        maps     M even
        market   W M map 1
        feed     M start 1 ct source 0
        feed     M start 1 ct source 1
        feed     M heartbeat source 0 late 1h
        feed     M heartbeat source 1 late 1h
        expect   market W Suspended FeedLag
        resume   match M
        expect   market W Suspended FeedLag
        handover M 1                                 # another that is late is followed as late
        expect   market W Suspended FeedLag
        handover M 1                                 # who is followed already is taken at his word
        expect   market W Open
        feed     M heartbeat source 1 late 1h
        expect   market W Open
        feed     M heartbeat source 1 late 3603s
        expect   market W Suspended FeedLag
        ",
    );
}

#[test]
fn two_updates_that_fit_lift_a_freeze_and_a_dispute_waits_for_a_person() {
    check(
        "
        config  agreeing_updates 2
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A1
        feed    M round 1 9 A                       -> FeedImpossible(2, 9)
        feed    M round 1 2 A
        feed    M round 1 9 A                       -> FeedImpossible(3, 9)
        feed    M round 1 3 A
        expect  market W Suspended ImpossibleState  # one in a row
        feed    M round 1 4 A
        expect  market W Open
        feed    M disputed
        feed    M round 1 5 A
        feed    M round 1 6 A
        expect  market W Suspended ImpossibleState
        resume  match M
        expect  market W Open
        config  agreeing_updates 0
        feed    M round 1 9 A                       -> FeedImpossible(7, 9)
        feed    M round 1 7 A
        feed    M round 1 8 A
        expect  market W Suspended ImpossibleState
        ",
    );
}

/// Two sources of a map against the clock are asked at different moments. Both are right as long as the
/// later state is one to which the earlier can have come.
#[test]
fn two_sources_of_a_moba_are_compared_by_all_they_say() {
    // The truth is `900 1 5 5 2 2 1 1`.
    for (title, said, alert) in [
        ("lol", "900 1 5 5 2 2 1 1", ""),
        ("lol", "900 3 7 4 2 2 1 1", ""), // gold counted in another way, a kill in another order
        ("lol", "900 3.1 5 5 2 2 1 1", "LeadsApart 3000 3100"),
        ("lol", "900 -1.1 5 5 2 2 1 1", "LeadsApart -1000 -1100"),
        ("lol", "904 5 5 5 2 2 1 1", ""), // a fight in these four seconds
        ("lol", "904 5.1 5 5 2 2 1 1", "LeadsApart 5000 5100"),
        ("lol", "900 1 5 16 2 2 1 1", "KillsApart 15 16"),
        ("lol", "894 1 6 5 2 2 1 1", "KillsApart 5 6"), // had six, and later has five
        ("lol", "894 1 4 5 2 2 1 1", ""),
        ("lol", "900 1 5 5 3 2 1 1", "TowersApart 2 3"),
        ("lol", "901 1 5 5 3 2 1 1", ""),
        ("lol", "899 1 5 5 3 2 1 1", "TowersApart 2 3"),
        ("lol", "900 1 5 5 2 2 2 1", "ObjectivesApart 1 2"),
        ("lol", "901 1 5 5 2 2 2 1", ""),
        ("lol", "901 1 5 5 2 2 0 1", "ObjectivesApart 1 0"),
        ("lol", "990 1 5 5 2 2 1 1", ""),
        ("lol", "991 1 5 5 2 2 1 1", "ClocksApart 990 991"),
        ("lol", "809 1 5 5 2 2 1 1", "ClocksApart 810 809"),
        ("dota2", "900 1.5 5 5 2 2 1 1", ""),
        ("dota2", "900 1.501 5 5 2 2 1 1", "LeadsApart 1500 1501"),
        ("dota2", "900 1 5 5 2 2 1 0", "ObjectivesApart 1 0"),
    ] {
        let stands = match alert {
            "" => "expect  market W Open".into(),
            named => format!("expect alert {named}\n expect market W Suspended FeedsDisagree"),
        };
        check(&format!(
            "
            match   M bo1 {title}
            maps    M even
            market  W M map 1
            feed    M start 1 t source 0
            feed    M start 1 t source 1
            feed    M state 1 900 1 5 5 2 2 1 1 source 0
            expect  market W Open
            feed    M state 1 {said} source 1
            {stands}
            "
        ));
    }
}

#[test]
fn two_sources_of_a_moba_that_agree_again_lift_the_freeze() {
    check(
        "
        config  agreeing_updates 2
        match   M bo3 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t source 0
        feed    M start 1 t source 1
        feed    M state 1 900 4 source 0
        feed    M state 1 900 -4 source 1
        expect  frozen M FeedsDisagree
        feed    M state 1 901 4 source 0
        feed    M state 1 902 4.1 source 0
        expect  market W Suspended FeedsDisagree    # the truth alone does not settle it
        feed    M state 1 902 4 source 1
        expect  market W Suspended FeedsDisagree
        feed    M state 1 903 4 source 0
        expect  market W Open
        feed    M state 1 904 -4 source 1
        expect  market W Suspended FeedsDisagree
        resume  match M                             # a person decides for the first
        feed    M state 1 905 4.2 source 0
        expect  market W Open
        feed    M state 1 906 4 source 1            # it agrees, and is asked again
        feed    M state 1 907 -4 source 1
        expect  market W Suspended FeedsDisagree
        ",
    );
}

#[test]
fn a_moba_is_handed_over_with_its_numbers() {
    check(
        "
        config   in_play_delay_moba 0s
        account  A1 balance 10.00
        match    M bo1 lol
        maps     M even
        market   W M map 1
        feed     M start 1 t source 0
        feed     M start 1 t source 1
        feed     M state 1 900 4 9 9 1 1 source 0
        bet      b1 A1 W a 1.00 policy any at 1.01
        feed     M state 1 895 -4 5 5 1 1 source 1
        expect   market W Suspended FeedsDisagree
        handover M 1
        expect   market W Open
        expect   odds W a 3.90                       # what the new one knows
        expect   bet b1 Accepted                     # a wrong lead decides nothing
        feed     M state 1 901 4 9 9 1 1 source 0    # the old one is in doubt now
        feed     M state 1 901 -4 5 5 1 1 source 1
        expect   market W Open
        ",
    );
}

#[test]
fn a_source_of_a_moba_that_takes_its_own_word_back_is_in_doubt() {
    check(
        "
        match   M bo1 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t source 0
        feed    M start 1 t source 1
        feed    M state 1 900 1 5 5 source 0
        feed    M state 1 900 1 5 5 source 1
        feed    M state 1 899 1 5 5 source 1        -> FeedImpossible
        expect  alert Some(Contradictory)
        feed    M state 1 901 -9 5 5 source 1       # not asked until it agrees
        expect  market W Open
        feed    M state 1 902 1 5 5 source 1
        feed    M state 1 903 -9 5 5 source 1
        expect  market W Suspended FeedsDisagree
        ",
    );
}

/// A word that the match cannot have at all is a contradiction, and nothing of it is remembered.
#[test]
fn a_second_source_that_speaks_of_another_match_or_game_is_in_doubt() {
    for (title, start, event) in [
        ("bo1", "ct", "start 255 ct"), // a map that the match has not
        ("bo1", "ct", "start 2 ct"),
        ("bo3", "ct", "won 1 A"), // a game without rounds
        ("bo3", "ct", "state 1 600 1"),
        ("bo3 lol", "t", "round 1 1 A"), // a game with rounds
        ("bo3 lol", "t", "rewind 1 0"),
        ("bo3 lol", "t", "state 4 600 1"),
    ] {
        check(&format!(
            "
            match   M {title}
            maps    M even
            market  W M map 1
            feed    M start 1 {start} source 0
            feed    M start 1 {start} source 1
            feed    M {event} source 1                  -> FeedImpossible
            expect  alert Some(Contradictory)
            expect  market W Open                       # its word counts for nothing
            feed    M {event} source 1                  -> FeedImpossible
            feed    M start 1 {start} source 1          # it agrees, and is asked again
            expect  market W Open
            "
        ));
    }
}

/// Who has handed over a map that was won, and takes its last round back, says of nobody that he won it.
#[test]
fn a_source_that_takes_the_last_round_of_a_map_back_names_no_winner_of_it() {
    check(
        "
        config   feed_age_live 1h feed_age_prematch 1h feed_grace 1h
        match    M bo3
        maps     M even
        market   S M winner
        play     M 1 A13
        feed     M start 1 ct source 1
        handover M 1                                 # it has heard of no round of the map
        expect   score M 0-0 maps 0-0
        feed     M rewind 1 0 source 0               # and the old one agrees
        expect   market S Open
        ",
    );
}

#[test]
fn a_match_that_is_handed_over_opens_at_no_price_of_the_old_source() {
    check(
        "
        config   feed_age_live 5s
        match    M bo3
        maps     M even
        market   S M winner
        feed     M start 1 ct source 0
        wait     3s
        feed     M start 3 ct source 1               # nobody can follow that
        wait     2001ms
        expect   frozen M FeedStale
        expect   epoch S moved
        handover M 1
        expect   market S Suspended ImpossibleState
        expect   epoch S same                        # it was never open in between
        ",
    );
}

#[test]
fn whoever_is_handed_a_silent_match_may_be_silent_no_longer_than_the_old_one() {
    check(
        "
        config   feed_age_live 3s
        match    M bo1
        maps     M even
        market   W M map 1
        feed     M start 1 ct source 0
        feed     M start 1 ct source 1
        wait     2s
        feed     M heartbeat source 1
        wait     1500ms
        expect   market W Suspended FeedStale
        handover M 1
        expect   market W Open
        wait     1501ms                              # three seconds since it spoke
        expect   market W Suspended FeedStale
        ",
    );
}

// A match goes from a silent source to another by itself, after `feed_hand_over`.

#[test]
fn a_silent_source_loses_its_match_to_one_that_agrees() {
    check(
        "
        config  feed_age_live 3s feed_hand_over 5s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        feed    M round 1 1 A source 1
        wait    2s
        feed    M heartbeat source 1
        wait    1001ms
        expect  market W Suspended FeedStale        # whoever is followed is silent
        wait    1900ms
        feed    M heartbeat source 1
        expect  market W Suspended FeedStale
        wait    100ms                               # five seconds of silence: the other is followed
        expect  market W Suspended FeedStale        # and betting waits for its word
        feed    M heartbeat source 1
        expect  market W Open
        feed    M round 1 2 B source 1
        expect  score M 1-1
        feed    M round 1 2 A source 0              # the old one is back, and only confirms
        expect  score M 1-1
        expect  market W Suspended FeedsDisagree
        ",
    );
}

#[test]
fn a_successor_may_know_more_and_brings_it_along() {
    check(
        "
        config  feed_age_live 3s feed_hand_over 1s
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 3
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 1
        wait    2s
        feed    M round 1 2 B source 1
        feed    M begins 1 3 source 1
        wait    1001ms                              # the silence is noticed, which is later than a second
        expect  score M 1-1
        expect  market W Suspended FeedStale
        feed    M heartbeat source 1
        expect  market W Open
        expect  market R Suspended RoundLive
        ",
    );
}

#[test]
fn who_is_short_of_the_truth_or_denies_it_or_is_not_there_follows_nobody() {
    check(
        "
        config  feed_age_live 3s feed_hand_over 3s feed_grace 1h
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M start 1 ct source 2 version 1
        feed    M round 1 1 A source 0
        feed    M round 1 2 A source 0
        feed    M round 1 1 A source 1              # one round short
        feed    M heartbeat source 2 version 2      # something of it is missing
        wait    2s
        feed    M heartbeat source 1
        feed    M heartbeat source 2 version 2
        wait    1001ms
        expect  market W Suspended FeedStale
        feed    M round 1 2 B source 1              # it denies the second
        feed    M heartbeat source 1
        expect  frozen M FeedStale
        expect  score M 2-0
        handover M 1                                # a person may
        expect  score M 1-1
        ",
    );
}

#[test]
fn a_late_successor_follows_when_he_speaks_and_the_match_can_go_back() {
    check(
        "
        config  feed_age_live 3s feed_hand_over 3s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 1 A source 0
        feed    M round 1 1 A source 1
        wait    20s
        expect  market W Suspended FeedStale        # both are silent
        feed    M heartbeat source 1                # he is followed now
        expect  market W Suspended FeedStale
        feed    M heartbeat source 1
        expect  market W Open
        wait    2s
        feed    M heartbeat source 0
        wait    1001ms                              # now he is silent
        feed    M heartbeat source 0
        expect  market W Open
        feed    M round 1 2 A source 0
        expect  score M 2-0
        ",
    );
}

/// The other need not say anything again: it is enough that it can follow by the time.
#[test]
fn a_successor_that_came_too_early_follows_when_it_is_time() {
    check(
        "
        config  feed_age_live 3s feed_hand_over 5s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        wait    3500ms
        expect  market W Suspended FeedStale
        feed    M start 1 ct source 1               # the first word of anybody else
        feed    M round 1 1 A source 1
        expect  score M 0-0                         # four seconds of silence so far
        wait    1501ms
        expect  score M 1-0
        ",
    );
}

#[test]
fn a_silent_match_whose_score_a_person_has_looked_at_goes_to_another_at_once() {
    check(
        "
        config  feed_age_live 3s feed_hand_over 3s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M round 1 9 A source 0              -> FeedImpossible
        feed    M round 1 1 A source 1
        wait    2s
        feed    M heartbeat source 1
        wait    1001ms
        expect  score M 0-0                         # silent, and in question
        resume  match M
        expect  score M 1-0
        expect  market W Suspended FeedStale
        feed    M heartbeat source 1
        expect  market W Open
        ",
    );
}

#[test]
fn nothing_is_handed_over_while_the_score_is_in_question_or_when_nobody_wants_it() {
    check(
        "
        config  feed_age_live 3s feed_hand_over 3s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct source 0
        feed    M start 1 ct source 1
        feed    M held source 0
        wait    2s
        feed    M heartbeat source 1
        wait    1001ms
        feed    M heartbeat source 1
        feed    M heartbeat source 1
        expect  market W Suspended FeedStale
        feed    M round 1 1 A source 1
        expect  score M 0-0
        match   N bo1
        maps    N even
        market  V N map 1
        feed    N start 1 ct source 0
        feed    N start 1 ct source 1
        config  feed_hand_over 0s
        wait    1h
        feed    N heartbeat source 1
        feed    N round 1 1 A source 1
        expect  score N 0-0
        expect  market V Suspended FeedStale
        ",
    );
}

// While a score is in dispute nothing is settled by it.

/// A match whose two sources agree up to 12:0, with a bet on each side of its map.
const TWELVE_NIL: &str = "
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00
        bet     b2 A2 W b 10.00
        play    M 1 A12
        feed    M start 1 ct source 1
        ";

/// The rounds that a second source says, all for A.
fn said_by_another(rounds: std::ops::RangeInclusive<u8>) -> String {
    rounds.map(|round| format!("feed M round 1 {round} A source 1\n")).collect()
}

#[test]
fn a_match_that_is_frozen_in_a_contradiction_pays_nobody_until_a_person_decides() {
    for (decided, score, winner) in [
        ("resume match M", "13-0", "b1"), // the first source is right
        ("resume match M\n feed M heartbeat source 1", "13-0", "b1"),
    ] {
        check(&format!(
            "
            {TWELVE_NIL}
            {}
            feed    M round 1 12 B source 1
            expect  frozen M FeedsDisagree
            feed    M round 1 13 A source 0
            expect  score M 13-0 maps 1-0 Over
            tick
            expect  bet b1 Accepted                     # the first says that it has won
            expect  bet b2 Accepted
            expect  account A1 available 90.00
            feed    M over 1 13 0 source 0              # confirmed by the same source
            tick
            expect  bet b1 Accepted
            {decided}
            tick
            expect  score M {score}
            expect  bet {winner} Won
            ",
            said_by_another(1..=11),
        ));
    }
}

#[test]
fn a_contradiction_that_comes_after_the_end_stops_what_is_left() {
    check(&format!(
        "
        {TWELVE_NIL}
        {}
        mode    read-only                           # nobody is paid yet
        feed    M round 1 13 A source 0
        feed    M round 1 13 B source 1
        expect  alert Disagrees 1 13
        expect  frozen M FeedsDisagree
        mode    normal
        tick
        expect  bet b1 Accepted
        expect  bet b2 Accepted
        resume  match M
        tick
        expect  bet b1 Won
        expect  bet b2 Lost
        ",
        said_by_another(1..=12),
    ));
}

#[test]
fn what_was_paid_before_a_contradiction_stays_and_is_told() {
    check(&format!(
        "
        {TWELVE_NIL}
        {}
        feed     M round 1 13 A source 0
        tick
        expect   bet b1 Won
        feed     M round 1 13 B source 1
        expect   alert Paid 1
        expect   frozen M FeedsDisagree
        tick
        expect   bet b1 Won
        handover M 1                                 # corrects a result: two persons
        expect   score M 13-0 maps 1-0 Over
        waiting  approve by 1                        -> SamePerson
        waiting  approve by 2
        tick
        expect   score M 12-1 maps 0-0 Live
        expect   bet b1 Accepted
        expect   account A1 available 90.00 held 10.00
        feed     M round 1 14 B source 1
        feed     M round 1 14 A source 0             # it only confirms, and is in doubt
        expect   market W Open
        ",
        said_by_another(1..=12),
    ));
}

#[test]
fn a_hand_over_after_the_end_is_a_correction_or_nothing() {
    check(&format!(
        "
        {TWELVE_NIL}
        {}
        feed     M round 1 13 A source 0
        feed     M round 1 13 A source 1
        handover M 1                                 -> MarketDecided
        handover M 0                                 -> MarketDecided
        handover M 2                                 -> SourceUnheard
        handover M 8                                 -> InvalidParameter(7, 8)
        ",
        said_by_another(1..=12),
    ));
    for (title, map) in [("lol", "won 1 A"), ("dota2", "won 1 A")] {
        check(&format!(
            "
            config   feed_age_live 1h
            account  A1 balance 100.00
            match    M bo1 {title}
            maps     M even
            market   W M map 1
            bet      b1 A1 W b 10.00
            feed     M start 1 t source 0
            feed     M start 1 t source 1
            feed     M state 1 600 1 source 0
            feed     M state 1 600 1 source 1
            feed     M {map} source 0
            tick
            expect   bet b1 Lost
            wait     5m
            feed     M won 1 B source 1
            expect   alert Paid 1
            expect   frozen M FeedsDisagree
            wait     5m
            handover M 1
            handover M 1                                 # a newer wish takes the place of the older
            waiting  approve by 2
            tick
            expect   score M 0-0 maps 0-1 Over
            expect   bet b1 Won
            "
        ));
    }
}

#[test]
fn sources_that_agree_again_need_no_person() {
    check(&format!(
        "
        config  agreeing_updates 2
        {TWELVE_NIL}
        {}
        feed    M round 1 13 A source 0
        tick
        expect  bet b1 Won
        feed    M round 1 13 B source 1
        expect  frozen M FeedsDisagree
        feed    M rewind 1 12 source 1
        feed    M round 1 13 A source 1
        expect  frozen M none
        ",
        said_by_another(1..=12),
    ));
}

/// What was not paid yet waits for the end of the dispute, whoever ends it, and is paid then.
#[test]
fn what_waited_for_a_dispute_is_paid_when_it_ends() {
    for (source, decided) in [
        // He takes it back.
        (
            1,
            "feed M rewind 1 12 source 1\n feed M round 1 13 A source 1\n feed M round 1 13 A source 2",
        ),
        // Another agrees with the first, and is handed the match.
        (2, "feed M round 1 13 A source 1\n handover M 1"),
        (2, "feed M round 1 13 A source 1\n resume match M"),
    ] {
        check(&format!(
            "
            config  agreeing_updates 2
            account A1 balance 100.00
            match   M bo3
            maps    M even
            market  W M map 1
            bet     b1 A1 W a 10.00
            play    M 1 A12
            feed    M start 1 ct source 1
            {}
            feed    M start 1 ct source 2
            {}
            mode    read-only                       # nobody is paid yet
            feed    M round 1 13 A source 0
            feed    M round 1 13 B source {source}
            expect  frozen M FeedsDisagree
            mode    normal
            tick
            expect  bet b1 Accepted
            {decided}
            expect  frozen M none
            tick
            expect  bet b1 Won
            ",
            said_by_another(1..=12),
            said_by_another(1..=12).replace("source 1", "source 2"),
        ));
    }
}

/// After the end nobody has to say more, and who is short of it stops nothing.
#[test]
fn a_source_that_never_hears_of_the_end_stops_nothing() {
    check(&format!(
        "
        config  feed_grace 3s
        {TWELVE_NIL}
        {}
        feed    M round 1 13 A source 0
        feed    M round 1 10 A source 1
        wait    10s
        feed    M round 1 11 A source 1
        tick
        expect  frozen M none
        expect  bet b1 Won
        ",
        said_by_another(1..=9),
    ));
}

#[test]
fn a_map_in_dispute_is_not_forgotten_on_the_next_one() {
    check(
        "
        config  agreeing_updates 2 feed_age_prematch 1h
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  V M map 2
        bet     b1 A1 W a 10.00
        play    M 1 A12 B12
        feed    M start 1 ct source 1
        feed    M start 2 ct source 1                # whoever comes late has nothing to deny
        expect  market V Suspended FeedsApart
        match   K bo3
        maps    K even
        market  X K map 1
        bet     b2 A1 X a 10.00
        play    K 1 A12
        feed    K start 1 ct source 1
        feed    K round 1 1 B source 1
        expect  frozen K FeedsDisagree
        ",
    );
    check(&format!(
        "
        config  agreeing_updates 2 feed_age_prematch 1h feed_age_live 1h
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00
        play    M 1 A12
        feed    M start 1 ct source 1
        {}
        feed    M round 1 12 A source 1
        feed    M round 1 13 B source 1
        feed    M round 1 14 B source 1
        {}
        feed    M round 1 13 A source 0
        expect  frozen M FeedsDisagree
        feed    M start 2 t source 1
        feed    M start 2 t source 0
        feed    M round 2 1 A source 0
        feed    M round 2 1 A source 1
        feed    M round 2 2 A source 0
        feed    M round 2 2 A source 1
        expect  frozen M FeedsDisagree               # of this map both say the same
        tick
        expect  bet b1 Accepted
        resume  match M
        tick
        expect  bet b1 Won
        feed    M round 2 3 A source 0
        feed    M round 2 3 A source 1               # and the second one is asked again
        feed    M round 2 4 A source 0
        feed    M round 2 4 B source 1
        expect  frozen M FeedsDisagree
        ",
        said_by_another(1..=11),
        (15..=28).map(|round| format!("feed M round 1 {round} B source 1\n")).collect::<String>(),
    ));
}

#[test]
fn a_disputed_match_pays_nobody_on_the_word_of_the_source_that_disputes_it() {
    check(&format!(
        "
        {TWELVE_NIL}
        feed    M disputed source 0
        feed    M round 1 13 A source 0
        tick
        expect  bet b1 Accepted
        resume  match M
        tick
        expect  bet b1 Won
        feed    M disputed source 0                  # after the end
        expect  alert Paid 1
        "
    ));
    check(
        "
        account A1 balance 100.00
        match   M bo1 lol
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00
        feed    M start 1 t
        feed    M state 1 600 1
        feed    M disputed
        feed    M won 1 A
        tick
        expect  market W Decided #0
        expect  bet b1 Accepted
        grade   W results won lost                  # a person's word does not hang on the score
        waiting approve by 2
        tick
        expect  bet b1 Won
        ",
    );
}

#[test]
fn a_multiple_waits_for_the_dispute_on_one_of_its_legs() {
    check(&format!(
        "
        account A3 balance 100.00
        match   K bo1
        maps    K even
        market  X K map 1
        match   M bo1
        maps    M even
        market  W M map 1
        multi   m1 A3 10.00 2 W:a X:a
        play    M 1 A12
        feed    M start 1 ct source 1
        {}
        feed    M round 1 13 A source 0
        tick
        expect  bet m1 Accepted
        feed    M round 1 13 B source 1
        quote   q1 m1                                -> MarketSuspended
        play    K 1 A13
        tick
        expect  bet m1 Accepted                      # both legs are won by what feeds say
        resume  match M
        tick
        expect  bet m1 Won
        ",
        said_by_another(1..=12),
    ));
}

#[test]
fn a_dispute_keeps_bets_for_as_long_as_it_lasts() {
    check(&format!(
        "
        config   resettle_window 1h
        {TWELVE_NIL}
        {}
        feed     M round 1 13 A source 0
        tick
        feed     M round 1 13 B source 1
        wait     5h
        tick
        expect   bet b1 Won
        handover M 1
        waiting  approve by 2
        tick
        expect   bet b1 Accepted
        ",
        said_by_another(1..=12),
    ));
}
