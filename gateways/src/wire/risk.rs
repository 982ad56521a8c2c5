//! What the risk rules have refused, and would have, as the staff is told.

use clutch_core::risk::{RuleMode, RuleReport};
use clutch_core::{Event, Record};
use serde::Serialize;

use super::decimal::ShowMoney;
use super::server::{Shown, money, to_json};

/// Every risk rule: how it stands, and what it has refused or, in shadow, would have.
pub fn report(records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct RuleView {
        rule: &'static str,
        mode: &'static str,
        code: u16,
        name: &'static str,
        refused: u64,
        refused_stakes: Shown<ShowMoney>,
        would_refuse: u64,
        would_refuse_stakes: Shown<ShowMoney>,
        /// How those ended: what the rule would have saved, and what it would have cost.
        #[serde(skip_serializing_if = "Option::is_none")]
        would_be: Option<EndsView>,
    }
    #[derive(Serialize)]
    struct EndsView {
        won: u64,
        lost: u64,
        even: u64,
        open: u64,
        not_followed: u64,
        house: Shown<ShowMoney>,
    }
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        rules: Vec<RuleView>,
    }
    let mut reports: Vec<RuleReport> = Vec::new();
    for record in records {
        let Event::Rule(report) = record.event else { continue };
        match reports.iter_mut().find(|known| known.rule == report.rule) {
            Some(known) => known.ends.add(&report.ends),
            None => reports.push(report),
        }
    }
    let view = |report: &RuleReport| {
        let RuleReport { rule, mode, tally, ends, next: _ } = *report;
        RuleView {
            rule: rule.rule().name,
            mode: match mode {
                RuleMode::Off => "off",
                RuleMode::Shadow => "shadow",
                RuleMode::Refer => "refer",
                RuleMode::On => "on",
            },
            code: rule.rule().code.code(),
            name: rule.rule().code.name(),
            refused: tally.refused,
            refused_stakes: money(tally.refused_stakes),
            would_refuse: tally.would_refuse,
            would_refuse_stakes: money(tally.would_refuse_stakes),
            would_be: (tally.would_refuse != 0).then(|| EndsView {
                won: ends.won,
                lost: ends.lost,
                even: ends.even,
                open: ends.open,
                not_followed: ends.not_followed,
                house: money(ends.house),
            }),
        }
    };
    to_json(&Message {
        seq: records.last().map_or(0, |record| record.seq.0),
        rules: reports.iter().map(view).collect(),
    })
}

/// Where the rest of an answer about the risk rules begins, if this is not all of it.
pub fn rest(records: &[Record]) -> Option<u32> {
    let newest = records.iter().rev().find_map(|record| match record.event {
        Event::Rule(report) => Some(report.next),
        _ => None,
    });
    newest.flatten()
}
