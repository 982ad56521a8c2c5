//! The `clutch` binary: everything is in the library, so that tests can reach it.

use std::process::ExitCode;

/// The core's tables are large and touched at random; see [`clutch_engine::HugePages`].
#[global_allocator]
static ALLOCATOR: clutch_engine::HugePages = clutch_engine::HugePages;

fn main() -> ExitCode {
    clutch_gateways::cli::main()
}
