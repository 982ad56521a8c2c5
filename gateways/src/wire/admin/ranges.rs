//! Which field of a command can lie outside its range, and which table it can find full.
//!
//! The engine has one code for either, [`Reject::InvalidParameter`] and [`Reject::CapacityReached`]; a person wants to hear
//! which of his words it was, and which setting makes room.

use clutch_core::command::{Scope, SetMap, SetNextRound, VoidBets};
use clutch_core::proposals::PROPOSALS_MAX;
use clutch_core::title::MARKETS_PER_MATCH_MAX;
use clutch_core::{Command, Refusal, Reject};

use crate::wire::sentence::span;

/// What can be wrong with a command beside what its code says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    field: Option<Field>,
    room: Option<Room>,
}

/// Where a command takes a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// In tables whose sizes are these settings.
    Tables(&'static str),
    /// In one of several tables.
    OneOf(&'static str),
    /// Where a fixed number of these is kept.
    Kept(&'static str),
}

/// What of a command can be out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    /// A field with a whole number from `least` to the refusal's first number.
    UpTo {
        /// Its name in the order.
        field: &'static str,
        /// The smallest.
        least: u8,
    },
    /// `delay`, up to the refusal's first number in milliseconds.
    Delay,
    /// `scope` of a delay, which is of one match or market.
    DelayOfAll,
    /// `from` and `to` of a stretch of the journal.
    Stretch(VoidBets),
    /// `map` and `round`.
    Round(SetNextRound),
    /// `map`, or its strengths.
    Map(SetMap),
}

impl Ranges {
    /// Those of a command.
    pub fn of(command: &Command) -> Self {
        Self { field: Field::of(command), room: Room::of(command) }
    }

    /// What is out of range or full, in a sentence that names it.
    pub fn sentence(&self, refusal: Refusal) -> Option<String> {
        match refusal.code {
            Reject::InvalidParameter => Some(self.field?.sentence(refusal)),
            Reject::CapacityReached if refusal.limit == PROPOSALS_MAX as i64 => Some(format!(
                "{PROPOSALS_MAX} are there already, which is the most. If this one needs a second person, decide some that \
                 wait (`clutch admin waiting`)."
            )),
            Reject::CapacityReached => Some(self.room?.sentence(refusal.limit)),
            _ => None,
        }
    }
}

/// The sentence of a full table whose size is a setting.
pub fn table_is_full(setting: &str, limit: i64) -> String {
    if setting == "markets_max" && limit == MARKETS_PER_MATCH_MAX as i64 {
        return format!("One match can have {limit} markets, and this one has so many.");
    }
    format!(
        "A table of the engine is full: {setting} is {limit} here. Raise it under [engine] in the configuration and start the \
         server again."
    )
}

impl Room {
    fn of(command: &Command) -> Option<Self> {
        Some(match command {
            Command::CreateMatch(_) => Self::Tables("matches_max"),
            Command::OpenMarket { .. } => Self::Tables("markets_max"),
            Command::OpenAccount { .. } => Self::Tables("accounts_max"),
            Command::Deposit { .. } | Command::Payment { .. } | Command::Adjust(_) => {
                Self::OneOf("payments_max or play_limits_max")
            }
            Command::Bonus { .. } => Self::OneOf("payments_max, bonuses_max or play_limits_max"),
            Command::SetPlayLimit { .. } | Command::Customer { .. } => {
                Self::Tables("play_limits_max")
            }
            Command::DecideReferral { .. } => Self::Tables("bets_max"),
            Command::AdoptHouseRules { .. } => Self::Kept("versions of house rules"),
            Command::MatchIncident { .. } => Self::Kept("incidents or void stretches of one match"),
            Command::VoidBets(_) => Self::Kept("void stretches of one match"),
            _ => return None,
        })
    }

    fn sentence(self, limit: i64) -> String {
        match self {
            Self::Tables(setting) => table_is_full(setting, limit),
            Self::OneOf(settings) => format!(
                "A table of the engine is full, which takes {limit} of these: {settings} (`clutch admin status` says which; the \
                 last rows are kept for withdrawals and players' limits). Raise it under [engine] in the configuration and \
                 start the server again."
            ),
            Self::Kept(what) => format!("There can be {limit} {what}, and so many are there."),
        }
    }
}

impl Field {
    /// That of a command; nothing for the many of which whatever can be wrong was read before.
    fn of(command: &Command) -> Option<Self> {
        Some(match *command {
            Command::SetAccountFactor { .. } => Self::UpTo { field: "percent", least: 0 },
            Command::LinkAccount { .. } => Self::UpTo { field: "group", least: 0 },
            Command::SetTier { .. } => Self::UpTo { field: "tier", least: 0 },
            Command::HandOver { .. } => Self::UpTo { field: "source", least: 0 },
            Command::PauseSettlement { .. } => Self::UpTo { field: "from_tier", least: 1 },
            Command::SetDelay { scope: Scope::All, .. } => Self::DelayOfAll,
            Command::SetDelay { .. } => Self::Delay,
            Command::VoidBets(stretch) => Self::Stretch(stretch),
            Command::SetNextRound(set) => Self::Round(set),
            Command::SetMap(set) => Self::Map(set),
            _ => return None,
        })
    }

    fn sentence(self, refusal: Refusal) -> String {
        let Refusal { limit, actual, .. } = refusal;
        match self {
            Self::UpTo { field, least } => {
                format!("\"{field}\" must lie between {least} and {limit}; it is {actual}.")
            }
            Self::Delay => format!(
                "\"delay\" can be at most {}, as long as the setting resettle_window; it is {}.",
                span(limit),
                span(actual)
            ),
            Self::DelayOfAll => "\"scope\" must name one match or one market; for all of them there are the settings \
                 in_play_delay and in_play_delay_moba."
                .to_owned(),
            Self::Stretch(VoidBets { from, to, .. }) if to < from => {
                format!("\"from\" is record {} and lies behind \"to\", record {}.", from.0, to.0)
            }
            Self::Stretch(VoidBets { to, .. }) => {
                format!("\"to\" is record {}, and the journal ends at record {limit}.", to.0)
            }
            Self::Round(SetNextRound { map_no, round, .. }) => format!(
                "\"map\" {map_no} and \"round\" {round} name no round that comes next: its game has rounds, it is being \
                 played or comes now, and the round is the next one of it."
            ),
            Self::Map(SetMap { map_no, .. }) if limit != 0 || actual != 0 => format!(
                "\"map\" {map_no} is none whose chances can be set: it is none of the {limit} of this match, or it is over."
            ),
            Self::Map(_) => {
                "\"strengths\" do not go with this game or this map: a game without rounds takes the price of the map alone."
                    .to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clutch_core::command::MarketKind;
    use clutch_core::units::{AccountId, MatchId, Seq};

    #[test]
    fn a_person_hears_which_of_his_words_it_was() {
        let (match_id, market) = (MatchId(0), None);
        let stretch = |from, to| {
            Command::VoidBets(VoidBets { match_id, market, from: Seq(from), to: Seq(to) })
        };
        let delay = |scope| Command::SetDelay { scope, delay_ns: Some(1) };
        for (command, limit, actual, said) in [
            (
                Command::LinkAccount { account: AccountId(0), group: Some(999) },
                31,
                999,
                "\"group\" must lie between 0 and 31; it is 999.",
            ),
            (
                delay(Scope::Match(match_id)),
                259_200_000,
                36_000_000_000,
                "\"delay\" can be at most 3 days, as long as the setting resettle_window; it is 416 days 16 h.",
            ),
            (stretch(5, 4), 90, 4, "\"from\" is record 5 and lies behind \"to\", record 4."),
            (stretch(5, 99), 90, 99, "\"to\" is record 99, and the journal ends at record 90."),
        ] {
            let sentence = |code| Ranges::of(&command).sentence(Refusal::with(code, limit, actual));
            assert_eq!(sentence(Reject::InvalidParameter).as_deref(), Some(said));
            assert_eq!(sentence(Reject::UnknownMatch), None, "another code says it itself");
        }
        assert_eq!(Ranges::of(&Command::Tick), Ranges::default());
    }

    #[test]
    fn a_person_hears_which_table_is_full_and_how_to_make_room() {
        let (match_id, kind) = (MatchId(0), MarketKind::MatchWinner);
        let market = Command::OpenMarket { match_id, kind };
        let stretch = VoidBets { match_id, market: None, from: Seq(1), to: Seq(2) };
        for (command, limit, said) in [
            (market, 16_384, "A table of the engine is full: markets_max is 16384 here. Raise it"),
            (market, 512, "One match can have 512 markets, and this one has so many."),
            (Command::VoidBets(stretch), 48, "There can be 48 void stretches of one match, and"),
            (Command::VoidBets(stretch), 1024, "1024 are there already, which is the most. If"),
        ] {
            let full = Refusal::with(Reject::CapacityReached, limit, limit);
            let sentence = Ranges::of(&command).sentence(full).expect("it names the table");
            assert!(sentence.starts_with(said), "{sentence}");
        }
    }
}
