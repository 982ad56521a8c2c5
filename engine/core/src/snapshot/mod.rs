//! The state as bytes: what a snapshot holds and what the state's hash is taken over.
//!
//! There is one walk over the whole state. [`State::save`] writes it to whoever wants the bytes,
//! [`State::state_hash`] hashes exactly these bytes, [`State::restore`] reads them back. Each row is
//! written by `wire_struct!` or after taking its struct apart, so a new field that is not written does
//! not compile; what is derived from other fields (indexes, forecasts, sums) is named there as derived
//! and made anew.
//!
//! Invariants: a restored state answers every later command as the saved one would, slot for slot; no
//! bytes can make [`State::restore`] panic or take more memory than their own table sizes say.

mod links;
mod loader;
mod saver;

pub(crate) use loader::Loader;
pub(crate) use saver::Saver;

use crate::bets::cash_out::CashOuts;
use crate::bets::client_ids::ClientIds;
use crate::bets::multiple::MultipleTable;
use crate::bets::referral::Desk;
use crate::bets::waiting::Waiting;
use crate::bets::{Answers, BetTable, Fundings};
use crate::codec::DecodeError;
use crate::command::{Capacity, Config};
use crate::house_rules::RuleBook;
use crate::market::MarketTable;
use crate::market::overrides::Overrides;
use crate::market::requotes::Requotes;
use crate::payments::{CreditsAlone, Payment};
use crate::proposals::Proposals;
use crate::risk::RiskTables;
use crate::settlement::Settlement;
use crate::state::{State, Tables};
use crate::title::Fixtures;
use crate::units::{Seq, Timestamp};
use crate::wallet::Wallet;

/// Which fields stand where in a snapshot. Moves with every change of them: an engine that lays its
/// state out otherwise refuses the snapshot and replays the journal instead.
pub const LAYOUT: u32 = 10;

/// Why bytes are no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreError {
    /// Which part of the state was being read.
    pub part: &'static str,
    /// What is wrong with it.
    pub flaw: RestoreFlaw,
}

/// What is wrong with a part of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreFlaw {
    /// The snapshot has this layout; this engine reads [`LAYOUT`].
    Layout(u32),
    /// The bytes cannot be decoded.
    Bytes(DecodeError),
    /// The rows are each sound but do not fit together.
    Links,
}

impl core::fmt::Display for RestoreError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { part, flaw } = self;
        match flaw {
            RestoreFlaw::Layout(found) => {
                write!(f, "its layout is {found}, and this engine reads layout {LAYOUT}")
            }
            RestoreFlaw::Bytes(error) => write!(f, "{part}: {error}"),
            RestoreFlaw::Links => write!(f, "{part}: the rows do not fit together"),
        }
    }
}

impl core::error::Error for RestoreError {}

/// A part of the state that is more than one row.
pub(crate) trait Table: Sized {
    /// Writes every row.
    fn save(&self, out: &mut Saver<'_>);
    /// Reads the rows back into a table of these sizes, with all its memory from the start.
    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError>;
}

impl State {
    /// Writes the whole state to `sink`, in pieces of a few kilobytes whose lengths are multiples of
    /// 32, except the last one's. Equal states give equal pieces on every machine.
    pub fn save(&self, sink: &mut dyn FnMut(&[u8])) {
        let Self { seq, now, config, config_version, tables } = self;
        let mut out = Saver::new(sink);
        out.put(&LAYOUT);
        out.put(seq);
        out.put(now);
        out.put(config);
        out.put(config_version);
        out.put(&tables.is_some());
        if let Some(tables) = tables {
            tables.save(&mut out);
        }
        out.finish();
    }

    /// Reads a state from `source`, which fills the slice it is given from its start and says how
    /// much; zero is the end.
    ///
    /// # Errors
    /// [`RestoreError`] naming the part that is wrong; no bytes can make this panic. A source that
    /// fails says zero and remembers why.
    pub fn restore(source: &mut dyn FnMut(&mut [u8]) -> usize) -> Result<Self, RestoreError> {
        let mut input = Loader::new(source);
        let read = Self::read(&mut input);
        let part = input.part();
        read.map_err(|flaw| RestoreError { part, flaw })
    }

    fn read(input: &mut Loader<'_>) -> Result<Self, RestoreFlaw> {
        input.begin("the head");
        let layout = input.take()?;
        if layout != LAYOUT {
            return Err(RestoreFlaw::Layout(layout));
        }
        let (seq, now): (Seq, Timestamp) = (input.take()?, input.take()?);
        let config: Config = input.take()?;
        let config_version = input.take()?;
        let tables = if input.take()? {
            config.validate().map_err(|_| DecodeError::OutOfRange)?;
            let capacity = input.take()?;
            let tables = Tables::load(input, &capacity)?;
            tables.agreed.validate().map_err(|_| DecodeError::OutOfRange)?;
            Some(tables)
        } else {
            None
        };
        input.finish()?;
        let mut state = Self { seq, now, config, config_version, tables };
        input.begin("links between tables");
        let fits = state.tables.as_ref().is_none_or(|tables| tables.fit_together(seq));
        if !fits {
            return Err(RestoreFlaw::Links);
        }
        if let Some(tables) = &mut state.tables {
            tables.heed(&config);
            tables.due = tables.earliest_due(&config);
        }
        Ok(state)
    }
}

impl From<DecodeError> for RestoreFlaw {
    fn from(error: DecodeError) -> Self {
        Self::Bytes(error)
    }
}

impl Table for Tables {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            capacity,
            wallet,
            client_ids,
            ids_forgotten_to,
            ids_last_until: _,
            payments,
            bets,
            waiting,
            multiples,
            waiting_multiples,
            cash_outs,
            desk,
            fundings,
            fixtures,
            rule_book,
            markets,
            settlement,
            proposals,
            credits,
            agreed,
            risk,
            requotes,
            overrides,
            lags,
            stops,
            switches,
            trips,
            shed,
            feed_check_at,
            house_check_at,
            due: _,
            models: _,
        } = self;
        out.put(capacity);
        out.put(ids_forgotten_to);
        out.put(stops);
        out.put(switches);
        out.put(trips);
        out.put(shed);
        out.put(feed_check_at);
        out.put(house_check_at);
        wallet.save(out);
        fixtures.save(out);
        rule_book.save(out);
        markets.save(out);
        settlement.save(out);
        proposals.save(out);
        credits.save(out);
        out.put(agreed);
        risk.save(out);
        requotes.save(out);
        overrides.save(out);
        out.put(lags);
        bets.save(out);
        waiting.save(out);
        multiples.save(out);
        waiting_multiples.save(out);
        cash_outs.save(out);
        desk.save(out);
        fundings.save(out);
        client_ids.save(out);
        payments.save(out);
    }

    /// `capacity` has been read already.
    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let capacity = *capacity;
        capacity.validate().map_err(|_| DecodeError::OutOfRange)?;
        let ids_forgotten_to = input.take()?;
        let stops = input.take()?;
        let switches = input.take()?;
        let trips = input.take()?;
        let shed = input.take()?;
        let feed_check_at = input.take()?;
        let house_check_at = input.take()?;
        input.begin("accounts");
        let wallet = Wallet::load(input, &capacity)?;
        input.begin("matches");
        let fixtures = Fixtures::load(input, &capacity)?;
        input.begin("house rules");
        let rule_book = RuleBook::load(input, &capacity)?;
        input.begin("markets");
        let markets = MarketTable::load(input, &capacity)?;
        input.begin("settlement");
        let settlement = Settlement::load(input, &capacity)?;
        let proposals = Proposals::load(input, &capacity)?;
        let credits = CreditsAlone::load(input, &capacity)?;
        let agreed = input.take()?;
        input.begin("risk");
        let risk = RiskTables::load(input, &capacity)?;
        input.begin("prices to be made");
        let requotes = Requotes::load(input, &capacity)?;
        input.begin("overrides");
        let overrides = Overrides::load(input, &capacity)?;
        let lags = input.take()?;
        input.begin("bets");
        let bets = BetTable::load(input, &capacity)?;
        input.begin("waiting bets");
        let waiting = Waiting::load(input, capacity.bets_max)?;
        input.begin("multiples");
        let multiples = MultipleTable::load(input, &capacity)?;
        let waiting_multiples = Waiting::load(input, capacity.multiples_max)?;
        input.begin("cash-outs");
        let cash_outs = CashOuts::load(input, &capacity)?;
        input.begin("bets with traders");
        let desk = Desk::load(input, &capacity)?;
        input.begin("bets with a bonus");
        let fundings = Fundings::load(input, &capacity)?;
        input.begin("client bet ids");
        let client_ids = Answers::load(input, &capacity)?;
        input.begin("payment references");
        let payments = ClientIds::load(input, capacity.payments_max, Payment::BLANK)?;
        Ok(Self {
            capacity,
            wallet,
            client_ids,
            ids_forgotten_to,
            payments,
            bets,
            waiting,
            multiples,
            waiting_multiples,
            cash_outs,
            desk,
            fundings,
            fixtures,
            rule_book,
            markets,
            settlement,
            proposals,
            credits,
            agreed,
            risk,
            requotes,
            overrides,
            lags,
            stops,
            switches,
            trips,
            shed,
            feed_check_at,
            house_check_at,
            due: Timestamp::MAX,
            models: input.models(),
            ids_last_until: Timestamp::default(),
        })
    }
}
