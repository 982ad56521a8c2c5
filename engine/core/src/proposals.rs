//! What waits for a second person: one list, whatever it is about.
//!
//! Owns the way from a wish to its second signature. A handler that finds that a wish goes too far for
//! one person calls `Step::propose` and changes nothing else; [`crate::Command::Approve`] by another
//! person carries it out as if it were given now, in the name of both, and refuses it if things have
//! moved on; [`crate::Command::RejectProposal`] drops it, and so does a day. A price that goes far waits among
//! the overrides instead, since it has an end of its own, and answers to the same two commands.
//!
//! Invariant: at most one wish waits for the same thing; a newer one takes its place.

use alloc::vec::Vec;

use crate::codec::{DecodeError, wire_enum, wire_struct};
use crate::command::{
    Actor, Adjust, AdjustReason, BonusStep, Capacity, Config, Grade, Incident, SetMap,
    SetNextRound, Strengths, Title, VoidBets,
};
use crate::event::{Event, ProposalStatus, WishedSetting};
use crate::outbox::Outbox;
use crate::play::PlayPolicy;
use crate::reject::{Refusal, Reject};
use crate::settings::Setting;
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Step;
use crate::units::{
    AccountId, ClientBetId, MarketId, MatchId, Money, Name, OverrideId, Probability, ProposalId,
    SourceId, Timestamp,
};

/// Most wishes that wait.
pub const PROPOSALS_MAX: usize = 1_024;
/// How long one waits at the most.
pub const PROPOSAL_LIFE_NS: u64 = 24 * 3_600 * 1_000_000_000;

/// What is wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Wish {
    /// A grade that changes a result.
    Grade {
        /// The market.
        market: MarketId,
        /// The settlement version that it is about.
        version: u32,
        /// How it ended.
        grade: Grade,
    },
    /// An incident that changes results.
    Incident {
        /// The match.
        match_id: MatchId,
        /// What happened.
        incident: Incident,
    },
    /// Taking back an incident that changed results.
    TakeBackIncident {
        /// The match.
        match_id: MatchId,
    },
    /// Voiding one bet.
    VoidBet {
        /// The account.
        account: AccountId,
        /// The bettor's own id of the bet.
        client_id: ClientBetId,
    },
    /// Voiding every bet of a stretch.
    VoidBets(VoidBets),
    /// Settings with a limit that is raised far.
    Configure {
        /// The new configuration.
        config: Config,
        /// The version from which it was made.
        based_on: u32,
    },
    /// What is asked of players, where anybody may do more by it.
    AdoptPlayPolicy {
        /// What the operator calls it.
        name: Name,
        /// Its numbers.
        policy: PlayPolicy,
    },
    /// Adjusting a balance by much.
    Adjust(Adjust),
    /// A large deposit that a person of the staff books.
    Deposit {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Money,
        /// The provider's reference.
        reference: u128,
    },
    /// A large bonus.
    Bonus {
        /// Whose.
        account: AccountId,
        /// What is granted.
        step: BonusStep,
    },
    /// A larger part of the largest stake for one account.
    AccountFactor {
        /// Whose.
        account: AccountId,
        /// In which title.
        title: Title,
        /// Once a match has begun, or before.
        has_begun: bool,
        /// The part, in percent.
        percent: u8,
    },
    /// Another source for a match, where that corrects how a map ended.
    HandOver {
        /// The match.
        match_id: MatchId,
        /// Whose score becomes the truth.
        source: SourceId,
    },
    /// Strengths that move a price far from what was agreed.
    Strengths(SetMap),
    /// A chance of the next round that moves a price so far.
    NextRound(SetNextRound),
    /// A tier on which larger stakes are taken.
    Tier {
        /// The match.
        match_id: MatchId,
        /// Its tier.
        tier: u8,
    },
    /// Out of a group of linked accounts.
    Link {
        /// The account.
        account: AccountId,
        /// Into which other group, if into any.
        group: Option<u32>,
    },
}
wire_enum!(Wish {
    0 = Grade { market, version, grade },
    1 = Incident { match_id, incident },
    2 = TakeBackIncident { match_id },
    3 = VoidBet { account, client_id },
    4 = VoidBets(stretch),
    5 = Configure { config, based_on },
    6 = AdoptPlayPolicy { name, policy },
    7 = Adjust(adjust),
    8 = Deposit { account, amount, reference },
    9 = Bonus { account, step },
    10 = AccountFactor { account, title, has_begun, percent },
    11 = HandOver { match_id, source },
    12 = Strengths(set),
    13 = NextRound(set),
    14 = Tier { match_id, tier },
    15 = Link { account, group },
});

impl Wish {
    /// Whether both are about the same thing, so that the newer takes the older's place.
    fn is_on_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Grade { market, .. }, Self::Grade { market: on, .. }) => market == on,
            (Self::TakeBackIncident { match_id }, Self::TakeBackIncident { match_id: on }) => {
                match_id == on
            }
            (Self::HandOver { match_id, .. }, Self::HandOver { match_id: on, .. }) => {
                match_id == on
            }
            (Self::Configure { .. }, Self::Configure { .. })
            | (Self::AdoptPlayPolicy { .. }, Self::AdoptPlayPolicy { .. }) => true,
            (Self::Adjust(adjust), Self::Adjust(other)) => adjust.reference == other.reference,
            (Self::Deposit { reference, .. }, Self::Deposit { reference: of, .. }) => {
                reference == of
            }
            (
                Self::Bonus { step: BonusStep::Grant { reference, .. }, .. },
                Self::Bonus { step: BonusStep::Grant { reference: of, .. }, .. },
            ) => reference == of,
            (
                Self::AccountFactor { account, title, has_begun, .. },
                Self::AccountFactor { account: of, title: on, has_begun: when, .. },
            ) => (account, title, has_begun) == (of, on, when),
            (Self::Strengths(set), Self::Strengths(other)) => {
                (set.match_id, set.map_no) == (other.match_id, other.map_no)
            }
            (Self::NextRound(set), Self::NextRound(other)) => {
                (set.match_id, set.map_no) == (other.match_id, other.map_no)
            }
            (Self::Tier { match_id, .. }, Self::Tier { match_id: of, .. }) => match_id == of,
            (Self::Link { account, .. }, Self::Link { account: of, .. }) => account == of,
            (one, other) => one == other,
        }
    }
}

/// A wish that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proposal {
    pub id: ProposalId,
    pub by: u32,
    pub expires_at: Timestamp,
    pub wish: Wish,
}
wire_struct!(Proposal { id, by, expires_at, wish });

impl Proposal {
    pub fn event(&self, status: ProposalStatus) -> Event {
        let Self { id, by, expires_at, ref wish } = *self;
        Event::Proposal { id, by, expires_at, about: wish.into(), status }
    }

    /// Says that it waits, and for settings what would change from those of `now`.
    pub fn say(&self, now: &Config, outbox: &mut Outbox) {
        outbox.push(self.event(ProposalStatus::Waits));
        if let Wish::Configure { config, .. } = &self.wish {
            Setting::differences(now, config, |setting, wished| {
                let is = setting.get(now);
                let view = WishedSetting { proposal: self.id, setting, is, wished };
                outbox.push(Event::Wished(view));
            });
        }
    }
}

/// What a wish is about, for those who list them; the journal has it whole under its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum About {
    /// A market's result.
    Grade {
        /// Of which market.
        market: MarketId,
        /// How it ended.
        grade: Grade,
    },
    /// Something that happened to a match.
    Incident {
        /// To which match.
        match_id: MatchId,
        /// What happened.
        incident: Incident,
    },
    /// Taking back what happened to a match.
    TakeBackIncident(MatchId),
    /// One bet of this account.
    VoidBet(AccountId),
    /// Bets on a match.
    VoidBets(VoidBets),
    /// The settings: those that change are said behind it, each as [`Event::Wished`].
    Limits,
    /// What is asked of players.
    PlayPolicy,
    /// The balance of an account.
    Adjust {
        /// Whose.
        account: AccountId,
        /// By how much it grows; below zero, by how much it shrinks.
        amount: Money,
        /// Why.
        reason: AdjustReason,
    },
    /// A deposit to an account.
    Deposit {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Money,
    },
    /// A bonus for an account.
    Bonus {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Money,
    },
    /// The part of the largest stake that is open to an account.
    AccountFactor {
        /// Whose.
        account: AccountId,
        /// The part, in percent.
        percent: u8,
    },
    /// Another source for a match.
    HandOver {
        /// For which match.
        match_id: MatchId,
        /// Whose score becomes the truth.
        source: SourceId,
    },
    /// How strong the teams are on a map.
    Strengths {
        /// Of which match.
        match_id: MatchId,
        /// On which map, from 1.
        map: u8,
        /// What they are.
        strengths: Strengths,
    },
    /// The chance of the next round of a map.
    NextRound {
        /// Of which match.
        match_id: MatchId,
        /// Of which map, from 1.
        map: u8,
        /// P(team A wins it); `None` lets the sides speak again.
        a: Option<Probability>,
    },
    /// How well a match is known.
    Tier {
        /// Which match.
        match_id: MatchId,
        /// Its tier.
        tier: u8,
    },
    /// The group of an account.
    Link {
        /// Whose.
        account: AccountId,
        /// Into which other group, if into any.
        group: Option<u32>,
    },
}

impl From<&Wish> for About {
    fn from(wish: &Wish) -> Self {
        match wish {
            Wish::Grade { market, grade, .. } => Self::Grade { market: *market, grade: *grade },
            Wish::Incident { match_id, incident } => {
                Self::Incident { match_id: *match_id, incident: *incident }
            }
            Wish::TakeBackIncident { match_id } => Self::TakeBackIncident(*match_id),
            Wish::VoidBet { account, .. } => Self::VoidBet(*account),
            Wish::VoidBets(stretch) => Self::VoidBets(*stretch),
            Wish::Configure { .. } => Self::Limits,
            Wish::AdoptPlayPolicy { .. } => Self::PlayPolicy,
            Wish::Adjust(Adjust { account, amount, reason, .. }) => {
                Self::Adjust { account: *account, amount: *amount, reason: *reason }
            }
            Wish::Deposit { account, amount, .. } => {
                Self::Deposit { account: *account, amount: *amount }
            }
            Wish::Bonus { account, step } => {
                let amount = match step {
                    BonusStep::Grant { amount, .. } => *amount,
                    BonusStep::Forfeit { .. } => Money::ZERO,
                };
                Self::Bonus { account: *account, amount }
            }
            Wish::AccountFactor { account, percent, .. } => {
                Self::AccountFactor { account: *account, percent: *percent }
            }
            Wish::HandOver { match_id, source } => {
                Self::HandOver { match_id: *match_id, source: *source }
            }
            Wish::Strengths(SetMap { match_id, map_no, strengths, .. }) => {
                Self::Strengths { match_id: *match_id, map: *map_no, strengths: *strengths }
            }
            Wish::NextRound(SetNextRound { match_id, map_no, a, .. }) => {
                Self::NextRound { match_id: *match_id, map: *map_no, a: *a }
            }
            Wish::Tier { match_id, tier } => Self::Tier { match_id: *match_id, tier: *tier },
            Wish::Link { account, group } => Self::Link { account: *account, group: *group },
        }
    }
}

/// Every wish that waits, in order of arrival.
#[derive(Debug)]
pub(crate) struct Proposals(Vec<Proposal>);

impl Proposals {
    pub fn new() -> Self {
        Self(Vec::with_capacity(PROPOSALS_MAX))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Proposal> {
        self.0.iter()
    }

    /// When the first one is over. They all live equally long.
    pub fn next_due(&self) -> Timestamp {
        self.0.first().map_or(Timestamp::MAX, |proposal| proposal.expires_at)
    }

    fn position(&self, id: ProposalId) -> Option<usize> {
        self.0.iter().position(|proposal| proposal.id == id)
    }
}

impl Table for Proposals {
    fn save(&self, out: &mut Saver<'_>) {
        out.list(self.0.iter());
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        input.list(PROPOSALS_MAX).map(Self)
    }
}

impl Step<'_> {
    /// Whether two persons stand behind what is being done.
    pub(crate) fn is_approved(&self) -> bool {
        self.approved_by.is_some()
    }

    /// Whether it is more than one person's word: two stand behind it, or the configuration. Operator 0 is the
    /// server itself, carrying that out, and nobody can sign in as it.
    pub(crate) fn is_agreed(&self) -> bool {
        self.is_approved() || self.actor == Actor::Operator(0)
    }

    /// Keeps a wish until a second person approves it. Only a person of the staff can wish.
    pub(crate) fn propose(&mut self, wish: Wish) -> Result<(), Refusal> {
        let by = self.operator()?;
        let list = &mut self.tables.proposals.0;
        let replaced = list.iter().position(|other| other.wish.is_on_the_same(&wish));
        if replaced.is_none() && list.len() == PROPOSALS_MAX {
            let max = PROPOSALS_MAX as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        if let Some(index) = replaced {
            let old = list.remove(index);
            self.outbox.push(old.event(ProposalStatus::Replaced));
        }
        let expires_at = self.now.plus(PROPOSAL_LIFE_NS);
        let proposal = Proposal { id: ProposalId(self.seq.0), by, expires_at, wish };
        proposal.say(self.config, self.outbox);
        self.tables.proposals.0.push(proposal);
        Ok(())
    }

    /// The second person's word: what was wished is done now.
    pub(crate) fn approve(&mut self, id: ProposalId) -> Result<(), Refusal> {
        let approver = self.operator()?;
        let Some(index) = self.tables.proposals.position(id) else {
            return self.approve_override(OverrideId(id.0));
        };
        let proposal = self.tables.proposals.0[index];
        check_persons(proposal.by, approver)?;
        self.approved_by = Some((proposal.by, approver));
        match proposal.wish {
            Wish::Grade { market, version, grade } => self.grade(market, version, grade)?,
            Wish::Incident { match_id, incident } => self.report(match_id, incident)?,
            Wish::TakeBackIncident { match_id } => self.take_back_incident(match_id)?,
            Wish::VoidBet { account, client_id } => self.void_bet(account, client_id)?,
            Wish::VoidBets(stretch) => self.void_bets(stretch)?,
            Wish::Configure { ref config, based_on } => self.configure(config, Some(based_on))?,
            Wish::AdoptPlayPolicy { name, ref policy } => self.adopt_play_policy(name, policy)?,
            Wish::Adjust(ref adjust) => self.adjust(adjust)?,
            Wish::Deposit { account, amount, reference } => {
                self.deposit(account, amount, reference)?;
            }
            Wish::Bonus { account, step } => self.bonus(account, step)?,
            Wish::AccountFactor { account, title, has_begun, percent } => {
                self.set_account_factor(account, title, has_begun, percent)?;
            }
            Wish::HandOver { match_id, source } => self.hand_over(match_id, source)?,
            Wish::Strengths(ref set) => self.set_map(set)?,
            Wish::NextRound(ref set) => self.set_next_round(set)?,
            Wish::Tier { match_id, tier } => self.set_tier(match_id, tier)?,
            Wish::Link { account, group } => self.link_account(account, group)?,
        }
        self.tables.proposals.0.retain(|other| other.id != id);
        self.outbox.push(proposal.event(ProposalStatus::Approved { by: approver }));
        Ok(())
    }

    /// Drops what waits. One person is enough, also the one who wished it.
    pub(crate) fn reject_proposal(&mut self, id: ProposalId) -> Result<(), Refusal> {
        let by = self.operator()?;
        let Some(index) = self.tables.proposals.position(id) else {
            return self.withdraw_override(OverrideId(id.0));
        };
        let proposal = self.tables.proposals.0.remove(index);
        self.outbox.push(proposal.event(ProposalStatus::Rejected { by }));
        Ok(())
    }

    /// Drops what nobody approved in time.
    pub(crate) fn expire_proposals(&mut self) {
        while self.tables.proposals.next_due() <= self.now {
            let proposal = self.tables.proposals.0.remove(0);
            self.outbox.push(proposal.event(ProposalStatus::Expired));
        }
    }
}

/// The second person must be another one.
pub(crate) fn check_persons(by: u32, approver: u32) -> Result<(), Refusal> {
    if by == approver {
        let (by, approver) = (i64::from(by), i64::from(approver));
        return Err(Refusal::with(Reject::SamePerson, by, approver));
    }
    Ok(())
}
