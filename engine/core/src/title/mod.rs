//! Matches by game title: what the score is, what can follow, and what cannot.
//!
//! A title is one file here and one line in [`TITLES`]. Most of them share a way of playing a map:
//! [`rounds`] for games of rounds and sides, [`moba`] for games against the clock. [`series`] is the
//! same for all.

mod award;
mod catalogue;
mod counter_strike;
mod dota2;
mod fixture;
mod fixtures;
pub mod follow;
mod lol;
pub mod moba;
mod opinion;
mod retire;
pub mod rounds;
pub mod series;
mod snapshot;
mod valorant;

pub use fixture::{
    Fixture, MARKETS_PER_MATCH_MAX, REWINDS_MAX, SOURCES_MAX, Undone, UndoneScope, VOIDED_MAX,
};
pub(crate) use fixtures::Fixtures;
pub use follow::{Change, FeedRule, Impossible};
pub use series::{MAPS_MAX, Series};

use crate::command::{RoundFormat, Side, Title};
use crate::pricing::RoundRules;

/// One game.
#[derive(Debug)]
pub struct TitleRules {
    /// Its key on the wire and in settings.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The names of its sides, in the order of [`Side`].
    pub sides: [&'static str; 2],
    /// How one of its maps is played.
    pub play: Play,
}

/// How a map of a title is played.
#[derive(Debug)]
pub enum Play {
    /// Round after round, with sides and overtime.
    Rounds {
        /// How long a map is; `None` for a format that the title does not have.
        rules: fn(RoundFormat) -> Option<RoundRules>,
    },
    /// Against the clock, until one base falls.
    Moba(moba::MobaRules),
}

/// Every title, in the order of [`Title`].
pub const TITLES: &[TitleRules] =
    &[counter_strike::TITLE, valorant::TITLE, lol::TITLE, dota2::TITLE];

impl Title {
    /// Every title, in the order of their tags.
    pub const ALL: &'static [Self] = &[Self::CounterStrike, Self::Valorant, Self::Lol, Self::Dota2];

    /// The rules of this title.
    pub const fn rules(self) -> &'static TitleRules {
        &TITLES[self as usize]
    }

    /// The name of a side.
    pub const fn side(self, side: Side) -> &'static str {
        self.rules().sides[side as usize]
    }

    /// The title with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|title| title.rules().key == key)
    }

    /// Whether its maps have this format.
    pub fn has_format(self, format: RoundFormat) -> bool {
        match self.rules().play {
            Play::Rounds { rules } => rules(format).is_some(),
            Play::Moba(_) => format == RoundFormat::NoRounds,
        }
    }
}
