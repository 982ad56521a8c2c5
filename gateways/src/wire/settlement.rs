//! What staff say and hear of settlement: house rules, incidents, grades.

use clutch_core::event::VoidReason;
use clutch_core::house_rules::HouseRules;
use clutch_core::{Event, Record};
use serde::Serialize;

use super::server::to_json;

#[derive(Serialize)]
struct AnswerView {
    case: &'static str,
    answer: &'static str,
    means: &'static str,
}

/// Every version of the house rules, with its answer to each case.
pub fn house_rules(records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct VersionView {
        version: u16,
        title: &'static str,
        name: clutch_core::units::Name,
        answers: Vec<AnswerView>,
    }
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        house_rules: Vec<VersionView>,
    }
    let view = |record: &Record| match record.event {
        Event::HouseRules { version, title, name, rules } => {
            let title = title.rules().key;
            Some(VersionView { version, title, name, answers: answers(&rules) })
        }
        _ => None,
    };
    to_json(&Message {
        seq: records.last().map_or(0, |record| record.seq.0),
        house_rules: records.iter().filter_map(view).collect(),
    })
}

fn answers(rules: &HouseRules) -> Vec<AnswerView> {
    let view = |(case, answer): (&'static clutch_core::house_rules::Case, usize)| AnswerView {
        case: case.key,
        answer: case.answers[answer],
        means: case.meanings[answer],
    };
    rules.answers().map(view).collect()
}

/// Why a bet is void, as clients are told.
pub(super) const fn void_name(reason: VoidReason) -> &'static str {
    match reason {
        VoidReason::NotPlayed => "not_played",
        VoidReason::Rewound => "rewound",
        VoidReason::Declared => "declared",
        VoidReason::HouseRules => "house_rules",
        VoidReason::TakenLate => "taken_late",
    }
}
