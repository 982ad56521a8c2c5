//! The naive twin: the same rules a second time, written to be obvious instead of fast.
//!
//! It keeps sorted maps, recomputes every sum from all bets whenever it is asked, works in `i128`,
//! and settles at once: where a bet stands is a function of the score, not a history of postings.
//! Prices and epochs are facts that it learns from the engine's events; whether an epoch should have
//! moved, which status each market has, and every answer, balance and bet it decides by itself.
//!
//! Not a copy of the core: when they disagree, one of them has misread the rules.

mod adjust;
mod batch;
mod bets;
mod big;
mod cash;
mod cash_out;
mod clock;
mod compare;
mod compliance;
mod contradicted;
mod currencies;
mod delays;
mod enlarge;
mod followed;
mod funded;
mod grades;
mod incidents;
mod late;
mod lives;
mod markets;
mod multiples;
mod numbers;
mod overrides;
mod play;
mod proposals;
mod results;
mod risk;
mod score;
mod sessions;
mod sources;
mod strengths;
mod switches;
mod terms;
mod trips;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clutch_core::command::{
    AccountState, BATCH_MAX, Capacity, Config, GameEvent, SetCurrency, SuspendReason, Title,
};
use clutch_core::event::{BetStatus, CashOutStatus};
use clutch_core::house_rules::HouseRules;
use clutch_core::play::{Rest, RestKind};
use clutch_core::units::{BonusId, Currency, CurrencyCode, Money, Name, Timestamp};
use clutch_core::{Command, Record, Reject};

pub use compare::check_sums;

use bets::{Answered, Bet};
use markets::Market;
use multiples::Multiple;
use risk::{Tallies, Terms};
use score::Series;
use sources::{SOURCES, Source};

pub use sources::Told;

/// What a command must be answered.
#[expect(clippy::large_enum_variant, reason = "one answer at a time is compared")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was done, in silence.
    Done,
    /// It was refused with this code.
    Refused(Reject),
    /// The bet stands like this.
    Bet(BetStatus),
    /// The bets of a group stand like this, in their order.
    Batch([Option<BetStatus>; BATCH_MAX]),
    /// The cash-out stands like this, and pays so much.
    CashOut(CashOutStatus, Money),
}

/// The twin.
#[derive(Debug)]
pub struct Twin {
    seq: u64,
    now: u64,
    /// When each command came.
    times: Vec<u64>,
    config: Config,
    config_version: u32,
    /// Everything that one person credited alone.
    credited: Vec<proposals::Credited>,
    /// The settings as two persons, or the first record, last left each.
    agreed: Config,
    capacity: Capacity,
    accounts: Vec<Account>,
    /// By their numbers.
    currencies: Vec<SetCurrency>,
    payments: BTreeMap<u128, cash::Payment>,
    /// Every bonus that was ever granted.
    bonuses: Vec<cash::Bonus>,
    /// What was given up of each account's debts and not recovered.
    given_up: BTreeMap<u32, i128>,
    matches: Vec<Match>,
    markets: Vec<Market>,
    /// Which of them are there, and under which ids.
    lives: lives::Lives,
    bets: BTreeMap<u64, Bet>,
    multiples: BTreeMap<u64, Multiple>,
    /// The last cash-out of each bet, and what each quote saw.
    cash_outs: BTreeMap<u64, cash_out::Taken>,
    quotes: BTreeMap<u128, cash_out::Seen>,
    rule_sets: Vec<(Title, Name, HouseRules)>,
    /// What waits for a second person: its number, who wished it, until when, and the command.
    proposals: Vec<proposals::Proposal>,
    /// Whether a second person has just approved what is being done.
    approved: bool,
    answers: BTreeMap<(u32, u128), Answered>,
    /// The same keys in order of arrival.
    ids: VecDeque<(u32, u128)>,
    /// When the youngest of those forgotten was made.
    forgotten_to: u64,
    /// Markets with a result, in order of arrival; they retire in this order.
    decided: VecDeque<u32>,
    overrides: Vec<overrides::Override>,
    stops: BTreeSet<u8>,
    switched: switches::Switched,
    trips: trips::Tripped,
    /// What bets that have left made of the house's books.
    house_of_retired: BTreeMap<u8, i128>,
    retired_lately: bool,
    /// The day that it is, and its first command.
    day: u64,
    day_began: u64,
    tallies: Tallies,
    /// How the bets ended that rules in shadow would have refused.
    followed: followed::Followed,
    /// What is asked of players.
    licence: compliance::Licence,
    /// Whether a person has just resumed something and answers for its prices.
    a_person_looks: bool,
    /// What the bets of a group stake that come before the one being decided.
    staked_before: i128,
    /// The bonus that shall have a part in the bet being placed.
    wishes_bonus: Option<BonusId>,
    thawed: u64,
    /// When what is being heard happened, by its source's clock; zero if nothing is, or it does not say.
    heard_of: u64,
    contradictions: u64,
    /// The match and the map whose prices may not move far with this command.
    price_moves: Option<(usize, usize)>,
    /// Bets that were last said to be won or lost.
    told_settled: BTreeSet<u64>,
}

#[derive(Clone, Debug)]
struct Account {
    key: Name,
    currency: u8,
    state: AccountState,
    /// What bets that have left the engine won and lost.
    base: i128,
    terms: Terms,
    own: play::Own,
}

#[derive(Debug)]
struct Match {
    key: Name,
    title: Title,
    series: Series,
    round_markets: bool,
    stops: BTreeSet<u8>,
    sources: [Source; SOURCES],
    /// The source that the truth follows.
    first: Option<usize>,
    /// Since when another has been short of the truth.
    behind_since: Option<u64>,
    /// When the one that is followed was heard; before, when the match should have begun.
    last_heard: Option<u64>,
    starts_at: u64,
    tier: u8,
    /// From which one person's steps count.
    agreed_tier: u8,
    delay: Option<u64>,
    /// Updates in a row that fitted since it froze.
    fitted: u32,
    /// Whether only a person lifts the freeze.
    needs_person: bool,
    /// Stretches of the journal whose bets are void.
    undone: Vec<incidents::Undone>,
    rules: HouseRules,
    incidents: Vec<incidents::Reported>,
    /// If it has not begun by then it is void.
    void_at: Option<u64>,
    /// The map that is about to be played again.
    replays: Option<usize>,
}

/// Reasons that a person may give and lift.
fn is_for_a_person(reason: u8) -> bool {
    let own = [
        SuspendReason::FeedStale,
        SuspendReason::FeedHeld,
        SuspendReason::Unpriced,
        SuspendReason::RoundLive,
        SuspendReason::PriceInvalid,
        SuspendReason::FeedGap,
        SuspendReason::FeedLag,
        SuspendReason::Override,
        SuspendReason::FeedsApart,
    ];
    own.iter().all(|engine| *engine as u8 != reason)
}

impl Twin {
    /// A twin of an engine with these tables and settings, after its first record.
    pub fn new(capacity: Capacity, config: Config) -> Self {
        Self {
            seq: 1,
            now: 0,
            times: Vec::new(),
            config,
            config_version: 1,
            credited: Vec::new(),
            agreed: config,
            capacity,
            accounts: Vec::new(),
            currencies: vec![SetCurrency {
                currency: Currency(0),
                code: CurrencyCode::EUR,
                decimals: 2,
                book_ppb: 1_000_000_000,
            }],
            payments: BTreeMap::new(),
            bonuses: Vec::new(),
            given_up: BTreeMap::new(),
            matches: Vec::new(),
            markets: Vec::new(),
            lives: lives::Lives::default(),
            bets: BTreeMap::new(),
            multiples: BTreeMap::new(),
            cash_outs: BTreeMap::new(),
            quotes: BTreeMap::new(),
            rule_sets: Vec::new(),
            proposals: Vec::new(),
            approved: false,
            answers: BTreeMap::new(),
            ids: VecDeque::new(),
            forgotten_to: 0,
            decided: VecDeque::new(),
            overrides: Vec::new(),
            stops: BTreeSet::new(),
            switched: switches::Switched::default(),
            trips: trips::Tripped::default(),
            house_of_retired: BTreeMap::new(),
            retired_lately: false,
            day: 0,
            day_began: 0,
            tallies: Tallies::new(),
            followed: followed::Followed::default(),
            licence: compliance::Licence::default(),
            a_person_looks: false,
            staked_before: 0,
            wishes_bonus: None,
            thawed: 0,
            heard_of: 0,
            contradictions: 0,
            price_moves: None,
            told_settled: BTreeSet::new(),
        }
    }

    /// Lives through a command that the engine has applied, and says what the answer had to be.
    ///
    /// # Panics
    /// If the engine's events contradict the twin.
    pub fn apply(&mut self, seq: u64, now: u64, command: &Command, records: &[Record]) -> Answer {
        let command = &self.in_numbers(command);
        self.meet(records);
        let records = &self.records_in_numbers(records)[..];
        self.seq = seq;
        self.now = now;
        self.times.resize(seq as usize, 0);
        self.times.push(now);
        self.retired_lately = false;
        // Timers come first, and say nothing of the command's own trace.
        let timers = records.iter().take_while(|record| record.trace == 0).count();
        self.learn_moves(&records[..timers]);
        self.learn_trips(&records[..timers]);
        self.turn_day();
        (self.heard_of, self.price_moves) = (0, None);
        self.a_person_looks = false;
        self.notice_silence();
        self.check_postponed();
        self.expire_overrides();
        self.expire_bonuses();
        self.expire_proposals();
        self.approved = false;
        self.decide_waiting();
        self.decide_waiting_multiples();
        self.decide_waiting_cash_outs();
        self.tend_sessions();
        self.notice_results(&records[..timers]);
        self.weigh_words(&records[..timers]);
        let models = self.models_after(&records[..timers]);
        if let Command::Feed(message) = command
            && message.event != GameEvent::Heartbeat
        {
            self.heard_of = message.source_time.nanos();
        }
        let answer = self.dispatch(command);
        self.learn_moves(&records[timers..]);
        self.learn_debts(records);
        self.learn_conversions(records);
        self.learn_trips(&records[timers..]);
        self.notice_results(&records[timers..]);
        self.weigh_words(&records[timers..]);
        self.learn(command, &models, records);
        self.retire();
        self.part(records);
        answer
    }

    /// Whether some market's bets wait because its settlement is set aside, or multiples because a leg of
    /// theirs was decided by a score in dispute.
    pub fn waits_for_settlement(&self) -> bool {
        let legs = || self.multiples.values().flat_map(|bet| &bet.legs);
        self.markets.iter().any(|market| market.is_aside)
            || legs().any(|leg| self.is_decided_in_dispute(leg.market))
    }

    /// A match that is there and whose score is in dispute.
    pub fn in_dispute(&self) -> Option<u32> {
        let is_disputed = |index: &usize| {
            self.matches[*index].is_disputed() && !self.lives.matches.is_gone(*index)
        };
        (0..self.matches.len()).find(is_disputed).map(|index| index as u32)
    }

    /// Whether bets left with the last command; until the engine has done the same, both differ.
    pub fn retired_lately(&self) -> bool {
        self.retired_lately
    }

    fn dispatch(&mut self, command: &Command) -> Answer {
        if self.is_closed_to(command) {
            return Answer::Refused(Reject::ReadOnly);
        }
        let done = match command {
            Command::Genesis { .. } => Err(Reject::OutOfPlace),
            Command::Configure { config, based_on } => self.configure(config, *based_on),
            Command::CreateMatch(create) => self.create_match(create),
            Command::SetMap(set) => self.set_map(set),
            Command::SetNextRound(set) => self.set_next_round(set),
            Command::OpenMarket { match_id, kind } => self.open_market(match_id.0, *kind),
            Command::Feed(message) => self.hear(message),
            Command::Suspend { scope, reason } => self.suspend(*scope, *reason),
            Command::Resume { scope } => self.resume(*scope),
            Command::Kill { scope, on } => self.kill(*scope, *on),
            Command::OpenAccount { key, currency } => self.open_account(*key, currency.0),
            Command::SetAccountState { account, state } => self.set_state(account.0, *state),
            Command::Deposit { account, amount, reference } => {
                self.deposit(account.0, *amount, *reference)
            }
            Command::PlaceBet(place) => return Answer::Bet(self.place(place)),
            Command::Grade { market, version, grade } => self.grade(market.0, *version, *grade),
            Command::RejectProposal { id } => self.reject_proposal(id.0),
            Command::VoidBet { account, client_id } => self.void_bet(account.0, client_id.0),
            Command::VoidBets(stretch) => self.void_bets(stretch),
            Command::PlaceMultiple(place) => return Answer::Bet(self.place_multiple(place)),
            Command::CancelBet { account, client_id } => self.cancel(account.0, client_id.0),
            Command::Tick | Command::BriefTick => Ok(()),
            Command::Override { kind, expires_at } => self.set_override(*kind, expires_at.nanos()),
            Command::Approve { id } => return self.approve(id.0),
            Command::LiftOverride { id } => self.lift_override(id.0),
            Command::SetAccountFactor { account, title, has_begun, percent } => {
                self.set_factor(account.0, *title, *has_begun, *percent)
            }
            Command::LinkAccount { account, group } => self.link(account.0, *group),
            Command::SetPlayLimit { account, key, amount } => {
                self.set_limit(account.0, *key, *amount)
            }
            Command::ConfirmPlayLimit { account, key } => self.confirm_limit(account.0, *key),
            Command::Rest { account, rest } => self.rest(account.0, *rest),
            Command::EndRest { account } => self.end_rest(account.0),
            Command::AdoptPlayPolicy { name, policy } => self.adopt_policy(*name, policy),
            Command::Customer { account, step } => self.customer(account.0, *step),
            Command::Session { account, step } => self.session(account.0, *step),
            Command::SetDelay { scope, delay_ns } => self.set_delay(*scope, *delay_ns),
            Command::SetTier { match_id, tier } => self.set_tier(match_id.0, *tier),
            Command::HandOver { match_id, source } => self.hand_over(match_id.0, source.0),
            Command::AdoptHouseRules { title, name, rules } => self.adopt(*title, *name, *rules),
            Command::MatchIncident { match_id, incident } => {
                self.report(match_id.0 as usize, *incident)
            }
            Command::ResumeSettlement { market } => self.resume_settlement(market.0),
            Command::PauseSettlement { from_tier } => self.pause_settlement(*from_tier),
            Command::TakeBackIncident { match_id } => self.take_back_incident(match_id.0 as usize),
            Command::SetMode { mode } => self.set_mode(*mode),
            Command::Payment { account, amount, reference, step } => {
                self.payment_step(account.0, *amount, *reference, *step)
            }
            Command::Bonus { account, step } => self.bonus(account.0, *step),
            Command::Adjust(adjust) => self.adjust(adjust),
            Command::SetCurrency(set) => self.set_currency(set),
            Command::Enlarge { capacity } => self.enlarge(*capacity),
            Command::ResetTrip { trip } => self.reset_trip(*trip),
            Command::Shed { level } if *level <= 3 => Ok(()),
            Command::Shed { .. } => Err(Reject::InvalidParameter),
            Command::CashOut(ask) => return self.cash_out(ask),
            Command::PlaceOnTerms(ask) => return Answer::Bet(self.place_on_terms(ask)),
            Command::PlaceBatch(ask) => return Answer::Batch(self.place_batch(ask)),
            Command::AnswerOffer(answer) => self.answer_offer(answer),
            Command::DecideReferral { bet, word } => self.decide_referral(bet.0, *word),
        };
        done.map_or_else(Answer::Refused, |()| Answer::Done)
    }

    fn configure(&mut self, config: &Config, based_on: Option<u32>) -> Result<(), Reject> {
        let amounts = [
            config.stake_min,
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
            config.shading_scale,
            config.shading_step,
            config.trip_loss_max,
            config.large_stake,
            config.confirm_above,
            config.payout_cut,
        ];
        let limits = [
            config.grade_alone_max,
            config.debt_max,
            config.adjust_alone_max,
            config.grants_alone_max,
            config.deposits_alone_max,
        ];
        let amounts_fit =
            limits.iter().all(|amount| (0..=10_i64.pow(15)).contains(&amount.minor()));
        let bonus_fits =
            (1..=1_000).contains(&config.wagering_times_max) && config.withdrawal_ends_bonus <= 1;
        let sensible = amounts.iter().all(|amount| (1..=10_i64.pow(15)).contains(&amount.minor()))
            && amounts_fit
            && bonus_fits
            && config.stake_min <= config.stake_max
            && config.margin_ppb < 1_000_000_000
            && config.band_milli > 1_000
            && config.price_steps_min > 0
            && config.override_distance_milli >= 1_000
            && config.trips_shadow.is_apart_from(config.trips_off)
            && config.trip_window_ns >= 1_000_000_000
            && config.trip_reject_percent <= 100
            && config.shading_ppb <= 250_000_000
            && config.cash_out_margin_ppb <= 1_000_000_000
            && (1..=5).contains(&config.bets_per_second_max)
            && (1..=250).contains(&config.bets_per_minute_max)
            && (1..=60_000).contains(&config.bets_per_hour_max)
            && config.stakes_per_hour_max.minor() < i64::from(u32::MAX)
            && config.rules_off.is_apart_from(Config::RULES_NEVER_OFF)
            && config.rules_off.is_apart_from(config.rules_shadow)
            && config.in_play_delay_ns <= config.resettle_window_ns
            && config.in_play_delay_moba_ns <= config.resettle_window_ns
            && config.offer_life_ns <= config.resettle_window_ns
            && config.referral_life_ns <= config.resettle_window_ns;
        if !sensible {
            return Err(Reject::InvalidParameter);
        }
        if based_on.is_some_and(|seen| seen != self.config_version) {
            return Err(Reject::ConfigurationMoved);
        }
        if proposals::goes_far(&self.agreed, config) && !self.approved {
            let (config, based_on) = (*config, Some(self.config_version));
            return self.propose(Command::Configure { config, based_on });
        }
        if self.approved {
            self.agreed = proposals::agreed(self.agreed, &self.config, config);
        }
        self.config = *config;
        self.config_version += 1;
        self.notice_silence();
        Ok(())
    }

    fn open_account(&mut self, key: Name, currency: u8) -> Result<(), Reject> {
        if self.accounts.iter().any(|account| account.key == key) {
            return Err(Reject::AccountExists);
        }
        if usize::from(currency) >= self.currencies.len() {
            return Err(Reject::UnknownCurrency);
        }
        if self.accounts.len() == self.capacity.accounts_max as usize {
            return Err(Reject::CapacityReached);
        }
        self.accounts.push(Account {
            key,
            currency,
            state: AccountState::Open,
            base: 0,
            terms: Terms::default(),
            own: play::Own::default(),
        });
        self.accounts.last_mut().expect("it was just opened").own.known.opened =
            self.now / 1_000_000_000 * 1_000_000_000;
        Ok(())
    }

    fn set_state(&mut self, account: u32, state: AccountState) -> Result<(), Reject> {
        let row = self.accounts.get_mut(account as usize).ok_or(Reject::UnknownAccount)?;
        if row.state == AccountState::Closed && state != AccountState::Closed {
            return Err(Reject::AccountClosed);
        }
        if state != AccountState::SelfExcluded {
            row.state = state;
            return Ok(());
        }
        let until = Timestamp::from_nanos(self.now + 182 * 24 * 3_600 * 1_000_000_000);
        let rest = Rest { kind: RestKind::SelfExclusion, until };
        let is_longer = |present: &Rest| present.kind == rest.kind && until <= present.until;
        if row.own.rest().is_some_and(|present| is_longer(&present)) {
            return Ok(());
        }
        self.rest(account, rest)
    }
}
