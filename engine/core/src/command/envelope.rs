//! What stands in the journal: a command with who sent it.

use super::{Channel, Command};
use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_enum, wire_struct};
use crate::units::{AccountId, SourceId};

/// More than any encoded envelope takes; a test encodes the largest.
pub const ENCODED_MAX: usize = 1024;

/// A command with who sent it and the number under which its traces are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Envelope {
    /// Who sent it.
    pub actor: Actor,
    /// A number chosen at the edge, carried unchanged to the events: it ties an answer to a request.
    pub trace: u64,
    /// What is asked.
    pub command: Command,
}
wire_struct!(Envelope { actor, trace, command });

impl Envelope {
    /// Writes the bytes of record into `buffer` and returns how many they are.
    #[inline]
    pub fn encode(&self, buffer: &mut [u8; ENCODED_MAX]) -> usize {
        let mut encoder = Encoder::new(buffer);
        self.put(&mut encoder);
        encoder.written()
    }

    /// Reads the bytes of record back.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are not exactly one envelope with every field in its range.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut decoder = Decoder::new(bytes);
        let envelope = Self::take(&mut decoder)?;
        decoder.finish()?;
        Ok(envelope)
    }

    /// An envelope to decode others into.
    pub const BLANK: Self = Self { actor: Actor::Engine, trace: 0, command: Command::Tick };

    /// As [`Envelope::decode`], in the place of this one. After an error it holds some envelope or other.
    ///
    /// # Errors
    /// As [`Envelope::decode`].
    pub fn decode_here(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let mut decoder = Decoder::new(bytes);
        Self::take_into(self, &mut decoder)?;
        decoder.finish()
    }
}

/// Who is behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Actor {
    /// The engine itself: ticks and the first record.
    Engine,
    /// A bettor, for his own account.
    Account {
        /// The account.
        account: AccountId,
        /// The way by which he came.
        channel: Channel,
    },
    /// A feed.
    Feed(SourceId),
    /// A trader or an operator, by his number.
    Operator(u32),
}
wire_enum!(Actor { 0 = Engine, 1 = Account { account, channel }, 2 = Feed(source), 3 = Operator(operator) });

impl Actor {
    /// A bettor who came by the usual way, the web.
    pub const fn account(account: AccountId) -> Self {
        Self::Account { account, channel: Channel::Web }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::command::{Capacity, Config, CreateMatch, RoundFormat, Title};
    use crate::play::PlayPolicy;
    use crate::units::{Name, Timestamp};

    #[test]
    fn the_largest_envelope_fits_the_buffer() {
        let name = Name::new(&"x".repeat(Name::MAX_BYTES)).unwrap();
        let create = CreateMatch {
            key: name,
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 3,
            team_a: name,
            team_b: name,
            starts_at: Timestamp::MAX,
            round_markets: true,
        };
        let genesis = Command::Genesis { capacity: Capacity::default(), config: Config::default() };
        let adopt = Command::AdoptPlayPolicy { name, policy: PlayPolicy::default() };
        for command in [Command::CreateMatch(create), genesis, adopt] {
            let envelope = Envelope { actor: Actor::Operator(1), trace: 7, command };
            let mut buffer = [0; ENCODED_MAX];
            let written = envelope.encode(&mut buffer);
            assert_eq!(Envelope::decode(&buffer[..written]), Ok(envelope));
            assert_eq!(Envelope::decode(&buffer[..written - 1]), Err(DecodeError::Truncated));
            assert_eq!(Envelope::decode(&buffer[..=written]), Err(DecodeError::TrailingBytes));
        }
    }
}
