//! League of Legends: one map is one game on Summoner's Rift. The lead is in gold.

use super::moba::{MobaRules, before_the_start};
use super::{Play, TitleRules};

pub const TITLE: TitleRules = TitleRules {
    name: "League of Legends",
    play: Play::Moba(MobaRules { towers_max: 11, chance_a: before_the_start }),
};
