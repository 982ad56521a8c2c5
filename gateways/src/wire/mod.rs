//! The messages between clients and the gateway, as JSON. One page documents them all with
//! examples: `gateways/MESSAGES.md`.
//!
//! `client` reads what bettors send, `offer` and `server` write what they get; `admin` and `staff` do
//! the same for traders and operators. `decimal` and `setting` keep money, odds and settings exact on
//! the way, `scope` and `market` the names of what orders are about, `overrides` and `strengths` what traders say of
//! prices. `play` is about what players set for
//! themselves, `cash_out` about bets that end early, `cash` about payments and bonuses, `compliance` about
//! what only staff may know of players. Nothing here knows a socket.

pub mod admin;
mod batch;
pub mod cash;
pub mod cash_out;
pub mod client;
pub mod compliance;
pub mod contradiction;
pub mod currency;
pub mod decimal;
pub mod late;
mod market;
pub mod multiple;
pub mod offer;
pub mod overrides;
pub mod play;
pub mod proposals;
pub mod provided;
pub mod referral;
pub mod risk;
pub mod rules;
mod scope;
pub mod sentence;
pub mod server;
pub mod setting;
pub mod settlement;
mod slip;
pub mod staff;
mod strengths;
