//! What the world has been told, and what it may therefore never be told.
//!
//! The checker knows nothing of the engine's state: it hears the events that were released, as a gateway does.

use std::collections::{BTreeMap, BTreeSet};

use clutch_core::event::{BetStatus, CashOutStatus, Event};
use clutch_core::units::{AccountId, BetId, ClientBetId, Stake};
use clutch_core::{Record, Reject};

/// What an answer to a placement says for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// There is a bet. What becomes of it and its stake is told of the bet.
    Bet(BetId),
    /// There is none, for this stake and for this reason.
    Refused(Stake, Reject),
}

/// Who asked, and under which id of his own.
type Asked = (AccountId, ClientBetId);

/// Everything that was told.
#[derive(Debug, Default)]
pub struct History {
    /// How long after it was made an id is known for certain.
    ids_live_ns: u64,
    /// The last command whose events were told.
    acknowledged: u64,
    answers: BTreeMap<Asked, Told>,
    /// Where each bet was last said to stand, and with which stake.
    fates: BTreeMap<BetId, (BetStatus, Stake)>,
    /// Bets of which a part was paid out since: only that may make the stake of one that stands smaller.
    cashed_out: BTreeSet<Asked>,
    /// How often a known answer was given again.
    pub repeated: u64,
    /// How often a bet was settled.
    pub settled: u64,
}

impl History {
    /// Nothing was told, and ids are known for so long.
    pub fn new(ids_live_ns: u64) -> Self {
        Self { ids_live_ns, ..Self::default() }
    }

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
        let binds = self.binds_group(records);
        records.iter().try_for_each(|record| self.hear_one(record, is_old, binds))
    }

    /// Whether the bets that were refused with their group are bound by that. They are if the group was decided and the
    /// reason is one that is remembered; if one of its ids was known before, nothing was decided, and each may be
    /// asked again.
    fn binds_group(&self, records: &[Record]) -> bool {
        let mut reason = None;
        for record in records.iter().filter(|record| record.trace != 0) {
            let Event::Bet(view) = record.event else { continue };
            if self.answers.contains_key(&(view.account, view.client_id)) {
                return false;
            }
            match view.status {
                BetStatus::Refused(refusal) if refusal.code != Reject::BatchRefused => {
                    reason = Some(refusal.code);
                }
                _ => {}
            }
        }
        reason.is_some_and(|code| !says_nothing_about_the_bet(code))
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
            Event::CashOut(view) => {
                if matches!(view.status, CashOutStatus::Paid) {
                    self.cashed_out.insert((view.account, view.client_id));
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let asked = (account, client_id);
        if record.trace != 0 {
            let is_expired =
                client_id.time().is_none_or(|made| self.ids_live_ns < record.time.since(made));
            self.hear_answer(asked, bet, stake, status, (binds, is_expired))?;
        }
        let Some(bet) = bet else { return Ok(()) };
        let before = self.fates.insert(bet, (status, stake));
        // Only who asks hears the same again: settlement speaks of a bet when it moves, and once of each move.
        let is_same = before.is_some_and(|(before, _)| before == status);
        if record.trace == 0 && (is_old || is_same) {
            let seq = record.seq.0;
            return Err(format!(
                "settled twice: {bet:?} stood at {before:?}, and is now {status:?} by command {seq}"
            ));
        }
        if let Some((stood_at, before)) = before
            && before != stake
        {
            // A trader may take less of a bet that he was asked about.
            let may_shrink =
                matches!(stood_at, BetStatus::Referred { .. }) || self.cashed_out.remove(&asked);
            if before < stake || !may_shrink {
                return Err(format!(
                    "another stake: {bet:?} stood at {stood_at:?} with {before:?}, and now with {stake:?}"
                ));
            }
        }
        if record.trace == 0 && matches!(status, BetStatus::Won { .. } | BetStatus::Lost) {
            self.settled += 1;
        }
        Ok(())
    }

    fn hear_answer(
        &mut self,
        who: Asked,
        bet: Option<BetId>,
        stake: Stake,
        status: BetStatus,
        (binds, is_expired): (bool, bool),
    ) -> Result<(), String> {
        let told = match (bet, status) {
            (Some(bet), _) => Told::Bet(bet),
            (None, BetStatus::Refused(refusal)) => Told::Refused(stake, refusal.code),
            (None, other) => return Err(format!("an answer without a bet: {who:?}, {other:?}")),
        };
        let first = self.answers.get(&who).copied();
        let may_be_anew = match told {
            Told::Bet(_) => false,
            // Of an id that may be forgotten by now, a group's refusal says nothing.
            Told::Refused(_, Reject::BatchRefused) => is_expired || first.is_none() && !binds,
            Told::Refused(_, code) => says_nothing_about_the_bet(code),
        };
        if may_be_anew {
            return Ok(());
        }
        self.answers.insert(who, told);
        match first {
            None => Ok(()),
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
