//! Counter-Strike: CS2 with halves of twelve, CS:GO with halves of fifteen; overtime is MR3.

use super::{Play, TitleRules};
use crate::command::RoundFormat;
use crate::pricing::RoundRules;

pub const TITLE: TitleRules = TitleRules {
    key: "counter_strike",
    name: "Counter-Strike",
    sides: ["T", "CT"],
    play: Play::Rounds {
        rules: |format| match format {
            RoundFormat::Mr12 => Some(RoundRules::MR12),
            RoundFormat::Mr15 => Some(RoundRules::MR15),
            RoundFormat::NoRounds => None,
        },
    },
};
