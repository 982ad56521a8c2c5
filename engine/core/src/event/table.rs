//! How full the engine is.

/// A table, how many of its rows are in use, and how many there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TableFill {
    /// Its name, as of its size in [`crate::command::Capacity`].
    pub name: &'static str,
    /// How many rows are in use.
    pub used: u32,
    /// How many there can be.
    pub most: u32,
}
