//! What takes two persons.

use clutch_core::command::{BonusStep, Command, Config, VoidBets};
use clutch_core::event::VoidReason;
use clutch_core::risk::{RuleId, Stages};
use clutch_core::settings::Setting;
use clutch_core::switches::TripId;
use clutch_core::units::Money;
use clutch_core::{Reject, proposals};

use super::bets::{Answered, Fate};
use super::{Answer, Twin};

/// A wish that waits: its number, when it is dropped, and the command.
#[derive(Debug)]
pub(super) struct Proposal {
    id: u64,
    expires_at: u64,
    command: Command,
}

const DAY: u64 = 24 * 3_600 * 1_000_000_000;

/// What one person can credit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Credit {
    Adjustment,
    Bonus,
    Deposit,
    /// Of nobody's account: what could be paid by a word that no score stands behind.
    Word,
}

/// What was credited alone.
#[derive(Debug)]
pub(super) struct Credited {
    day: u64,
    account: u32,
    kind: Credit,
    size: i128,
}

/// No account has this number.
pub(super) const NOBODY: u32 = u32::MAX;

/// Operator 1 wishes everything; see `World::apply`.
const WHO_WISHES: u64 = 1;

impl Twin {
    /// Every command that waits for a second person.
    pub(super) fn proposed_commands(&self) -> impl Iterator<Item = &Command> {
        self.proposals.iter().map(|proposal| &proposal.command)
    }

    pub(super) fn propose(&mut self, command: Command) -> Result<(), Reject> {
        let same = |other: &Command| match (other, &command) {
            (Command::Grade { market, .. }, Command::Grade { market: on, .. }) => market == on,
            (
                Command::TakeBackIncident { match_id },
                Command::TakeBackIncident { match_id: on },
            ) => match_id == on,
            (Command::HandOver { match_id, .. }, Command::HandOver { match_id: on, .. }) => {
                match_id == on
            }
            (Command::Configure { .. }, Command::Configure { .. })
            | (Command::AdoptPlayPolicy { .. }, Command::AdoptPlayPolicy { .. }) => true,
            (Command::Adjust(adjust), Command::Adjust(other)) => {
                adjust.reference == other.reference
            }
            (Command::Deposit { reference, .. }, Command::Deposit { reference: of, .. }) => {
                reference == of
            }
            (
                Command::Bonus { step: BonusStep::Grant { reference, .. }, .. },
                Command::Bonus { step: BonusStep::Grant { reference: of, .. }, .. },
            ) => reference == of,
            (
                Command::SetAccountFactor { account, title, has_begun, .. },
                Command::SetAccountFactor { account: of, title: on, has_begun: when, .. },
            ) => (account, title, has_begun) == (of, on, when),
            (Command::SetMap(set), Command::SetMap(of)) => {
                (set.match_id, set.map_no) == (of.match_id, of.map_no)
            }
            (Command::SetNextRound(set), Command::SetNextRound(of)) => {
                (set.match_id, set.map_no) == (of.match_id, of.map_no)
            }
            (Command::SetTier { match_id, .. }, Command::SetTier { match_id: of, .. }) => {
                match_id == of
            }
            (Command::LinkAccount { account, .. }, Command::LinkAccount { account: of, .. }) => {
                account == of
            }
            (one, other) => one == other,
        };
        self.proposals.retain(|waiting| !same(&waiting.command));
        let expires_at = self.now + proposals::PROPOSAL_LIFE_NS;
        self.proposals.push(Proposal { id: self.seq, expires_at, command });
        Ok(())
    }

    pub(super) fn approve(&mut self, id: u64) -> Answer {
        let Some(proposal) = self.proposals.iter().find(|proposal| proposal.id == id) else {
            return self.approve_override(id).map_or_else(Answer::Refused, |()| Answer::Done);
        };
        if 1 + (self.seq - 1) % 2 == WHO_WISHES {
            return Answer::Refused(Reject::SamePerson);
        }
        let command = proposal.command;
        self.approved = true;
        let answer = self.dispatch(&command);
        self.approved = false;
        if answer == Answer::Done {
            self.proposals.retain(|proposal| proposal.id != id);
        }
        answer
    }

    /// Whether operator 1 may credit so much alone, after all that was credited alone on this day; if so it
    /// is written down. `of` are the kinds of credit that count together, for him and for the account.
    pub(super) fn may_credit(&mut self, account: u32, kind: Credit, amount: i128) -> bool {
        if self.approved {
            return true;
        }
        let size = if kind == Credit::Word { amount } else { self.weighed(account, amount.abs()) };
        let day = self.now / DAY;
        let of_day: Vec<_> = self.credited.iter().filter(|it| it.day == day).collect();
        let sum = |counts: &dyn Fn(&Credited) -> bool| -> i128 {
            of_day.iter().filter(|it| counts(it)).map(|it| it.size).sum::<i128>() + size
        };
        let by_him = sum(&|it| it.kind == kind);
        let to_account = sum(&|it| it.account == account && it.kind == kind);
        let is_given = |kind| matches!(kind, Credit::Adjustment | Credit::Bonus);
        let given = sum(&|it| it.account == account && is_given(it.kind));
        let most = |limit: Money| i128::from(limit.minor());
        let (adjust, grants) =
            (most(self.config.adjust_alone_max), most(self.config.grants_alone_max));
        let may = match kind {
            Credit::Adjustment => by_him <= adjust && given <= adjust,
            Credit::Bonus => by_him <= grants && given <= adjust,
            Credit::Deposit => to_account <= most(self.config.deposits_alone_max),
            Credit::Word => by_him <= most(self.config.grade_alone_max),
        };
        if may {
            self.credited.push(Credited { day, account, kind, size });
        }
        may
    }

    pub(super) fn reject_proposal(&mut self, id: u64) -> Result<(), Reject> {
        let before = self.proposals.len();
        self.proposals.retain(|proposal| proposal.id != id);
        if self.proposals.len() == before { self.withdraw_override(id) } else { Ok(()) }
    }

    pub(super) fn expire_proposals(&mut self) {
        let now = self.now;
        self.proposals.retain(|proposal| proposal.expires_at > now);
    }

    pub(super) fn void_bet(&mut self, account: u32, client_id: u128) -> Result<(), Reject> {
        let answered = *self.answers.get(&(account, client_id)).ok_or(Reject::UnknownBet)?;
        // Of the bet only whether it was taken and stands is asked.
        let (id, status) = match answered {
            Answered::Refused(_) => return Err(Reject::BetNotStanding),
            Answered::Bet(id) => {
                let bet = self.bets.get(&id).ok_or(Reject::BetRetired)?;
                (id, self.where_it_stands(id, bet))
            }
            Answered::Multiple(id) => {
                let bet = self.multiples.get(&id).ok_or(Reject::BetRetired)?;
                (id, self.where_multiple_stands(id, bet))
            }
        };
        use clutch_core::event::BetStatus::{
            Accepted, CashedOut, Lost, Offered, Pending, Referred, Refused, Void, Won,
        };
        match status {
            Accepted { .. } | Won { .. } | Lost => {}
            Pending { .. }
            | Referred { .. }
            | Offered { .. }
            | Refused(_)
            | Void(_)
            | CashedOut { .. } => return Err(Reject::BetNotStanding),
        }
        if !self.approved {
            use clutch_core::units::{AccountId, ClientBetId};
            let (account, client_id) = (AccountId(account), ClientBetId(client_id));
            return self.propose(Command::VoidBet { account, client_id });
        }
        if let Some(bet) = self.bets.get_mut(&id) {
            bet.fate = Fate::Voided;
        }
        if let Some(bet) = self.multiples.get_mut(&id) {
            bet.fate = super::multiples::Fate::Voided;
        }
        Ok(())
    }

    pub(super) fn void_bets(&mut self, stretch: &VoidBets) -> Result<(), Reject> {
        let VoidBets { match_id, market, from, to } = *stretch;
        let index = match_id.0 as usize;
        let fixture = self.matches.get(index).ok_or(Reject::UnknownMatch)?;
        let is_of_match = |market: usize| {
            self.markets.get(market).is_some_and(|market| market.match_index == index)
        };
        if market.is_some_and(|market| !is_of_match(market.0 as usize)) {
            return Err(Reject::UnknownMarket);
        }
        if to < from || self.seq < to.0 {
            return Err(Reject::InvalidParameter);
        }
        if fixture.voids_are_full() {
            return Err(Reject::CapacityReached);
        }
        if !self.approved {
            return self.propose(Command::VoidBets(*stretch));
        }
        let market = market.map(|market| market.0 as usize);
        let (from, to) = (from.0.saturating_sub(1), to.0 + 1);
        let on = super::incidents::On { map: None, market };
        self.matches[index].undone.push((from, to, VoidReason::TakenLate, on));
        Ok(())
    }

    /// The oldest wish that waits.
    pub fn proposed(&self) -> Option<u64> {
        self.proposals.first().map(|proposal| proposal.id)
    }

    /// The last command.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

/// What two persons stand behind once they have moved the settings from one configuration to another.
pub(super) fn agreed(agreed: Config, from: &Config, to: &Config) -> Config {
    Setting::ALL.iter().fold(agreed, |agreed, setting| {
        let moved = setting.get(from) != setting.get(to);
        let value = if moved { setting.get(to) } else { setting.get(&agreed) };
        setting.set(agreed, value).expect("a setting that was set can be set")
    })
}

/// Whether one person may not go from what two persons left to this.
pub(super) fn goes_far(agreed: &Config, to: &Config) -> bool {
    let limits = |config: &Config| {
        let money = [
            config.stake_max,
            config.payout_max,
            config.liability_selection_max,
            config.liability_market_max,
            config.liability_account_max,
            config.liability_match_max,
            config.liability_group_max,
            config.payout_day_max,
            config.stakes_per_hour_max,
            config.trader_stake,
        ];
        let counts = [
            config.bets_per_second_max,
            config.bets_per_minute_max,
            config.bets_per_hour_max,
            config.band_milli,
        ];
        let nanos = [
            config.feed_age_live_ns,
            config.feed_age_prematch_ns,
            config.feed_lag_max_ns,
            config.feed_grace_ns,
            config.override_life_max_ns,
            config.quote_life_ns,
            config.offer_life_ns,
            config.referral_life_ns,
        ];
        let money = money.into_iter().map(|limit| i128::from(limit.minor()));
        let counts = counts.into_iter().map(i128::from);
        let stages = [config.tier_0, config.tier_1, config.tier_2, config.tier_3];
        let parts = stages.into_iter().flat_map(Stages::percents).map(i128::from);
        let nanos = nanos.into_iter().map(i128::from);
        money.chain(counts).chain(parts).chain(nanos).collect::<Vec<_>>()
    };
    let never_up = |config: &Config| {
        [
            i128::from(config.view_age_max_ns),
            config.confirm_above.minor().into(),
            config.grade_alone_max.minor().into(),
            config.override_distance_milli.into(),
            config.wagering_times_max.into(),
            config.adjust_alone_max.minor().into(),
            config.grants_alone_max.minor().into(),
            config.deposits_alone_max.minor().into(),
            -i128::from(config.in_play_delay_ns),
            -i128::from(config.in_play_delay_moba_ns),
            config.trip_feed_max.into(),
            config.trip_error_max.into(),
            config.trip_loss_max.minor().into(),
            config.trip_reject_percent.into(),
            config.trip_reject_min.into(),
            -i128::from(config.trip_cool_down_ns),
        ]
    };
    let says = |config: &Config, rule: RuleId| {
        if config.rules_off.has(rule) || config.rules_shadow.has(rule) {
            0
        } else if config.rules_refer.has(rule) {
            1
        } else {
            2
        }
    };
    let pulls = |config: &Config, trip: TripId| {
        !config.trips_off.has(trip) && !config.trips_shadow.has(trip)
    };
    let takes_two = |config: &Config, trip: TripId| config.trips_two_people.has(trip);
    limits(agreed).iter().zip(limits(to)).any(|(was, is)| is > was + was / 4)
        || agreed.trip_window_ns != to.trip_window_ns
        || agreed.debt_max != to.debt_max
        || ends_freezes_sooner(agreed.agreeing_updates, to.agreeing_updates)
        || to.resettle_window_ns < agreed.resettle_window_ns - agreed.resettle_window_ns / 4
        || never_up(agreed).iter().zip(never_up(to)).any(|(was, is)| is > *was)
        || to.cash_out_margin_ppb < agreed.cash_out_margin_ppb - agreed.cash_out_margin_ppb / 4
        || RuleId::ALL.iter().any(|rule| says(to, *rule) < says(agreed, *rule))
        || TripId::ALL.iter().any(|trip| pulls(agreed, *trip) && !pulls(to, *trip))
        || TripId::ALL.iter().any(|trip| takes_two(agreed, *trip) && !takes_two(to, *trip))
        || margin_moves_far(agreed, to.margin_ppb)
}

/// Whether a freeze ends by itself after fewer updates, by more than a quarter; after none of them with zero.
fn ends_freezes_sooner(was: u32, is: u32) -> bool {
    let needed = |updates: u32| if updates == 0 { u64::MAX } else { updates.into() };
    let (was, is) = (needed(was), needed(is));
    is < if was == u64::MAX { was } else { was - was / 4 }
}

/// Whether an even chance is booked at odds ratios further apart than an override may be.
fn margin_moves_far(before: &Config, after_ppb: u32) -> bool {
    const ONE: i128 = 1_000_000_000;
    let (was, is) = (i128::from(before.margin_ppb), i128::from(after_ppb));
    if was > 0 && is == 0 {
        return true;
    }
    let (high, low) = (was.max(is), was.min(is));
    let limit = i128::from(before.override_distance_milli);
    (ONE + high) * (ONE - low) * 1000 > limit * (ONE + low) * (ONE - high)
}
