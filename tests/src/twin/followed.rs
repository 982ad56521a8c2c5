//! How the bets ended that a rule in shadow would have refused: a second time, from what each did to its player.

use std::collections::BTreeMap;

use clutch_core::event::BetStatus;
use clutch_core::risk::RuleId;

use super::Twin;

/// Every bet that rules in shadow would have refused, and the ends of those that have left.
#[derive(Clone, Debug, Default)]
pub(super) struct Followed {
    rules: BTreeMap<u64, Vec<RuleId>>,
    left: BTreeMap<RuleId, Ends>,
    /// What each player made by ending a bet himself, in his own money.
    pub cashed_out: BTreeMap<u64, i128>,
}

/// Won, lost and come to nothing by the players, still open; and what the house made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub won: u64,
    pub lost: u64,
    pub even: u64,
    pub open: u64,
    pub house: i128,
}

impl Ends {
    fn count(&mut self, made: Option<i128>) {
        match made {
            None => self.open += 1,
            Some(made) => {
                match made.signum() {
                    -1 => self.won += 1,
                    0 => self.even += 1,
                    _ => self.lost += 1,
                }
                self.house += made;
            }
        }
    }
}

impl Twin {
    pub(super) fn follow_bet(&mut self, id: u64, shadows: &[RuleId]) {
        if !shadows.is_empty() {
            self.followed.rules.insert(id, shadows.to_vec());
        }
    }

    /// A bet is about to leave.
    pub(super) fn stop_following(&mut self, id: u64) {
        let made = self.made_on(id);
        for rule in self.followed.rules.remove(&id).into_iter().flatten() {
            self.followed.left.entry(rule).or_default().count(made);
        }
    }

    /// How the bets ended that a rule would have refused.
    pub(super) fn ends_of(&self, rule: RuleId) -> Ends {
        let mut ends = self.followed.left.get(&rule).copied().unwrap_or_default();
        for (id, _) in self.followed.rules.iter().filter(|(_, rules)| rules.contains(&rule)) {
            ends.count(self.made_on(*id));
        }
        ends
    }

    /// What a player lost is what the house made; nothing yet while the bet is open.
    fn made_on(&self, id: u64) -> Option<i128> {
        let (account, status, gain) = match (self.bets.get(&id), self.multiples.get(&id)) {
            (Some(bet), _) => (bet.account, self.where_it_stands(id, bet), self.effect(id, bet).0),
            (None, Some(bet)) => {
                let status = self.where_multiple_stands(id, bet);
                (bet.account, status, self.effect_of_multiple(id, bet).0)
            }
            (None, None) => panic!("bet {id} is followed and not there"),
        };
        let is_open = matches!(
            status,
            BetStatus::Pending { .. }
                | BetStatus::Referred { .. }
                | BetStatus::Offered { .. }
                | BetStatus::Accepted { .. }
        );
        let before = self.followed.cashed_out.get(&id).copied().unwrap_or_default();
        (!is_open).then(|| self.weighed(account, -(gain + before)))
    }
}
