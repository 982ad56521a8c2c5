//! League of Legends: one map is one game on Summoner's Rift. The lead is A's gold less B's in
//! thousandths of a percent of all gold; objectives are dragons.

use super::moba::MobaRules;
use super::{Play, TitleRules};

pub const TITLE: TitleRules = TitleRules {
    key: "lol",
    name: "League of Legends",
    sides: ["blue", "red"],
    play: Play::Moba(MobaRules { towers_max: 11, lead_milli_max: 100_000 }),
};
