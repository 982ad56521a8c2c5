//! How far one person may move each setting; what goes further waits for a second person.
//!
//! One person may loosen a limit by a quarter, which is what a busy night asks of a trader who sits alone: a
//! large customer more, one more minute for a slow feed. What costs more than that if it was a slip, or was
//! meant, waits for a second person; so does all of a number that decides when betting stops by itself.
//! Measured from where two persons, or the first record, last left that setting, and not from where it
//! stands: steps of one person that are small one by one go no further together than one alone, on one day
//! or over a year. To tighten a limit takes nobody else.

use super::Setting;
use crate::command::Config;
use crate::risk::{RuleId, RuleSet};

/// The part of a limit by which one person may loosen it alone: a quarter of what two persons left, rounded
/// down. A count below four is not for one person to raise.
const ALONE_PART: i64 = 4;

/// How far one person may go with a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// As far as it makes sense.
    Anywhere,
    /// Up by a quarter of what it was, and down.
    UpAQuarter,
    /// Each of its percentages up by a quarter of what it was, and down.
    EachUpAQuarter,
    /// Down by a quarter of what it was, and up.
    DownAQuarter,
    /// The same for a number of which zero stands for more than any.
    DownAQuarterOrZero,
    /// Down only.
    DownOnly,
    /// Up only.
    UpOnly,
    /// Neither way.
    Nowhere,
    /// No further than he may move the margin of one market.
    AsMargin,
    /// As long as every risk rule that refused still does, and every one that asked a trader still asks.
    RulesKept,
    /// As long as every trip that could pull still can.
    TripsKept,
    /// As long as nothing is taken out of it.
    NothingLess,
}

impl Alone {
    /// What takes a second person, for whoever sets it; `None` if nothing does.
    pub const fn explains(self) -> Option<&'static str> {
        match self {
            Self::Anywhere => None,
            Self::UpAQuarter | Self::EachUpAQuarter => {
                Some("A raise by more than a quarter takes two persons.")
            }
            Self::DownAQuarter => Some("A cut by more than a quarter takes two persons."),
            Self::DownAQuarterOrZero => Some(
                "A cut by more than a quarter takes two persons, but for 0: a person alone ends it then.",
            ),
            Self::DownOnly => Some("A raise takes two persons."),
            Self::UpOnly => Some("A cut takes two persons."),
            Self::Nowhere => Some("Any change takes two persons."),
            Self::AsMargin => Some("Further than override_distance takes two persons."),
            Self::RulesKept => Some(
                "Two persons for a rule that refused, or asked a trader, as two persons left it.",
            ),
            Self::TripsKept => {
                Some("Two persons for a trip that could pull as two persons left it.")
            }
            Self::NothingLess => Some("Fewer take two persons."),
        }
    }
}

impl Setting {
    /// How far one person may move it.
    pub const fn alone(self) -> Alone {
        match self {
            Self::StakeMax
            | Self::PayoutMax
            | Self::LiabilitySelectionMax
            | Self::LiabilityMarketMax
            | Self::LiabilityAccountMax
            | Self::LiabilityMatchMax
            | Self::LiabilityGroupMax
            | Self::PayoutDayMax
            | Self::BetsPerSecondMax
            | Self::BetsPerMinuteMax
            | Self::BetsPerHourMax
            | Self::StakesPerHourMax
            | Self::TraderStake
            | Self::FeedAgeLive
            | Self::FeedAgePrematch
            | Self::FeedLagMax
            | Self::FeedGrace
            | Self::Band
            | Self::OverrideLifeMax
            | Self::QuoteLife
            | Self::OfferLife
            | Self::ReferralLife => Alone::UpAQuarter,
            // A part of the largest stake is a limit as well.
            Self::Tier0 | Self::Tier1 | Self::Tier2 | Self::Tier3 => Alone::EachUpAQuarter,
            // A cash-out without a margin can be farmed, and a price that is acted on late as well.
            Self::CashOutMargin => Alone::DownAQuarter,
            // Later nothing can be corrected.
            Self::ResettleWindow => Alone::DownAQuarter,
            // A freeze that ends too soon; with zero, never by itself.
            Self::AgreeingUpdates => Alone::DownAQuarterOrZero,
            Self::InPlayDelay | Self::InPlayDelayMoba => Alone::UpOnly,
            // A trip that cannot pull any more is a trip that is off, which takes two as well.
            Self::TripFeedMax
            | Self::TripErrorMax
            | Self::TripLossMax
            | Self::TripRejectPercent
            | Self::TripRejectMin => Alone::DownOnly,
            Self::TripCoolDown => Alone::UpOnly,
            // A shorter one forgets what a trip counts, and in a longer one a burst of refused bets is a small
            // part of all commands.
            Self::TripWindow => Alone::Nowhere,
            // A higher one lets players owe more, and a lower one gives up what they owe.
            Self::DebtMax => Alone::Nowhere,
            Self::ViewAgeMax | Self::ConfirmAbove | Self::WageringTimesMax => Alone::DownOnly,
            // What one person may do alone is not for one person to widen.
            Self::OverrideDistance
            | Self::GradeAloneMax
            | Self::AdjustAloneMax
            | Self::GrantsAloneMax
            | Self::DepositsAloneMax => Alone::DownOnly,
            Self::Margin => Alone::AsMargin,
            Self::RulesOff | Self::RulesShadow | Self::RulesRefer => Alone::RulesKept,
            Self::TripsOff | Self::TripsShadow => Alone::TripsKept,
            Self::TripsTwoPeople => Alone::NothingLess,
            Self::StakeMin
            | Self::ClientIdPast
            | Self::ClientIdFuture
            | Self::PriceStepsMin
            | Self::Shading
            | Self::ShadingScale
            | Self::ShadingStep
            | Self::FeedHandOver
            | Self::Ladder
            | Self::LargeStake
            // No bet can cost more than `payout_max` lets it, whatever this is.
            | Self::PayoutCut
            | Self::WithdrawalEndsBonus => Alone::Anywhere,
        }
    }

    /// Whether it goes further from one configuration to another than one person may move it.
    fn goes_far(self, from: &Config, to: &Config) -> bool {
        let (was, is) = (self.get(from), self.get(to));
        match self.alone() {
            Alone::Anywhere => false,
            Alone::UpAQuarter => is_far_above(was, is),
            Alone::EachUpAQuarter => {
                let parts = |stages: i64| stages.to_le_bytes().map(i64::from);
                parts(was).into_iter().zip(parts(is)).any(|(was, is)| is_far_above(was, is))
            }
            Alone::DownAQuarter => is < was - was / ALONE_PART,
            Alone::DownAQuarterOrZero => is != 0 && (was == 0 || is < was - was / ALONE_PART),
            Alone::DownOnly => was < is,
            Alone::UpOnly => is < was,
            Alone::Nowhere => was != is,
            Alone::AsMargin => from.is_margin_far(to.margin_ppb),
            Alone::RulesKept => {
                let (were, are) = (rules_asked(from), rules_asked(to));
                let refused = were.less(from.rules_refer);
                !are.has_all(were) || !are.less(to.rules_refer).has_all(refused)
            }
            Alone::TripsKept => trips_that_pull(from) & !trips_that_pull(to) != 0,
            Alone::NothingLess => was & !is != 0,
        }
    }
}

/// Whether a limit is raised by more than one person may raise it.
pub(crate) fn is_far_above(was: i64, is: i64) -> bool {
    was.saturating_add(was / ALONE_PART) < is
}

/// The rules that refuse a bet, or put it to a trader.
fn rules_asked(config: &Config) -> RuleSet {
    RuleSet::of(RuleId::ALL).less(config.rules_off.and(config.rules_shadow))
}

/// The trips that stop betting by themselves, as bits.
fn trips_that_pull(config: &Config) -> u32 {
    !(config.trips_off.bits() | config.trips_shadow.bits())
}

impl Config {
    /// The first setting that another configuration moves further from this one than one person may.
    pub fn moved_far(&self, to: &Self) -> Option<Setting> {
        Setting::ALL.iter().copied().find(|setting| setting.goes_far(self, to))
    }

    /// This configuration with what changed between two others as it stands in the second of them.
    pub(crate) fn with_changes(self, before: &Self, after: &Self) -> Self {
        let mut changed = self;
        Setting::differences(before, after, |setting, value| {
            changed = setting.set(changed, value).unwrap_or(changed);
        });
        changed
    }
}
