//! Which record placed a bet, and what it asked for.

use clutch_core::command::{Actor, Pick, PlaceBet, PlaceMultiple, PricePolicy, Slip};
use clutch_core::units::{AccountId, BetId, BonusId, ClientBetId, Money, Seq, Stake, Timestamp};
use clutch_core::{Command, Envelope};
use clutch_journal::{JournalError, Reader};

use super::{BetName, DisputeError, Place};
use crate::ops::{inspect, progress, words};

/// The record that placed a bet.
pub(super) struct Found {
    pub seq: u64,
    /// The engine's id of the bet.
    pub id: BetId,
    pub time: Timestamp,
    pub actor: Actor,
    pub wish: Wish,
    /// The bonus that shall have a part in it.
    pub bonus: Option<BonusId>,
    /// The device that it came from; zero: not said.
    pub device: u32,
    /// All bets of its group, if all of them or none are taken.
    pub group: Vec<PlaceBet>,
    /// The journal's oldest and last record when it was looked for.
    pub oldest: u64,
    pub last: u64,
    /// What was wrong behind the last one.
    pub damage: Option<JournalError>,
}

/// What a bettor asked for: a single or a bet of several legs.
pub(super) enum Wish {
    Single(PlaceBet),
    Several(Box<PlaceMultiple>),
}

impl Wish {
    /// The bets that a command places, with their places in it.
    fn all_of(command: &Command) -> Vec<(usize, Self)> {
        match command {
            Command::PlaceBatch(ask) => ask.places().map(Self::Single).enumerate().collect(),
            _ => Self::of(command).map(|wish| (0, wish)).into_iter().collect(),
        }
    }

    fn of(command: &Command) -> Option<Self> {
        match command {
            Command::PlaceBet(place) => Some(Self::Single(*place)),
            Command::PlaceMultiple(place) => Some(Self::Several(Box::new(*place))),
            Command::PlaceOnTerms(ask) => Some(match &ask.slip {
                Slip::Single(place) => Self::Single(*place),
                Slip::Multiple(place) => Self::Several(Box::new(*place)),
            }),
            _ => None,
        }
    }

    /// Whose bet it is, by both their ids.
    pub fn name(&self) -> (AccountId, ClientBetId) {
        match self {
            Self::Single(place) => (place.account, place.client_id),
            Self::Several(place) => (place.account, place.client_id),
        }
    }

    pub fn policy(&self) -> PricePolicy {
        match self {
            Self::Single(place) => place.policy,
            Self::Several(place) => place.policy,
        }
    }

    /// The stake on each line, and how many lines there are.
    pub fn unit_and_lines(&self) -> (Stake, u32) {
        match self {
            Self::Single(place) => (place.stake, 1),
            Self::Several(place) => (place.unit(), place.system().lines()),
        }
    }

    /// The stake in all.
    pub fn stake(&self) -> Money {
        match self {
            Self::Single(place) => place.stake.money(),
            Self::Several(place) => place.stake().money(),
        }
    }

    /// What it is on.
    pub fn picks(&self) -> Vec<Pick> {
        match self {
            Self::Single(place) => {
                let PlaceBet { market, selection, odds, price_seq, epoch, .. } = *place;
                vec![Pick { market, selection, odds, price_seq, epoch }]
            }
            Self::Several(place) => place.picks().to_vec(),
        }
    }

    /// Whether a leg stands in every line, which is worth a word only where others do not.
    pub fn is_banker(&self, leg: usize) -> bool {
        match self {
            Self::Single(_) => false,
            Self::Several(place) => place.system().bankers().has(leg),
        }
    }

    /// The bet's kind as it is called over the counter.
    pub fn kind(&self) -> String {
        let Self::Several(place) = self else { return "single".to_owned() };
        let (legs, sizes) = (place.picks().len(), place.system().folds());
        let named = |size: usize| match size {
            1 => "singles".to_owned(),
            2 => "doubles".to_owned(),
            3 => "trebles".to_owned(),
            size => format!("{size}-folds"),
        };
        match (sizes.smallest(), sizes.largest()) {
            (1, 1) if legs == 1 => "single".to_owned(),
            (2, 2) if legs == 2 => "double".to_owned(),
            (3, 3) if legs == 3 => "treble".to_owned(),
            (size, largest) if size == largest && size == legs => format!("{size}-fold"),
            _ => {
                let sizes: Vec<String> = sizes.iter().map(named).collect();
                format!("{} of {legs} selections", sizes.join(", "))
            }
        }
    }
}

/// Looks for the placement without applying anything.
pub(super) fn find(place: Place<'_>, bet: BetName) -> Result<Found, DisputeError> {
    let mut reader = Reader::open(place.dir)?;
    if let Some(archive) = place.archive {
        reader = reader.with_archive(archive)?;
    }
    let mut reader = reader.with_ring(place.ring);
    let oldest = reader.oldest_seq();
    let mut found: Vec<Found> = Vec::new();
    let mut other = None;
    let bar = progress::over(place.dir, "looking for the bet");
    while let Some(record) = reader.next()? {
        let (seq, time) = (record.seq, Timestamp::from_nanos(record.timestamp));
        progress::tell(&bar, seq);
        let Ok(envelope) = Envelope::decode(record.payload) else { continue };
        let wishes = Wish::all_of(&envelope.command);
        if wishes.is_empty() && bet == BetName::Id(seq) {
            other = Some(inspect::kind(&envelope.command).to_owned());
        }
        for (place, wish) in wishes {
            let (account, client_id) = wish.name();
            let id = BetId::of_batch(Seq(seq), place);
            let is_it = match bet {
                BetName::Id(wanted) => wanted == id.0,
                BetName::Client(wanted) => wanted == client_id,
            };
            // The same wish sent again is answered and not placed again; the first is the one.
            if is_it && found.iter().all(|earlier| earlier.wish.name().0 != account) {
                let bonus = match &envelope.command {
                    Command::PlaceOnTerms(ask) => ask.terms.bonus,
                    _ => None,
                };
                let device = match &envelope.command {
                    Command::PlaceOnTerms(ask) => ask.terms.device,
                    Command::PlaceBatch(ask) => ask.device,
                    _ => 0,
                };
                let group = match &envelope.command {
                    Command::PlaceBatch(ask) => ask.places().collect(),
                    _ => Vec::new(),
                };
                let actor = envelope.actor;
                let (last, damage) = (0, None);
                let found_now = Found {
                    seq,
                    id,
                    time,
                    actor,
                    wish,
                    bonus,
                    device,
                    group,
                    oldest,
                    last,
                    damage,
                };
                found.push(found_now);
            }
        }
    }
    bar.finish_and_clear();
    let (last, damage) = (reader.seq(), reader.how_it_ended().err());
    if 1 < found.len() {
        let seqs: Vec<String> = found.iter().map(|found| found.seq.to_string()).collect();
        return Err(DisputeError::Ambiguous(seqs.join(", ")));
    }
    let (name, may_be_older) = match bet {
        BetName::Id(seq) => (format!("id {seq}"), seq < oldest),
        BetName::Client(id) => (format!("id {}", words::uuid(id)), 1 < oldest),
    };
    match (found.pop(), other, bet, damage) {
        (Some(found), _, _, damage) => Ok(Found { last, damage, ..found }),
        (None, Some(kind), BetName::Id(seq), _) => Err(DisputeError::NotABet(seq, kind)),
        _ if may_be_older => Err(DisputeError::Archived(name, oldest, last)),
        (.., Some(damage)) => Err(DisputeError::Damaged(name, oldest, last, Box::new(damage))),
        (.., None) => Err(DisputeError::NotFound(name, oldest, last)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clutch_core::command::Picks;
    use clutch_core::settlement::system::{Bankers, FoldSizes};
    use clutch_core::units::{MarketId, Odds, SelectionIndex};

    use super::*;

    #[test]
    fn a_bet_is_called_as_over_the_counter() {
        let pick = |market| Pick {
            market: MarketId(market),
            selection: SelectionIndex(0),
            odds: Odds::MIN,
            price_seq: 0,
            epoch: 0,
        };
        let called = |legs: u32, sizes: &[u8]| {
            let picks: Vec<Pick> = (0..legs).map(pick).collect();
            let place = PlaceMultiple::new(
                (AccountId(0), ClientBetId(1)),
                PricePolicy::Any,
                Stake::new(Money::from_minor(10)).unwrap(),
                (FoldSizes::new(sizes.iter().copied()).unwrap(), Bankers::NONE),
                Picks::new(&picks).unwrap(),
            );
            Wish::Several(Box::new(place.unwrap())).kind()
        };
        assert_eq!(called(1, &[1]), "single");
        assert_eq!(called(2, &[2]), "double");
        assert_eq!(called(3, &[3]), "treble");
        assert_eq!(called(6, &[6]), "6-fold");
        assert_eq!(called(4, &[2]), "doubles of 4 selections");
        assert_eq!(called(3, &[1, 2, 3]), "singles, doubles, trebles of 3 selections");
    }
}
