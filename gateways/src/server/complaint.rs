//! What is said of a message that cannot be what its sender meant.

use std::time::Instant;

use clutch_core::units::ClientBetId;
use tungstenite::protocol::frame::coding::CloseCode;

use super::connection::{Connection, Phase};
use super::hub::Hub;
use crate::codes::{Fault, GatewayCode};
use crate::wire::server;

impl Hub {
    /// Answers a fault, and closes a session that makes too many of them.
    pub(super) fn complain(
        &mut self,
        connection: &mut Connection,
        fault: &Fault,
        client_id: Option<ClientBetId>,
        now: Instant,
    ) {
        self.metrics.count_fault(fault.code);
        connection.send(server::notice(fault, client_id));
        let Phase::Session(session) = &mut connection.phase else { return };
        if session.errors.take(now).is_err() {
            let last = GatewayCode::TooManyErrors;
            self.metrics.count_fault(last);
            connection.send(server::notice(&last.into(), None));
            connection.close(CloseCode::Policy, last.sentence(), &self.config.limits);
        }
    }
}
