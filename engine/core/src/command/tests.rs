//! What an envelope takes at the most.
#![allow(clippy::unwrap_used)]
use super::*;

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
