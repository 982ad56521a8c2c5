//! Commands in words: what was asked, and what a feed said.

use clutch_core::command::{
    AnswerOffer, BonusStep, CashOut, Command, FeedMessage, GameEvent, KillScope, PlaceBet,
    PlaceMultiple, PlaceOnTerms, Scope, Slip, Team,
};
use clutch_core::units::Money;
use clutch_core::{Envelope, State};

use super::{
    Words, account, account_of, money, odds, orders, places, referral, time, uuid, why_suspended,
};
use crate::names;
use crate::wire::decimal::with_places;
use crate::wire::{overrides, setting};

impl Words {
    /// What a command asks, in one line.
    pub fn command(&self, state: &State, envelope: &Envelope) -> String {
        let account = account_of(envelope);
        with_places(places(state, account), || self.command_in_money(state, envelope))
    }

    fn command_in_money(&self, state: &State, envelope: &Envelope) -> String {
        match &envelope.command {
            Command::Genesis { capacity, .. } => format!(
                "the journal begins: room for {} accounts, {} markets, {} bets",
                capacity.accounts_max, capacity.markets_max, capacity.bets_max
            ),
            Command::CreateMatch(create) => format!(
                "match {}: {} v {}, best of {}",
                create.key.as_str(),
                create.team_a.as_str(),
                create.team_b.as_str(),
                create.best_of
            ),
            Command::SetMap(set) => format!(
                "{}: map {} is {}, {} begins as {} and {}",
                self.game(set.match_id),
                set.map_no,
                set.name.as_str(),
                self.team(set.match_id, Team::A),
                self.side(set.match_id, set.first_side_a),
                self.strengths(set.match_id, set.strengths)
            ),
            Command::SetNextRound(set) => {
                let round = (set.map_no, set.round);
                format!(
                    "{}: {}",
                    self.game(set.match_id),
                    self.next_round(set.match_id, round, set.a)
                )
            }
            Command::Override { kind, expires_at } => {
                let until = time(*expires_at);
                let until = until.split('.').next().unwrap_or_default();
                let said = overrides::word(&self.book, *kind);
                format!("{}: {said}, until {until}", self.market(kind.market()))
            }
            Command::LiftOverride { id } => format!("lift override {}", id.0),
            Command::Approve { id } => format!("approve {}", id.0),
            Command::RejectProposal { id } => format!("reject proposal {}", id.0),
            Command::HandOver { match_id, source } => {
                format!("{}: follow feed {}", self.game(*match_id), source.0)
            }
            Command::Configure { .. } => "new settings".to_owned(),
            Command::OpenMarket { match_id, kind } => {
                format!("{}: open {}", self.game(*match_id), self.kind(*match_id, *kind))
            }
            Command::Feed(message) => self.feed(message),
            Command::Suspend { scope, reason } => {
                format!("suspend {}: {}", self.scope(*scope), why_suspended(*reason))
            }
            Command::Resume { scope } => format!("resume {}", self.scope(*scope)),
            Command::OpenAccount { key, .. } => format!("open account {}", key.as_str()),
            Command::SetAccountState { account: id, state: now } => {
                format!("account {} is {now:?} now", account(state, *id))
            }
            Command::Deposit { account: id, amount, .. } => {
                format!("deposit {} for {}", money(*amount), account(state, *id))
            }
            Command::Payment { account: id, amount, step, .. } => {
                format!(
                    "{} {} for {}",
                    money::payment_step(*step),
                    money(*amount),
                    account(state, *id)
                )
            }
            Command::Bonus { account: id, step } => match step {
                BonusStep::Grant { kind, amount, wagering, .. } => {
                    let to_wager = match wagering.turnover {
                        Money::ZERO => String::new(),
                        turnover => format!(", to be wagered for {}", money(turnover)),
                    };
                    let amount = money(*amount);
                    format!("grant {} a {kind} of {amount}{to_wager}", account(state, *id))
                }
                BonusStep::Forfeit { bonus } => {
                    format!("take bonus {} of {} back", bonus.0, account(state, *id))
                }
            },
            Command::Adjust(adjust) => money::adjustment(state, adjust),
            Command::SetCurrency(set) => money::currency(set),
            Command::PlaceBet(place) => self.place(state, place),
            Command::PlaceMultiple(place) => self.place_multiple(state, place),
            Command::CancelBet { account: id, client_id } => {
                format!("{} cancels bet {}", account(state, *id), uuid(*client_id))
            }
            Command::CashOut(CashOut { account: id, client_id, part, amount, .. }) => {
                let what =
                    part.map_or_else(String::new, |part| format!("{} of ", money(part.money())));
                let (who, bet) = (account(state, *id), uuid(*client_id));
                format!("{who} cashes out {what}bet {bet} for {} or more", money(*amount))
            }
            Command::PlaceOnTerms(PlaceOnTerms { terms, slip }) => {
                let asked = match slip {
                    Slip::Single(place) => self.place(state, place),
                    Slip::Multiple(place) => self.place_multiple(state, place),
                };
                let partial = if terms.partial { ", or less of it" } else { "" };
                let offers = if terms.offers { ", and hears offers" } else { "" };
                let bonus = terms.bonus.map(|bonus| format!(", with bonus {}", bonus.0));
                let device = device(terms.device);
                format!("{asked}{partial}{offers}{}{device}", bonus.unwrap_or_default())
            }
            Command::PlaceBatch(ask) => {
                let bets: Vec<String> =
                    ask.places().map(|place| self.place(state, &place)).collect();
                format!("all or none: {}{}", bets.join("; "), device(ask.device))
            }
            Command::AnswerOffer(AnswerOffer { account: id, offer, accept, .. }) => {
                let says = if *accept { "takes" } else { "declines" };
                format!("{} {says} the offer of bet {}", account(state, *id), offer.0)
            }
            Command::DecideReferral { bet, word } => {
                format!("a trader says of bet {}: {}", bet.0, referral(*word))
            }
            Command::Tick | Command::BriefTick => "time goes on".to_owned(),
            Command::Kill { scope, on } => {
                format!("kill switch {}: {}", self.switch(*scope), if *on { "on" } else { "off" })
            }
            Command::SetMode { mode } => format!("mode {}", mode.key()),
            Command::ResetTrip { trip } => format!("reset the trip {}", trip.name()),
            Command::Shed { level } => format!("shed load: level {level} of 3"),
            Command::Enlarge { capacity } => {
                let sizes = capacity.sizes().map(|(name, size)| format!("{name} {size}"));
                format!("tables of these sizes, none smaller than before: {}", sizes.join(", "))
            }
            Command::SetAccountFactor { account: id, title, has_begun, percent } => {
                let phase = if *has_begun { "in play" } else { "before the start" };
                let (who, title) = (account(state, *id), title.rules().key);
                format!("{who} may stake {percent}% of what everybody may in {title} {phase}")
            }
            Command::LinkAccount { account: id, group: Some(group) } => {
                format!("{} belongs to group {group}", account(state, *id))
            }
            Command::LinkAccount { account: id, group: None } => {
                format!("{} belongs to no group", account(state, *id))
            }
            Command::SetTier { match_id, tier } => {
                format!("{} is of tier {tier}", self.game(*match_id))
            }
            Command::SetDelay { scope, delay_ns } => {
                let delay = delay_ns.map_or("as long as usual".to_owned(), |nanos| {
                    format!("for {}", setting::show_nanos(nanos))
                });
                format!("bets on {} wait in play {delay}", self.scope(*scope))
            }
            Command::SetPlayLimit { account: id, key, amount } => {
                orders::limit_wish(state, *id, *key, *amount)
            }
            Command::ConfirmPlayLimit { account: id, key } => orders::confirmed(state, *id, *key),
            Command::Rest { account: id, rest } => orders::rest(state, *id, *rest),
            Command::EndRest { account: id } => {
                format!("{} wants to come back from a self-exclusion", account(state, *id))
            }
            Command::Session { account: id, step } => orders::session(state, *id, *step),
            Command::Customer { account: id, step } => orders::customer(state, *id, *step),
            Command::Grade { market, version, grade } => self.grade(*market, *version, grade),
            Command::AdoptHouseRules { title, name, .. } => {
                let title = title.rules().key;
                format!("adopt the house rules {} for {title}", name.as_str())
            }
            Command::AdoptPlayPolicy { name, .. } => format!("adopt the policy {}", name.as_str()),
            Command::MatchIncident { match_id, incident } => {
                format!("{}: {}", self.game(*match_id), self.incident(*match_id, *incident))
            }
            Command::TakeBackIncident { match_id } => {
                format!("{}: the last incident is taken back", self.game(*match_id))
            }
            Command::ResumeSettlement { market } => {
                format!("settlement of {} goes on", self.market(*market))
            }
            Command::PauseSettlement { from_tier: Some(tier) } => {
                format!("settlement waits for matches of tier {tier} and less known ones")
            }
            Command::PauseSettlement { from_tier: None } => {
                "settlement waits for no match".to_owned()
            }
            Command::VoidBet { account: id, client_id } => {
                format!("void bet {} of {}", uuid(*client_id), account(state, *id))
            }
            Command::VoidBets(stretch) => self.void_bets(*stretch),
        }
    }

    fn place_multiple(&self, state: &State, place: &PlaceMultiple) -> String {
        let picks = place.picks().iter().map(|pick| {
            let named = self.pick(pick.market, pick.selection);
            format!("{named} at {}", odds(pick.odds))
        });
        let picks: Vec<_> = picks.collect();
        format!(
            "{} bets {} on each of {} lines of {} ({})",
            account(state, place.account),
            money(place.unit().money()),
            place.system().lines(),
            picks.join(" and "),
            uuid(place.client_id)
        )
    }

    fn place(&self, state: &State, place: &PlaceBet) -> String {
        format!(
            "{} bets {} on {} at {} ({})",
            account(state, place.account),
            money(place.stake.money()),
            self.pick(place.market, place.selection),
            odds(place.odds),
            uuid(place.client_id)
        )
    }

    fn scope(&self, scope: Scope) -> String {
        match scope {
            Scope::All => "everything".to_owned(),
            Scope::Match(id) => self.game(id),
            Scope::Market(id) => self.market(id),
        }
    }

    fn switch(&self, scope: KillScope) -> String {
        match scope {
            KillScope::Match(id) => self.game(id),
            other => names::kill_scope(other),
        }
    }

    /// What a feed said about which match.
    fn feed(&self, message: &FeedMessage) -> String {
        format!("{}: {}", self.game(message.match_id), self.feed_said(message))
    }

    /// What a feed said.
    pub fn feed_said(&self, message: &FeedMessage) -> String {
        let id = message.match_id;
        let said = match message.event {
            GameEvent::Heartbeat => "it is still there".to_owned(),
            GameEvent::MapStarted { map, first_side_a } => {
                let side = self.side(id, first_side_a);
                format!("map {map} is live, {} begins as {side}", self.team(id, Team::A))
            }
            GameEvent::RoundStarted { map, round } => format!("map {map} round {round} is live"),
            GameEvent::RoundWon { map, round, winner } => {
                format!("map {map} round {round} was won by {}", self.team(id, winner))
            }
            GameEvent::Rewound { map, to_round } => {
                format!("map {map} was taken back: {to_round} rounds still stand")
            }
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                format!("map {map} ended at {rounds_a}:{rounds_b}")
            }
            GameEvent::Held => "it is not sure of its last word; betting stops".to_owned(),
            GameEvent::Released => "it is sure of its last word again".to_owned(),
            GameEvent::Disputed => "it contradicts itself; a person must look".to_owned(),
            GameEvent::NextRound { map, round, a } => self.next_round(id, (map, round), a),
            GameEvent::MobaState { map, state } => self.moba(id, map, &state),
            GameEvent::MobaRewound { map, state } => {
                format!("it goes back to {}", self.moba(id, map, &state))
            }
            GameEvent::MapWon { map, winner } => {
                format!("map {map} was won by {}", self.team(id, winner))
            }
        };
        format!("feed {} says {said}", message.source.0)
    }
}

/// Where bets come from, if that was said.
fn device(device: u32) -> String {
    if device == 0 { String::new() } else { format!(", from device {device}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Every kind of command, as its bytes are frozen.
    #[test]
    fn every_command_has_words() {
        let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/commands.txt");
        let golden = std::fs::read_to_string(golden).unwrap();
        let (words, state) = (Words::default(), State::new());
        let mut count = 0;
        for line in golden.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (name, hex) = line.split_once(' ').unwrap();
            let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
            let said = words.command(&state, &Envelope::decode(&bytes).unwrap());
            let is_raw = ["{", "}", "_ns", ":{", "account:", "null"];
            assert!(!is_raw.iter().any(|raw| said.contains(raw)), "{name}: {said}");
            assert!(said.contains(' '), "{name}: {said}");
            count += 1;
        }
        assert!(100 < count, "{count} commands");
    }
}
