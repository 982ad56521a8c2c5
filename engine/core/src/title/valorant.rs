//! Valorant: halves of twelve, overtime won by two rounds with the sides swapping after each.

use super::{Play, TitleRules};
use crate::command::RoundFormat;
use crate::pricing::RoundRules;

pub const TITLE: TitleRules = TitleRules {
    key: "valorant",
    name: "Valorant",
    sides: ["ATK", "DEF"],
    play: Play::Rounds {
        rules: |format| match format {
            RoundFormat::Mr12 => Some(RoundRules::VALORANT),
            RoundFormat::Mr15 | RoundFormat::NoRounds => None,
        },
    },
};
