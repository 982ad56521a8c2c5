//! What the world has been told, and what it may therefore never be told.
//!
//! The checker knows nothing of the engine's state: it hears the events that were released, as a gateway does.

use std::collections::BTreeMap;

use clutch_core::event::{BetStatus, Event};
use clutch_core::units::{AccountId, BetId, ClientBetId, Stake};
use clutch_core::{Record, Reject};

/// What an answer to a placement says for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    bet: Option<BetId>,
    stake: Stake,
    /// Why there is no bet, if there is none.
    refused: Option<Reject>,
}

/// Everything that was told.
#[derive(Debug, Default)]
pub struct History {
    /// The last command whose events were told.
    acknowledged: u64,
    answers: BTreeMap<(AccountId, ClientBetId), Told>,
    /// Where each bet was last said to stand.
    fates: BTreeMap<BetId, BetStatus>,
    /// How often a known answer was given again.
    pub repeated: u64,
    /// How often a bet was settled.
    pub settled: u64,
}

impl History {
    /// The last command whose events were told.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// How many placements were answered.
    pub fn answered(&self) -> u64 {
        self.answers.len() as u64
    }

    /// All events of one command are told.
    pub fn hear(&mut self, seq: u64, records: &[Record]) -> Result<(), String> {
        let is_old = seq <= self.acknowledged;
        self.acknowledged = self.acknowledged.max(seq);
        // What a group of bets was refused for binds none of its ids: each may be asked again.
        let binds = !records.iter().any(is_of_refused_group);
        records.iter().try_for_each(|record| self.hear_one(record, is_old, binds))
    }

    /// A journal was recovered up to `last`.
    pub fn recovered(&self, last: u64) -> Result<(), String> {
        match self.acknowledged {
            told if last < told => {
                Err(format!("acknowledged and lost: command {told} was told, {last} is the last"))
            }
            _ => Ok(()),
        }
    }

    fn hear_one(&mut self, record: &Record, is_old: bool, binds: bool) -> Result<(), String> {
        let (bet, account, client_id, stake, status) = match record.event {
            Event::Bet(view) => (view.bet, view.account, view.client_id, view.stake, view.status),
            Event::Multiple(view) => {
                (view.bet, view.account, view.client_id, view.unit, view.status)
            }
            _ => return Ok(()),
        };
        if record.trace != 0 && (binds || bet.is_some()) {
            self.hear_answer((account, client_id), bet, stake, status)?;
        }
        let Some(bet) = bet else { return Ok(()) };
        let before = self.fates.insert(bet, status);
        // Only who asks hears the same again: settlement speaks of a bet when it moves, and once of each move.
        if record.trace == 0 && (is_old || before == Some(status)) {
            let seq = record.seq.0;
            return Err(format!(
                "settled twice: {bet:?} stood at {before:?}, and is now {status:?} by command {seq}"
            ));
        }
        if record.trace == 0 && matches!(status, BetStatus::Won { .. } | BetStatus::Lost) {
            self.settled += 1;
        }
        Ok(())
    }

    fn hear_answer(
        &mut self,
        who: (AccountId, ClientBetId),
        bet: Option<BetId>,
        stake: Stake,
        status: BetStatus,
    ) -> Result<(), String> {
        let refused = match status {
            BetStatus::Refused(refusal) if bet.is_none() => Some(refusal.code),
            _ => None,
        };
        if refused.is_some_and(says_nothing_about_the_bet) {
            return Ok(());
        }
        let told = Told { bet, stake, refused };
        match self.answers.insert(who, told) {
            None => Ok(()),
            // A trader or an offer may have made the stake of the same bet smaller.
            Some(first) if first.bet == told.bet && bet.is_some() && told.stake <= first.stake => {
                self.repeated += 1;
                Ok(())
            }
            Some(first) if first == told => {
                self.repeated += 1;
                Ok(())
            }
            Some(first) => {
                Err(format!("answered twice differently: {who:?}, {first:?} and then {told:?}"))
            }
        }
    }
}

fn is_of_refused_group(record: &Record) -> bool {
    let Event::Bet(view) = record.event else { return false };
    matches!(view.status, BetStatus::Refused(refusal) if refusal.code == Reject::BatchRefused)
}

/// Whether the same id may later be answered otherwise, or was answered so long ago that nobody knows.
fn says_nothing_about_the_bet(code: Reject) -> bool {
    matches!(
        code,
        Reject::UnknownAccount
            | Reject::ClientIdInvalid
            | Reject::ClientIdOutsideWindow
            | Reject::CapacityReached
            | Reject::BetRetired
    )
}
