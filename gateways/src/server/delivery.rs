//! What changed goes out: to each connection as much as its socket takes, and the latest state later to
//! one that reads too slowly.

use std::time::Instant;

use clutch_core::units::Seq;

use super::connection::{Connection, Phase};
use super::hub::Hub;
use super::turn::Connections;
use crate::codes::GatewayCode;
use crate::wire::client::Topic;
use crate::wire::offer::Occasion;
use tungstenite::protocol::frame::coding::CloseCode;

impl Hub {
    /// Brings every subscriber up to date with what changed at or after `from`, and sends.
    pub(super) fn fan_out(&mut self, from: Seq, connections: &mut Connections, now: Instant) {
        for (_, connection) in connections.iter_mut() {
            self.bring_up_to_date(connection, Some(from));
            if !connection.out.is_empty() {
                self.tend(connection, now);
            }
        }
    }

    /// Sends what a connection has to send, and remembers whether it needs more attention or is gone.
    /// Whoever works on a connection ends with this.
    pub(super) fn tend(&mut self, connection: &mut Connection, now: Instant) {
        self.flush(connection, now);
        // A socket that took everything at once reports nothing, so what was held back goes on here.
        if let Phase::Http(http) = &connection.phase {
            connection.is_due |= http.is_held_back && connection.out.is_empty();
        }
        if connection.is_due {
            self.due.push(connection.key);
        }
        if matches!(connection.phase, Phase::Gone) {
            self.gone.push(connection.key);
        }
    }

    /// Sends a session what it lacks: what changed at or after `from`, and what it missed before
    /// because it read too slowly. While it still does, only remembers.
    fn bring_up_to_date(&mut self, connection: &mut Connection, from: Option<Seq>) {
        let Connection { phase: Phase::Session(session), out, .. } = connection else { return };
        for subscription in &mut session.subscriptions {
            if subscription.topic == Topic::Mine {
                continue;
            }
            let wanted = match (subscription.missed_from, from) {
                (Some(missed), _) => missed,
                (None, Some(from)) => from,
                (None, None) => continue,
            };
            if !self.book.changed_since(subscription.topic, wanted) {
                continue;
            }
            if self.config.limits.unread_bytes_soft <= out.unsent_bytes() {
                if subscription.missed_from.replace(wanted).is_none() {
                    self.metrics.conflated.inc();
                }
                continue;
            }
            let occasion = match subscription.missed_from.take() {
                Some(_) => Occasion::SlowLink,
                None => Occasion::Live,
            };
            out.push(self.offer(subscription.id, subscription.topic, Some(wanted), occasion));
        }
    }

    /// Sends as much as the socket takes; once it took all, what was missed follows. A client whose
    /// bets and balance can no longer be kept for it is closed with the `seq` to resume from.
    fn flush(&mut self, connection: &mut Connection, now: Instant) {
        loop {
            let sent = connection.flush(now);
            self.metrics.sent_bytes.inc_by(sent as u64);
            if !connection.out.is_empty() {
                break;
            }
            self.bring_up_to_date(connection, None);
            if connection.out.is_empty() {
                return;
            }
        }
        let is_too_much = self.config.limits.unread_bytes_hard < connection.out.unsent_bytes();
        if is_too_much && matches!(connection.phase, Phase::Session(_)) {
            self.metrics.count_fault(GatewayCode::TooSlow);
            let seq = self.book.last_seq().0;
            let reason = format!("{} seq={seq}", GatewayCode::TooSlow.sentence());
            connection.close(CloseCode::Again, &reason, &self.config.limits);
        }
    }

    /// Forgets a connection's place among its account's sockets.
    pub(super) fn sign_out(&mut self, connection: &Connection) {
        let Some(account) = connection.account else { return };
        if let Some(keys) = self.accounts.get_mut(&account) {
            keys.retain(|key| *key != connection.key);
            if keys.is_empty() {
                self.accounts.remove(&account);
            }
        }
    }
}
