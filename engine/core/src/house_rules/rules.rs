//! The cases in which books contradict each other, and the answers that a rule set can give.
//!
//! One list; the first answer of a case is its default. What an answer does is said with it; where the
//! engine offers no market for a case (towers, first blood, a player, a duration), the answer guides
//! the person who grades, through the functions of [`super::by_hand`].

use crate::codec::{wire_enum, wire_struct};
use crate::settlement::multiplier::DeadHeatRule;

/// One case: what its answers are called in a file, and what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its key in a file.
    pub key: &'static str,
    /// What happened, in words.
    pub happened: &'static str,
    /// The keys of its answers; the first is the default.
    pub answers: &'static [&'static str],
    /// What each answer does, in words.
    pub meanings: &'static [&'static str],
}

macro_rules! house_rules {
    ($($(#[$doc:meta])* $field:ident: $Type:ident = $happened:literal {
        $($tag:literal = $Answer:ident, $key:literal, $meaning:literal;)+
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[cfg_attr(feature = "serde", derive(serde::Serialize))]
            pub enum $Type {
                $(#[doc = $meaning] $Answer,)+
            }
            wire_enum!($Type { $($tag = $Answer),+ });

            impl $Type {
                const ALL: &'static [Self] = &[$(Self::$Answer),+];
            }

            impl Default for $Type {
                fn default() -> Self {
                    Self::ALL[0]
                }
            }
        )*

        /// A rule set: one answer to each case. The default has the first answer to all.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct HouseRules {
            $($(#[$doc])* pub $field: $Type,)*
        }
        wire_struct!(HouseRules { $($field),* });

        impl HouseRules {
            /// Every case, in the order of the fields.
            pub const CASES: &'static [Case] = &[$(Case {
                key: stringify!($field),
                happened: $happened,
                answers: &[$($key),+],
                meanings: &[$($meaning),+],
            }),*];

            /// Which answer this rule set gives, case by case: its place among the answers.
            pub fn answers(&self) -> impl Iterator<Item = (&'static Case, usize)> {
                let places = [$(self.$field as usize),*];
                Self::CASES.iter().zip(places)
            }

            /// The rule set with another answer to the case of this key; `None` if there is no such
            /// case or no such answer to it.
            pub fn with(mut self, key: &str, answer: &str) -> Option<Self> {
                match key {
                    $(stringify!($field) => {
                        let place = [$($key),+].iter().position(|known| *known == answer)?;
                        self.$field = $Type::ALL[place];
                    })*
                    _ => return None,
                }
                Some(self)
            }
        }
    };
}

house_rules! {
    /// A map that is not played since the match is decided.
    map_not_needed: MapNotNeeded = "a map is not needed" {
        0 = Void, "void", "bets on that map are void";
    }
    /// A map awarded before it starts.
    walkover: Walkover = "a map is awarded before it starts" {
        0 = MapAndMatch, "void_map_and_match", "bets on that map and on the match are void, those on other maps stand";
        1 = BeforeTheMatch, "void_all_before_match", "before the first map every bet on the match is void, later those on that map and on the match";
        2 = UnlessStated, "void_unless_stated", "void as on that map and the match, unless the market stated the advantage; then the map counts for the match";
        3 = CountsAsWon, "counts_as_won", "the map counts for the match as won, and only bets on the map itself are void";
    }
    /// A map given up after it started.
    forfeit: Forfeit = "a team gives up a map that has started" {
        0 = WinnerStands, "winner_stands", "the map winner stands, the round being played goes to the other side, and what was not certain by then is void";
        1 = VoidMap, "void_map", "all bets on that map are void";
    }
    /// Fewer than ten players at the start of a map.
    short_handed: ShortHanded = "a map starts with fewer than ten players" {
        0 = Stand, "stand", "bets stand";
        1 = VoidMap, "void_map", "bets on that map are void";
    }
    /// Another best-of than announced.
    format_changed: FormatChanged = "the number of maps is changed" {
        0 = WinnerStands, "winner_stands", "the match winner stands; handicap, totals and correct score of the match are void";
        1 = VoidAll, "void_all", "every bet on the match that is not decided is void";
    }
    /// How long a match may be put off.
    postponed: Postponed = "the match is put off" {
        0 = After24h, "void_after_24h", "bets are void if it has not begun 24 hours after its first planned start";
        1 = After48h, "void_after_48h", "bets are void if it has not begun 48 hours after its first planned start";
    }
    /// How long an outright waits. The engine offers none.
    outright_postponed: OutrightPostponed = "an event with outrights is put off" {
        0 = After30d, "void_after_30d", "outrights are void after 30 days";
        1 = Stand, "stand", "outrights stand until the event is over or called off";
    }
    /// Bets between an undone round and its rewind.
    rewound: Rewound = "the server restores an earlier round" {
        0 = Void, "void", "bets struck on the undone rounds are void; all others settle on what is played after";
        1 = Stand, "stand", "all bets settle on what is played after";
    }
    /// A map played again after a technical fault.
    replayed: Replayed = "a map is played again after a technical fault" {
        0 = PreMatchStand, "pre_match_stand", "what was decided stands; bets from before the map stand on the replay, those struck while it was played are void";
        1 = VoidUndecided, "void_undecided", "what was decided stands, everything else on that map and the match is void";
        2 = Stand, "stand", "all bets settle on the replay";
    }
    /// Whether overtime counts.
    overtime: Overtime = "a map goes to overtime" {
        0 = Counts, "counts", "overtime counts, unless a draw was on offer";
        1 = MatchOnly, "match_only", "overtime decides the match, but winner, handicap and total of the map end with regulation";
    }
    /// What "next" means.
    numbered: Numbered = "a market says \"next\" and has a number" {
        0 = ByNumber, "by_number", "the number decides, not the word";
    }
    /// A race that nobody finishes.
    race_not_reached: RaceNotReached = "nobody reaches the number of a race" {
        0 = Void, "void", "bets are void";
    }
    /// None of the outcomes on offer.
    neither: Neither = "none of the outcomes on offer wins" {
        0 = Void, "void", "bets are void; where \"neither\" or the draw was on offer, the others lose";
    }
    /// A map of a MOBA given up by vote.
    surrender: Surrender = "a team surrenders" {
        0 = TopUp, "top_up", "kills and objectives as at that moment; towers and inhibitors with those that the winner still needed";
        1 = AsItStood, "as_it_stood", "everything as at that moment";
    }
    /// Who is credited with a tower.
    towers: Towers = "a tower falls" {
        0 = Opponent, "opponent", "it counts for the opponent, whoever struck last";
        1 = LastHit, "last_hit", "it counts for the team that struck last; denied, for nobody";
    }
    /// How often one inhibitor or barracks counts.
    inhibitors: Inhibitors = "an inhibitor or barracks falls again" {
        0 = OnceForNumber, "once_for_number", "once for \"how many\", every time for \"next\"";
        1 = EveryTime, "every_time", "every time";
    }
    /// What first blood is.
    first_blood: FirstBlood = "first blood" {
        0 = ByGame, "by_game", "in Dota 2 as the game announces it, in LoL the first champion kill";
        1 = FirstDeath, "first_death", "the first death of a hero or champion, whoever caused it";
    }
    /// A duration of exactly the line.
    duration_on_line: DurationOnLine = "the duration is exactly the line" {
        0 = Void, "void", "bets are void";
        1 = Over, "over", "over wins";
    }
    /// Markets on a player who is replaced.
    player_replaced: PlayerReplaced = "a player with markets on him is replaced" {
        0 = Void, "void", "bets on him are void";
        1 = StandIfStarted, "stand_if_started", "bets on him stand if he played when the map started";
    }
    /// A match that began before its time.
    started_early: StartedEarly = "the match began before betting was closed" {
        0 = Void, "void", "bets taken after the true start are void";
        1 = Stand, "stand", "bets stand";
    }
    /// Stand-ins in a team.
    stand_ins: StandIns = "a team plays with stand-ins" {
        0 = OneOfficial, "one_official", "bets stand with at least one official player";
        1 = ThreeOfficial, "three_official", "bets stand with at least three official players";
    }
    /// What a dead heat pays.
    dead_heat: DeadHeat = "several tie for fewer places" {
        0 = StakeShare, "stake_share", "the share of the stake at full odds";
        1 = ReducedOdds, "reduced_odds", "the stake at odds times places over tied";
        2 = ProfitShare, "profit_share", "the stake whole and the share of the profit";
    }
    /// When a fraction of a minor unit is dropped.
    rounding: Rounding = "a payout has a fraction of a minor unit" {
        0 = PerBet, "per_bet", "dropped once, from the exact sum of all lines";
        1 = PerLine, "per_line", "dropped from each line; of systems of more than 1000 lines once, from the bet";
    }
    /// How long a result may be corrected.
    corrected: Corrected = "the confirmed result differs from the scouted" {
        0 = Within72h, "within_72h", "corrected by the difference within 72 hours of the first result";
        1 = Within24h, "within_24h", "corrected by the difference within 24 hours of the first result";
    }
}

const HOUR_NS: u64 = 3_600_000_000_000;

impl Postponed {
    /// How long after its first planned start a match may begin.
    pub const fn most_ns(self) -> u64 {
        match self {
            Self::After24h => 24 * HOUR_NS,
            Self::After48h => 48 * HOUR_NS,
        }
    }
}

impl Corrected {
    /// How long after the first result the score may still change it.
    pub const fn window_ns(self) -> u64 {
        match self {
            Self::Within72h => 72 * HOUR_NS,
            Self::Within24h => 24 * HOUR_NS,
        }
    }
}

impl From<DeadHeat> for DeadHeatRule {
    fn from(answer: DeadHeat) -> Self {
        match answer {
            DeadHeat::StakeShare => Self::StakeShare,
            DeadHeat::ReducedOdds => Self::ReducedOdds,
            DeadHeat::ProfitShare => Self::ProfitShare,
        }
    }
}

impl StandIns {
    /// How many official players a team needs.
    pub const fn officials_min(self) -> u8 {
        match self {
            Self::OneOfficial => 1,
            Self::ThreeOfficial => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_found_by_its_key_and_changes_one_case() {
        let rules = HouseRules::default();
        for (place, case) in HouseRules::CASES.iter().enumerate() {
            assert_eq!(case.answers.len(), case.meanings.len());
            for (answer, key) in case.answers.iter().enumerate() {
                let changed = rules.with(case.key, key).expect("the key is in the list");
                for (other, (_, found)) in changed.answers().enumerate() {
                    let expected = if other == place { answer } else { 0 };
                    assert_eq!(found, expected, "{} by {key}", case.key);
                }
            }
            assert_eq!(rules.with(case.key, "perhaps"), None);
        }
        assert_eq!(rules.with("weather", "void"), None);
    }
}
