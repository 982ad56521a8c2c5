//! The `clutch` binary.
fn main() {}
