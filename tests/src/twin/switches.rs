//! Kill switches and modes a second time: a list of what is off, looked through each time.

use clutch_core::command::{Channel, Command, KillScope, MarketClass, MarketKind, Mode};
use clutch_core::units::MatchId;
use clutch_core::{Refusal, Reject};

use super::Twin;
use super::risk::never_counts;

/// What is off, and the mode.
#[derive(Debug, Default)]
pub(super) struct Switched {
    off: Vec<KillScope>,
    pub mode: Mode,
}

/// A refusal that names its switch.
fn named(code: Reject, kind: i64, which: i64) -> Refusal {
    Refusal::with(code, kind, which)
}

fn class(kind: MarketKind) -> MarketClass {
    let key = kind.market_type().key;
    let is_in = |keys: &[&str]| keys.contains(&key);
    if key.contains("handicap") {
        MarketClass::Handicap
    } else if is_in(&["round_winner", "pistol_round", "race_to_rounds"]) {
        MarketClass::Round
    } else if key.contains("winner") || key == "overtime" {
        MarketClass::Winner
    } else if key.starts_with("correct") {
        MarketClass::Score
    } else {
        MarketClass::Total
    }
}

impl Twin {
    pub(super) fn kill(&mut self, scope: KillScope, on: bool) -> Result<(), Reject> {
        if let KillScope::Match(id) = scope {
            self.matches.get(id.0 as usize).ok_or(Reject::UnknownMatch)?;
        }
        self.switched.off.retain(|off| *off != scope);
        self.switched.off.extend(on.then_some(scope));
        Ok(())
    }

    pub(super) fn set_mode(&mut self, mode: Mode) -> Result<(), Reject> {
        self.switched.mode = mode;
        Ok(())
    }

    /// The mode that the engine must be in.
    pub fn mode(&self) -> Mode {
        self.switched.mode
    }

    /// Whether a read-only engine refuses the command.
    pub(super) fn is_closed_to(&self, command: &Command) -> bool {
        self.switched.mode == Mode::ReadOnly
            && !matches!(
                command,
                Command::Genesis { .. }
                    | Command::Enlarge { .. }
                    | Command::Feed(_)
                    | Command::Tick
                    | Command::BriefTick
                    | Command::Kill { .. }
                    | Command::SetMode { .. }
                    | Command::ResetTrip { .. }
                    | Command::Shed { .. }
                    | Command::Suspend { .. }
                    | Command::Rest { .. }
                    | Command::SetPlayLimit { .. }
                    | Command::PlaceBet(_)
                    | Command::PlaceMultiple(_)
                    | Command::PlaceOnTerms(_)
                    | Command::PlaceBatch(_)
            )
    }

    /// Whether a switch is on, and so stops what it is about.
    pub(super) fn is_off(&self, scope: KillScope) -> bool {
        self.switched.off.contains(&scope)
    }

    /// Whether a switch or the mode stops all cash-outs, or those of this channel.
    pub(super) fn cash_out_is_open(&self, channel: Option<Channel>) -> Result<(), Refusal> {
        if self.switched.off.contains(&KillScope::CashOut) {
            return Err(named(Reject::CashOutStopped, 5, 0));
        }
        match self.switched.mode {
            mode @ (Mode::SettleOnly | Mode::ReadOnly) => {
                return Err(named(Reject::CashOutStopped, 7, mode as i64));
            }
            Mode::Normal | Mode::AcceptOnlyReducing => {}
        }
        if self.switched.off.contains(&KillScope::All) {
            return Err(named(Reject::BettingStopped, 0, 0));
        }
        if let Some(channel) = channel.filter(|it| self.is_off(KillScope::Channel(*it))) {
            return Err(named(Reject::BettingStopped, 4, channel as i64));
        }
        if let Some(trip) = self.tripped() {
            return Err(named(Reject::BettingStopped, 8, trip as i64));
        }
        Ok(())
    }

    /// Whether a switch or the mode stops a bet on a market, by a bettor who came by this channel;
    /// without one if the bet waits already.
    pub(super) fn switches_let_pass(
        &self,
        channel: Option<Channel>,
        market: usize,
    ) -> Result<(), Refusal> {
        let market = self.markets.get(market);
        let of_match = market.map(|market| market.match_index);
        let asked = [
            (Some(KillScope::All), 0, 0),
            (
                of_match.map(|index| KillScope::Title(self.matches[index].title)),
                1,
                of_match.map_or(0, |index| self.matches[index].title as i64),
            ),
            (
                of_match.map(|index| KillScope::Match(MatchId(index as u32))),
                2,
                of_match.map_or(0, |index| self.lives.matches.of(index as u32).into()),
            ),
            (
                market.map(|market| KillScope::Class(class(market.kind))),
                3,
                market.map_or(0, |market| class(market.kind) as i64),
            ),
            (channel.map(KillScope::Channel), 4, channel.map_or(0, |channel| channel as i64)),
        ];
        for (scope, kind, which) in asked {
            if scope.is_some_and(|scope| self.switched.off.contains(&scope)) {
                return Err(named(Reject::BettingStopped, kind, which));
            }
        }
        if let Some(trip) = self.tripped() {
            return Err(named(Reject::BettingStopped, 8, trip as i64));
        }
        match self.switched.mode {
            Mode::Normal | Mode::AcceptOnlyReducing => Ok(()),
            mode @ (Mode::SettleOnly | Mode::ReadOnly) => {
                Err(named(Reject::BettingStopped, 7, mode as i64))
            }
        }
    }

    /// What a market costs in its worst case, with a bet of this payout on a selection and all
    /// stakes brought in, and this stake as well.
    pub(super) fn worst_case(&self, market: usize, bet: Option<(u8, i128, i128)>) -> i128 {
        let selections = 0..self.markets[market].odds.len() as u8;
        let (on, stake, payout) = bet.unwrap_or((u8::MAX, 0, 0));
        let cost = |winner| {
            let bet_on = if winner == on { payout } else { 0 };
            self.cost_of(market, winner) + bet_on - stake
        };
        selections.map(cost).max().unwrap_or(-stake)
    }

    /// What a market costs if this selection wins it.
    fn cost_of(&self, market: usize, winner: u8) -> i128 {
        let standing = self.bets.iter().filter(|(id, bet)| {
            let status = self.where_it_stands(**id, bet);
            bet.market == market && !never_counts(status)
        });
        let singles: i128 = standing
            .map(|(_, bet)| {
                let (stake, payout) = self.counted(bet);
                if bet.selection == winner { payout - stake } else { -stake }
            })
            .sum();
        singles + self.liability_of_multiples(market, winner)
    }
}
