//! Lines of traders and bettors: suspend, kill, look, bet, cancel.

use clutch_core::command::{
    Actor, Channel, KillScope, MarketClass, Mode, PlaceBet, PlaceOnTerms, PricePolicy, Scope, Slip,
    SuspendReason, Title,
};
use clutch_core::event::{Event, Price};
use clutch_core::switches::TripId;
use clutch_core::units::{ClientBetId, MarketId, MatchId, Odds, SelectionIndex, Stake};
use clutch_core::{Command, Query};

use super::lines::Words;
use super::values::{duration, money, odds_milli};
use super::{Answer, Outcome, Scenario, View, Wish, multiples, said};

impl Scenario {
    pub(super) fn suspend(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let scope = self.scope(words)?;
        let reason = match words.optional() {
            None => SuspendReason::Trader,
            Some(word) => reason(word)?,
        };
        Ok(self.send(Command::Suspend { scope, reason }))
    }

    pub(super) fn resume(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let scope = self.scope(words)?;
        Ok(self.send(Command::Resume { scope }))
    }

    fn scope(&mut self, words: &mut Words<'_>) -> Outcome<Scope> {
        Ok(match words.next()? {
            "all" => Scope::All,
            "match" => Scope::Match(self.match_named(words.next()?)?),
            "market" => Scope::Market(self.market_named(words.next()?)?),
            other => return Err(format!("{other:?} is neither market, match nor all")),
        })
    }

    pub(super) fn kill(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let scope = match words.next()? {
            "all" => KillScope::All,
            "title" => KillScope::Title(Title::CounterStrike),
            "class" => KillScope::Class(known(MarketClass::from_key, words.next()?)?),
            "channel" => KillScope::Channel(known(Channel::from_key, words.next()?)?),
            "cash-out" => KillScope::CashOut,
            "withdrawals" => KillScope::Withdrawals,
            "match" => KillScope::Match(self.match_named(words.next()?)?),
            other => return Err(format!("{other:?} is no kill switch")),
        };
        let on = match words.next()? {
            "on" => true,
            "off" => false,
            other => return Err(format!("a switch is on or off, not {other:?}")),
        };
        Ok(self.send(Command::Kill { scope, on }))
    }

    /// `mode settle-only`
    pub(super) fn mode(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let mode = known(Mode::from_key, words.next()?)?;
        Ok(self.send(Command::SetMode { mode }))
    }

    /// `reset loss_rate by 2`
    pub(super) fn reset_trip(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let trip = known(TripId::named, words.next()?)?;
        let by = match words.optional() {
            None => 1,
            Some("by") => words.number()?,
            Some(other) => return Err(format!("a reset has no {other:?}")),
        };
        Ok(self.send_by(Actor::Operator(by), Command::ResetTrip { trip }))
    }

    /// `factor A1 prematch 50`
    pub(super) fn factor(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let has_begun = match words.next()? {
            "prematch" => false,
            "live" => true,
            other => return Err(format!("{other:?} is neither prematch nor live")),
        };
        let (title, percent) = (Title::CounterStrike, words.number()?);
        Ok(self.send(Command::SetAccountFactor { account, title, has_begun, percent }))
    }

    /// `group A1 7`, `group A1 none`
    pub(super) fn group(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let group = match words.next()? {
            "none" => None,
            number => Some(number.parse().map_err(|_| format!("{number:?} is no group"))?),
        };
        Ok(self.send(Command::LinkAccount { account, group }))
    }

    /// `tier M 2`
    pub(super) fn tier(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        let tier = words.number()?;
        Ok(self.send(Command::SetTier { match_id, tier }))
    }

    /// `delay M 8s`, `delay M:match_winner 8s`, `delay M usual`
    pub(super) fn delay(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let scope = self.scope(words)?;
        let delay_ns = match words.next()? {
            "usual" => None,
            time => Some(duration(time)?),
        };
        Ok(self.send(Command::SetDelay { scope, delay_ns }))
    }

    pub(super) fn look(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let key = words.next()?.to_owned();
        let view = self.view(words.next()?)?;
        self.views.insert(key, view);
        Ok(Answer::Done)
    }

    /// What a market shows now; an unknown market shows nothing.
    pub(super) fn view(&mut self, word: &str) -> Outcome<View> {
        let mut view = View { odds: Vec::new(), price_seq: 0, epoch: 0 };
        let Some((wanted, match_id)) = self.markets.get(word).copied() else {
            self.market_named(word)?;
            return Ok(view);
        };
        for event in self.ask_market(wanted, match_id) {
            match event {
                Event::Price(Price { odds, price_seq, .. }) => {
                    view.odds.push(odds.map(Odds::milli));
                    view.price_seq = price_seq;
                }
                Event::Market { epoch, .. } => view.epoch = epoch,
                _ => {}
            }
        }
        Ok(view)
    }

    /// What a query of a match says about one of its markets.
    pub(super) fn ask_market(&mut self, wanted: MarketId, match_id: MatchId) -> Vec<Event> {
        let mut events = self.world().ask(Query::Match { match_id });
        events.retain(|event| match event {
            Event::MarketOpened { market, .. } | Event::Market { market, .. } => *market == wanted,
            Event::Price(price) => price.market == wanted,
            _ => false,
        });
        events
    }

    pub(super) fn bet(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let key = words.next()?.to_owned();
        let account = self.account_named(words.next()?)?;
        let market_word = words.next()?;
        let market = self.market_named(market_word)?;
        let selection = selection(words.next()?)?;
        let amount = money(words.next()?)?;
        let stake = Stake::new(amount).ok_or("a stake is above zero")?;
        let mut view = self.view(market_word)?;
        let mut asked = None;
        let mut policy = PricePolicy::Exact;
        let now = self.world().now().millis();
        self.ids += 1;
        let mut client_id = ClientBetId::from_parts(now, self.ids);
        while let Some(option) = words.optional() {
            match option {
                "partial" => self.terms.get_or_insert_default().partial = true,
                "offers" => self.terms.get_or_insert_default().offers = true,
                "with" => {
                    let bonus = self.bonus_named(words.next()?);
                    self.terms.get_or_insert_default().bonus = Some(bonus);
                }
                "policy" => policy = price_policy(words)?,
                "at" => asked = Some(odds_milli(words.next()?)?),
                "seen" => {
                    let seen = words.next()?;
                    view = self.views.get(seen).cloned().ok_or("nobody looked")?;
                }
                "ahead" => view.price_seq += 1,
                "made" => {
                    client_id = ClientBetId::from_parts(shifted(now, words.next()?)?, self.ids)
                }
                "id" => client_id = ClientBetId::from_parts(now, words.number()?),
                "by" => self.channel = known(Channel::from_key, words.next()?)?,
                "uuid4" => client_id = ClientBetId(0x9191_08F7_52D1_4320_9BAC_F847_DB41_48A8),
                other => return Err(format!("a bet has no {other:?}")),
            }
        }
        let on_board = view.odds.get(usize::from(selection.0)).copied().flatten();
        // Off the board there is nothing to see, so any odds will do to ask.
        let milli = asked.or(on_board).unwrap_or(2_000);
        let odds = Odds::from_milli(milli).ok_or("these are no odds")?;
        let View { price_seq, epoch, .. } = view;
        let place = PlaceBet {
            account,
            client_id,
            market,
            selection,
            odds,
            price_seq,
            epoch,
            stake,
            policy,
        };
        self.bets.insert(key, Wish::Single(place));
        self.place(Wish::Single(place))
    }

    pub(super) fn again(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let place = self.bet_named(words.next()?)?;
        self.place(place)
    }

    pub(super) fn place(&mut self, wish: Wish) -> Outcome<Answer> {
        let (account, asked) = wish.id();
        let command = match (wish, self.terms.take()) {
            (Wish::Single(place), None) => Command::PlaceBet(place),
            (Wish::Multiple(place), None) => Command::PlaceMultiple(*place),
            (Wish::Single(place), Some(terms)) => {
                Command::PlaceOnTerms(PlaceOnTerms { terms, slip: Slip::Single(place) })
            }
            (Wish::Multiple(place), Some(terms)) => {
                Command::PlaceOnTerms(PlaceOnTerms { terms, slip: Slip::Multiple(*place) })
            }
        };
        let channel = std::mem::take(&mut self.channel);
        let records = self.world().apply_by(Actor::Account { account, channel }, command);
        let ids = said(&records).filter_map(|event| match event {
            Event::Bet(view) => view.bet,
            Event::Multiple(view) => view.bet,
            _ => None,
        });
        self.bet_ids.extend(ids.map(|bet| ((account, asked), bet)));
        self.maximum = said(&records).find_map(|event| match event {
            Event::MaxStake { stake, .. } => Some(stake),
            Event::MaxUnit { unit, .. } => Some(unit),
            _ => None,
        });
        let mut answers = said(&records).filter_map(|event| match event {
            Event::Bet(view) => Some((view.client_id, Answer::Bet(view.status))),
            Event::Multiple(view) => {
                let leg = view.leg_at_fault.map(|leg| leg + 1);
                Some((view.client_id, Answer::Multiple(view.status, leg)))
            }
            _ => None,
        });
        let (client_id, answer) = answers.next().ok_or("the bet got no answer")?;
        if client_id != asked || answers.next().is_some() {
            return Err("the bet got no answer of its own, or two".to_owned());
        }
        self.leg_reasons = multiples::reasons(said(&records));
        self.world().drain();
        Ok(answer)
    }

    pub(super) fn cancel(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let (account, client_id) = self.bet_named(words.next()?)?.id();
        Ok(self.send(Command::CancelBet { account, client_id }))
    }

    pub(super) fn bet_named(&self, word: &str) -> Outcome<Wish> {
        self.bets.get(word).cloned().ok_or_else(|| format!("no bet is called {word}"))
    }
}

/// What a key names.
fn known<T>(from_key: fn(&str) -> Option<T>, key: &str) -> Outcome<T> {
    from_key(key).ok_or_else(|| format!("nothing here is called {key:?}"))
}

/// a, b, over, under, or the place in the list: #2.
pub(super) fn selection(word: &str) -> Outcome<SelectionIndex> {
    let index = match word {
        "a" | "over" => Some(0),
        "b" | "under" => Some(1),
        _ => word.strip_prefix('#').and_then(|index| index.parse().ok()),
    };
    index.map(SelectionIndex).ok_or_else(|| format!("{word:?} is no selection"))
}

pub(super) fn price_policy(words: &mut Words<'_>) -> Outcome<PricePolicy> {
    Ok(match words.next()? {
        "exact" => PricePolicy::Exact,
        "better" => PricePolicy::Better,
        "any" => PricePolicy::Any,
        "within" => PricePolicy::Within { permille: words.number()? },
        other => return Err(format!("no price policy is called {other:?}")),
    })
}

pub(super) fn reason(word: &str) -> Outcome<SuspendReason> {
    Ok(match word {
        "Trader" => SuspendReason::Trader,
        "FeedStale" => SuspendReason::FeedStale,
        "FeedHeld" => SuspendReason::FeedHeld,
        "ImpossibleState" => SuspendReason::ImpossibleState,
        "BranchCheck" => SuspendReason::BranchCheck,
        "PriceBand" => SuspendReason::PriceBand,
        "Unpriced" => SuspendReason::Unpriced,
        "RoundLive" => SuspendReason::RoundLive,
        "PriceInvalid" => SuspendReason::PriceInvalid,
        "FeedsDisagree" => SuspendReason::FeedsDisagree,
        "FeedsApart" => SuspendReason::FeedsApart,
        "FeedGap" => SuspendReason::FeedGap,
        "FeedLag" => SuspendReason::FeedLag,
        "Override" => SuspendReason::Override,
        other => return Err(format!("no reason is called {other:?}")),
    })
}

/// Milliseconds before (-8d) or after (+6m) the present.
fn shifted(now: u64, word: &str) -> Outcome<u64> {
    let millis = |time| duration(time).map(|nanos| nanos / 1_000_000);
    match (word.strip_prefix('-'), word.strip_prefix('+')) {
        (Some(past), _) => Ok(now - millis(past)?),
        (_, Some(future)) => Ok(now + millis(future)?),
        _ => Err(format!("{word:?} is neither -8d nor +6m")),
    }
}
