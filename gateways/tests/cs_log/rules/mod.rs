//! The rule book of the CS server-log feed.

mod backups;
mod bystanders;
mod first_round;
mod lost_lines;
mod map_over;
mod restarts;
mod sides;

use clutch_gateways::feed::cs_log::CsLog;

use crate::script::check;

/// A live map with the first round won by the Foxes.
const ONE_ROUND: &str = "
    start de_nuke Foxes/Owls
    go             -> map_start de_nuke Foxes/Owls
    *win CT 1:0    -> held FirstRoundUnconfirmed
    freeze
    score 1:0      -> won 1 CT Foxes 1:0 at *; released
";

fn after_one_round(script: &str) -> CsLog {
    check(&format!("{ONE_ROUND}{script}"))
}

/// A live map at half-time, 11:1 for the Foxes, who are T from now on.
fn after_half_time(script: &str) -> CsLog {
    check(&format!("{ONE_ROUND} play AAAAAAAAAAB\n {script}"))
}
