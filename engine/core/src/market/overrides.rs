//! Overrides: a trader's word in place of the model's, until it expires.
//!
//! A word that lies further from the model than `override_distance_milli`, or any word on a price whose
//! model one person has moved from what was agreed, waits until a second operator approves it. Odds and probabilities are an opinion on one score: once it moves, the market
//! waits for its trader instead of selling the old opinion. A margin or a suspension stands until it
//! expires.
//!
//! No number of persons may sell a sure loss: odds with which the market's book sums to one or less are
//! refused, and a book that comes there later, by the model or by another word, is suspended by its guard.

use alloc::vec::Vec;

use super::guards::{ONE_PPB, booked_ppb};
use super::{Market, MarketResult};
use crate::codec::{DecodeError, wire_enum, wire_struct};
use crate::command::{Actor, Capacity, Config, OverrideKind};
use crate::event::{Event, OverrideStatus, PriceCause};
use crate::proposals::check_persons;
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Step;
use crate::units::{MarketId, OverrideId, Probability, SelectionIndex, Timestamp, millis};

/// Most overrides at one time, those that wait included.
pub const OVERRIDES_MAX: usize = 1_024;

/// One override.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// Its id.
    pub id: OverrideId,
    /// What it says.
    pub kind: OverrideKind,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The operator who said it.
    pub by: u32,
    /// Where it stands.
    pub standing: Standing,
}

wire_struct!(Override { id, kind, expires_at, by, standing });

/// Where an override stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for a second person.
    Proposed,
    /// It holds; the second person, if it took one.
    InForce {
        /// Who approved it.
        approved_by: Option<u32>,
    },
}

wire_enum!(Standing { 0 = Proposed, 1 = InForce { approved_by } });

impl Override {
    fn is_in_force(&self) -> bool {
        matches!(self.standing, Standing::InForce { .. })
    }

    pub(crate) fn event(&self, status: OverrideStatus) -> Event {
        let Self { id, kind, expires_at, by, .. } = *self;
        Event::Override { id, kind, expires_at, by, status }
    }

    /// The event that shows it as it stands.
    pub(crate) fn image(&self) -> Event {
        self.event(match self.standing {
            Standing::Proposed => OverrideStatus::Proposed,
            Standing::InForce { approved_by } => OverrideStatus::InForce { approved_by },
        })
    }
}

/// Every override, in order of arrival.
#[derive(Debug)]
pub(crate) struct Overrides {
    rows: Vec<Override>,
    /// When the next one expires; derived.
    next_due: Timestamp,
}

impl Overrides {
    pub fn new() -> Self {
        Self { rows: Vec::with_capacity(OVERRIDES_MAX), next_due: Timestamp::MAX }
    }

    /// When the next one expires.
    pub fn next_due(&self) -> Timestamp {
        self.next_due
    }

    /// Those that hold on a market.
    pub fn on(&self, market: MarketId) -> impl Iterator<Item = &Override> {
        self.rows.iter().filter(move |row| row.is_in_force() && row.kind.market() == market)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Override> {
        self.rows.iter()
    }

    fn push(&mut self, row: Override) {
        self.rows.push(row);
        self.next_due = self.next_due.min(row.expires_at);
    }

    fn remove(&mut self, index: usize) -> Override {
        let row = self.rows.remove(index);
        self.next_due = self.earliest();
        row
    }

    fn earliest(&self) -> Timestamp {
        self.rows.iter().map(|row| row.expires_at).min().unwrap_or(Timestamp::MAX)
    }

    /// The place of one that waits for a second person.
    fn waiting(&self, id: OverrideId) -> Result<usize, Refusal> {
        let found = self.rows.iter().position(|row| row.id == id && !row.is_in_force());
        found.ok_or(Reject::NothingToApprove.into())
    }

    fn position(&self, id: OverrideId) -> Result<usize, Refusal> {
        let found = self.rows.iter().position(|row| row.id == id);
        found.ok_or(Reject::UnknownOverride.into())
    }
}

impl Table for Overrides {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { rows, next_due: _ } = self;
        out.list(rows.iter());
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        let mut table = Self { rows: input.list(OVERRIDES_MAX)?, next_due: Timestamp::MAX };
        table.next_due = table.earliest();
        Ok(table)
    }
}

impl Step<'_> {
    /// Takes an override, or keeps it as a proposal if it goes far.
    pub(crate) fn set_override(
        &mut self,
        kind: OverrideKind,
        expires_at: Timestamp,
    ) -> Result<(), Refusal> {
        let by = self.operator()?;
        let goes_far = self.check_override(kind, expires_at)?;
        let id = OverrideId(self.seq.0);
        let standing = match goes_far {
            true => Standing::Proposed,
            false => Standing::InForce { approved_by: None },
        };
        let row = Override { id, kind, expires_at, by, standing };
        if row.is_in_force() {
            self.replace_others(&row);
        }
        self.tables.overrides.push(row);
        self.outbox.push(row.image());
        if row.is_in_force() {
            self.override_changed(kind.market(), PriceCause::Override);
        }
        Ok(())
    }

    /// Whether the override goes so far that a second person must look.
    fn check_override(&self, kind: OverrideKind, expires_at: Timestamp) -> Result<bool, Refusal> {
        let market = self.tables.markets.get(kind.market()).ok_or(Reject::UnknownMarket)?;
        if market.result != MarketResult::Undecided {
            return Err(Reject::MarketDecided.into());
        }
        let (life, most) = (expires_at.since(self.now), self.config.override_life_max_ns);
        if life == 0 || most < life {
            return Err(Refusal::with(Reject::OverrideExpiry, millis(most), millis(life)));
        }
        let model = match kind.selection() {
            None => Probability::default(),
            Some(selection) => {
                let row = self.tables.markets.selection(market, selection).ok_or_else(|| {
                    let count = i64::from(market.selections());
                    Refusal::with(Reject::UnknownSelection, count, i64::from(selection.0))
                })?;
                row.model
            }
        };
        if self.tables.overrides.rows.len() == OVERRIDES_MAX {
            let max = OVERRIDES_MAX as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        let goes_far = goes_far(kind, model, self.config)?;
        self.check_overround(market, kind)?;
        // Where one person moved the model itself, near the model may be far from what was agreed.
        let is_of_model = matches!(kind, OverrideKind::Odds { .. } | OverrideKind::Fair { .. });
        let is_moved = self.tables.fixtures[market.match_id].series.is_moved_by_one();
        Ok(goes_far || is_of_model && is_moved)
    }

    /// Whether the market's book, as it is on the board but for these odds, sums to more than one.
    fn check_overround(&self, market: &Market, kind: OverrideKind) -> Result<(), Refusal> {
        let OverrideKind::Odds { selection, odds, .. } = kind else { return Ok(()) };
        let rows = self.tables.markets.selections(market);
        let asked = usize::from(selection.0);
        // Where the model knows nothing, or is certain, nothing is sold at any odds.
        if [Probability::default(), Probability::ONE].contains(&rows[asked].fair) {
            return Ok(());
        }
        let book = rows.iter().enumerate().map(|(index, row)| {
            let odds = if index == asked { Some(odds) } else { row.odds };
            (odds, row.fair)
        });
        let booked = booked_ppb(book);
        if booked <= ONE_PPB {
            return Err(Refusal::with(Reject::NoOverround, ONE_PPB as i64, booked as i64));
        }
        Ok(())
    }

    /// The second person's word.
    pub(crate) fn approve_override(&mut self, id: OverrideId) -> Result<(), Refusal> {
        let approver = self.operator()?;
        let index = self.tables.overrides.waiting(id)?;
        let mut row = self.tables.overrides.rows[index];
        check_persons(row.by, approver)?;
        // The board may have moved while it waited.
        self.check_overround(self.tables.markets.market(row.kind.market()), row.kind)?;
        row.standing = Standing::InForce { approved_by: Some(approver) };
        self.replace_others(&row);
        // The place may have moved with what it replaced.
        let index = self.tables.overrides.position(id)?;
        self.tables.overrides.rows[index] = row;
        self.outbox.push(row.image());
        self.override_changed(row.kind.market(), PriceCause::Override);
        Ok(())
    }

    /// Drops an override that waits.
    pub(crate) fn withdraw_override(&mut self, id: OverrideId) -> Result<(), Refusal> {
        let index = self.tables.overrides.waiting(id)?;
        self.end_override(index, OverrideStatus::Lifted);
        Ok(())
    }

    /// Takes back an override or a proposal. One person is enough: the model's word is the safe one.
    pub(crate) fn lift_override(&mut self, id: OverrideId) -> Result<(), Refusal> {
        self.operator()?;
        let index = self.tables.overrides.position(id)?;
        self.end_override(index, OverrideStatus::Lifted);
        Ok(())
    }

    /// Ends what has expired.
    pub(crate) fn expire_overrides(&mut self) {
        while self.tables.overrides.next_due <= self.now
            && let Some(index) =
                self.tables.overrides.rows.iter().position(|row| row.expires_at <= self.now)
        {
            self.end_override(index, OverrideStatus::Expired);
        }
    }

    fn end_override(&mut self, index: usize, status: OverrideStatus) {
        let row = self.tables.overrides.remove(index);
        self.outbox.push(row.event(status));
        if row.is_in_force() {
            self.override_changed(row.kind.market(), PriceCause::OverrideEnded);
        }
    }

    /// Drops what a new override takes the place of: there is one word on each thing.
    fn replace_others(&mut self, new: &Override) {
        let is_replaced = |row: &Override| row.is_in_force() && row.kind.is_on_the_same(new.kind);
        while let Some(index) = self.tables.overrides.rows.iter().position(is_replaced) {
            let row = self.tables.overrides.remove(index);
            self.outbox.push(row.event(OverrideStatus::Replaced));
        }
    }

    /// Prices a market whose overrides changed. That is material: a bet that waits meant another price.
    fn override_changed(&mut self, market: MarketId, cause: PriceCause) {
        let is_overridden = self.tables.overrides.on(market).next().is_some();
        self.tables.markets.market_mut(market).overridden = is_overridden;
        self.requote_market(market, cause, true);
    }

    /// The operator behind the command.
    pub(crate) fn operator(&self) -> Result<u32, Refusal> {
        match self.actor {
            Actor::Operator(operator) => Ok(operator),
            Actor::Engine | Actor::Account { .. } | Actor::Feed(_) => {
                Err(Reject::OperatorOnly.into())
            }
        }
    }
}

impl OverrideKind {
    /// The market it is on.
    pub const fn market(self) -> MarketId {
        match self {
            Self::Odds { market, .. }
            | Self::Fair { market, .. }
            | Self::Margin { market, .. }
            | Self::SuspendSelection { market, .. }
            | Self::SuspendMarket { market } => market,
        }
    }

    /// The selection it is on, if it is on one.
    pub const fn selection(self) -> Option<SelectionIndex> {
        match self {
            Self::Odds { selection, .. }
            | Self::Fair { selection, .. }
            | Self::SuspendSelection { selection, .. } => Some(selection),
            Self::Margin { .. } | Self::SuspendMarket { .. } => None,
        }
    }

    /// Whether both cannot hold at once. A market has one fair probability of a trader's: it decides
    /// how the rest is shared out.
    fn is_on_the_same(self, other: Self) -> bool {
        if self.market() != other.market() {
            return false;
        }
        match (self, other) {
            (Self::Fair { .. }, Self::Fair { .. })
            | (Self::Margin { .. }, Self::Margin { .. })
            | (Self::SuspendMarket { .. }, Self::SuspendMarket { .. }) => true,
            (
                Self::Odds { .. } | Self::SuspendSelection { .. },
                Self::Odds { .. } | Self::SuspendSelection { .. },
            ) => self.selection() == other.selection(),
            (
                Self::Odds { .. }
                | Self::Fair { .. }
                | Self::Margin { .. }
                | Self::SuspendSelection { .. }
                | Self::SuspendMarket { .. },
                _,
            ) => false,
        }
    }
}

/// Whether an override lies further from the model than one person may go: the factor between the two
/// odds ratios p/(1−p). A margin is measured on an even chance.
fn goes_far(kind: OverrideKind, model: Probability, config: &Config) -> Result<bool, Refusal> {
    let (asked, model) = match kind {
        OverrideKind::Odds { odds, .. } => (1000.0 / f64::from(odds.milli()), model.as_f64()),
        OverrideKind::Fair { fair, .. } => {
            if fair == Probability::default() || fair == Probability::ONE {
                let (one, asked) = (i64::from(Probability::ONE.ppb()), i64::from(fair.ppb()));
                return Err(Refusal::with(Reject::InvalidParameter, one, asked));
            }
            (fair.as_f64(), model.as_f64())
        }
        OverrideKind::Margin { margin_ppb, .. } => {
            if Config::MARGIN_PPB_MAX < margin_ppb {
                let (most, asked) = (i64::from(Config::MARGIN_PPB_MAX), i64::from(margin_ppb));
                return Err(Refusal::with(Reject::InvalidParameter, most, asked));
            }
            return Ok(config.is_margin_far(margin_ppb));
        }
        OverrideKind::SuspendSelection { .. } | OverrideKind::SuspendMarket { .. } => {
            return Ok(false);
        }
    };
    Ok(config.is_far(asked, model))
}

impl Config {
    /// Whether a margin lies further from the one in force than one person may go. A book without any
    /// takes two persons from wherever it comes.
    pub(crate) fn is_margin_far(&self, margin_ppb: u32) -> bool {
        if margin_ppb == 0 && self.margin_ppb != 0 {
            return true;
        }
        let even_booked = |ppb: u32| (1.0 + f64::from(ppb) / 1e9) / 2.0;
        self.is_far(even_booked(margin_ppb), even_booked(self.margin_ppb))
    }

    /// Whether the odds ratios p/(1−p) of two chances are further apart than one person may go.
    pub(crate) fn is_far(&self, asked: f64, model: f64) -> bool {
        let limit = f64::from(self.override_distance_milli) / 1000.0;
        let (up, down) = (asked * (1.0 - model), model * (1.0 - asked));
        // Where the model says nothing, 0, any word goes far.
        !(up <= limit * down && down <= limit * up)
    }
}
