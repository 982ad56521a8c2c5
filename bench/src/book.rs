//! A day's book: matches with every market a best of three offers, and accounts with money.

use clutch_core::command::{
    Actor, Capacity, Config, CreateMatch, Line, MarketKind, RoundFormat, SetMap, Side, Strengths,
    Title,
};
use clutch_core::units::{AccountId, Currency, MatchId, Money, Name, Probability, Timestamp};
use clutch_core::{Command, Envelope};

/// How large a book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookSize {
    /// Accounts, each with more money than it will ever stake.
    pub accounts: u32,
    /// Matches, each a best of three with [`MARKETS_PER_MATCH`] markets.
    pub matches: u32,
    /// Bets that fit.
    pub bets_max: u32,
}

impl BookSize {
    /// The size all numbers in reports are about: a million accounts, 3,776 markets, 7,680 selections.
    pub const fn million_accounts(bets_max: u32) -> Self {
        Self { accounts: 1_000_000, matches: 64, bets_max }
    }

    /// Tables for this book.
    pub fn capacity(self) -> Capacity {
        Capacity {
            accounts_max: self.accounts,
            matches_max: self.matches,
            markets_max: self.matches * 128,
            bets_max: self.bets_max,
            client_ids_max: self.bets_max.max(self.accounts),
            multiples_max: self.bets_max.div_ceil(10),
            legs_max: self.bets_max,
            payments_max: self.bets_max.max(self.accounts.saturating_mul(2)),
            bonuses_max: self.accounts.div_ceil(16),
            play_limits_max: self.accounts.div_ceil(16),
        }
    }

    /// Every command that makes the book, from the first of the journal on.
    pub fn commands(self) -> impl Iterator<Item = Envelope> {
        let genesis = Command::Genesis { capacity: self.capacity(), config: config() };
        std::iter::once(genesis).chain(self.content()).map(by_operator)
    }

    /// The same without the first command, for an engine that has written its own.
    pub fn content(self) -> impl Iterator<Item = Command> {
        let matches = (0..self.matches).flat_map(|index| match_commands(MatchId(index), false));
        matches.chain((0..self.accounts).flat_map(|index| account_commands(AccountId(index))))
    }
}

/// Markets opened per match, markets on single rounds aside.
pub const MARKETS_PER_MATCH: usize = 59;

/// Limits far above what a run can reach, and feeds that may be silent for ever: every bet stands.
pub fn config() -> Config {
    const FOR_EVER_NS: u64 = 365 * 24 * 3600 * 1_000_000_000;
    Config {
        payout_max: Config::AMOUNT_MAX,
        liability_selection_max: Config::AMOUNT_MAX,
        liability_market_max: Config::AMOUNT_MAX,
        liability_account_max: Config::AMOUNT_MAX,
        feed_age_live_ns: FOR_EVER_NS,
        feed_age_prematch_ns: FOR_EVER_NS,
        view_age_max_ns: FOR_EVER_NS,
        deposits_alone_max: Config::AMOUNT_MAX,
        ..Config::default()
    }
}

/// The commands that create a match, set its three maps and open its markets.
pub fn match_commands(match_id: MatchId, round_markets: bool) -> impl Iterator<Item = Command> {
    let create = Command::CreateMatch(CreateMatch {
        key: name(format!("match-{}", match_id.0)),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 3,
        team_a: name(format!("Home {}", match_id.0)),
        team_b: name(format!("Away {}", match_id.0)),
        starts_at: Timestamp::default(),
        round_markets,
    });
    // Strengths differ from match to match, so that odds do too.
    let skew = match_id.0 % 16 * 4_000_000;
    let maps = (1..=3).map(move |map_no| {
        Command::SetMap(SetMap {
            match_id,
            map_no,
            name: name(format!("de_map{map_no}")),
            first_side_a: Side::Ct,
            strengths: Strengths::BySide {
                t: chance(470_000_000 + skew),
                ct: chance(530_000_000 + skew),
            },
        })
    });
    let markets = market_kinds().map(move |kind| Command::OpenMarket { match_id, kind });
    std::iter::once(create).chain(maps).chain(markets)
}

fn market_kinds() -> impl Iterator<Item = MarketKind> {
    let of_series = [MarketKind::MatchWinner, MarketKind::CorrectMapScore];
    let of_maps = (1..=3).flat_map(|map| {
        let totals =
            (0..9).map(move |step| MarketKind::TotalRounds { map, line: line(37 + 2 * step) });
        let handicaps =
            (0..9).map(move |step| MarketKind::RoundHandicap { map, line: line(2 * step - 9) });
        std::iter::once(MarketKind::MapWinner { map }).chain(totals).chain(handicaps)
    });
    of_series.into_iter().chain(of_maps)
}

fn account_commands(account: AccountId) -> [Command; 2] {
    let key = name(format!("player-{}", account.0));
    let amount = Money::from_minor(100_000_000);
    let reference = u128::from(account.0);
    [
        Command::OpenAccount { key, currency: Currency::default() },
        Command::Deposit { account, amount, reference },
    ]
}

/// An operator's envelope around a command.
pub fn by_operator(command: Command) -> Envelope {
    Envelope { actor: Actor::Operator(1), trace: 0, command }
}

fn name(text: String) -> Name {
    Name::lossy(&text, "nameless")
}

fn line(halves: i16) -> Line {
    Line::from_halves(halves).expect("every line above is odd in half points")
}

fn chance(ppb: u32) -> Probability {
    Probability::from_ppb(ppb).expect("every chance above is below one")
}
