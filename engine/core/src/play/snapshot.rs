//! What players have set as bytes: only those who have set anything. Which row a limit lies in reaches
//! no output, so the lists are laid anew.

use alloc::vec::Vec;

use super::session::Sessions;
use super::{Limit, Play, Player, Rest};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::snapshot::{Loader, Saver, Table};
use crate::units::AccountId;

impl Table for Play {
    fn save(&self, out: &mut Saver<'_>) {
        // How the rows are linked is written as the lists themselves.
        let Self { policy, players, limits: _, limits_max: _, free: _, live: _, voiding, sessions } =
            self;
        out.put(policy);
        out.list(voiding.iter());
        sessions.save(out);
        let set = || (0u32..).zip(players).filter(|(_, player)| **player != Player::NONE);
        out.count(set().count());
        for (account, Player { rest, first: _, opened_s, level, hold, cases, check_minutes }) in
            set()
        {
            out.put(&account);
            out.put(rest);
            out.put(opened_s);
            out.put(level);
            out.put(hold);
            out.put(cases);
            out.put(check_minutes);
            out.count(self.of(AccountId(account)).count());
            self.of(AccountId(account)).for_each(|limit| out.put(limit));
        }
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let (accounts_max, limits_max) = (capacity.accounts_max, capacity.play_limits_max);
        let mut play = Self::with_capacity(accounts_max as usize, limits_max as usize);
        play.policy = input.take()?;
        play.policy.policy.validate().map_err(|_| DecodeError::OutOfRange)?;
        let voiding: Vec<AccountId> = input.list(accounts_max as usize)?;
        play.voiding.extend(voiding);
        if play.voiding.iter().any(|account| accounts_max <= account.0) {
            return Err(DecodeError::OutOfRange);
        }
        play.sessions = Sessions::load(input, accounts_max)?;
        for _ in 0..input.count(play.players.len())? {
            let account: u32 = input.take()?;
            let rest: Option<Rest> = input.take()?;
            let (opened_s, level) = (input.take()?, input.take()?);
            let (hold, cases) = (input.take()?, input.take()?);
            let check_minutes = input.take()?;
            let player = play.players.get_mut(account as usize).ok_or(DecodeError::OutOfRange)?;
            if *player != Player::NONE {
                return Err(DecodeError::OutOfRange);
            }
            *player =
                Player { rest, first: player.first, opened_s, level, hold, cases, check_minutes };
            let account = AccountId(account);
            for _ in 0..input.count(play.limits_max - play.live)? {
                let limit: Limit = input.take()?;
                if play.of(account).any(|other| limit.key <= other.key) {
                    return Err(DecodeError::OutOfRange);
                }
                play.insert(account, limit);
            }
        }
        Ok(play)
    }
}
