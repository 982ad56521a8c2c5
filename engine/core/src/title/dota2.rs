//! Dota 2: one map is one game. The lead is in net worth.

use super::moba::{MobaRules, before_the_start};
use super::{Play, TitleRules};

pub const TITLE: TitleRules = TitleRules {
    name: "Dota 2",
    play: Play::Moba(MobaRules { towers_max: 11, chance_a: before_the_start }),
};
