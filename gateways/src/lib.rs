//! gateways

pub mod price;
