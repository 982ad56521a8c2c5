//! Commands, events and refusals in words, with the names that people know things by.

mod money;

use chrono::{DateTime, Timelike};
use clutch_core::command::{
    Actor, AnswerOffer, BonusStep, CashOut, Channel, Command, FeedMessage, GameEvent, KillScope,
    MarketKind, PlaceBet, PlaceOnTerms, PricePolicy, ReferralWord, Scope, Side, Slip,
    SuspendReason, Team,
};
use clutch_core::event::{
    BetStatus, CashOutStatus, CashOutView, LegStanding, MarketStatus, PriceCause, VoidReason,
};
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::units::{
    AccountId, ClientBetId, MarketId, MatchId, Money, Odds, SelectionIndex, SourceId, Timestamp,
};
use clutch_core::{Envelope, Event, Outbox, Query, Record, Refusal, State};

use crate::book::Book;
use crate::names;
use crate::wire::decimal::{ShowMoney, ShowOdds, with_places};
use crate::wire::server::sentence;

pub use money::{currency_code, ledger, places, posting};

/// What things are called, learned from the engine's own events.
#[derive(Debug, Default)]
pub struct Words {
    book: Book,
}

impl Words {
    /// Learns every match and market of a state that was not followed from its beginning. Returns what
    /// the state said of itself.
    pub fn prime(&mut self, state: &State) -> Vec<Record> {
        let mut said = Vec::new();
        let Some(capacity) = state.capacity() else { return said };
        let mut outbox = Outbox::with_capacity(capacity.events_max() + 1);
        state.query(0, &Query::Catalogue, &mut outbox);
        self.hear(outbox.records());
        said.extend_from_slice(outbox.records());
        let matches: Vec<MatchId> = self.book.matches().map(|game| game.id).collect();
        for match_id in matches {
            outbox.clear();
            state.query(0, &Query::Match { match_id }, &mut outbox);
            self.hear(outbox.records());
            said.extend_from_slice(outbox.records());
        }
        said
    }

    /// Learns what records say.
    pub fn hear(&mut self, records: &[Record]) {
        records.iter().for_each(|record| self.book.apply(record));
    }

    /// "Spirit v Vitality".
    pub fn game(&self, id: MatchId) -> String {
        match self.book.game(id) {
            Some(game) => format!("{} v {}", game.team(Team::A), game.team(Team::B)),
            None => format!("match {}", id.0),
        }
    }

    /// Whether a match has this key, or this number.
    pub fn is_called(&self, id: MatchId, name: &str) -> bool {
        let key = self.book.game(id).and_then(|game| game.key);
        key.is_some_and(|key| key.as_str() == name) || name.parse() == Ok(id.0)
    }

    /// Every match.
    pub fn games(&self) -> impl Iterator<Item = MatchId> {
        self.book.matches().map(|game| game.id)
    }

    /// The keys of all matches.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.book.matches().filter_map(|game| game.key.as_ref()).map(|key| key.as_str())
    }

    /// "Map 1 winner".
    pub fn market(&self, id: MarketId) -> String {
        let named = self
            .book
            .market(id)
            .and_then(|market| Some(market.name(self.book.game(market.match_id)?)));
        named.unwrap_or_else(|| format!("market {}", id.0))
    }

    /// The match that a market is on.
    pub fn match_of(&self, id: MarketId) -> Option<MatchId> {
        self.book.market(id).map(|market| market.match_id)
    }

    /// "Spirit".
    pub fn selection(&self, market: MarketId, selection: SelectionIndex) -> String {
        let named = self
            .book
            .market(market)
            .and_then(|row| Some(row.selection_name(self.book.game(row.match_id)?, selection)));
        named.unwrap_or_else(|| format!("selection {}", selection.0))
    }

    /// "Spirit in Map 1 winner (Spirit v Vitality)".
    pub fn pick(&self, market: MarketId, selection: SelectionIndex) -> String {
        let game =
            self.match_of(market).map_or_else(String::new, |id| format!(" ({})", self.game(id)));
        format!("{} in {}{game}", self.selection(market, selection), self.market(market))
    }

    fn team(&self, id: MatchId, team: Team) -> String {
        match self.book.game(id) {
            Some(game) => game.team(team).to_owned(),
            None => format!("team {team:?}"),
        }
    }

    /// Who is behind a command.
    pub fn actor(&self, state: &State, actor: Actor) -> String {
        match actor {
            Actor::Engine => "the engine".to_owned(),
            Actor::Account { account: id, channel: Channel::Web } => account(state, id),
            Actor::Account { account: id, channel } => {
                format!("{} (by {})", account(state, id), channel.key())
            }
            Actor::Feed(SourceId(source)) => format!("feed {source}"),
            Actor::Operator(number) => format!("operator {number}"),
        }
    }

    /// What a command asks, in one line.
    pub fn command(&self, state: &State, envelope: &Envelope) -> String {
        let account = money::account_of(envelope);
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
                "{}: map {} is {}, strengths {}",
                self.game(set.match_id),
                set.map_no,
                set.name.as_str(),
                json(&set.strengths)
            ),
            Command::OpenMarket { match_id, kind } => {
                format!("{}: open {}", self.game(*match_id), kind_name(*kind))
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
                BonusStep::Grant { kind, amount, .. } => {
                    format!("grant {} a {} of {}", account(state, *id), kind.name(), money(*amount))
                }
                BonusStep::Forfeit { bonus } => {
                    format!("take bonus {} of {} back", bonus.0, account(state, *id))
                }
            },
            Command::Adjust(adjust) => money::adjustment(state, adjust),
            Command::SetCurrency(set) => money::currency(set),
            Command::PlaceBet(place) => self.place(state, place),
            Command::PlaceMultiple(place) => {
                let picks = place.picks().iter();
                let picks: Vec<_> = picks
                    .map(|pick| {
                        let named = self.pick(pick.market, pick.selection);
                        format!("{named} at {}", odds(pick.odds))
                    })
                    .collect();
                format!(
                    "{} bets {} on each of {} lines of {} ({})",
                    account(state, place.account),
                    money(place.unit().money()),
                    place.system().lines(),
                    picks.join(" and "),
                    uuid(place.client_id)
                )
            }
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
                    Slip::Multiple(place) => json(place),
                };
                let partial = if terms.partial { ", or less of it" } else { "" };
                let offers = if terms.offers { ", and hears offers" } else { "" };
                format!("{asked}{partial}{offers}")
            }
            Command::AnswerOffer(AnswerOffer { account: id, offer, accept, .. }) => {
                let says = if *accept { "takes" } else { "declines" };
                format!("{} {says} the offer of bet {}", account(state, *id), offer.0)
            }
            Command::DecideReferral { bet, word } => {
                format!("a trader says of bet {}: {}", bet.0, referral(*word))
            }
            Command::Tick => "time goes on".to_owned(),
            Command::Kill { scope, on } => {
                format!("kill switch {}: {}", self.switch(*scope), if *on { "on" } else { "off" })
            }
            Command::SetMode { mode } => format!("mode {}", mode.key()),
            Command::ResetTrip { trip } => format!("reset the trip {}", trip.name()),
            Command::Shed { level } => format!("shed load: level {level} of 3"),
            other => json(other),
        }
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
            GameEvent::Heartbeat => "still there".to_owned(),
            GameEvent::MapStarted { map, first_side_a } => {
                let side = if first_side_a == Side::T { "T" } else { "CT" };
                format!("map {map} is live, {} begins as {side}", self.team(id, Team::A))
            }
            GameEvent::RoundStarted { map, round } => format!("map {map} round {round} is live"),
            GameEvent::RoundWon { map, round, winner } => {
                format!("map {map} round {round} won by {}", self.team(id, winner))
            }
            GameEvent::Rewound { map, to_round } => {
                format!("map {map} taken back: {to_round} rounds still stand")
            }
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                format!("map {map} over at {rounds_a}:{rounds_b}")
            }
            GameEvent::Held => "not sure of what it said; nothing is sold".to_owned(),
            GameEvent::Released => "sure again of all it said".to_owned(),
            GameEvent::Disputed => "contradicts itself; a person must look".to_owned(),
            #[allow(unreachable_patterns, reason = "an event that comes later says itself")]
            other => json(&other),
        };
        format!("feed {} says {said}", message.source.0)
    }

    /// What an event says that is worth a line, or nothing.
    pub fn outcome(&self, state: &State, event: &Event) -> Option<String> {
        Some(match event {
            Event::Bet(view) => {
                format!("bet of {} is {}", account(state, view.account), status(view.status))
            }
            Event::Multiple(view) => {
                let whose = account(state, view.account);
                format!("bet of {} legs of {whose} is {}", view.legs, status(view.status))
            }
            Event::Leg(leg) => {
                let pick = self.pick(leg.market, leg.selection);
                format!("leg {}, {pick}: {}", leg.index + 1, standing(leg.standing))
            }
            Event::Payment(view) => {
                format!("payment {:032x} is {}", view.reference, view.status.name())
            }
            Event::CashOut(view) => {
                format!("cash-out by {} {}", account(state, view.account), cash_out(view))
            }
            Event::Refused(refusal) => format!("refused: {}", refusal_text(*refusal)),
            Event::Market { market, status, .. } => {
                format!("{} is {}", self.market(*market), self.market_status(*market, *status))
            }
            Event::MatchFrozen { match_id, reason: Some(reason) } => {
                format!("{} is stopped: {}", self.game(*match_id), why_suspended(*reason))
            }
            Event::MatchFrozen { match_id, reason: None } => {
                format!("{} is no longer stopped", self.game(*match_id))
            }
            _ => return None,
        })
    }

    /// Where a market stands.
    pub fn market_status(&self, market: MarketId, status: MarketStatus) -> String {
        match status {
            MarketStatus::Open => "open".to_owned(),
            MarketStatus::Suspended(reason) => format!("suspended: {}", why_suspended(reason)),
            MarketStatus::Decided { winner } => {
                format!("decided: {} won", self.selection(market, winner))
            }
            MarketStatus::Void => "void: it was not played".to_owned(),
            #[allow(unreachable_patterns, reason = "a status that comes later says itself")]
            other => format!("{other:?}"),
        }
    }
}

/// The operator's key of an account.
pub fn account(state: &State, id: AccountId) -> String {
    let key = state.wallet().and_then(|wallet| wallet.key(id));
    key.map_or_else(|| format!("account {}", id.0), |key| key.as_str().to_owned())
}

/// "12.50".
pub fn money(amount: Money) -> String {
    ShowMoney(amount.minor()).to_string()
}

/// "1.85".
pub fn odds(odds: Odds) -> String {
    ShowOdds(u64::from(odds.milli())).to_string()
}

/// A client's bet id as clients write it.
pub fn uuid(id: ClientBetId) -> String {
    let id = format!("{:032x}", id.0);
    [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-")
}

/// Reads a client's bet id, with or without dashes.
pub fn parse_uuid(text: &str) -> Option<ClientBetId> {
    let digits: String = text.chars().filter(|char| *char != '-').collect();
    let is_id = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| u128::from_str_radix(&digits, 16).ok()).flatten().map(ClientBetId)
}

/// "2026-07-12 19:02:30.123", in UTC.
pub fn time(time: Timestamp) -> String {
    let nanos = i64::try_from(time.nanos()).unwrap_or(i64::MAX);
    let at = DateTime::from_timestamp_nanos(nanos);
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    let millis = at.nanosecond() / 1_000_000;
    format!("{} {hour:02}:{minute:02}:{second:02}.{millis:03}", at.date_naive())
}

/// A refusal's sentence with its numbers.
pub fn refusal_text(refusal: Refusal) -> String {
    sentence(refusal)
}

/// Where a bet stands.
pub fn status(status: BetStatus) -> String {
    match status {
        BetStatus::Pending { due } => format!("waiting until {}", &time(due)[11..]),
        BetStatus::Referred { until } => format!("with a trader until {}", &time(until)[11..]),
        BetStatus::Offered { until } => {
            format!("offered otherwise, until {}", &time(until)[11..])
        }
        BetStatus::Refused(refusal) => format!("refused: {}", refusal_text(refusal)),
        BetStatus::Accepted { payout } => format!("accepted, to pay {}", money(payout)),
        BetStatus::Won { payout } => format!("won, paid {}", money(payout)),
        BetStatus::Lost => "lost".to_owned(),
        BetStatus::CashedOut { paid } => format!("cashed out, paid {}", money(paid)),
        BetStatus::Void(reason) => format!("void, stake returned: {}", why_void(reason)),
        #[allow(unreachable_patterns, reason = "a fate that comes later says itself")]
        other => json(&other),
    }
}

/// What a trader says of a bet that was put to him.
pub fn referral(word: ReferralWord) -> String {
    match word {
        ReferralWord::Accept => "take it".to_owned(),
        ReferralWord::AcceptPart { stake } => format!("take {} of it", money(stake.money())),
        ReferralWord::Offer { stake, odds: None } => format!("offer {}", money(stake.money())),
        ReferralWord::Offer { stake, odds: Some(at) } => {
            format!("offer {} at {}", money(stake.money()), odds(at))
        }
        ReferralWord::Refuse => "do not take it".to_owned(),
    }
}

/// Where a cash-out stands.
pub fn cash_out(view: &CashOutView) -> String {
    let what = format!("{} for a stake of {}", money(view.amount), money(view.stake));
    match view.status {
        CashOutStatus::Quoted { expires_at } => {
            format!("is worth {what}, until {}", &time(expires_at)[11..])
        }
        CashOutStatus::Pending { due } => format!("of {what} waits until {}", &time(due)[11..]),
        CashOutStatus::Paid => format!("is paid: {what}"),
        CashOutStatus::Refused(refusal) => format!("is refused: {}", refusal_text(refusal)),
    }
}

/// Where a leg stands.
pub fn standing(standing: LegStanding) -> String {
    match standing {
        LegStanding::Open => "no result yet".to_owned(),
        LegStanding::Refused(refusal) => format!("refused: {}", refusal_text(refusal)),
        LegStanding::Decided(LegResult::Won) => "won".to_owned(),
        LegStanding::Decided(LegResult::Lost) => "lost".to_owned(),
        LegStanding::Decided(LegResult::Void) => "void: it does not count".to_owned(),
        LegStanding::Decided(LegResult::HalfWon) => "half won, half void".to_owned(),
        LegStanding::Decided(LegResult::HalfLost) => "half lost, half void".to_owned(),
        LegStanding::Decided(LegResult::DeadHeat(heat)) => {
            format!("shared its place: {}", json(&heat))
        }
        LegStanding::Void(reason) => format!("void: {}", why_void(reason)),
    }
}

/// Why a bet or a leg is void.
fn why_void(reason: VoidReason) -> &'static str {
    match reason {
        VoidReason::NotPlayed => "what it was on was not played",
        VoidReason::Rewound => "the server took back the rounds it was struck on",
        VoidReason::Declared => "a person declared it",
        VoidReason::HouseRules => "the house rules say so after what happened to the match",
        VoidReason::TakenLate => "it was struck when the outcome could already be known",
        VoidReason::ByHand => "two persons of the staff voided this bet",
        VoidReason::Rest => {
            "its owner began to rest from betting, and the policy voids open bets then"
        }
    }
}

/// Which odds a bettor takes when they moved.
pub fn policy(policy: PricePolicy) -> String {
    match policy {
        PricePolicy::Exact => "only these odds".to_owned(),
        PricePolicy::Better => "these odds or better".to_owned(),
        PricePolicy::Any => "any odds".to_owned(),
        PricePolicy::Within { permille } => {
            format!("odds shorter by at most {}.{} %", permille / 10, permille % 10)
        }
    }
}

/// Why betting on something is suspended.
pub fn why_suspended(reason: SuspendReason) -> String {
    match reason {
        SuspendReason::Trader => "by a trader",
        SuspendReason::FeedStale => "the feed has been silent too long",
        SuspendReason::FeedHeld => "the feed holds its last word back",
        SuspendReason::ImpossibleState => "the feed said something impossible",
        SuspendReason::BranchCheck => "the price is not one of the two foreseen",
        SuspendReason::PriceBand => "the price moved too far at once",
        SuspendReason::Unpriced => "there is no price",
        SuspendReason::RoundLive => "the round is being played",
        other => return format!("{other:?}"),
    }
    .to_owned()
}

/// Why a price was made.
pub fn why_priced(cause: PriceCause) -> String {
    match cause {
        PriceCause::Opened => "the market was opened",
        PriceCause::Score => "the score moved",
        PriceCause::Parameters => "a trader changed the strengths",
        PriceCause::Margin => "the margin changed",
        PriceCause::Shading => "the market's liability moved",
        PriceCause::Override => "an override began",
        PriceCause::OverrideEnded => "an override ended",
        PriceCause::RolledBack => "a grade was rolled back",
        PriceCause::Image => "as it stands",
        #[allow(unreachable_patterns, reason = "a cause that comes later says itself")]
        other => return format!("{other:?}"),
    }
    .to_owned()
}

fn kind_name(kind: MarketKind) -> String {
    json(&kind)
}

/// Whatever has no words of its own yet: its JSON, without the outermost braces.
fn json(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    text.trim_matches(['{', '}', '"']).replace('"', "")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bet_id_is_read_as_it_is_shown_and_without_dashes() {
        let id = ClientBetId(0x019f_5859_c6e0_7000_8000_0000_0000_0001);
        assert_eq!(uuid(id), "019f5859-c6e0-7000-8000-000000000001");
        assert_eq!(parse_uuid(&uuid(id)), Some(id));
        assert_eq!(parse_uuid(&uuid(id).replace('-', "")), Some(id));
        for no_id in
            ["", "17", "019f5859-c6e0-7000-8000-00000000000g", "+19f5859c6e070008000000000000001"]
        {
            assert_eq!(parse_uuid(no_id), None, "{no_id}");
        }
    }

    #[test]
    fn time_is_shown_in_utc_to_the_millisecond() {
        let at = Timestamp::from_millis(1_767_268_800_123);
        assert_eq!(time(at), "2026-01-01 12:00:00.123");
    }
}
