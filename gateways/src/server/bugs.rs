//! A bug in what is done for one client ends his connection, and not the server with everybody else's.
//!
//! What a request changes of the gateway it changes in single steps, and money is the engine's, in threads of its own: what
//! is left behind is at worst a question that nobody answers, as when its asker hangs up. Only the book and what fans out
//! from it are everybody's: a bug there ends the server, which stops the engine in order before it goes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::connection::{Connection, Phase};
use super::hub::Hub;

/// Does something for one client; `None` if a bug ended it, which is said in the log.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work))
        .inspect_err(|panic| {
            let said = said(panic.as_ref());
            tracing::error!("a bug ended what was done for one client: {said}");
        })
        .ok()
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it says nothing")
}

impl Hub {
    /// Ends the connection for which something was done that a bug ended.
    pub(super) fn end_after_bug(&mut self, connection: &mut Connection) {
        self.metrics.bugs.inc();
        connection.phase = Phase::Gone;
        self.gone.push(connection.key);
    }
}
