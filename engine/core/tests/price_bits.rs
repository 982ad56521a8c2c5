//! Prices to the last bit: the same in debug and release, today and tomorrow, here and elsewhere.
//!
//! One line a state: the title and score, and a hash over the bit patterns of everything that can be
//! asked of the map and of the series behind it. Only operations with one correct rounding are allowed
//! in pricing, so a difference is a changed formula, or a compiler that broke that promise. A change on
//! purpose is written down with `CLUTCH_WRITE_GOLDEN=1`.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use clutch_core::command::{Side, Team};
use clutch_core::hash::StateHasher;
use clutch_core::pricing::{
    BySide, Ladder, MapForecast, MapModel, MobaModel, MobaStanding, NextRound, RoundRules,
    RoundsAfter, SeriesForecast, apply_odds_ratio, solve_map_model, two_way_odds_milli, win_grid,
};

const SCORES: [(u16, u16); 12] = [
    (0, 0),
    (1, 0),
    (3, 7),
    (6, 6),
    (12, 4),
    (11, 11),
    (12, 11),
    (12, 12),
    (13, 12),
    (15, 15),
    (14, 14),
    (30, 30),
];

#[test]
fn every_price_has_the_bits_it_always_had() {
    let mut text = String::new();
    let formats =
        [("cs2", RoundRules::MR12), ("valorant", RoundRules::VALORANT), ("csgo", RoundRules::MR15)];
    for (name, rules) in formats {
        for (a, b) in SCORES {
            let hash = hash_of(rules, a, b);
            writeln!(text, "{name} {a}-{b} {hash:016x}").unwrap();
        }
    }
    for (name, model) in [("lol", MobaModel::LOL), ("dota2", MobaModel::DOTA2)] {
        for clock_s in [0, 300, 600, 840, 1_500, 3_000] {
            let hash = hash_of_moba(&model, clock_s);
            writeln!(text, "{name} {clock_s}s {hash:016x}").unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/price_bits.txt");
    if std::env::var_os("CLUTCH_WRITE_GOLDEN").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text);
}

fn hash_of_moba(model: &MobaModel, clock_s: u32) -> u64 {
    let mut hasher = StateHasher::default();
    for a_is_first in [true, false] {
        for (target, lead_milli, objectives) in
            [(0.5, 0, 0), (0.31, 2_500, -1), (0.83, -7_777, 3), (0.02, 60_000, 0)]
        {
            let strength = model.strength_of(target, a_is_first).unwrap();
            let standing = MobaStanding { clock_s, lead_milli, objectives, a_is_first };
            hasher.word(model.win_a(&standing, strength).to_bits());
        }
    }
    hasher.finish()
}

fn hash_of(rules: RoundRules, a: u16, b: u16) -> u64 {
    let mut hasher = StateHasher::default();
    let mut add = |p: f64| hasher.word(p.to_bits());
    let (round, pistol) = (BySide { t: 0.467, ct: 0.553 }, BySide { t: 0.41, ct: 0.52 });
    let plain = MapModel::new(Side::Ct, round, Some(pistol)).unwrap();
    let next = NextRound { round_no: a + b + 1, a: 0.731 };
    for model in [plain, plain.with_next_round(next).unwrap()] {
        let Ok(map) = MapForecast::new(rules, &model, a, b) else { continue };
        for p in [map.winner_a(), map.overtime_yes(), map.odd(), map.a_in_regulation()] {
            add(p);
        }
        (20..140).for_each(|line| add(map.total_over(line)));
        (-30..30).for_each(|line| add(map.handicap_a(line)));
        (-30..30).for_each(|line| add(map.regulation_handicap_a(line)));
        (0..70).for_each(|line| add(map.team_over(Team::B, line)));
        (0..20).filter_map(|rounds| map.race_to(rounds)).for_each(&mut add);
        map.lengths(60).flat_map(|(_, wins)| wins).for_each(&mut add);
        let later = MapForecast::new(rules, &plain, 0, 0).unwrap();
        let after = RoundsAfter::new(3, [0, 1], &[&later]);
        (30..72).for_each(|rounds| add(after.at_most(&map, rounds)));
        let series = SeriesForecast::new(3, 0, 1, &[0.0, map.winner_a(), later.winner_a()]);
        add(series.unwrap().winner_a());
        let branches = win_grid(rules, &model, a, b).unwrap();
        for p in [branches.now, branches.after_a, branches.after_b] {
            add(p);
        }
        let pair = two_way_odds_milli(map.winner_a(), 1.0 - map.winner_a(), 1.0637);
        pair.into_iter().flatten().for_each(&mut add);
        let fair = [map.a_in_regulation(), map.overtime_yes(), map.b_in_regulation()];
        let mut booked = [0.0; 3];
        if apply_odds_ratio(&fair, 1.0637, &mut booked).is_ok() {
            for p in booked {
                add(p);
                add(Ladder::DEFAULT.price(p).unwrap_or(0).into());
            }
        }
    }
    if let Ok(solved) = solve_map_model(rules, &plain, a, b, 0.637) {
        add(solved.round().t);
        add(solved.pistol().ct);
    }
    hasher.finish()
}
