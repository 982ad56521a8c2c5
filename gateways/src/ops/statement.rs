//! An account's statement: every movement of its money in a stretch of time, and what they come to.
//!
//! Read from the journal alone, so a statement of three or twelve months, or of a closed account, needs
//! no other memory. Implements UKGC RTS 1B: three months of account and gambling history at hand, twelve
//! on request, and what was won or lost in the time chosen, bonuses apart.

use std::io::{self, Write};

use clutch_core::command::AdjustReason;
use clutch_core::event::{LedgerAccount, PostingReason};
use clutch_core::units::{AccountId, BetId, Money, Timestamp};
use clutch_core::{Event, State};
use clutch_engine::Step;
use serde::Serialize;

use super::words;

/// One movement.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The record that led to it.
    pub seq: u64,
    /// When.
    pub time: String,
    /// Why.
    pub what: String,
    /// The bet, if there is one.
    pub bet: Option<u64>,
    /// What it did to the money that can be staked or taken out.
    pub amount: String,
    /// What could be staked afterwards.
    pub available: String,
    /// What open bets held afterwards.
    pub held: String,
    /// What of bonuses could be staked afterwards.
    pub bonus: String,
}

/// What the movements come to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    deposits: i64,
    withdrawals: i64,
    tax: i64,
    staked: i64,
    /// How much more open bets hold of the player's own than before.
    held: i64,
    stakes_returned: i64,
    won: i64,
    taken_back: i64,
    bonuses: i64,
    /// What of them became the player's own money.
    bonuses_wagered: i64,
    adjustments: i64,
    charged_back: i64,
    written_off: i64,
}

/// A statement in the making.
#[derive(Debug)]
pub struct Statement {
    account: AccountId,
    from: Timestamp,
    /// Available, held, bonus, and what withdrawals take that are under way: as the last record left them.
    balance: [i64; 4],
    opening: Option<[i64; 4]>,
    lines: Vec<Line>,
    sums: Sums,
}

impl Statement {
    /// Of an account, from a time on.
    pub fn new(account: AccountId, from: Timestamp) -> Self {
        Self {
            account,
            from,
            balance: [0; 4],
            opening: None,
            lines: Vec::new(),
            sums: Sums::default(),
        }
    }

    /// Takes in what a record led to.
    pub fn hear(&mut self, step: &Step<'_>) {
        for record in step.events {
            let Event::Posting { from, to, amount, bet, reason, .. } = record.event else {
                continue;
            };
            let before = self.balance;
            for (side, moved) in [(from, -amount.minor()), (to, amount.minor())] {
                if let Some(place) = self.place(side) {
                    self.balance[place] += moved;
                }
            }
            let is_about = self.balance != before || is_own_transit(from, to, self.account);
            if !is_about || step.time < self.from {
                continue;
            }
            self.opening.get_or_insert(before);
            self.sums.count(reason, from, to, amount);
            let [available, held, bonus, _] = self.balance;
            let own = self.balance[0] - before[0];
            self.lines.push(Line {
                seq: step.seq.0,
                time: words::time(step.time),
                what: words::posting(reason),
                bet: bet.map(|BetId(bet)| bet),
                amount: words::money(Money::from_minor(own)),
                available: words::money(Money::from_minor(available)),
                held: words::money(Money::from_minor(held)),
                bonus: words::money(Money::from_minor(bonus)),
            });
        }
    }

    fn place(&self, side: LedgerAccount) -> Option<usize> {
        match side {
            LedgerAccount::PlayerAvailable(id) if id == self.account => Some(0),
            LedgerAccount::PlayerHeld(id) if id == self.account => Some(1),
            LedgerAccount::PlayerBonus(id) if id == self.account => Some(2),
            LedgerAccount::WithdrawalInTransit(id) if id == self.account => Some(3),
            LedgerAccount::PlayerAvailable(_)
            | LedgerAccount::PlayerHeld(_)
            | LedgerAccount::PlayerBonus(_)
            | LedgerAccount::PlayerBonusHeld(_)
            | LedgerAccount::DepositInTransit(_)
            | LedgerAccount::WithdrawalInTransit(_)
            | LedgerAccount::House
            | LedgerAccount::Provider
            | LedgerAccount::TaxWithheld
            | LedgerAccount::Adjustments
            | LedgerAccount::BadDebt => None,
        }
    }

    /// What it comes to, under the names that reports use. The three that open it, with net deposits, what was won or
    /// lost, bonuses that became his own, adjustments and what was written off, come to the three that close it.
    fn totals(&self) -> Vec<(&'static str, String)> {
        let opening = self.opening.unwrap_or(self.balance);
        let show = |minor| words::money(Money::from_minor(minor));
        let first = [
            ("opening_available", opening[0]),
            ("opening_held", opening[1]),
            ("opening_withdrawals_under_way", opening[3]),
        ];
        let last = [
            ("closing_available", self.balance[0]),
            ("closing_held", self.balance[1]),
            ("closing_withdrawals_under_way", self.balance[3]),
        ];
        let all = first.into_iter().chain(self.sums.named()).chain(last);
        all.map(|(name, minor)| (name, show(minor))).collect()
    }

    /// Writes it for a person.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_text(&self, state: &State, output: &mut impl Write) -> io::Result<()> {
        let (name, from) = (words::account(state, self.account), words::time(self.from));
        let currency = words::currency_code(state, self.account);
        writeln!(output, "statement of {name} in {currency} from {from}")?;
        if !self.lines.is_empty() {
            writeln!(
                output,
                "{:>9}  {:<23}  {:<22} {:>12} {:>12} {:>12} {:>12}  bet",
                "record", "time (UTC)", "what", "amount", "available", "held", "bonus"
            )?;
        }
        for line in &self.lines {
            let Line { seq, time, what, bet, amount, available, held, bonus } = line;
            let bet = bet.map_or_else(String::new, |bet| bet.to_string());
            writeln!(
                output,
                "{seq:>9}  {time}  {what:<22} {amount:>12} {available:>12} {held:>12} {bonus:>12}  {bet}"
            )?;
        }
        for (name, amount) in self.totals() {
            writeln!(output, "{:<29} {amount:>12}", name.replace('_', " "))?;
        }
        Ok(())
    }

    /// Writes it as one JSON object.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_json(&self, state: &State, output: &mut impl Write) -> io::Result<()> {
        let totals: serde_json::Map<_, _> = self
            .totals()
            .into_iter()
            .map(|(name, amount)| (name.to_owned(), amount.into()))
            .collect();
        let said = serde_json::json!({
            "account": words::account(state, self.account),
            "currency": words::currency_code(state, self.account),
            "from": words::time(self.from),
            "lines": self.lines,
            "totals": totals,
        });
        writeln!(output, "{said}")
    }

    /// Writes its lines as CSV, one a movement.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_csv(&self, output: &mut impl Write) -> io::Result<()> {
        writeln!(output, "record,time,what,bet,amount,available,held,bonus")?;
        for line in &self.lines {
            let Line { seq, time, what, bet, amount, available, held, bonus } = line;
            let bet = bet.map_or_else(String::new, |bet| bet.to_string());
            writeln!(output, "{seq},{time},{what},{bet},{amount},{available},{held},{bonus}")?;
        }
        Ok(())
    }
}

/// Whether money in transit of this account comes to its end without touching the balance.
fn is_own_transit(from: LedgerAccount, to: LedgerAccount, account: AccountId) -> bool {
    let is_transit = |side| {
        matches!(side, LedgerAccount::DepositInTransit(id) | LedgerAccount::WithdrawalInTransit(id)
            if id == account)
    };
    is_transit(from) || is_transit(to)
}

impl Sums {
    /// Each under the name that reports use.
    pub fn named(&self) -> Vec<(&'static str, i64)> {
        let result = self.won - self.taken_back + self.stakes_returned + self.held - self.staked;
        vec![
            ("deposits", self.deposits),
            ("withdrawals", self.withdrawals),
            ("charged_back", self.charged_back),
            ("net_deposits", self.deposits - self.charged_back - self.withdrawals),
            ("tax_kept_back", self.tax),
            ("staked", self.staked),
            ("stakes_returned", self.stakes_returned),
            ("won", self.won),
            ("taken_back", self.taken_back),
            // What open bets hold is neither won nor lost yet.
            ("won_or_lost", result),
            ("bonuses", self.bonuses),
            ("bonuses_wagered", self.bonuses_wagered),
            ("adjustments", self.adjustments),
            ("debt_written_off", self.written_off),
        ]
    }

    /// Counts a posting. Bonus money is counted apart: of stakes and winnings only the player's own.
    pub fn count(
        &mut self,
        reason: PostingReason,
        from: LedgerAccount,
        to: LedgerAccount,
        amount: Money,
    ) {
        let amount = amount.minor();
        let leaves_own = matches!(from, LedgerAccount::PlayerAvailable(_));
        let becomes_own = matches!(to, LedgerAccount::PlayerAvailable(_));
        let is_held = |side| i64::from(matches!(side, LedgerAccount::PlayerHeld(_)));
        self.held += amount * (is_held(to) - is_held(from));
        match reason {
            PostingReason::Deposit => self.deposits += amount,
            PostingReason::WithdrawalPaid => self.withdrawals += amount,
            PostingReason::Tax => {
                self.withdrawals += amount;
                self.tax += amount;
            }
            PostingReason::Hold if leaves_own => self.staked += amount,
            PostingReason::Release if becomes_own => self.stakes_returned += amount,
            PostingReason::Payout | PostingReason::CashOut if becomes_own => self.won += amount,
            // Of a settlement that is taken back only the payout leaves the player's balance.
            PostingReason::Reversal if leaves_own => self.taken_back += amount,
            PostingReason::Adjusted(AdjustReason::Chargeback) => self.charged_back += amount,
            PostingReason::Adjusted(AdjustReason::WriteOff) | PostingReason::DebtWrittenOff => {
                self.written_off += amount;
            }
            PostingReason::DebtRecovered => self.written_off -= amount,
            PostingReason::Adjusted(
                AdjustReason::Correction | AdjustReason::Goodwill | AdjustReason::Fee,
            ) => self.adjustments += if becomes_own { amount } else { -amount },
            PostingReason::BonusGranted => self.bonuses += amount,
            PostingReason::BonusConverted if becomes_own => self.bonuses_wagered += amount,
            PostingReason::BonusExpired
            | PostingReason::BonusForfeited
            | PostingReason::BonusConverted => self.bonuses -= amount,
            PostingReason::Hold
            | PostingReason::Release
            | PostingReason::Payout
            | PostingReason::CashOut
            | PostingReason::Reversal
            | PostingReason::BonusUsedAgain
            | PostingReason::StakeTaken
            | PostingReason::DepositAuthorised
            | PostingReason::DepositFailed
            | PostingReason::WithdrawalRequested
            | PostingReason::WithdrawalReturned => {}
        }
    }
}
