//! The staff's way in: orders and questions over HTTP, through the same ring and journal as bets.
//!
//! An order is answered when its command has been carried out and is durable, with its place in the
//! journal; the journal names the person by the number in his token.

use clutch_core::command::{Actor, Config, ReferralWord};
use clutch_core::settings::Setting;
use clutch_core::units::{ProposalId, Timestamp};
use clutch_core::{Command, Envelope, Event, Query, Record, Refusal, Reject};

use super::connection::{Connection, Key};
use super::hub::{Asked, Hub, Pending, unix_now};
use super::routes::{Outcome, refused_answer, refused_to_staff};
use crate::codes::{Fault, GatewayCode};
use crate::http::{Head, Response};
use crate::provision::steps::{Next, Providing};
use crate::token::{self, StaffClaims, TokenError};
use crate::wire::admin::{
    Change, Order, Question, Ranges, account_of_order, may_decide, parse_order, parse_question,
};
use crate::wire::compliance;
use crate::wire::decimal::with_places;
use crate::wire::late;
use crate::wire::provided;
use crate::wire::referral;
use crate::wire::risk;
use crate::wire::rules::{self, Ask};
use crate::wire::setting;
use crate::wire::staff;
use crate::wire::{proposals, settlement};

/// Something of the staff's that the engine has been asked and has not answered yet.
#[derive(Debug)]
pub(super) struct Work {
    /// Whether the connection serves another request afterwards.
    pub keep_alive: bool,
    /// How many places the money has that it is about.
    places: u8,
    /// What was said so far.
    records: Vec<Record>,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// A command; with the settings as they were before, what its sender should know of it, and what of it can be out of
    /// range.
    Command { before: Vec<(Setting, i64)>, warning: Option<String>, ranges: Ranges },
    /// A match or a market, step by step.
    Provide { providing: Providing, operator: u32 },
    /// A question.
    Question(Query),
    /// What the house rules of a match say.
    Rules(Ask),
    /// The settings, on which a change is made then.
    Settings { change: Change, operator: u32 },
    /// Everything that waits, as what a wish is about says who may decide about it.
    Wishes { command: Command, id: ProposalId, staff: StaffClaims },
}

impl Work {
    /// Whether what is said is for the asker only. What a command changed is news for all.
    pub fn is_question(&self) -> bool {
        !matches!(self.step, Step::Command { .. } | Step::Provide { .. })
    }
}

/// What a record made of a work.
pub(super) enum Progress {
    /// More is to come.
    Waits,
    /// It is answered.
    Done(Response),
    /// The command that it prepared goes to the engine now.
    Goes(Envelope, Box<Work>),
    /// The rest of the answer is asked for.
    Asks(Query, Box<Work>),
}

/// Whether it is a trader's word that names a stake, in the money of a bettor whom the bet alone does not name.
fn names_a_stake(order: &Order) -> bool {
    let Order::Command(Command::DecideReferral { word, .. }) = order else { return false };
    match word {
        ReferralWord::AcceptPart { .. } | ReferralWord::Offer { .. } => true,
        ReferralWord::Accept | ReferralWord::Refuse => false,
    }
}

impl Hub {
    /// `POST /admin/commands`
    pub(super) fn order(
        &mut self,
        connection: &Connection,
        head: &Head,
        body: &[u8],
    ) -> Result<Outcome, Fault> {
        let claims = self.staff(head)?;
        let now = Timestamp::from_millis(unix_now().as_millis() as u64);
        let places = match account_of_order(body) {
            Some(account) => self.places_known(account)?,
            None => self.book.purses().book_places(),
        };
        let order = with_places(places, || parse_order(body, now))?;
        let is_nobodys = account_of_order(body).is_none() && self.book.purses().are_several();
        if is_nobodys && names_a_stake(&order) {
            let expected = "named: there are several currencies, and the stake is in the account's";
            return Err(Fault::bad_field("account", expected));
        }
        if !order.is_allowed_to(&claims) {
            let text = "Your roles do not allow this command.";
            return Err(Fault::with(GatewayCode::Forbidden, text.to_owned()));
        }
        let (operator, keep_alive) = (claims.operator, head.keep_alive);
        let sent = match (order.wish(), order) {
            (Some(id), Order::Command(command)) => {
                let step = Step::Wishes { command, id, staff: claims };
                let work = Work { keep_alive, places, records: Vec::new(), step };
                self.question(connection.key, Query::Proposals, work)
            }
            (_, Order::Command(Command::OpenMarket { match_id, kind })) => {
                let first = Providing::of_market(match_id, kind);
                self.provide(connection.key, operator, keep_alive, first)
            }
            (_, Order::CreateMatch { plan, are_named }) => {
                let first = Providing::of_match(*plan, are_named);
                self.provide(connection.key, operator, keep_alive, first)
            }
            (_, Order::Command(command)) => {
                let envelope = self.envelope(operator, command);
                let warning = rules::contradiction(&self.book, &command);
                let ranges = Ranges::of(&command);
                let step = Step::Command { before: Vec::new(), warning, ranges };
                self.command(
                    connection.key,
                    envelope,
                    Work { keep_alive, places, records: vec![], step },
                )
            }
            (_, Order::Configure(change)) => {
                let step = Step::Settings { change, operator };
                let work = Work { keep_alive, places, records: Vec::new(), step };
                self.question(connection.key, Query::Settings, work)
            }
        };
        Ok(sent.map_or_else(cannot, |()| Outcome::Awaits))
    }

    /// `POST /admin/queries`
    pub(super) fn look_up(
        &mut self,
        connection: &Connection,
        head: &Head,
        body: &[u8],
    ) -> Result<Outcome, Fault> {
        let claims = self.staff(head)?;
        if !claims.may_look() {
            let text = "Only traders and operators may look.";
            return Err(Fault::with(GatewayCode::Forbidden, text.to_owned()));
        }
        let keep_alive = head.keep_alive;
        let found = |body| Ok(Outcome::Answer(Response::json(200, body)));
        match parse_question(body)? {
            Question::Matches => found(staff::matches(&self.book, None)),
            Question::Markets(match_id) if self.book.game(match_id).is_none() => {
                Ok(Outcome::Answer(refused_answer(Reject::UnknownMatch.into())))
            }
            Question::Markets(match_id) => found(staff::matches(&self.book, Some(match_id))),
            Question::Rules(ask) if self.book.game(ask.match_id).is_none() => {
                Ok(Outcome::Answer(refused_answer(Reject::UnknownMatch.into())))
            }
            Question::Rules(ask) => {
                let places = self.book.purses().book_places();
                let step = Step::Rules(ask);
                let work = Work { keep_alive, places, records: Vec::new(), step };
                let sent = self.question(connection.key, Query::HouseRules, work);
                Ok(sent.map_or_else(cannot, |()| Outcome::Awaits))
            }
            Question::Engine(query) => {
                let step = Step::Question(query);
                let places = self.book.purses().book_places();
                let work = Work { keep_alive, places, records: Vec::new(), step };
                let sent = self.question(connection.key, query, work);
                Ok(sent.map_or_else(cannot, |()| Outcome::Awaits))
            }
        }
    }

    /// Who asks, by his token.
    fn staff(&self, head: &Head) -> Result<StaffClaims, Fault> {
        let token = head.bearer.as_deref().ok_or(GatewayCode::NotAuthenticated)?;
        let now_s = unix_now().as_secs();
        token::verify_staff(&self.config.secret, token, now_s).map_err(|error| match error {
            TokenError::Expired => GatewayCode::ExpiredToken.into(),
            TokenError::WrongAudience => {
                let text = "This sign-in token is a bettor's, not one of the staff.";
                Fault::with(GatewayCode::BadToken, text.to_owned())
            }
            TokenError::Invalid | TokenError::NotYet => GatewayCode::BadToken.into(),
        })
    }

    fn envelope(&mut self, operator: u32, command: Command) -> Envelope {
        Envelope { actor: Actor::Operator(operator), trace: self.trace(), command }
    }

    fn command(&mut self, asker: Key, envelope: Envelope, work: Work) -> Result<(), Reject> {
        self.port.send(envelope)?;
        tracing::info!(actor = ?envelope.actor, command = ?envelope.command, "ordered");
        self.await_work(envelope.trace, asker, work);
        Ok(())
    }

    fn provide(
        &mut self,
        asker: Key,
        operator: u32,
        keep_alive: bool,
        (providing, command): (Providing, Command),
    ) -> Result<(), Reject> {
        let envelope = self.envelope(operator, command);
        let (places, step) =
            (self.book.purses().book_places(), Step::Provide { providing, operator });
        self.command(asker, envelope, Work { keep_alive, places, records: Vec::new(), step })
    }

    fn question(&mut self, asker: Key, query: Query, work: Work) -> Result<(), Reject> {
        let trace = self.trace();
        self.port.ask(trace, query)?;
        self.await_work(trace, asker, work);
        Ok(())
    }

    fn await_work(&mut self, trace: u64, asker: Key, work: Work) {
        let asked = Asked::Staff(Box::new(work));
        self.pending.insert(trace, Pending { asker: Some(asker), asked });
    }

    /// Takes a record of the answer to a work.
    pub(super) fn progress(&mut self, record: &Record, work: &mut Work) -> Progress {
        if let Event::Multiple(_) = record.event {
            let legs = self.legs.iter().map(|leg| Record { event: Event::Leg(*leg), ..*record });
            work.records.extend(legs);
        }
        work.records.push(*record);
        if matches!(work.step, Step::Provide { .. }) {
            return self.go_on_providing(record, work);
        }
        match (&mut work.step, &record.event) {
            (Step::Command { ranges, .. }, Event::Refused(refusal)) => {
                let text = ranges.sentence(*refusal);
                Progress::Done(with_places(work.places, || refused_to_staff(*refusal, text)))
            }
            (Step::Command { before, warning, .. }, Event::Applied) => {
                Progress::Done(Response::json(
                    200,
                    self.in_money_of_answer(&work.records, || {
                        staff::applied(&self.book, &work.records, before, warning.as_deref())
                    }),
                ))
            }
            (Step::Question(query), Event::QueryDone) => {
                let Some(from) = risk::rest(&work.records) else {
                    return Progress::Done(self.answer_question(*query, &work.records));
                };
                let query = Query::Risk { from };
                let (keep_alive, places) = (work.keep_alive, work.places);
                let records = std::mem::take(&mut work.records);
                let work = Work { keep_alive, places, records, step: Step::Question(query) };
                Progress::Asks(query, Box::new(work))
            }
            (Step::Rules(ask), Event::QueryDone) => {
                Progress::Done(Response::json(200, rules::ruling(&self.book, &work.records, ask)))
            }
            (Step::Wishes { command, id, staff }, Event::QueryDone) => {
                if let Err(text) = may_decide(staff, *id, &work.records) {
                    let fault = Fault::with(GatewayCode::Forbidden, text);
                    self.metrics.count_fault(fault.code);
                    return Progress::Done(Response::fault(&fault));
                }
                let envelope = self.envelope(staff.operator, *command);
                let step =
                    Step::Command { before: Vec::new(), warning: None, ranges: Ranges::default() };
                let (keep_alive, places) = (work.keep_alive, work.places);
                let work = Work { keep_alive, places, records: Vec::new(), step };
                Progress::Goes(envelope, Box::new(work))
            }
            (Step::Settings { change, operator }, Event::QueryDone) => {
                let before = settings_in(&work.records);
                match changed(&work.records, change) {
                    Ok(command) => {
                        let envelope = self.envelope(*operator, command);
                        let (keep_alive, places) = (work.keep_alive, work.places);
                        let step =
                            Step::Command { before, warning: None, ranges: Ranges::default() };
                        let work = Work { keep_alive, places, records: Vec::new(), step };
                        Progress::Goes(envelope, Box::new(work))
                    }
                    Err(fault) => {
                        self.metrics.count_fault(fault.code);
                        Progress::Done(Response::fault(&fault))
                    }
                }
            }
            _ => Progress::Waits,
        }
    }

    /// Goes on with a match or a market that comes into being.
    fn go_on_providing(&mut self, record: &Record, work: &mut Work) -> Progress {
        let Work { keep_alive, places, records, step } = work;
        let Step::Provide { providing, operator } = step else { return Progress::Waits };
        let answer = match record.event {
            Event::Refused(refusal) => Err(refusal),
            Event::Applied => Ok(records.as_slice()),
            _ => return Progress::Waits,
        };
        match providing.hear(answer, &self.book) {
            Next::Refused(refusal) => {
                let text = Ranges::of(providing.last()).sentence(refusal);
                Progress::Done(with_places(*places, || refused_to_staff(refusal, text)))
            }
            Next::Done(made) => {
                Progress::Done(Response::json(200, provided::provided(&self.book, record, &made)))
            }
            Next::Do(command) => {
                let (keep_alive, places, operator) = (*keep_alive, *places, *operator);
                let envelope = self.envelope(operator, command);
                let blank =
                    Step::Command { before: Vec::new(), warning: None, ranges: Ranges::default() };
                let step = std::mem::replace(step, blank);
                let work = Work { keep_alive, places, records: Vec::new(), step };
                Progress::Goes(envelope, Box::new(work))
            }
        }
    }

    /// Sends the command of a work that has prepared one; answers with the engine's own code if it
    /// takes none.
    pub(super) fn go_on(&mut self, asker: Key, envelope: Envelope, work: Work) -> Option<Response> {
        self.command(asker, envelope, work).err().map(|reject| refused_answer(reject.into()))
    }

    /// Asks for the rest of an answer; answers with the engine's own code if it takes no question.
    pub(super) fn ask_on(&mut self, asker: Key, query: Query, work: Work) -> Option<Response> {
        self.question(asker, query, work).err().map(|reject| refused_answer(reject.into()))
    }

    fn answer_question(&self, query: Query, records: &[Record]) -> Response {
        let refusal = records.iter().find_map(|record| match record.event {
            Event::Refused(refusal) => Some(refusal),
            _ => None,
        });
        if let Some(refusal) = refusal {
            return refused_answer(refusal);
        }
        let body = self.in_money_of_answer(records, || match query {
            Query::Settings => staff::settings(records),
            Query::Risk { .. } => risk::report(records),
            Query::HouseRules => settlement::house_rules(records),
            Query::PlayPolicy | Query::Customer { .. } | Query::Cases { .. } => {
                compliance::answer(&self.book, records)
            }
            Query::LateBets { .. } => late::late_bets(&self.book, records),
            Query::Proposals => proposals::proposals(&self.book, records),
            Query::Referrals => referral::referrals(&self.book, records),
            Query::Sources => staff::sources(records),
            Query::SettlementTimes => settlement::times(&self.book, records),
            Query::Tables => staff::tables(records),
            Query::Accounts { accounts_max, .. } => {
                staff::accounts(&self.book, records, accounts_max)
            }
            Query::Account { .. }
            | Query::AccountNamed { .. }
            | Query::Catalogue
            | Query::Match { .. }
            | Query::Bet { .. }
            | Query::MaxStake { .. }
            | Query::CashOut { .. }
            | Query::MaxUnit { .. }
            | Query::Payment { .. } => staff::account(&self.book, records),
        });
        Response::json(200, body)
    }
}

/// The engine did not take it.
fn cannot(reject: Reject) -> Outcome {
    Outcome::Answer(refused_answer(Refusal::new(reject)))
}

fn settings_in(records: &[Record]) -> Vec<(Setting, i64)> {
    let setting = |record: &Record| match record.event {
        Event::Setting { setting, value } => Some((setting, value)),
        _ => None,
    };
    records.iter().filter_map(setting).collect()
}

/// The command that makes a change to the settings of an answer.
fn changed(records: &[Record], change: &Change) -> Result<Command, Fault> {
    let version = records.iter().find_map(|record| match record.event {
        Event::Configured { version } => Some(version),
        _ => None,
    });
    let mut config = Config::default();
    for (setting, value) in settings_in(records) {
        config = setting.set(config, value).unwrap_or(config);
    }
    for &(setting, value) in &change.set {
        config = setting.set(config, value).ok_or_else(|| out_of_range(setting, value))?;
    }
    config.validate().map_err(|field| {
        let setting = Setting::of_field(field);
        setting.map_or_else(
            || Fault::bad_field(field, "in its range"),
            |setting| out_of_range(setting, setting.get(&config)),
        )
    })?;
    // Without a version of his own the person changes what was in force a moment ago.
    Ok(Command::Configure { config, based_on: change.based_on.or(version) })
}

fn out_of_range(setting: Setting, value: i64) -> Fault {
    let (name, value) = (setting.name(), setting::show(setting, value));
    let text = format!(
        "The setting \"{name}\" cannot be {value}: out of its range, or at odds with another setting."
    );
    Fault::with(GatewayCode::BadField, text)
}
