//! The messages between clients and the gateway, as JSON. One page documents them all with
//! examples: `gateways/MESSAGES.md`.
//!
//! `client` reads what clients send, `offer` and `server` write what they get, `decimal` keeps money
//! and odds exact on the way. Nothing here knows a socket.

pub mod client;
pub mod decimal;
pub mod offer;
pub mod server;
