//! League of Legends: one map is one game on Summoner's Rift. The lead is A's gold less B's in
//! thousandths of a percent of all gold; objectives are dragons.

use super::moba::{Growth, MobaRules, Objectives};
use super::{Play, TitleRules};

/// Bounds beyond what 15,890 professional games of 2020 to 2022 and 9,879 ranked ones reached: a lead of
/// 22 % at 10 minutes, 27 at 14, 28 at the end (ranked 34 at 10), 15 % gained in 4 minutes. Gold is
/// equal at first, and a lead worth little gold is then many percent.
pub const TITLE: TitleRules = TitleRules {
    key: "lol",
    name: "League of Legends",
    sides: ["blue", "red"],
    play: Play::Moba(MobaRules {
        // The shortest of a league took 7:30, one player short (Liga Tica 2019); less a
        // minute and a half, as the last state may be that old.
        shortest_s: 360,
        // Eleven stand, and the two of the base rise again: 15 were the most, more than 11 one game in 80.
        towers_max: 20,
        // The first at 5:00, each next one five minutes after; a clock may be some seconds off.
        objectives: Objectives { first_s: 285, every_s: 300 },
        lead: Growth { start: 8_000, per_s: 100, most: 50_000 },
        lead_jump: Growth::level(10_000),
        lead_jump_per_s: 100,
        leads_apart: Growth { start: 2_000, per_s: 500, most: 50_000 },
    }),
};
