//! What waits for a second person, in the words in which he is asked.

use clutch_core::command::{Strengths, VoidBets};
use clutch_core::event::{ProposalStatus, WishedSetting};
use clutch_core::proposals::About;
use clutch_core::units::{AccountId, MatchId, Money, Probability, ProposalId};
use clutch_core::{Event, Record};
use serde::Serialize;

use super::decimal::{ShowMoney, with_places};
use super::overrides::{OverrideView, overrides_of};
use super::server::to_json;
use super::setting;
use super::staff::SettingView;
use crate::book::Book;
use crate::ops::words;

/// Something that waits for a second person, or no longer does.
#[derive(Serialize)]
pub(super) struct ProposalView {
    id: u64,
    by: u32,
    about: &'static str,
    number: Option<u32>,
    /// By how much a balance would grow, in the account's own money, and why; or how large a factor would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What exactly is wished, where that is more than a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
    /// Settings that would change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<SettingView>,
    expires_at: u64,
    status: &'static str,
}

/// What a second person answers for, in words.
fn what_of(book: &Book, about: &About) -> Option<String> {
    let chance = |p: Probability| setting::percent(p.ppb().into());
    Some(match *about {
        About::Grade { market, grade } => {
            words::ended(&grade, |selection| book.selection_name(market, selection))
        }
        About::Incident { match_id, incident } => words::happened(incident, |team| {
            book.game(match_id)
                .map_or_else(|| format!("team {team:?}"), |it| it.team(team).to_owned())
        }),
        About::VoidBets(VoidBets { market, from, to, .. }) => {
            let on = market.map_or_else(String::new, |market| format!(" on market {}", market.0));
            format!("those{on} from record {} to {}", from.0, to.0)
        }
        About::HandOver { source, .. } => format!("source {}", source.0),
        About::Strengths { map, strengths, .. } => {
            let strengths = match strengths {
                Strengths::MapPrice { a } => format!("{} before the map", chance(a)),
                Strengths::BySide { t, ct } => {
                    format!("rounds {} first side, {} second", chance(t), chance(ct))
                }
                Strengths::WithPistols { t, ct, pistol_t, pistol_ct } => format!(
                    "rounds {} first side, {} second; pistols {} and {}",
                    chance(t),
                    chance(ct),
                    chance(pistol_t),
                    chance(pistol_ct)
                ),
            };
            format!("map {map}, {strengths}")
        }
        About::NextRound { map, a: Some(a), .. } => format!("map {map}, {}", chance(a)),
        About::NextRound { map, a: None, .. } => format!("map {map}, as the sides say"),
        About::Tier { tier, .. } => format!("tier {tier}"),
        About::Link { group: Some(group), .. } => format!("group {group}"),
        About::Link { group: None, .. } => "no group".to_owned(),
        _ => return None,
    })
}

/// The settings that would change with a wish.
fn settings_of(records: &[Record], id: ProposalId) -> Vec<SettingView> {
    let view = |record: &Record| match record.event {
        Event::Wished(WishedSetting { proposal, setting, is, wished }) if proposal == id => {
            Some(SettingView::changed(setting, Some(is), wished))
        }
        _ => None,
    };
    records.iter().filter_map(view).collect()
}

/// What an answer says of wishes that wait.
pub(super) fn proposals_of(book: &Book, records: &[Record]) -> Vec<ProposalView> {
    let view = |record: &Record| match record.event {
        Event::Proposal { id, by, expires_at, about, status } => {
            let in_own_money = |account: AccountId, amount: Money| {
                let places = book.purses().places_shown(account);
                with_places(places, || ShowMoney(amount.minor()).to_string())
            };
            let amount = match about {
                About::Adjust { account, amount, .. }
                | About::Deposit { account, amount }
                | About::Bonus { account, amount } => Some(in_own_money(account, amount)),
                About::AccountFactor { percent, .. } => Some(format!("{percent}%")),
                _ => None,
            };
            let reason = match about {
                About::Adjust { reason, .. } => Some(reason.name()),
                _ => None,
            };
            let what = what_of(book, &about);
            let settings = settings_of(records, id);
            let (about, number) = match about {
                About::Grade { market, .. } => ("grade of market", Some(market.0)),
                About::Incident { match_id, .. } => ("incident of match", Some(match_id.0)),
                About::TakeBackIncident(MatchId(game)) => {
                    ("taking back the last incident of match", Some(game))
                }
                About::VoidBet(AccountId(account)) => ("voiding a bet of account", Some(account)),
                About::VoidBets(of) => ("voiding bets on match", Some(of.match_id.0)),
                About::HandOver { match_id, .. } => {
                    ("another source, which denies how a map ended, for match", Some(match_id.0))
                }
                About::Limits => {
                    ("settings: a limit raised far, or a guard of the prices widened", None)
                }
                About::PlayPolicy => ("a policy that asks less of players", None),
                About::Adjust { account, .. } => ("adjusting account", Some(account.0)),
                About::Deposit { account, .. } => ("a deposit to account", Some(account.0)),
                About::Bonus { account, .. } => ("a bonus for account", Some(account.0)),
                About::AccountFactor { account, .. } => {
                    ("a larger factor for account", Some(account.0))
                }
                About::Strengths { match_id, .. } => {
                    ("strengths that move prices far in match", Some(match_id.0))
                }
                About::NextRound { match_id, .. } => {
                    ("a next round that moves prices far in match", Some(match_id.0))
                }
                About::Tier { match_id, .. } => {
                    ("a tier with larger stakes for match", Some(match_id.0))
                }
                About::Link { account, .. } => ("another group for account", Some(account.0)),
            };
            let status = match status {
                ProposalStatus::Waits => "waits for a second person",
                ProposalStatus::Approved { .. } => "approved",
                ProposalStatus::Rejected { .. } => "rejected",
                ProposalStatus::Replaced => "replaced",
                ProposalStatus::Expired => "expired",
            };
            let expires_at = expires_at.millis();
            let id = id.0;
            Some(ProposalView {
                id,
                by,
                about,
                number,
                amount,
                reason,
                what,
                settings,
                expires_at,
                status,
            })
        }
        _ => None,
    };
    records.iter().filter_map(view).collect()
}

/// Everything that waits for a second person, and every override: those that go far wait among the others.
pub fn proposals(book: &Book, records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        proposals: Vec<ProposalView>,
        overrides: Vec<OverrideView>,
    }
    to_json(&Message {
        seq: records.last().map_or(0, |record| record.seq.0),
        proposals: proposals_of(book, records),
        overrides: overrides_of(book, records),
    })
}
