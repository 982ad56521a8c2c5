//! A whole engine inside another program: a match, its markets, an account, a bet, and a restart.
//!
//! `cargo run -p clutch-engine --example embed`

use std::error::Error;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clutch_engine::clutch_core::command::{
    Actor, CreateMatch, MarketKind, PlaceBet, PricePolicy, RoundFormat, SetMap, Side, Strengths,
    Title,
};
use clutch_engine::clutch_core::event::{BetStatus, MarketStatus, Price};
use clutch_engine::clutch_core::units::{
    AccountId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Probability, SelectionIndex,
    Stake, Timestamp,
};
use clutch_engine::clutch_core::{Command, Envelope, Event, Record};
use clutch_engine::{CommandSender, Engine, EngineConfig, Follower, Publisher, Rest};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let bettor = AccountId(0);

    println!("-- a new engine");
    let mut config = EngineConfig::new(dir.path());
    // This journal may go with its temporary directory, which in a container is an overlay.
    config.journal.unsafe_storage = true;
    let mut engine = Engine::start(config)?;
    let mut clutch =
        Client::new(engine.sender(), engine.publisher().ok_or("it was not taken yet")?);
    let offer = clutch.offer_a_match()?;
    clutch.open_account_with(Money::from_minor(50_00))?;

    println!("-- a bet on {offer:?}");
    let bet = Command::PlaceBet(PlaceBet {
        account: bettor,
        // The client makes this id once per bet and repeats it when in doubt: one id, one bet.
        client_id: ClientBetId::from_parts(unix_millis()?, 1),
        market: offer.price.market,
        selection: offer.price.selection,
        odds: offer.price.odds.ok_or("the selection is on offer")?,
        price_seq: offer.price.price_seq,
        epoch: offer.epoch,
        stake: Stake::new(Money::from_minor(10_00)).ok_or("a stake is above zero")?,
        policy: PricePolicy::Better,
    });
    let events = clutch.ask(Actor::account(bettor), bet)?;
    let is_accepted = events.iter().any(|record| match record.event {
        Event::Bet(view) => matches!(view.status, BetStatus::Accepted { .. }),
        _ => false,
    });
    assert!(is_accepted, "the match has not begun, so the bet does not wait");

    println!("-- stopped and started again");
    let before = engine.shutdown()?;
    let mut config = EngineConfig::new(dir.path());
    config.journal.unsafe_storage = true;
    let again = Engine::start(config)?;
    let after = again.shutdown()?;
    println!("{before:?}\n{after:?}");
    assert_eq!((before.last_seq, before.state_hash), (after.last_seq, after.state_hash));
    replay(dir.path())
}

/// Sends one command at a time and prints what comes of it.
struct Client {
    sender: CommandSender,
    publisher: Publisher,
    trace: u64,
}

/// What a bettor sees of a selection before he bets on it.
#[derive(Debug)]
struct Offer {
    price: Price,
    epoch: u32,
}

impl Client {
    fn new(sender: CommandSender, publisher: Publisher) -> Self {
        Self { sender, publisher, trace: 0 }
    }

    /// Creates a best of one between two teams, prices it, and returns an offer of its winner market.
    fn offer_a_match(&mut self) -> Result<Offer, Box<dyn Error>> {
        let match_id = MatchId(0);
        let trader = Actor::Operator(1);
        let an_hour = 3_600_000;
        let create = CreateMatch {
            key: name("spring-final")?,
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 1,
            team_a: name("Reds")?,
            team_b: name("Blues")?,
            starts_at: Timestamp::from_millis(unix_millis()? + an_hour),
            round_markets: false,
        };
        self.ask(trader, Command::CreateMatch(create))?;
        let chance = |ppb| Probability::from_ppb(ppb).ok_or("at most a billion parts per billion");
        let set = SetMap {
            match_id,
            map_no: 1,
            name: name("de_dust2")?,
            first_side_a: Side::Ct,
            strengths: Strengths::BySide { t: chance(480_000_000)?, ct: chance(550_000_000)? },
        };
        self.ask(trader, Command::SetMap(set))?;
        let kind = MarketKind::MatchWinner;
        let opened = self.ask(trader, Command::OpenMarket { match_id, kind })?;

        let (mut price, mut epoch) = (None, None);
        for record in &opened {
            match record.event {
                Event::Price(seen) if seen.selection == SelectionIndex(0) => price = Some(seen),
                Event::Market { market: MarketId(0), status: MarketStatus::Open, epoch: seen } => {
                    epoch = Some(seen);
                }
                _ => {}
            }
        }
        Ok(Offer { price: price.ok_or("no price came")?, epoch: epoch.ok_or("not open")? })
    }

    fn open_account_with(&mut self, amount: Money) -> Result<(), Box<dyn Error>> {
        let cashier = Actor::Operator(2);
        let (key, currency) = (name("ann")?, Currency::default());
        self.ask(cashier, Command::OpenAccount { key, currency })?;
        let account = AccountId(0);
        self.ask(cashier, Command::Deposit { account, amount, reference: 1 })?;
        Ok(())
    }

    /// Sends a command and waits until an event of it has come out, so it is durable.
    fn ask(&mut self, actor: Actor, command: Command) -> Result<Vec<Record>, Box<dyn Error>> {
        self.trace += 1;
        self.sender.try_send(Envelope { actor, trace: self.trace, command })?;
        let mut events = Vec::new();
        loop {
            let polled = self.publisher.poll(1024, |record| {
                println!("{}: {:?}", record.seq.0, record.event);
                events.push(*record);
            });
            match polled.rest {
                Rest::Closed | Rest::Failed => return Err("the engine has stopped".into()),
                Rest::Nothing if events.iter().any(|record| record.trace == self.trace) => {
                    return Ok(events);
                }
                Rest::More => {}
                Rest::Nothing | Rest::Blocked => self.publisher.wait(Duration::from_secs(1)),
            }
        }
    }
}

/// Anybody may read the journal and come to the same state.
fn replay(dir: &Path) -> Result<(), Box<dyn Error>> {
    println!("-- replayed");
    let mut follower = Follower::open(dir)?;
    let commands = follower.run_to_end(|_| {})?;
    println!("{commands} commands, state hash {:016x}", follower.state_hash());
    Ok(())
}

fn name(text: &str) -> Result<Name, String> {
    Name::new(text).map_err(|error| error.to_string())
}

fn unix_millis() -> Result<u64, Box<dyn Error>> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as u64)
}
