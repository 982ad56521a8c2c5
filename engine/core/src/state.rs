//! The whole state, and the one `match` from command to handler.
//!
//! Owns the tables. Each handler lives with its noun: placing in [`crate::bets`], the score and its
//! feeds in `feed`, prices in `market::quote`, results in `settlement`.
//!
//! Invariants, after every command: the books add up to zero; a refused command changed nothing but
//! what it remembers of the refusal; every market's announced status is its status.

mod enlarge;
mod look;
mod tables;

use crate::bets::cash_out::CashOuts;
use crate::bets::client_ids::ClientIds;
use crate::bets::multiple::MultipleTable;
use crate::bets::referral::Desk;
use crate::bets::waiting::Waiting;
use crate::bets::{Answers, BetTable, Fundings};
use crate::command::{Actor, Capacity, Command, Config, Envelope};
use crate::event::Event;
use crate::feed::sources::LagHistogram;
use crate::house_rules::RuleBook;
use crate::market::overrides::Overrides;
use crate::market::requotes::Requotes;
use crate::market::{MarketTable, Stops};
use crate::outbox::Outbox;
use crate::payments::{CreditsAlone, Payment};
use crate::pricing::MobaModels;
use crate::proposals::{Proposals, Wish};
use crate::reject::{Refusal, Reject};
use crate::risk::RiskTables;
use crate::settings::Setting;
use crate::settlement::Settlement;
use crate::switches::{Switches, Trips};
use crate::title::{Fixtures, SOURCES_MAX};
use crate::units::{Seq, Timestamp};
use crate::wallet::Wallet;

/// Everything the engine knows. Empty until [`Command::Genesis`].
#[derive(Debug, Default)]
pub struct State {
    pub(crate) seq: Seq,
    pub(crate) now: Timestamp,
    pub(crate) config: Config,
    /// How often the configuration was set: the number under which decisions name it.
    pub(crate) config_version: u32,
    pub(crate) tables: Option<Tables>,
}

/// The tables, sized by [`Command::Genesis`].
#[derive(Debug)]
pub(crate) struct Tables {
    pub capacity: Capacity,
    pub wallet: Wallet,
    pub client_ids: Answers,
    /// No id made at or before this time is remembered for certain.
    pub ids_forgotten_to: Timestamp,
    /// No id leaves the window at or before this time. Derived from the oldest one.
    pub ids_last_until: Timestamp,
    /// Payment references never expire: a forgotten one could be credited twice.
    pub payments: ClientIds<Payment>,
    pub bets: BetTable,
    pub waiting: Waiting,
    pub multiples: MultipleTable,
    pub waiting_multiples: Waiting,
    pub cash_outs: CashOuts,
    pub desk: Desk,
    /// Bets that a bonus has a part in.
    pub fundings: Fundings,
    pub fixtures: Fixtures,
    pub rule_book: RuleBook,
    pub markets: MarketTable,
    pub settlement: Settlement,
    /// What waits for a second person.
    pub proposals: Proposals,
    /// What persons of the staff credited alone.
    pub credits: CreditsAlone,
    /// Every setting where two persons, or the first record, last left it.
    pub agreed: Config,
    pub risk: RiskTables,
    pub requotes: Requotes,
    pub overrides: Overrides,
    /// How late each source was.
    pub lags: [LagHistogram; SOURCES_MAX],
    /// Reasons that stop every market.
    pub stops: Stops,
    /// Kill switches and the mode.
    pub switches: Switches,
    /// What can stop betting by itself.
    pub trips: Trips,
    /// How much load is shed.
    pub shed: u8,
    /// What maps of MOBAs are priced by. Not part of what is saved: only a shadow has others than the
    /// committed ones.
    pub models: MobaModels,
    /// No match can become stale before this time.
    pub feed_check_at: Timestamp,
    /// No match that was put off is void before this time.
    pub house_check_at: Timestamp,
    /// No timer is due and no work is left over before this time. Derived from all of them, so that
    /// a bet asks one number and not every timer.
    pub due: Timestamp,
}

impl State {
    /// An empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies the next command of the journal: first whatever has come due by its time, then the
    /// command itself, then a slice of the work in progress.
    ///
    /// # Panics
    /// If `seq` is not the next one or `now` runs back: the caller's journal is broken.
    pub fn apply(&mut self, seq: Seq, now: Timestamp, envelope: &Envelope, outbox: &mut Outbox) {
        assert!(seq.0 == self.seq.0 + 1, "the journal has a gap");
        assert!(now >= self.now, "journal time ran back");
        self.seq = seq;
        self.now = now;
        let Some(tables) = &mut self.tables else {
            outbox.stamp(seq, now, envelope.trace);
            let outcome = match envelope.command {
                Command::Genesis { capacity, config } => self.boot(capacity, config),
                _ => Err(Reject::OutOfPlace.into()),
            };
            return say_if_refused(outcome, outbox);
        };
        let actor = Actor::Engine;
        let mut step = Step {
            seq,
            now,
            actor,
            a_person_looks: false,
            approved_by: None,
            heard_of: Timestamp::default(),
            config: &mut self.config,
            config_version: &mut self.config_version,
            tables,
            outbox,
        };
        step.tables.wallet.turn_to(seq, now);
        step.fire_due();
        step.outbox.stamp(seq, now, envelope.trace);
        step.actor = envelope.actor;
        let outcome = step.dispatch(&envelope.command);
        if !matches!(envelope.command, Command::PlaceBet(_)) {
            // A single says itself what it adds to the timers.
            step.tables.due = step.tables.earliest_due(step.config);
            if matches!(envelope.actor, Actor::Operator(_)) && outcome.is_ok() {
                step.outbox.push(Event::Applied);
            }
        }
        say_if_refused(outcome, step.outbox);
        step.work_on(envelope.command.has_others_behind());
    }

    #[cold]
    fn boot(&mut self, capacity: Capacity, config: Config) -> Result<(), Refusal> {
        if capacity.validate().is_err() || config.validate().is_err() {
            return Err(Reject::InvalidParameter.into());
        }
        self.config = config;
        self.config_version = 1;
        let mut tables = Tables::empty(capacity, config);
        tables.heed(&config);
        self.tables = Some(tables);
        Ok(())
    }

    /// When the next timer is due, or a time in the past if work is left over; [`Timestamp::MAX`]
    /// if there is nothing to wait for. The engine then journals a [`Command::Tick`].
    pub fn next_due(&self) -> Timestamp {
        self.tables.as_ref().map_or(Timestamp::MAX, |tables| tables.due)
    }

    /// The same, but for settlement that is left over: it goes on beside every command and whenever nobody waits.
    pub fn next_timer(&self) -> Timestamp {
        match &self.tables {
            Some(tables) if tables.due == Timestamp::default() => tables.earliest_timer(),
            _ => self.next_due(),
        }
    }

    /// The last command applied.
    pub fn last_seq(&self) -> Seq {
        self.seq
    }

    /// The time of the last command applied.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The sizes of the tables; `None` before [`Command::Genesis`].
    pub fn capacity(&self) -> Option<Capacity> {
        self.tables.as_ref().map(|tables| tables.capacity)
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Which version of the settings is in force: one at first, one more with each change, zero
    /// before [`Command::Genesis`].
    pub fn config_version(&self) -> u32 {
        self.config_version
    }
}

fn say_if_refused(outcome: Result<(), Refusal>, outbox: &mut Outbox) {
    if let Err(refusal) = outcome {
        outbox.push(Event::Refused(refusal));
    }
}

/// One command at work: the state, its place in the journal, and where its events go.
pub(crate) struct Step<'a> {
    pub seq: Seq,
    pub now: Timestamp,
    /// Who is behind what is being done: the engine itself for timers and work in slices.
    pub actor: Actor,
    /// Whether a person lifts a suspension right now and answers for the prices.
    pub a_person_looks: bool,
    /// Who wished what is being done and who approved it, if two persons stand behind it.
    pub approved_by: Option<(u32, u32)>,
    /// When what a feed is saying happened, by its own clock; zero if none speaks or it does not say.
    pub heard_of: Timestamp,
    pub config: &'a mut Config,
    pub config_version: &'a mut u32,
    pub tables: &'a mut Tables,
    pub outbox: &'a mut Outbox,
}

impl Step<'_> {
    /// Command → handler. Bets answer in their own view; all others say [`Event::Refused`].
    #[inline(always)]
    fn dispatch(&mut self, command: &Command) -> Result<(), Refusal> {
        self.check_mode(command)?;
        match command {
            Command::Genesis { .. } => Err(Reject::OutOfPlace.into()),
            Command::Configure { config, based_on } => {
                self.by_staff()?.configure(config, *based_on)
            }
            Command::CreateMatch(create) => self.by_staff()?.create_match(create),
            Command::SetMap(set) => self.by_staff()?.set_map(set),
            Command::OpenMarket { match_id, kind } => {
                self.by_staff()?.open_market(*match_id, *kind)
            }
            Command::Feed(message) => self.by_staff()?.hear(message),
            Command::Suspend { scope, reason } => self.by_staff()?.suspend(*scope, *reason),
            Command::Resume { scope } => self.by_staff()?.resume(*scope),
            Command::Kill { scope, on } => self.by_staff()?.kill(*scope, *on),
            Command::OpenAccount { key, currency } => {
                self.by_staff()?.open_account(*key, *currency)
            }
            Command::SetAccountState { account, state } => {
                self.by_staff()?.set_account_state(*account, *state)
            }
            Command::Deposit { account, amount, reference } => {
                self.by_staff()?.deposit(*account, *amount, *reference)
            }
            Command::PlaceBet(place) => {
                self.place_bet(place);
                Ok(())
            }
            Command::CancelBet { account, client_id } => self.cancel_bet(*account, *client_id),
            Command::Tick | Command::BriefTick => Ok(()),
            Command::Override { kind, expires_at } => {
                self.by_staff()?.set_override(*kind, *expires_at)
            }
            Command::Approve { id } => self.by_staff()?.approve(*id),
            Command::LiftOverride { id } => self.by_staff()?.lift_override(*id),
            Command::HandOver { match_id, source } => {
                self.by_staff()?.hand_over(*match_id, *source)
            }
            Command::AdoptHouseRules { title, name, rules } => {
                self.by_staff()?.adopt_house_rules(*title, *name, *rules)
            }
            Command::MatchIncident { match_id, incident } => {
                self.by_staff()?.report(*match_id, *incident)
            }
            Command::TakeBackIncident { match_id } => {
                self.by_staff()?.take_back_incident(*match_id)
            }
            Command::SetMode { mode } => self.by_staff()?.set_mode(*mode),
            Command::ResetTrip { trip } => self.by_staff()?.reset_trip(*trip),
            Command::Shed { level } => self.by_staff()?.set_shed(*level),
            Command::CashOut(ask) => {
                self.cash_out(ask);
                Ok(())
            }
            Command::ResumeSettlement { market } => self.by_staff()?.resume_settlement(*market),
            Command::PauseSettlement { from_tier } => self.by_staff()?.pause_settlement(*from_tier),
            Command::VoidBet { account, client_id } => {
                self.by_staff()?.void_bet(*account, *client_id)
            }
            Command::VoidBets(stretch) => self.by_staff()?.void_bets(*stretch),
            Command::PlaceOnTerms(ask) => {
                self.place_on_terms(ask);
                Ok(())
            }
            Command::PlaceBatch(ask) => {
                self.place_batch(ask);
                Ok(())
            }
            Command::AnswerOffer(answer) => self.answer_offer(answer),
            Command::DecideReferral { bet, word } => self.by_staff()?.decide_referral(*bet, *word),
            Command::SetNextRound(set) => self.by_staff()?.set_next_round(set),
            Command::Grade { market, version, grade } => {
                self.by_staff()?.grade(*market, *version, *grade)
            }
            Command::RejectProposal { id } => self.by_staff()?.reject_proposal(*id),
            Command::PlaceMultiple(place) => {
                self.place_multiple(place);
                Ok(())
            }
            Command::SetAccountFactor { account, title, has_begun, percent } => {
                self.by_staff()?.set_account_factor(*account, *title, *has_begun, *percent)
            }
            Command::LinkAccount { account, group } => {
                self.by_staff()?.link_account(*account, *group)
            }
            Command::SetPlayLimit { account, key, amount } => {
                self.set_play_limit(*account, *key, *amount)
            }
            Command::ConfirmPlayLimit { account, key } => self.confirm_play_limit(*account, *key),
            Command::Rest { account, rest } => self.rest(*account, *rest),
            Command::EndRest { account } => self.end_rest(*account),
            Command::AdoptPlayPolicy { name, policy } => {
                self.by_staff()?.adopt_play_policy(*name, policy)
            }
            Command::Customer { account, step } => self.by_staff()?.customer(*account, *step),
            Command::Session { account, step } => self.session(*account, *step),
            Command::SetDelay { scope, delay_ns } => self.by_staff()?.set_delay(*scope, *delay_ns),
            Command::SetTier { match_id, tier } => self.by_staff()?.set_tier(*match_id, *tier),
            Command::Payment { account, amount, reference, step } => {
                self.by_staff()?.payment_step(*account, *amount, *reference, *step)
            }
            Command::Bonus { account, step } => self.by_staff()?.bonus(*account, *step),
            Command::Adjust(adjust) => self.by_staff()?.adjust(adjust),
            Command::SetCurrency(set) => self.by_staff()?.set_currency(set),
            Command::Enlarge { capacity } => self.enlarge(*capacity),
        }
    }

    /// The way of every command that a bettor never gives. Gateways let none of those through; a second look costs
    /// nothing where money and limits are at stake.
    #[inline(always)]
    fn by_staff(&mut self) -> Result<&mut Self, Refusal> {
        match self.actor {
            Actor::Account { .. } => Err(Reject::OperatorOnly.into()),
            Actor::Engine | Actor::Feed(_) | Actor::Operator(_) => Ok(self),
        }
    }

    /// Timers: feeds that have been silent too long, overrides that have expired, and bets that have waited long enough.
    ///
    /// Feeds come first: if a tick is late, no bet is accepted on a feed that is known to be silent.
    pub(crate) fn fire_due(&mut self) {
        self.tables.risk.turn_day(self.seq, self.now);
        if self.tables.due <= self.now {
            self.fire_timers();
        }
    }

    #[inline(never)]
    fn fire_timers(&mut self) {
        self.outbox.stamp(self.seq, self.now, 0);
        self.check_feed_age();
        self.check_postponed();
        self.expire_overrides();
        self.expire_bonuses();
        self.expire_proposals();
        self.decide_due_bets();
        self.decide_due_multiples();
        self.decide_due_cash_outs();
        self.tend_sessions();
        self.tables.due = self.tables.earliest_due(self.config);
    }

    /// A slice of the work in progress, if there is any.
    fn work_on(&mut self, is_brief: bool) {
        if self.tables.due <= self.now {
            self.work_a_slice(is_brief);
        }
    }

    #[inline(never)]
    fn work_a_slice(&mut self, is_brief: bool) {
        self.outbox.stamp(self.seq, self.now, 0);
        self.actor = Actor::Engine;
        self.a_person_looks = false;
        if self.tables.switches.lets_settle() {
            let before = self.tables.wallet.house_in_book();
            self.settle_slice(is_brief);
            self.retire_a_match();
            self.void_bets_of_resting();
            self.note_house(before);
        }
        self.requote_slice();
        self.tables.due = self.tables.earliest_due(self.config);
    }

    pub(crate) fn configure(
        &mut self,
        config: &Config,
        based_on: Option<u32>,
    ) -> Result<(), Refusal> {
        config.validate().map_err(|_| Refusal::new(Reject::InvalidParameter))?;
        let version = *self.config_version;
        if let Some(seen) = based_on
            && seen != version
        {
            let (seen, now) = (i64::from(seen), i64::from(version));
            return Err(Refusal::with(Reject::ConfigurationMoved, seen, now));
        }
        let is_far = self.tables.agreed.moved_far(config).is_some();
        if is_far && !self.is_approved() {
            return self.propose(Wish::Configure { config: *config, based_on: version });
        }
        if self.is_approved() {
            self.tables.agreed = self.tables.agreed.with_changes(self.config, config);
        }
        let of_prices = |config: &Config| {
            let shading = (config.shading_ppb, config.shading_scale);
            (config.margin_ppb, shading, config.price_steps_min, config.ladder)
        };
        let prices_change = of_prices(self.config) != of_prices(config);
        let before = core::mem::replace(self.config, *config);
        self.tables.heed(config);
        *self.config_version = version.saturating_add(1);
        self.outbox.push(Event::Configured { version: *self.config_version });
        let outbox = &mut *self.outbox;
        Setting::differences(&before, config, |setting, value| {
            outbox.push(Event::Setting { setting, value });
        });
        // A shorter limit on silence holds at once, not after the next message.
        self.tables.feed_check_at = self.now;
        self.check_feed_age();
        if prices_change {
            self.tables.requotes.start_over();
        }
        Ok(())
    }
}
