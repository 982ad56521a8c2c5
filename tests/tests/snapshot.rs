//! A snapshot holds the whole state, and nothing else is taken for one. That a restored state answers
//! every later command as the saved one does is shown in `simulation.rs`, at random moments.

#![allow(clippy::unwrap_used)]

use clutch_core::State;
use clutch_core::codec::{DecodeError, Encoder, Wire};
use clutch_core::command::{Capacity, Config, ENCODED_MAX};
use clutch_core::snapshot::{LAYOUT, RestoreFlaw};
use clutch_tests::chooser::Chooser;
use clutch_tests::random::Random;
use clutch_tests::twin::Twin;
use clutch_tests::world::{World, restored, saved};

/// A state in which every table has rows, some of them used before.
fn busy_state(seed: u64) -> World {
    let mut chooser = Chooser::new(seed);
    let (capacity, config) = (chooser.capacity(), chooser.config());
    let (mut world, mut twin) = (World::new(capacity, config), Twin::new(capacity, config));
    for _ in 0..800 {
        world.skip(chooser.pause());
        let at_rest = !world.has_work();
        let command = chooser.command(&twin, world.now(), at_rest);
        let records = world.apply(command);
        twin.apply(world.state().last_seq().0, world.now().nanos(), &command, &records);
    }
    world
}

/// Where the table sizes stand: behind the head and the settings.
fn place_of_capacity() -> std::ops::Range<usize> {
    let mut buffer = [0; ENCODED_MAX];
    let mut encoder = Encoder::new(&mut buffer);
    (LAYOUT, (0u64, 0u64)).put(&mut encoder);
    (Config::default(), (1u32, true)).put(&mut encoder);
    let start = encoder.written();
    Capacity::default().put(&mut encoder);
    start..encoder.written()
}

#[test]
fn a_restored_state_saves_to_the_same_bytes_however_they_arrive() {
    for seed in 0..4 {
        let world = busy_state(seed);
        let bytes = saved(world.state());
        for piece in [1, 7, 4096, usize::MAX] {
            let state = restored(&bytes, piece).unwrap();
            assert_eq!(state.state_hash(), world.state().state_hash());
            assert!(saved(&state) == bytes, "seed {seed}, pieces of {piece}");
        }
    }
    let nothing = restored(&saved(&State::new()), 64).unwrap();
    assert_eq!(nothing.state_hash(), State::new().state_hash());
}

/// The hash goes over the bytes of a snapshot, so every single one of them counts.
#[test]
fn pieces_are_whole_words_but_for_the_last() {
    let world = busy_state(1);
    let mut lengths = Vec::new();
    world.state().save(&mut |piece| lengths.push(piece.len()));
    lengths.pop();
    assert!(lengths.iter().all(|length| length % 8 == 0), "{lengths:?}");
}

#[test]
fn a_snapshot_cut_short_anywhere_or_with_more_behind_it_is_refused() {
    let bytes = saved(busy_state(2).state());
    let mut random = Random::new(2);
    for cut in (0..200).chain((0..300).map(|_| random.below(bytes.len() as u64) as usize)) {
        let error = restored(&bytes[..cut], 4096).unwrap_err();
        assert_eq!(error.flaw, RestoreFlaw::Bytes(DecodeError::Truncated), "first {cut} bytes");
    }
    let longer = [&bytes[..], &[0]].concat();
    let error = restored(&longer, 4096).unwrap_err();
    assert_eq!(error.flaw, RestoreFlaw::Bytes(DecodeError::TrailingBytes));
}

/// Checksums and the state's hash notice damage; reading only must not panic over it. The table sizes
/// are left alone: any size is a sound one, but this test has no room for all of them.
#[test]
fn damaged_bytes_never_panic() {
    let sizes = place_of_capacity();
    let mut refused = 0;
    for seed in 0..4 {
        let world = busy_state(seed);
        let (bytes, hash) = (saved(world.state()), world.state().state_hash());
        let mut random = Random::new(seed);
        for round in 0..600 {
            let mut damaged = bytes.clone();
            for _ in 0..=random.below(5) {
                let at = random.below(bytes.len() as u64) as usize;
                if !sizes.contains(&at) {
                    damaged[at] = random.pick(&[0, 1, 2, 0x7f, 0xff]);
                }
            }
            match restored(&damaged, 4096) {
                Ok(state) => {
                    let same = damaged == bytes;
                    assert_eq!(state.state_hash() == hash, same, "seed {seed}, round {round}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(800 < refused, "the bytes are hardly looked at: {refused} of 2400 refused");
}

#[test]
fn another_layout_and_impossible_tables_are_named() {
    let world = busy_state(3);
    let mut bytes = saved(world.state());
    let sizes = place_of_capacity();
    let mut no_accounts = bytes.clone();
    no_accounts[sizes.start..sizes.start + 4].fill(0);
    let error = restored(&no_accounts, 4096).unwrap_err();
    assert_eq!(error.to_string(), "the head: a number lies outside what its type allows");
    // Room for fewer bets than there are.
    let mut one_bet = bytes.clone();
    one_bet[sizes.start + 12..sizes.start + 16].copy_from_slice(&1u32.to_le_bytes());
    let error = restored(&one_bet, 4096).unwrap_err();
    assert_eq!(error.to_string(), "bets: a number lies outside what its type allows");
    bytes[0] = 99;
    let error = restored(&bytes, 4096).unwrap_err();
    assert_eq!(error.flaw, RestoreFlaw::Layout(99));
    assert!(error.to_string().contains(&format!("reads layout {LAYOUT}")), "{error}");
}
