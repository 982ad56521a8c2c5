//! What a bet pays: a system of twenty legs with every line size, 1,048,575 lines, beside the same
//! sum made line by line.

use std::hint::black_box;

use clutch_core::settlement::multiplier::{DeadHeat, DeadHeatRule, LegResult, Multiplier};
use clutch_core::settlement::payout::{gross, sum_of_floored_lines};
use clutch_core::settlement::system::{Bankers, FoldSizes, LEGS_MAX, System};
use clutch_core::units::{Money, Odds, Stake};
use criterion::{Criterion, criterion_group, criterion_main};

/// Every kind of result but a lost leg, which would make the work less.
fn legs() -> [Multiplier; LEGS_MAX] {
    let heat = DeadHeat::new(1, 3).expect("one place for three");
    core::array::from_fn(|leg| {
        let odds = Odds::from_milli(1_150 + 1_237 * leg as u32).expect("odds in range");
        let result = match leg % 7 {
            3 => LegResult::Void,
            5 => LegResult::HalfWon,
            6 => LegResult::DeadHeat(heat),
            _ => LegResult::Won,
        };
        Multiplier::of(result, odds, DeadHeatRule::StakeShare)
    })
}

fn grade(criterion: &mut Criterion) {
    let unit = Stake::new(Money::from_minor(125)).expect("above zero");
    let legs = legs();
    let all = FoldSizes::new(1..=20).expect("sizes in range");
    let system = System::new(LEGS_MAX, all, Bankers::NONE).expect("a system of all sizes");
    let twenty_fold = FoldSizes::new([20]).expect("a size in range");
    let twenty_fold = System::new(LEGS_MAX, twenty_fold, Bankers::NONE).expect("one line");
    let mut group = criterion.benchmark_group("grade");
    group.bench_function("system_of_20_legs", |bencher| {
        bencher.iter(|| gross(unit, &system, black_box(&legs)).floor());
    });
    group.bench_function("twenty_fold", |bencher| {
        bencher.iter(|| gross(unit, &twenty_fold, black_box(&legs)).floor());
    });
    group.sample_size(10);
    group.bench_function("system_of_20_legs_line_by_line", |bencher| {
        bencher.iter(|| sum_of_floored_lines(unit, &system, black_box(&legs)));
    });
    group.finish();
}

criterion_group!(benches, grade);
criterion_main!(benches);
