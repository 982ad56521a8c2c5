//! Cases on which the engine offers no market of its own: what a rule set says to the person who
//! grades what the house offers elsewhere, or asks in a dispute. Pure functions of facts and rules.

use super::rules::{
    DurationOnLine, FirstBlood, HouseRules, Inhibitors, PlayerReplaced, Surrender, Towers,
};
use crate::command::Team;

/// The cases, by their keys, that nothing in the engine asks: it has no market on them.
pub const CASES: &[&str] = &[
    "outright_postponed",
    "surrender",
    "towers",
    "inhibitors",
    "first_blood",
    "duration_on_line",
    "player_replaced",
];

/// Which side of a line won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Over, or yes.
    Over,
    /// Under, or no.
    Under,
    /// Neither: the stakes go back.
    Void,
}

/// How a market on a duration ended, both in seconds.
pub const fn duration(rules: &HouseRules, seconds: u32, line_s: u32) -> Side {
    if line_s < seconds {
        return Side::Over;
    }
    if seconds < line_s {
        return Side::Under;
    }
    match rules.duration_on_line {
        DurationOnLine::Void => Side::Void,
        DurationOnLine::Over => Side::Over,
    }
}

/// How many towers a team counts: those that fell before a surrender, and `still_needed` that it would
/// have had to take for the win. For the team that surrendered the latter is zero.
pub const fn towers_after_surrender(rules: &HouseRules, fallen: u8, still_needed: u8) -> u8 {
    match rules.surrender {
        Surrender::TopUp => fallen.saturating_add(still_needed),
        Surrender::AsItStood => fallen,
    }
}

/// Who is credited with a tower of `owner` that `struck_last` brought down; `None` is nobody.
pub fn tower_counts_for(rules: &HouseRules, owner: Team, struck_last: Team) -> Option<Team> {
    match rules.towers {
        Towers::Opponent => Some(owner.other()),
        Towers::LastHit => (struck_last != owner).then_some(struck_last),
    }
}

/// How often an inhibitor that fell `times` counts in a market on their number, or on the next one.
pub const fn inhibitor_counts(rules: &HouseRules, times: u8, is_next: bool) -> u8 {
    match rules.inhibitors {
        Inhibitors::OnceForNumber if !is_next && 1 < times => 1,
        Inhibitors::OnceForNumber | Inhibitors::EveryTime => times,
    }
}

/// Whether the first death of a map is first blood; `by_opponent` if a hero or champion of the other
/// team caused it, as the game announces.
pub const fn is_first_blood(rules: &HouseRules, by_opponent: bool) -> bool {
    match rules.first_blood {
        FirstBlood::ByGame => by_opponent,
        FirstBlood::FirstDeath => true,
    }
}

/// Whether bets on a player stand who was replaced, and who did or did not start the map.
pub const fn player_bets_stand(rules: &HouseRules, started: bool) -> bool {
    match rules.player_replaced {
        PlayerReplaced::Void => false,
        PlayerReplaced::StandIfStarted => started,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rules(key: &str, answer: &str) -> HouseRules {
        HouseRules::default().with(key, answer).unwrap()
    }

    #[test]
    fn every_case_for_a_person_is_a_case() {
        for key in CASES {
            assert!(HouseRules::CASES.iter().any(|case| case.key == *key), "{key}");
        }
    }

    #[test]
    fn a_duration_on_the_line_is_void_or_over() {
        for (answer, on_line) in [("void", Side::Void), ("over", Side::Over)] {
            let rules = rules("duration_on_line", answer);
            assert_eq!(duration(&rules, 1_801, 1_800), Side::Over);
            assert_eq!(duration(&rules, 1_799, 1_800), Side::Under);
            assert_eq!(duration(&rules, 1_800, 1_800), on_line);
        }
    }

    #[test]
    fn a_surrender_tops_up_towers_or_leaves_them() {
        assert_eq!(towers_after_surrender(&rules("surrender", "top_up"), 6, 3), 9);
        assert_eq!(towers_after_surrender(&rules("surrender", "as_it_stood"), 6, 3), 6);
    }

    #[test]
    fn a_denied_tower_counts_for_the_opponent_or_for_nobody() {
        for (answer, denied) in [("opponent", Some(Team::B)), ("last_hit", None)] {
            let rules = rules("towers", answer);
            assert_eq!(tower_counts_for(&rules, Team::A, Team::B), Some(Team::B));
            assert_eq!(tower_counts_for(&rules, Team::A, Team::A), denied);
        }
    }

    #[test]
    fn an_inhibitor_that_falls_twice_counts_once_or_twice() {
        for (answer, number) in [("once_for_number", 1), ("every_time", 2)] {
            let rules = rules("inhibitors", answer);
            assert_eq!(inhibitor_counts(&rules, 2, false), number);
            assert_eq!(inhibitor_counts(&rules, 2, true), 2);
            assert_eq!(inhibitor_counts(&rules, 0, false), 0);
        }
    }

    #[test]
    fn a_death_by_a_tower_is_first_blood_or_not() {
        assert!(!is_first_blood(&rules("first_blood", "by_game"), false));
        assert!(is_first_blood(&rules("first_blood", "first_death"), false));
        assert!(is_first_blood(&rules("first_blood", "by_game"), true));
    }

    #[test]
    fn bets_on_a_replaced_player_are_void_or_stand_if_he_started() {
        assert!(!player_bets_stand(&rules("player_replaced", "void"), true));
        assert!(player_bets_stand(&rules("player_replaced", "stand_if_started"), true));
        assert!(!player_bets_stand(&rules("player_replaced", "stand_if_started"), false));
    }
}
