//! gateways

pub mod feed;
