//! What operators and customer service ask of a journal: what is in it, why a bet went as it did, and
//! what would have been under other settings.
//!
//! Everything here reads. It follows the journal of a running server as well as that of a stopped or
//! killed one, through [`clutch_engine::Follower`] and nothing else, so an answer is what the engine
//! itself computed.
//!
//! | module | subject |
//! |---|---|
//! | `words` | commands and events as a person reads them |
//! | `inspect` | one line a record |
//! | `dispute`, `page` | one bet's whole life, and how it is written down |
//! | `fate` | what says something of a bet, and what of its id alone |
//! | `price_log` | who priced what, when and why, and what was shown at some moment |
//! | `shadow` | other parameters priced beside the live ones, compared and scored |
//! | `change` | what is other in a second world: settings, opinions, coefficients |
//! | `what_if` | the same inputs under other settings |
//! | `statement` | an account's movements in a stretch of time, and what they come to |
//! | `record` | an account's bets, money, limits and checks over years |
//! | `reconcile` | a payment provider's file against the ledger |
//! | `progress` | how far a long reading has come |

pub mod change;
mod counterparts;
pub mod dispute;
mod fate;
pub mod inspect;
pub mod page;
pub mod price_log;
pub mod progress;
pub mod reconcile;
pub mod record;
pub mod shadow;
pub mod statement;
pub mod what_if;
pub mod words;
