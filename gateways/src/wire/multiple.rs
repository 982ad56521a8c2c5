//! What clients get about their bets of several legs.

use clutch_core::event::{LegStanding, LegView, MultipleView};
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::settlement::system::System;
use clutch_core::units::{AccountId, ClientBetId, Money, Seq, Timestamp};
use serde::Serialize;

use super::decimal::{ShowMoney, ShowOdds};
use super::server::{Labels, RefusalView, Shown, Standing, money, status_name, to_json};
use super::settlement::void_name;
use crate::book::Book;

/// A bet of several legs with what was said of its legs.
#[derive(Clone, Debug)]
pub struct Multiple {
    /// The bet.
    pub view: MultipleView,
    /// Its legs; of a refused bet only those with a reason.
    pub legs: Vec<LegView>,
}

#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    seq: u64,
    time: u64,
    #[serde(flatten)]
    bet: MultipleJson<'a>,
}

/// See `MESSAGES.md`.
#[derive(Serialize)]
pub(super) struct MultipleJson<'a> {
    cid: ClientBetId,
    #[serde(skip_serializing_if = "Option::is_none")]
    bet_id: Option<u64>,
    status: &'static str,
    sizes: Vec<usize>,
    lines: u32,
    unit: Shown<ShowMoney>,
    stake: Shown<ShowMoney>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<Shown<ShowMoney>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    void_reason: Option<&'static str>,
    #[serde(flatten)]
    refusal: Option<RefusalView>,
    /// The leg that the refusal is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    leg: Option<u8>,
    legs: Vec<LegJson<'a>>,
}

#[derive(Serialize)]
struct LegJson<'a> {
    leg: u8,
    market: u32,
    selection: u8,
    #[serde(flatten)]
    labels: Option<Labels<'a>>,
    odds: Shown<ShowOdds>,
    banker: bool,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    void_reason: Option<&'static str>,
    #[serde(flatten)]
    refusal: Option<RefusalView>,
}

pub(super) fn multiple_json<'a>(book: &'a Book, multiple: &Multiple) -> MultipleJson<'a> {
    let view = &multiple.view;
    let lines = System::new(usize::from(view.legs), view.folds, view.bankers)
        .map_or(0, |system| system.lines());
    let stake = view.unit.money().minor().saturating_mul(i64::from(lines));
    let Standing { payout, due, void_reason, refusal } = Standing::of(view.status);
    MultipleJson {
        cid: view.client_id,
        bet_id: view.bet.map(|bet| bet.0),
        status: status_name(&view.status),
        sizes: view.folds.iter().collect(),
        lines,
        unit: money(view.unit.money()),
        stake: money(Money::from_minor(stake)),
        payout,
        due,
        void_reason,
        refusal,
        leg: view.leg_at_fault.map(|leg| leg + 1),
        legs: multiple.legs.iter().map(|leg| leg_json(book, view, leg)).collect(),
    }
}

fn leg_json<'a>(book: &'a Book, bet: &MultipleView, leg: &LegView) -> LegJson<'a> {
    let (result, void_reason, refusal) = match leg.standing {
        LegStanding::Open => ("open", None, None),
        LegStanding::Decided(result) => (result_name(result), None, None),
        LegStanding::Void(reason) => ("void", Some(void_name(reason)), None),
        LegStanding::Refused(refusal) => ("refused", None, Some(refusal.into())),
    };
    LegJson {
        leg: leg.index + 1,
        market: leg.market.0,
        selection: leg.selection.0,
        labels: Labels::of(book, leg.market, leg.selection),
        odds: Shown(ShowOdds(u64::from(leg.odds.milli()))),
        banker: bet.bankers.has(usize::from(leg.index)),
        result,
        void_reason,
        refusal,
    }
}

const fn result_name(result: LegResult) -> &'static str {
    match result {
        LegResult::Won => "won",
        LegResult::Lost => "lost",
        LegResult::Void => "void",
        LegResult::HalfWon => "half_won",
        LegResult::HalfLost => "half_lost",
        LegResult::DeadHeat(_) => "dead_heat",
    }
}

/// Where a bet of several legs stands.
pub fn multiple(book: &Book, seq: Seq, time: Timestamp, multiple: &Multiple) -> Vec<u8> {
    let bet = multiple_json(book, multiple);
    to_json(&Message { kind: "bet", seq: seq.0, time: time.millis(), bet })
}

/// The largest stake a line of a bet asked about.
pub fn quote_max_unit(seq: Seq, account: AccountId, unit: Money) -> Vec<u8> {
    #[derive(Serialize)]
    struct Quote {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        account: u32,
        unit: Shown<ShowMoney>,
    }
    to_json(&Quote { kind: "quote_max", seq: seq.0, account: account.0, unit: money(unit) })
}
