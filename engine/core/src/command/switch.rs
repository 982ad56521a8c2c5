//! What can be switched off as a whole, and by which names.

use super::{MarketKind, Title};
use crate::codec::wire_enum;
use crate::units::MatchId;

/// What a kill switch stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum KillScope {
    /// All betting.
    All,
    /// Betting on one title.
    Title(Title),
    /// Betting on one match.
    Match(MatchId),
    /// Betting on one class of markets, on every match.
    Class(MarketClass),
    /// Betting through one channel. Bets that wait out a delay came through it while it was open,
    /// and go on.
    Channel(Channel),
    /// Cashing out.
    CashOut,
    /// Taking money out.
    Withdrawals,
}
wire_enum!(KillScope {
    0 = All,
    1 = Title(title),
    2 = Match(match_id),
    3 = Class(class),
    4 = Channel(channel),
    5 = CashOut,
    6 = Withdrawals,
});

/// Markets that are stopped together, because the same thing goes wrong with all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MarketClass {
    /// Who wins the match or a map.
    Winner,
    /// Handicaps.
    Handicap,
    /// Totals: over and under a line, odd or even.
    Total,
    /// Exact scores.
    Score,
    /// Single rounds, and what a few of them decide: the next round, pistol rounds, the race.
    Round,
}
wire_enum!(MarketClass { 0 = Winner, 1 = Handicap, 2 = Total, 3 = Score, 4 = Round });

impl MarketClass {
    /// Every class, in the order of their tags.
    pub const ALL: &'static [Self] =
        &[Self::Winner, Self::Handicap, Self::Total, Self::Score, Self::Round];

    /// Its key on the wire and for the staff.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::Handicap => "handicap",
            Self::Total => "total",
            Self::Score => "score",
            Self::Round => "round",
        }
    }

    /// The class with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.key() == key)
    }
}

impl MarketKind {
    /// The class that it is stopped with.
    pub const fn class(self) -> MarketClass {
        match self {
            Self::MatchWinner
            | Self::MapWinner { .. }
            | Self::RegulationWinner { .. }
            | Self::Overtime { .. } => MarketClass::Winner,
            Self::MapHandicap { .. }
            | Self::RoundHandicap { .. }
            | Self::RegulationHandicap { .. } => MarketClass::Handicap,
            Self::TotalMaps { .. }
            | Self::TotalRounds { .. }
            | Self::RegulationTotal { .. }
            | Self::TeamRounds { .. }
            | Self::SeriesRounds { .. }
            | Self::OddRounds { .. } => MarketClass::Total,
            Self::CorrectMapScore | Self::CorrectRoundScore { .. } => MarketClass::Score,
            Self::RoundWinner { .. } | Self::PistolRound { .. } | Self::RaceToRounds { .. } => {
                MarketClass::Round
            }
        }
    }
}

/// The way by which a bettor comes. It stands in his token, so that whoever signs him in says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Channel {
    /// A web page.
    #[default]
    Web,
    /// An app on a phone.
    App,
    /// A program of the bettor's own.
    Api,
    /// A shop or a terminal in it.
    Retail,
    /// A call to the bookmaker.
    Phone,
}
wire_enum!(Channel { 0 = Web, 1 = App, 2 = Api, 3 = Retail, 4 = Phone });

impl Channel {
    /// Every channel, in the order of their tags.
    pub const ALL: &'static [Self] = &[Self::Web, Self::App, Self::Api, Self::Retail, Self::Phone];

    /// Its key on the wire and for the staff.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Api => "api",
            Self::Retail => "retail",
            Self::Phone => "phone",
        }
    }

    /// The channel with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|channel| channel.key() == key)
    }
}

/// What the engine does beside following its feeds and answering questions, which it always does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Mode {
    /// Everything.
    #[default]
    Normal,
    /// Everything, but only bets after which their market's worst case costs less than before.
    AcceptOnlyReducing,
    /// No bets and no cash-outs. What is open is settled, and money comes and goes.
    SettleOnly,
    /// Nothing that changes money, bets, accounts or what is on offer; settlement waits. Only modes
    /// and kill switches are turned.
    ReadOnly,
}
wire_enum!(Mode { 0 = Normal, 1 = AcceptOnlyReducing, 2 = SettleOnly, 3 = ReadOnly });

impl Mode {
    /// Every mode, the strictest last.
    pub const ALL: &'static [Self] =
        &[Self::Normal, Self::AcceptOnlyReducing, Self::SettleOnly, Self::ReadOnly];

    /// Its key on the wire and for the staff.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::AcceptOnlyReducing => "accept-only-reducing",
            Self::SettleOnly => "settle-only",
            Self::ReadOnly => "read-only",
        }
    }

    /// The mode with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mode| mode.key() == key)
    }
}
