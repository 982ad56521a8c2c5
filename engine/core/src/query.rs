//! Questions: answered from the same state as commands, in their place among them, changing nothing.

use crate::bets::client_ids::Key;
use crate::command::{Actor, Grade, PlaceMultiple, Query, Scope};
use crate::event::table::TableFill;
use crate::event::{Event, PaymentView, Price, PriceCause};
use crate::feed::sources::LagHistogram;
use crate::outbox::Outbox;
use crate::payments::{self, Payment};
use crate::play::{CUSTOMERS_PER_ANSWER, LimitBy};
use crate::reject::Reject;
use crate::settings::Setting;
use crate::state::{State, Tables};
use crate::switches::{TripId, TripStanding};
use crate::units::{MarketId, SelectionIndex, SourceId};

/// The most multiples in the answer about an account; each comes with up to twenty legs.
pub const MULTIPLES_PER_ANSWER: usize = 256;

impl State {
    /// Answers a question. The last event is always [`Event::QueryDone`]; what does not exist is
    /// said by [`Event::Refused`] before it.
    pub fn query(&self, trace: u64, query: &Query, outbox: &mut Outbox) {
        outbox.stamp(self.seq, self.now, trace);
        let answered = match &self.tables {
            Some(tables) => tables.answer(self, query, outbox),
            None => Err(Reject::OutOfPlace),
        };
        if let Err(code) = answered {
            outbox.push(Event::Refused(code.into()));
        }
        outbox.push(Event::QueryDone);
    }
}

impl Tables {
    fn answer(&self, state: &State, query: &Query, outbox: &mut Outbox) -> Result<(), Reject> {
        match *query {
            Query::Catalogue => {
                self.fixtures.iter().for_each(|fixture| fixture.announce(fixture.id, outbox));
                self.switches.say(&self.fixtures, outbox);
                for &trip in TripId::ALL {
                    let (standing, by) = (self.trips.standing(trip), Actor::Engine);
                    if standing != TripStanding::Clear {
                        outbox.push(Event::Trip { trip, standing, by });
                    }
                }
                outbox.push(Event::Shed { level: self.shed });
                for (currency, row) in self.wallet.currencies().iter() {
                    outbox.push(row.event(currency));
                }
            }
            Query::Match { match_id } => {
                let fixture = self.fixture(match_id).ok_or(Reject::UnknownMatch)?;
                fixture.announce(match_id, outbox);
                fixture.announce_incidents(match_id, outbox);
                let reason = fixture.stops.first();
                outbox.push(Event::MatchFrozen { match_id, reason });
                if fixture.delay_ns.is_some() {
                    let scope = Scope::Match(match_id);
                    outbox.push(Event::Delay { scope, delay_ns: fixture.delay_ns });
                }
                for (index, version) in fixture.feed.versions.into_iter().enumerate() {
                    if version != 0 {
                        let source = SourceId(index as u8);
                        outbox.push(Event::FeedHeard { match_id, source, version });
                    }
                }
                fixture.markets.iter().for_each(|market| self.say_market(*market, outbox));
                for row in self.overrides.iter() {
                    if fixture.markets.contains(&row.kind.market()) {
                        outbox.push(row.image());
                    }
                }
            }
            Query::Account { account, bets_max } => {
                let row = self.wallet.get(account).ok_or(Reject::UnknownAccount)?;
                let key = self.wallet.key(account).ok_or(Reject::UnknownAccount)?;
                let (standing, currency) = (row.state, row.currency);
                outbox.push(Event::Account { account, key, state: standing, currency });
                self.wallet.announce(account, outbox);
                outbox.push(row.terms(account));
                for bonus in self.wallet.bonuses().of(account) {
                    outbox.push(Event::Bonus { account, bonus: bonus.view() });
                }
                if row.is_watched {
                    let rest = self.wallet.play().rest_at(account, state.now);
                    outbox.push(Event::Rest { account, rest });
                    let of_player = self.wallet.play().of(account);
                    for limit in of_player.filter(|it| it.key.by != LimitBy::Counter) {
                        let limit = limit.view(state.now);
                        outbox.push(Event::PlayLimit { account, limit });
                    }
                }
                if self.wallet.play().is_about_sessions(account, state.now) {
                    outbox.push(self.wallet.play().session_event(account));
                }
                let bets_max = usize::from(bets_max);
                for bet in self.bets.of_account(row.newest_bet).take(bets_max) {
                    outbox.push(Event::Bet(bet.view()));
                    if bet.is_funded {
                        self.say_funding((account, bet.client_id), bet.id, outbox);
                    }
                }
                let multiples_max = bets_max.min(MULTIPLES_PER_ANSWER);
                for multiple in self.multiples.of_account(account).take(multiples_max) {
                    self.say_multiple(multiple, outbox);
                }
            }
            Query::AccountNamed { key, bets_max } => {
                let account = self.wallet.find(&key).ok_or(Reject::UnknownAccount)?;
                return self.answer(state, &Query::Account { account, bets_max }, outbox);
            }
            Query::Accounts { from, accounts_max } => {
                let rows = self.wallet.iter().skip(from.0 as usize);
                for (account, row) in rows.take(usize::from(accounts_max.min(Query::ACCOUNTS_MAX)))
                {
                    let key = self.wallet.key(account).ok_or(Reject::UnknownAccount)?;
                    let (standing, currency) = (row.state, row.currency);
                    outbox.push(Event::Account { account, key, state: standing, currency });
                    self.wallet.announce(account, outbox);
                }
            }
            Query::Proposals => {
                for proposal in self.proposals.iter() {
                    proposal.say(&state.config, outbox);
                }
                self.overrides.iter().for_each(|row| outbox.push(row.image()));
            }
            Query::HouseRules => self.rule_book.announce(outbox),
            Query::PlayPolicy => self.wallet.play().say_policy(outbox),
            Query::Customer { account } => {
                let row = self.wallet.get(account).ok_or(Reject::UnknownAccount)?;
                let key = self.wallet.key(account).ok_or(Reject::UnknownAccount)?;
                let (standing, currency) = (row.state, row.currency);
                outbox.push(Event::Account { account, key, state: standing, currency });
                self.wallet.play().say_customer(account, state.now, outbox);
            }
            Query::Cases { from } => {
                let play = self.wallet.play();
                for account in play.cases(from).take(CUSTOMERS_PER_ANSWER) {
                    let customer = play.customer(account);
                    outbox.push(Event::Customer { account, customer });
                    for counter in customer.cases.iter() {
                        outbox.push(self.wallet.case(account, counter, state.now, None));
                    }
                }
            }
            Query::Risk { from } => {
                let reports = self.rule_reports(&state.config, self.ends_from(from));
                reports.for_each(|report| outbox.push(Event::Rule(report)));
            }
            Query::Sources => {
                for (index, lags) in self.lags.iter().enumerate() {
                    let ends = LagHistogram::AT_MOST_MS.into_iter().map(Some).chain([None]);
                    for (at_most_ms, count) in ends.zip(lags.counts) {
                        let source = SourceId(index as u8);
                        outbox.push(Event::SourceLag { source, at_most_ms, count });
                    }
                }
            }
            Query::Settings => {
                outbox.push(Event::Configured { version: state.config_version });
                for &setting in Setting::ALL {
                    let value = setting.get(&state.config);
                    outbox.push(Event::Setting { setting, value });
                }
            }
            Query::Bet { account, client_id } => {
                let key = Key::new(account, client_id.0);
                let answer = self.client_ids.get(key).ok_or(Reject::UnknownBet)?;
                if !self.say_answer(answer, account, client_id, outbox) {
                    return Err(Reject::UnknownBet);
                }
            }
            Query::MaxStake { account, market, selection, channel } => {
                let by = (account, Some(channel));
                let stake = self.max_stake(&state.config, state.now, by, market, selection);
                outbox.push(Event::MaxStake { account, market, selection, stake });
            }
            Query::Payment { reference } => {
                let payment = self.payments.get(payments::key(reference));
                let Payment { account, amount, status, .. } =
                    payment.ok_or(Reject::UnknownPayment)?;
                let view = PaymentView { account, reference, amount, status };
                outbox.push(Event::Payment(view));
            }
            Query::Tables => self.say_tables(outbox),
            Query::SettlementTimes => self.say_settlement_times(outbox),
            Query::LateBets { scope, margin_ns, at } => {
                return self.say_late_bets(&state.config, scope, margin_ns, at, outbox);
            }
            Query::Referrals => self.say_referrals(outbox),
            Query::CashOut { account, client_id, part, channel } => {
                let bet = (account, client_id);
                let view = self.quote_cash_out(&state.config, state.now, channel, bet, part);
                outbox.push(Event::CashOut(view));
            }
            Query::MaxUnit { place, channel } => {
                let PlaceMultiple { account, client_id, .. } = place;
                let unit = self.max_unit(&state.config, state.now, Some(channel), &place);
                outbox.push(Event::MaxUnit { account, client_id, unit });
            }
        }
        Ok(())
    }

    /// How many rows of each table are in use, in the order of their sizes.
    fn say_tables(&self, outbox: &mut Outbox) {
        let used = [
            self.wallet.count(),
            self.fixtures.count(),
            self.markets.count(),
            self.bets.live(),
            self.client_ids.used(),
            self.multiples.live(),
            self.multiples.legs_live(),
            self.payments.count(),
            self.wallet.bonuses().live_count(),
            self.wallet.play().limits_live(),
        ];
        for ((name, most), used) in self.capacity.sizes().into_iter().zip(used) {
            outbox.push(Event::Table(TableFill { name, used: used as u32, most }));
        }
    }

    fn say_market(&self, market: MarketId, outbox: &mut Outbox) {
        let row = self.markets.market(market);
        if row.retired {
            return;
        }
        let selections = row.selections();
        outbox.push(Event::MarketOpened {
            market,
            match_id: row.match_id,
            kind: row.kind,
            selections,
        });
        if row.delay_ns.is_some() {
            let scope = Scope::Market(market);
            outbox.push(Event::Delay { scope, delay_ns: row.delay_ns });
        }
        for (index, selection) in self.markets.selections(row).iter().enumerate() {
            outbox.push(Event::Price(Price {
                market,
                selection: SelectionIndex(index as u8),
                odds: selection.odds,
                fair: selection.fair,
                model: selection.model,
                price_seq: row.prices.price_seq(),
                cause: PriceCause::Image,
                by: Actor::Engine,
            }));
        }
        let (version, (by, approved_by)) = (row.settlement_version, row.graded_by);
        if let Some(grade) = row.graded.and_then(|result| Grade::of(result, selections)) {
            outbox.push(Event::Graded { market, version, grade, by, approved_by });
        }
        outbox.push(Event::Market { market, status: row.status, epoch: row.epoch });
    }
}
