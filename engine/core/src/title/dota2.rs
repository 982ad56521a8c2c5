//! Dota 2: one map is one game. The lead is A's experience less B's; objectives are Roshans.

use super::moba::{Growth, MobaRules, Objectives};
use super::{Play, TitleRules};

/// Bounds beyond what the documents of professional games that we have reached: a lead of 38,000 at 37
/// minutes, 7,500 gained in a minute. Both teams then have 50,000 at 15 minutes and 140,000 at 30.
pub const TITLE: TitleRules = TitleRules {
    key: "dota2",
    name: "Dota 2",
    sides: ["Radiant", "Dire"],
    play: Play::Moba(MobaRules {
        // The soonest that a professional game was given up is 5:49 or 6:04, as one counts (EHOME against Moscow Five
        // 2012, Wildcard against 4 Zoomers 2025); less a minute and a half, as the last state may be that old.
        shortest_s: 240,
        towers_max: 11,
        // He stands from the start, and again after eight minutes at the soonest.
        objectives: Objectives { first_s: 0, every_s: 480 },
        // In the end less than five heroes of the highest level have.
        lead: Growth { start: 1_000, per_s: 30, most: 300_000 },
        // A lost fight gives away a part of what the fallen have, so it grows with the map.
        lead_jump: Growth { start: 3_000, per_s: 8, most: 30_000 },
        lead_jump_per_s: 100,
        leads_apart: Growth { start: 500, per_s: 300, most: 300_000 },
    }),
};
