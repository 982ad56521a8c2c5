//! What holds for every forecast, book and price, over random states; each failure names its seed.
#![allow(clippy::unwrap_used)]

use clutch_core::command::{Side, Team};
use clutch_core::pricing::{
    BySide, ForecastError, Ladder, MapForecast, MapModel, NextRound, OvertimeSides, RoundRules,
    RoundsAfter, SERIES_ROUNDS_MAX, SeriesError, SeriesForecast, SolveError, apply_odds_ratio,
    solve_map_model, win_grid,
};
use std::collections::BTreeMap;

const EXACT: f64 = 1e-12;

/// Xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 33) % end
    }

    fn within(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * ((self.next() >> 11) as f64 / (1u64 << 53) as f64)
    }

    fn by_side(&mut self) -> BySide {
        BySide { t: self.within(0.2, 0.8), ct: self.within(0.2, 0.8) }
    }

    fn model(&mut self) -> MapModel {
        let first_side = if self.below(2) == 0 { Side::T } else { Side::Ct };
        let pistol = (self.below(2) == 0).then(|| self.by_side());
        MapModel::new(first_side, self.by_side(), pistol).unwrap()
    }

    fn rules(&mut self) -> RoundRules {
        match self.below(5) {
            0 => RoundRules::MR15,
            1 => RoundRules::VALORANT,
            2 => {
                let sides = [OvertimeSides::Carried, OvertimeSides::Restarted];
                let (half, overtime) = (1 + self.below(15) as u8, 1 + self.below(5) as u8);
                RoundRules::new(half, overtime, sides[self.below(2) as usize]).unwrap()
            }
            _ => RoundRules::MR12,
        }
    }

    /// A score reached round by round, kept level for longer than chance would.
    fn live_score(&mut self, rules: RoundRules) -> (u16, u16) {
        let (mut a, mut b) = (0, 0);
        for _ in 0..self.below(3 * u64::from(rules.regulation_rounds())) {
            let behind_wins = self.below(4) != 0;
            let a_wins = if a == b { self.below(2) == 0 } else { (a < b) == behind_wins };
            let next = if a_wins { (a + 1, b) } else { (a, b + 1) };
            if rules.is_final(next.0, next.1) {
                break;
            }
            (a, b) = next;
        }
        (a, b)
    }

    /// A model, a score, and sometimes a chance of its own for the next round.
    fn state(&mut self, rules: RoundRules) -> (MapModel, u16, u16) {
        let (model, (a, b)) = (self.model(), self.live_score(rules));
        let round_no = a + b + 1;
        let model = match self.below(3) {
            0 => model.with_next_round(NextRound { round_no, a: self.within(0.0, 1.0) }).unwrap(),
            _ => model,
        };
        (model, a, b)
    }
}

/// Runs a check over many random states, each from a seed of its own.
fn for_seeds(check: impl Fn(u64, &mut Random)) {
    for seed in 1..=400 {
        check(seed, &mut Random(seed * 0x9e37_79b9_7f4a));
    }
}

fn assert_close(found: f64, expected: f64, what: impl std::fmt::Display) {
    assert!((found - expected).abs() <= EXACT, "{what}: found {found}, expected {expected}");
}

type Scores = BTreeMap<(u16, u16), f64>;

/// The final scores by following every score round after round, for as long as any is live.
fn naive_finals(rules: RoundRules, model: &MapModel, a: u16, b: u16) -> Scores {
    let (mut live, mut finals) = (Scores::from([((a, b), 1.0)]), Scores::new());
    while live.values().sum::<f64>() > 1e-15 {
        let mut next = Scores::new();
        for ((a, b), p) in live {
            let win = naive_round(rules, model, a + b + 1);
            for (score, p) in [((a + 1, b), p * win), ((a, b + 1), p * (1.0 - win))] {
                let scores = if naive_is_final(rules, score) { &mut finals } else { &mut next };
                *scores.entry(score).or_insert(0.0) += p;
            }
        }
        live = next;
    }
    finals
}

/// P(A wins a round) by walking through the halves and swapping sides in the middle of each period.
fn naive_round(rules: RoundRules, model: &MapModel, round_no: u16) -> f64 {
    if let Some(next) = model.next_round().filter(|next| next.round_no == round_no) {
        return next.a;
    }
    let mut side = model.first_side();
    let mut first_of_half = 1;
    for half_no in 0.. {
        let in_regulation = half_no < 2;
        let half = if in_regulation { rules.rounds_per_half() } else { rules.overtime_half() };
        if round_no < first_of_half + half {
            let is_pistol = in_regulation && round_no == first_of_half;
            return if is_pistol { model.pistol().on(side) } else { model.round().on(side) };
        }
        first_of_half += half;
        // Sides swap in the middle of a period, and before an overtime only where it begins anew.
        if half_no % 2 == 0 || rules.overtime_sides() == OvertimeSides::Restarted {
            side = side.other();
        }
    }
    unreachable!()
}

fn naive_is_final(rules: RoundRules, (a, b): (u16, u16)) -> bool {
    let (mut level, mut half) = (0, rules.rounds_per_half());
    while level + half <= a.min(b) {
        level += half;
        half = rules.overtime_half();
    }
    level + half < a.max(b)
}

fn sum(finals: &Scores, wanted: impl Fn(i32, i32) -> bool) -> f64 {
    let wanted = |(a, b): (u16, u16)| wanted(a.into(), b.into());
    finals.iter().filter(|(score, _)| wanted(**score)).map(|(_, p)| p).sum()
}

#[test]
fn every_market_of_a_map_agrees_with_following_every_score() {
    for_seeds(|seed, random| {
        let rules = random.rules();
        let (model, a, b) = random.state(rules);
        let at = format!("seed {seed}, {rules:?}, {model:?}, {a}-{b}");
        let forecast = MapForecast::new(rules, &model, a, b).unwrap();
        let finals = naive_finals(rules, &model, a, b);
        let target = i32::from(rules.win_target());
        let regulation = i32::from(rules.regulation_rounds());

        assert_close(forecast.winner_a(), sum(&finals, |a, b| a > b), &at);
        let overtime = sum(&finals, |a, b| regulation < a + b);
        assert_close(forecast.overtime_yes(), overtime, &at);
        let a_in_overtime = sum(&finals, |a, b| regulation < a + b && a > b);
        assert_close(forecast.a_in_overtime(), a_in_overtime, &at);
        assert_close(forecast.b_in_overtime(), overtime - a_in_overtime, &at);
        for line in -2..2 * (regulation + 40) {
            let expected = sum(&finals, |a, b| 2 * (a + b) > line);
            assert_close(forecast.total_over(line), expected, format!("{at}, total {line}/2"));
        }
        for line in -2 * target - 5..2 * target + 5 {
            let expected = sum(&finals, |a, b| 2 * (a - b) + line > 0);
            assert_close(forecast.handicap_a(line), expected, format!("{at}, handicap {line}/2"));
        }
        for loser in 0..rules.rounds_per_half() {
            for (a, b) in [(rules.win_target(), loser), (loser, rules.win_target())] {
                let expected = finals.get(&(a, b)).copied().unwrap_or(0.0);
                assert_close(forecast.correct_score(a, b).unwrap(), expected, &at);
            }
        }
        let odd = sum(&finals, |a, b| (a + b) % 2 == 1);
        assert_close(forecast.odd(), odd, format!("{at}, odd"));
        let in_regulation = |a: i32, b: i32| a + b <= regulation;
        let a_wins = sum(&finals, |a, b| in_regulation(a, b) && a > b);
        let b_wins = sum(&finals, |a, b| in_regulation(a, b) && a < b);
        assert_close(forecast.a_in_regulation(), a_wins, &at);
        assert_close(forecast.b_in_regulation(), b_wins, &at);
        let regulation_rounds = |a: i32, b: i32| (a + b).min(regulation);
        for line in -2..2 * (regulation + 4) {
            let expected = sum(&finals, |a, b| 2 * regulation_rounds(a, b) > line);
            assert_close(forecast.regulation_over(line), expected, format!("{at}, {line}/2"));
        }
        let margin = |a: i32, b: i32| if in_regulation(a, b) { a - b } else { 0 };
        for line in -2 * target - 5..2 * target + 5 {
            let expected = sum(&finals, |a, b| 2 * margin(a, b) + line > 0);
            assert_close(forecast.regulation_handicap_a(line), expected, format!("{at}, {line}/2"));
        }
        for line in -2..2 * (target + 20) {
            let at = format!("{at}, team {line}/2");
            let team_a = sum(&finals, |a, _| 2 * a > line);
            assert_close(forecast.team_over(Team::A, line), team_a, &at);
            let team_b = sum(&finals, |_, b| 2 * b > line);
            assert_close(forecast.team_over(Team::B, line), team_b, &at);
        }
        let most = usize::from(a + b) + 40;
        let mut lengths = Scores::new();
        for (rounds, [a, b]) in forecast.lengths(most) {
            *lengths.entry((rounds as u16, 0)).or_insert(0.0) += a;
            *lengths.entry((rounds as u16, 1)).or_insert(0.0) += b;
        }
        for rounds in 0..=most {
            for (team, a_won) in [(0, true), (1, false)] {
                let expected = sum(&finals, |a, b| (a + b) as usize == rounds && (a > b) == a_won);
                let found = lengths.get(&(rounds as u16, team)).copied().unwrap_or(0.0);
                assert_close(found, expected, format!("{at}, {rounds} rounds, {team}"));
            }
        }
        let next = naive_round(rules, &model, a + b + 1);
        assert_eq!((forecast.next_round_no(), forecast.next_round_a()), (a + b + 1, next), "{at}");
    });
}

#[test]
fn a_race_agrees_with_following_it() {
    for_seeds(|seed, random| {
        let rules = random.rules();
        let (model, a, b) = random.state(rules);
        let forecast = MapForecast::new(rules, &model, a, b).unwrap();
        let most = rules.rounds_per_half() + rules.overtime_half();
        for rounds in 0..25 {
            let at = format!("seed {seed}, {rules:?}, {model:?}, {a}-{b}, race to {rounds}");
            let open = a.max(b) < rounds && rounds <= most;
            let found = forecast.race_to(rounds);
            assert_eq!(found.is_some(), open, "{at}");
            let Some(found) = found else { continue };
            let mut live = Scores::from([((a, b), 1.0)]);
            let (mut a_first, mut b_first) = (0.0, 0.0);
            while let Some(((a, b), p)) = live.pop_first() {
                if a == rounds {
                    a_first += p;
                } else if b == rounds {
                    b_first += p;
                } else if !naive_is_final(rules, (a, b)) {
                    let win = naive_round(rules, &model, a + b + 1);
                    *live.entry((a + 1, b)).or_insert(0.0) += p * win;
                    *live.entry((a, b + 1)).or_insert(0.0) += p * (1.0 - win);
                }
            }
            // Maps on which nobody gets there are void.
            assert_close(found, a_first / (a_first + b_first), at);
        }
    });
}

#[test]
fn the_forward_and_the_backward_pass_agree() {
    for_seeds(|seed, random| {
        let rules = random.rules();
        let (model, a, b) = random.state(rules);
        let at = format!("seed {seed}, {rules:?}, {model:?}, {a}-{b}");
        let branches = win_grid(rules, &model, a, b).unwrap();
        let win = |a: u16, b: u16| match MapForecast::new(rules, &model, a, b) {
            Ok(forecast) => forecast.winner_a(),
            Err(error) => {
                assert_eq!(error, ForecastError::MapDecided, "{at}");
                if a > b { 1.0 } else { 0.0 }
            }
        };
        assert_close(branches.now, win(a, b), &at);
        assert_close(branches.after_a, win(a + 1, b), &at);
        assert_close(branches.after_b, win(a, b + 1), &at);
        let q = naive_round(rules, &model, a + b + 1);
        assert_close(branches.now, q * branches.after_a + (1.0 - q) * branches.after_b, &at);
    });
}

#[test]
fn books_sum_to_one_and_lines_are_monotone() {
    for_seeds(|seed, random| {
        let rules = random.rules();
        let (model, a, b) = random.state(rules);
        let at = format!("seed {seed}, {rules:?}, {model:?}, {a}-{b}");
        let forecast = MapForecast::new(rules, &model, a, b).unwrap();
        let target = rules.win_target();
        let scores = (0..target - 1).flat_map(|loser| [(target, loser), (loser, target)]);
        let regulation: f64 = scores.map(|(a, b)| forecast.correct_score(a, b).unwrap()).sum();
        let overtime = forecast.a_in_overtime() + forecast.b_in_overtime();
        assert_close(regulation + overtime, 1.0, &at);
        assert_close(overtime, forecast.overtime_yes(), &at);
        for line in -50..200 {
            let (over, next) = (forecast.total_over(line), forecast.total_over(line + 1));
            // To the last bit inside regulation; beyond it each overtime is a product of its own.
            let slack =
                if line + 1 < 2 * i32::from(rules.regulation_rounds()) { 0.0 } else { 1e-15 };
            assert!(next <= over + slack, "{at}, total {line}/2");
            let (tighter, friendlier) = (forecast.handicap_a(line), forecast.handicap_a(line + 1));
            assert!(tighter <= friendlier, "{at}, handicap {line}/2");
        }
    });
}

#[test]
fn every_market_of_a_series_agrees_with_playing_all_maps() {
    for_seeds(|seed, random| {
        let best_of = [1, 2, 3, 5][random.below(4) as usize];
        let needed = best_of / 2 + 1;
        let won_a = random.below(needed.into()) as u8;
        let won_b = (random.below(needed.into()) as u8).min(best_of - 1 - won_a);
        let mut map_a: Vec<f64> = (0..best_of).map(|_| random.within(0.0, 1.0)).collect();
        // What finished maps say is not read.
        map_a[..usize::from(won_a + won_b)].fill(f64::NAN);
        let at = format!("seed {seed}, best of {best_of}, {won_a}-{won_b}, {map_a:?}");
        let series = SeriesForecast::new(best_of, won_a, won_b, &map_a).unwrap();

        let mut finals = Scores::new();
        let mut live = vec![(won_a, won_b, 1.0)];
        while let Some((a, b, p)) = live.pop() {
            if a == needed || b == needed || a + b == best_of {
                *finals.entry((a.into(), b.into())).or_insert(0.0) += p;
                continue;
            }
            let win = map_a[usize::from(a + b)];
            live.extend([(a + 1, b, p * win), (a, b + 1, p * (1.0 - win))]);
        }
        assert_close(series.winner_a(), sum(&finals, |a, b| a > b), &at);
        assert_close(series.winner_b(), sum(&finals, |a, b| a < b), &at);
        assert_close(series.draw(), sum(&finals, |a, b| a == b), &at);
        for (a, b) in (0..4).flat_map(|a| (0..4).map(move |b| (a, b))) {
            let found = series.correct_map_score(a, b);
            let possible = a.max(b) == needed && a + b <= best_of || 2 * a == best_of && a == b;
            assert_eq!(found.is_some(), possible, "{at}, {a}-{b}");
            let expected = finals.get(&(a.into(), b.into())).copied().unwrap_or(0.0);
            assert_close(found.unwrap_or(0.0), expected, format!("{at}, {a}-{b}"));
        }
        for line in -12..13 {
            let total = sum(&finals, |a, b| 2 * (a + b) > line);
            assert_close(series.total_maps_over(line), total, format!("{at}, total {line}/2"));
            let handicap = sum(&finals, |a, b| 2 * (a - b) + line > 0);
            assert_close(series.map_handicap_a(line), handicap, format!("{at}, {line}/2"));
            assert!(series.map_handicap_a(line) <= series.map_handicap_a(line + 1), "{at}");
        }
        for map_no in 0..7 {
            let expected = sum(&finals, |a, b| i32::from(map_no) <= a + b);
            assert_close(series.reach_map(map_no), expected, format!("{at}, map {map_no}"));
        }
        assert!(series.correct_map_score(needed, 0).unwrap() <= series.winner_a(), "{at}");
    });
}

/// P(a series takes each number of rounds) by playing map after map.
fn naive_rounds(best_of: u8, [a, b]: [u8; 2], played: usize, maps: &[MapForecast]) -> Vec<f64> {
    let mut totals = vec![0.0; SERIES_ROUNDS_MAX + 1];
    let Some((map, later)) =
        maps.split_first().filter(|_| a.max(b) <= best_of / 2 && a + b < best_of)
    else {
        totals[played] = 1.0;
        return totals;
    };
    for (rounds, wins) in map.lengths(SERIES_ROUNDS_MAX - played) {
        for (p, won) in wins.into_iter().zip([[a + 1, b], [a, b + 1]]) {
            if 1e-9 < p {
                let rest = naive_rounds(best_of, won, played + rounds, later);
                totals.iter_mut().zip(rest).for_each(|(total, rest)| *total += p * rest);
            }
        }
    }
    totals
}

#[test]
fn the_rounds_of_a_series_agree_with_playing_it() {
    for seed in 1..=12 {
        let random = &mut Random(seed * 0x9e37_79b9_7f4a);
        let best_of = [2, 3][random.below(2) as usize];
        let won = [0, random.below(2) as u8];
        let rules = [RoundRules::MR12, RoundRules::VALORANT][random.below(2) as usize];
        let (live, a, b) = random.state(rules);
        let mut maps = vec![MapForecast::new(rules, &live, a, b).unwrap()];
        for _ in won[1] + 1..best_of {
            maps.push(MapForecast::new(rules, &random.model(), 0, 0).unwrap());
        }
        let later: Vec<_> = maps[1..].iter().collect();
        let after = RoundsAfter::new(best_of, won, &later);
        let naive = naive_rounds(best_of, won, 0, &maps);
        let mut at_most = 0.0;
        for (rounds, p) in naive.into_iter().enumerate().take(90) {
            at_most += p;
            let found = after.at_most(&maps[0], rounds);
            // The naive walk leaves out what is rarer than one in a billion, map for map.
            assert!((found - at_most).abs() < 1e-6, "seed {seed}, {rounds}: {found} {at_most}");
        }
    }
}

#[test]
fn a_series_that_cannot_be_played_is_refused() {
    let even = [0.5; 5];
    let refused =
        |best_of, a, b, map_a: &[f64]| SeriesForecast::new(best_of, a, b, map_a).unwrap_err();
    for best_of in [0, 4, 6, 255] {
        assert_eq!(refused(best_of, 0, 0, &even), SeriesError::BestOf);
    }
    assert_eq!(refused(3, 2, 1, &even), SeriesError::SeriesDecided);
    assert_eq!(refused(2, 1, 1, &even), SeriesError::SeriesDecided);
    assert_eq!(refused(3, 0, 255, &even), SeriesError::SeriesDecided);
    assert_eq!(refused(5, 0, 0, &even[..4]), SeriesError::MapsMissing);
    for p in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
        assert_eq!(refused(3, 0, 0, &[0.5, 0.5, p]), SeriesError::MapProbability);
    }
}

#[test]
fn a_map_that_cannot_be_forecast_is_refused() {
    let even = BySide { t: 0.5, ct: 0.5 };
    for p in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY, 1e-7, 1.0 - 1e-7] {
        for wrong in [BySide { t: p, ct: 0.5 }, BySide { t: 0.5, ct: p }] {
            let refused = Err(ForecastError::RoundProbability);
            assert_eq!(MapModel::new(Side::T, wrong, None), refused);
            assert_eq!(MapModel::new(Side::T, even, Some(wrong)), refused);
        }
    }
    let model = MapModel::new(Side::T, even, None).unwrap();
    let error = |a, b| MapForecast::new(RoundRules::MR12, &model, a, b).err();
    for (a, b) in [(13, 0), (13, 11), (0, 13), (16, 12), (14, 16), (19, 15), (17, 19)] {
        assert_eq!(error(a, b), Some(ForecastError::MapDecided), "{a}-{b}");
        assert_eq!(win_grid(RoundRules::MR12, &model, a, b), Err(ForecastError::MapDecided));
    }
    let most = u16::MAX;
    for (a, b) in
        [(14, 0), (14, 11), (17, 14), (17, 12), (20, 15), (32_768, 32_767), (most, most), (most, 0)]
    {
        assert_eq!(error(a, b), Some(ForecastError::ImpossibleScore), "{a}-{b}");
    }
    for (a, b) in [(12, 11), (13, 12), (15, 12), (15, 15), (15, 18), (30_000, 30_000)] {
        assert_eq!(error(a, b), None, "{a}-{b}");
    }
    for (rounds_per_half, overtime_half) in [(0, 3), (16, 3), (12, 0), (12, 6)] {
        let sides = OvertimeSides::Carried;
        assert_eq!(RoundRules::new(rounds_per_half, overtime_half, sides), None);
    }
}

#[test]
fn a_nearly_endless_overtime_still_sums_to_one() {
    let stubborn = BySide { t: 1.0 - 1e-6, ct: 1e-6 };
    let model = MapModel::new(Side::T, stubborn, None).unwrap();
    let forecast = MapForecast::new(RoundRules::MR12, &model, 12, 12).unwrap();
    let branches = win_grid(RoundRules::MR12, &model, 12, 12).unwrap();
    assert_close(forecast.a_in_overtime() + forecast.b_in_overtime(), 1.0, "overtime");
    assert_close(forecast.winner_a(), branches.now, "backward");
    // One overtime in about 170,000 is decided, and a million rounds are as many overtimes.
    let lasting = forecast.total_over(2_000_000);
    assert!(0.3 < lasting && lasting < 0.4, "{lasting}");
    assert_eq!(forecast.total_over(i32::MIN), 1.0);
    assert_eq!(forecast.handicap_a(i32::MIN), 0.0);
    assert_eq!(forecast.handicap_a(i32::MAX), 1.0);
}

#[test]
fn a_pistol_round_is_offered_until_it_is_played() {
    let pistol = BySide { t: 0.4, ct: 0.6 };
    let model = MapModel::new(Side::Ct, BySide { t: 0.5, ct: 0.5 }, Some(pistol)).unwrap();
    let at = |a, b| MapForecast::new(RoundRules::MR12, &model, a, b).unwrap();
    for ((a, b), round_no, expected) in [
        ((0, 0), 1, Some(0.6)),
        ((0, 0), 13, Some(0.4)),
        ((1, 0), 1, None),
        ((6, 6), 13, Some(0.4)),
        ((7, 6), 13, None),
        ((12, 12), 13, None),
        ((0, 0), 2, None),
        ((0, 0), 25, None),
        ((0, 0), 0, None),
    ] {
        assert_eq!(at(a, b).pistol(round_no), expected, "{a}-{b}, round {round_no}");
    }
}

#[test]
fn sides_swap_inside_periods_and_not_between_them() {
    let rules = RoundRules::MR12;
    for (rounds, side) in [
        (1..=12, Side::T),
        (13..=24, Side::Ct),
        (25..=27, Side::Ct),
        (28..=30, Side::T),
        (31..=33, Side::T),
        (34..=36, Side::Ct),
        (37..=39, Side::Ct),
        (40..=42, Side::T),
    ] {
        for round_no in rounds {
            assert_eq!(rules.side_in_round(Side::T, round_no), side, "round {round_no}");
            assert_eq!(rules.side_in_round(Side::Ct, round_no), side.other(), "round {round_no}");
        }
    }
}

#[test]
fn a_solved_model_meets_its_target_and_keeps_its_shape() {
    for_seeds(|seed, random| {
        let (rules, shape) = (random.rules(), random.model());
        let (a, b) = random.live_score(rules);
        let target = random.within(0.02, 0.98);
        let at = format!("seed {seed}, {rules:?}, {shape:?}, {a}-{b}, {target}");
        let model = solve_map_model(rules, &shape, a, b, target).expect(&at);
        let found = win_grid(rules, &model, a, b).unwrap().now;
        assert!((found - target).abs() <= 1e-9, "{at}: {found}");
        let odds = |p: f64| p / (1.0 - p);
        let moved = |after: f64, before: f64| odds(after) / odds(before);
        let factor = moved(model.round().t, shape.round().t);
        for other in [
            moved(model.round().ct, shape.round().ct),
            moved(model.pistol().t, shape.pistol().t),
            moved(model.pistol().ct, shape.pistol().ct),
        ] {
            assert!((other / factor - 1.0).abs() < 1e-9, "{at}: {other} and {factor}");
        }
    });
}

#[test]
fn a_target_that_no_model_meets_is_refused() {
    let shape = MapModel::new(Side::T, BySide { t: 0.45, ct: 0.55 }, None).unwrap();
    let solve = |a, b, target| solve_map_model(RoundRules::MR12, &shape, a, b, target);
    for target in [0.0, 1.0, -1.0, 2.0, f64::NAN, f64::INFINITY] {
        assert_eq!(solve(0, 0, target), Err(SolveError::Target));
    }
    assert_eq!(solve(13, 2, 0.5), Err(SolveError::Forecast(ForecastError::MapDecided)));
    assert_eq!(solve(12, 0, 1e-7), Err(SolveError::OutOfReach));
}

#[test]
fn a_booked_book_meets_its_target_and_the_ladder_only_adds_margin() {
    for_seeds(|seed, random| {
        let outcomes = 2 + random.below(30) as usize;
        let steepness = random.below(4);
        let weights: Vec<f64> = (0..outcomes)
            .map(|_| (0..=steepness).map(|_| random.within(0.01, 1.0)).product())
            .collect();
        let total: f64 = weights.iter().sum();
        let fair: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
        let target_sum = random.within(1.0, 1.4);
        let mut booked = vec![0.0; outcomes];
        apply_odds_ratio(&fair, target_sum, &mut booked).unwrap();
        assert_close(booked.iter().sum(), target_sum, format!("seed {seed}, {fair:?}"));
        for (p, q) in fair.iter().zip(&booked) {
            assert!(p * (1.0 - EXACT) <= *q && *q < 1.0, "seed {seed}: {p} booked at {q}");
        }
        let prices = booked.iter().map(|&q| Ladder::DEFAULT.price(q));
        // Too close to certain for the ladder: such an outcome is not offered.
        let Some(prices) = prices.collect::<Option<Vec<u32>>>() else {
            return assert!(booked.iter().any(|q| 0.99 < *q), "seed {seed}: {booked:?}");
        };
        for (price, q) in prices.iter().zip(&booked) {
            assert!(
                f64::from(*price) * q <= 1_000.0 * (1.0 + EXACT),
                "seed {seed}: {q} at {price}"
            );
        }
        let achieved: f64 = prices.iter().map(|&price| 1_000.0 / f64::from(price)).sum();
        assert!(target_sum - EXACT <= achieved, "seed {seed}: {achieved} < {target_sum}");
    });
}

#[test]
fn a_fair_book_stays_fair_at_a_target_of_one() {
    let fair = [0.62, 0.23, 0.1, 0.05];
    let mut booked = [0.0; 4];
    apply_odds_ratio(&fair, 1.0, &mut booked).unwrap();
    for (p, q) in fair.iter().zip(booked) {
        assert_close(q, *p, "fair");
    }
}
