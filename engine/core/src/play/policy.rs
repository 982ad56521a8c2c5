//! What an operator's licence asks about players, as versioned data.
//!
//! A policy is a number for each [`Term`]: what each level of verification may do, from which sums on
//! somebody looks at an account and what happens until he has, how long a higher limit waits, what
//! becomes of open bets. It is adopted by a command and holds for the very next one. The default asks
//! nothing, so an ordinary account costs nothing; the policies of two countries come with the gateways.

use super::level::{Level, LevelTerms, May};
use crate::codec::{wire_enum, wire_struct};
use crate::command::Config;
use crate::units::Money;

const HOUR_NS: u64 = 3_600 * 1_000_000_000;

/// What the number of a [`Term`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermUnit {
    /// Minor units of the book currency; zero is no limit.
    Money,
    /// Hours; zero is for ever.
    Hours,
    /// Hours that somebody waits.
    Wait,
    /// A set of what an account [`May`] do.
    May,
    /// A [`Then`].
    Then,
    /// An [`OpenBets`].
    OpenBets,
    /// Minutes; zero is never.
    Minutes,
    /// Zero is no, one is yes.
    Flag,
}

/// What happens to an account when a sum is reached, until somebody has looked at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Then {
    /// Nothing: it is said, and waits for a person.
    #[default]
    Watch,
    /// It takes nothing out: the source of its funds is asked for.
    Hold,
    /// It neither pays in, nor bets, nor takes out.
    Stop,
}

impl Then {
    /// Every one, the mildest first.
    pub const ALL: &'static [Self] = &[Self::Watch, Self::Hold, Self::Stop];

    /// Its name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Hold => "hold",
            Self::Stop => "stop",
        }
    }
}

/// What becomes of the open bets of a player who begins to rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum OpenBets {
    /// They stand and are settled.
    #[default]
    Stand,
    /// They are void and the stakes go back.
    Void,
}

impl OpenBets {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Stand, Self::Void];

    /// Its name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stand => "stand",
            Self::Void => "void",
        }
    }
}

macro_rules! terms {
    ($($(#[doc = $doc:literal])+ $tag:literal = $name:ident, $label:literal, $unit:ident, $default:literal;)*) => {
        /// One number of a [`PlayPolicy`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub enum Term {
            $($(#[doc = $doc])+ $name,)*
        }
        wire_enum!(Term { $($tag = $name),* });

        impl Term {
            /// Every term, in the order of a policy.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in files and reports.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// What it is, in a sentence for whoever sets it.
            pub fn explains(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_start(),)* }
            }

            /// What its number counts.
            pub const fn unit(self) -> TermUnit {
                match self { $(Self::$name => TermUnit::$unit,)* }
            }
        }

        const DEFAULTS: [i64; TERMS] = [$($default),*];
    };
}

/// How many terms a policy has.
pub const TERMS: usize = 30;

terms! {
    /// What an account may do whose owner is not verified.
    0 = UnverifiedMay, "unverified_may", May, 7;
    /// The most that it may pay in within 30 days.
    1 = UnverifiedDepositsMax, "unverified_deposits_max", Money, 0;
    /// The most that it may stake with one bet.
    2 = UnverifiedStakeMax, "unverified_stake_max", Money, 0;
    /// For how many hours after it was opened that holds.
    3 = UnverifiedHours, "unverified_hours", Hours, 0;
    /// What an account may do of whose owner the age is verified.
    4 = AgeMay, "age_may", May, 7;
    /// The most that it may pay in within 30 days.
    5 = AgeDepositsMax, "age_deposits_max", Money, 0;
    /// The most that it may stake with one bet.
    6 = AgeStakeMax, "age_stake_max", Money, 0;
    /// For how many hours after it was opened that holds.
    7 = AgeHours, "age_hours", Hours, 0;
    /// What an account may do whose owner is identified.
    8 = IdentityMay, "identity_may", May, 7;
    /// The most that it may pay in within 30 days.
    9 = IdentityDepositsMax, "identity_deposits_max", Money, 0;
    /// The most that it may stake with one bet.
    10 = IdentityStakeMax, "identity_stake_max", Money, 0;
    /// Stakes within 24 hours from which on somebody looks at an account.
    11 = Turnover24h, "turnover_24h", Money, 0;
    /// What happens until he has.
    12 = Turnover24hThen, "turnover_24h_then", Then, 0;
    /// Stakes within 30 days from which on somebody looks.
    13 = Turnover30d, "turnover_30d", Money, 0;
    /// What happens until he has.
    14 = Turnover30dThen, "turnover_30d_then", Then, 0;
    /// Deposits within 24 hours from which on somebody looks.
    15 = Deposits24h, "deposits_24h", Money, 0;
    /// What happens until he has.
    16 = Deposits24hThen, "deposits_24h_then", Then, 0;
    /// Deposits, each smaller than this, that reach it together within 7 days: one large payment in parts.
    17 = LinkedDeposits7d, "linked_deposits_7d", Money, 0;
    /// What happens until somebody has looked.
    18 = LinkedDeposits7dThen, "linked_deposits_7d_then", Then, 0;
    /// Deposits less what was taken out within 30 days from which on somebody looks.
    19 = NetDeposits30d, "net_deposits_30d", Money, 0;
    /// What happens until he has.
    20 = NetDeposits30dThen, "net_deposits_30d_then", Then, 0;
    /// Losses within 30 days from which on somebody looks.
    21 = Losses30d, "losses_30d", Money, 0;
    /// What happens until he has.
    22 = Losses30dThen, "losses_30d_then", Then, 0;
    /// How many hours a player's wish to raise a limit waits, at least 24.
    23 = RaiseWaitHours, "raise_wait_hours", Wait, 24;
    /// What becomes of open bets when a player excludes himself.
    24 = ExclusionOpenBets, "exclusion_open_bets", OpenBets, 0;
    /// What becomes of open bets when a player takes a time-out.
    25 = TimeOutOpenBets, "time_out_open_bets", OpenBets, 0;
    /// Whether a player who rests can cash out.
    26 = RestCashOut, "rest_cash_out", Flag, 1;
    /// How many hours at most a player can play within 24.
    27 = PlayHours24h, "play_hours_24h", Hours, 0;
    /// At which interval a player is reminded of how long he has played, unless he chose a shorter one.
    28 = RealityCheckMinutes, "reality_check_minutes", Minutes, 0;
    /// After how many minutes of silence a session ends by itself.
    29 = SessionIdleMinutes, "session_idle_minutes", Minutes, 15;
}

/// A number for each term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PlayPolicy {
    terms: [i64; TERMS],
}
wire_struct!(PlayPolicy { terms });

impl Default for PlayPolicy {
    /// Asks nothing of anybody.
    fn default() -> Self {
        Self { terms: DEFAULTS }
    }
}

impl PlayPolicy {
    /// The shortest wait of a wish to raise a limit, in hours: UKGC RTS 12D.
    pub const RAISE_WAIT_HOURS_MIN: i64 = 24;

    /// The number of a term.
    pub const fn get(&self, term: Term) -> i64 {
        self.terms[term as usize]
    }

    /// The policy with another number for a term.
    #[must_use]
    pub fn with(mut self, term: Term, number: i64) -> Self {
        self.terms[term as usize] = number;
        self
    }

    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The first term that does not, with the largest or the least number that would.
    pub fn validate(&self) -> Result<(), (Term, i64)> {
        for &term in Term::ALL {
            let (least, most) = match term.unit() {
                TermUnit::Money => (0, Config::AMOUNT_MAX.minor()),
                TermUnit::Hours => (0, 87_600),
                TermUnit::Wait => (Self::RAISE_WAIT_HOURS_MIN, 8_760),
                TermUnit::May => (0, May::ALL.number()),
                TermUnit::Then => (0, Then::Stop as i64),
                TermUnit::Minutes => (0, 1_440),
                TermUnit::OpenBets | TermUnit::Flag => (0, 1),
            };
            let number = self.get(term);
            if number < least || most < number {
                return Err((term, if number < least { least } else { most }));
            }
        }
        // Whoever is better known may not do less.
        for (lower, higher) in
            [(Term::UnverifiedMay, Term::AgeMay), (Term::AgeMay, Term::IdentityMay)]
        {
            let [less, more] = [lower, higher].map(|term| self.may(term));
            if !more.has(less) {
                return Err((higher, more.and(less).number()));
            }
        }
        Ok(())
    }

    /// Whether it asks nothing of an account for which nothing is set.
    pub(crate) fn is_plain(&self) -> bool {
        Term::ALL.iter().all(|&term| match term.unit() {
            // It matters to sessions, wherever they come from.
            TermUnit::Minutes if term == Term::SessionIdleMinutes => true,
            TermUnit::Money | TermUnit::Hours | TermUnit::Minutes | TermUnit::May => {
                self.get(term) == DEFAULTS[term as usize]
            }
            // These say what happens where something is asked, or when somebody asks for it.
            TermUnit::Wait | TermUnit::Then | TermUnit::OpenBets | TermUnit::Flag => true,
        })
    }

    /// Whether another policy lets anybody do more, so that two persons must want it.
    pub fn is_loosened(&self, to: &Self) -> bool {
        Term::ALL.iter().any(|&term| {
            let (is, to) = (self.get(term), to.get(term));
            match term.unit() {
                // How long a silent session counts as played helps and harms.
                TermUnit::Minutes if term == Term::SessionIdleMinutes => false,
                // Zero is no limit at all.
                TermUnit::Money | TermUnit::Hours | TermUnit::Minutes => {
                    is != 0 && (to == 0 || is < to)
                }
                TermUnit::May => to & !is != 0,
                TermUnit::Wait | TermUnit::Then => to < is,
                TermUnit::OpenBets => false,
                TermUnit::Flag => is < to,
            }
        })
    }

    /// An amount; `None` if there is no limit.
    pub(crate) fn money(&self, term: Term) -> Option<Money> {
        let number = self.get(term);
        (number != 0).then(|| Money::from_minor(number))
    }

    fn may(&self, term: Term) -> May {
        May::from_number(self.get(term)).unwrap_or(May::NOTHING)
    }

    /// A stretch of time; `None` if it is for ever.
    pub(crate) fn hours_ns(&self, term: Term) -> Option<u64> {
        let hours = self.get(term).unsigned_abs();
        (hours != 0).then(|| hours * HOUR_NS)
    }

    /// An interval; `None` if it is never.
    pub(crate) fn minutes_ns(&self, term: Term) -> Option<u64> {
        let minutes = self.get(term).unsigned_abs();
        (minutes != 0).then(|| minutes * HOUR_NS / 60)
    }

    /// How long a wish to raise a limit waits.
    pub(crate) fn raise_wait_ns(&self) -> u64 {
        self.get(Term::RaiseWaitHours).unsigned_abs() * HOUR_NS
    }

    /// What happens when a sum is reached.
    pub(crate) fn then(&self, term: Term) -> Then {
        let place = usize::try_from(self.get(term)).unwrap_or_default();
        Then::ALL.get(place).copied().unwrap_or_default()
    }

    /// What becomes of open bets.
    pub(crate) fn open_bets(&self, term: Term) -> OpenBets {
        if self.get(term) == 0 { OpenBets::Stand } else { OpenBets::Void }
    }

    /// Whether a player who rests can cash out.
    pub(crate) fn lets_cash_out(&self) -> bool {
        self.get(Term::RestCashOut) != 0
    }

    /// What a level of verification may do.
    pub(crate) fn of(&self, level: Level) -> LevelTerms {
        let terms = |may, deposits, stake, hours| LevelTerms {
            may: self.may(may),
            deposits_max: self.money(deposits),
            stake_max: self.money(stake),
            enough_for_ns: hours,
        };
        match level {
            Level::Unverified => terms(
                Term::UnverifiedMay,
                Term::UnverifiedDepositsMax,
                Term::UnverifiedStakeMax,
                self.hours_ns(Term::UnverifiedHours),
            ),
            Level::AgeVerified => terms(
                Term::AgeMay,
                Term::AgeDepositsMax,
                Term::AgeStakeMax,
                self.hours_ns(Term::AgeHours),
            ),
            Level::Identified => {
                terms(Term::IdentityMay, Term::IdentityDepositsMax, Term::IdentityStakeMax, None)
            }
            Level::Enhanced => LevelTerms {
                may: May::ALL,
                deposits_max: None,
                stake_max: None,
                enough_for_ns: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_asks_nothing_and_every_term_stands_in_its_place() {
        let policy = PlayPolicy::default();
        assert!(policy.validate().is_ok() && policy.is_plain());
        for (place, &term) in Term::ALL.iter().enumerate() {
            assert_eq!(term as usize, place, "{}", term.name());
            assert!(!term.explains().is_empty());
        }
        assert_eq!(Term::ALL.len(), TERMS);
    }

    #[test]
    fn a_term_is_refused_one_beyond_its_limits_and_taken_at_them() {
        for &term in Term::ALL {
            for number in [i64::MIN, -1, i64::MAX] {
                let found = PlayPolicy::default().with(term, number).validate();
                let (at_fault, nearest) = found.expect_err("no term is so small or so large");
                assert_eq!(at_fault, term, "{number}");
                let nearest = PlayPolicy::default().with(term, nearest);
                // Nobody may do less when he is better known: that is another flaw of this number.
                assert!(
                    !matches!(nearest.validate(), Err((again, _)) if again == term && !matches!(term.unit(), TermUnit::May))
                );
            }
        }
    }

    #[test]
    fn whoever_is_better_known_may_not_do_less() {
        let policy = PlayPolicy::default().with(Term::IdentityMay, 3);
        assert_eq!(policy.validate(), Err((Term::IdentityMay, 7)));
    }

    #[test]
    fn what_lets_anybody_do_more_is_seen() {
        let default = PlayPolicy::default();
        for (term, strict) in [
            (Term::UnverifiedMay, 1),
            (Term::UnverifiedDepositsMax, 100),
            (Term::UnverifiedHours, 72),
            (Term::Turnover24h, 100),
            (Term::Losses30dThen, 1),
            (Term::RaiseWaitHours, 168),
            (Term::RestCashOut, 0),
            (Term::PlayHours24h, 6),
            (Term::RealityCheckMinutes, 60),
        ] {
            let strict = default.with(term, strict);
            assert!(strict.is_loosened(&default), "{}", term.name());
            assert!(!default.is_loosened(&strict), "{}", term.name());
        }
    }
}
