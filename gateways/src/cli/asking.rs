//! Asking a running server over HTTP.

use std::time::Duration;

/// How long a server is given for an answer: a command is answered once it is durable.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// Asks exactly the server that was named, and takes what it answers for an answer whatever its status.
pub(super) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .build();
    config.into()
}
