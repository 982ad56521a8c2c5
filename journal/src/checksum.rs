//! CRC32C as the records use it: one running value over a few header words and a payload.
//!
//! Records are short, so the processor's own instruction in a plain loop beats a general routine that first sets up
//! several streams; long payloads and processors without the instruction go to the `crc32c` crate, which is also the
//! oracle of the tests. The values are the same in all cases.

/// From this payload size on, the crate's interleaved routine is faster than the plain loop.
const LONG_PAYLOAD_BYTES: usize = 1024;

/// Extends `crc` over the little-endian bytes of `words`, then over `payload`.
#[inline]
pub(crate) fn extend(crc: u32, words: &[u64; 5], payload: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sse4.2") {
        // SAFETY: the line above has just seen the feature that `extend_by_instruction` needs.
        return unsafe { extend_by_instruction(crc, words, payload) };
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("crc") {
        // SAFETY: the line above has just seen the feature that `extend_by_instruction` needs.
        return unsafe { extend_by_instruction(crc, words, payload) };
    }
    extend_by_crate(crc, words, payload)
}

fn extend_by_crate(mut crc: u32, words: &[u64; 5], payload: &[u8]) -> u32 {
    for word in words {
        crc = crc32c::crc32c_append(crc, &word.to_le_bytes());
    }
    crc32c::crc32c_append(crc, payload)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse4.2")]
fn extend_by_instruction(crc: u32, words: &[u64; 5], payload: &[u8]) -> u32 {
    use std::arch::x86_64::{_mm_crc32_u8, _mm_crc32_u64};
    let mut state = u64::from(!crc);
    for word in words {
        state = _mm_crc32_u64(state, *word);
    }
    if LONG_PAYLOAD_BYTES <= payload.len() {
        return crc32c::crc32c_append(!(state as u32), payload);
    }
    let (chunks, rest) = payload.as_chunks::<8>();
    for chunk in chunks {
        state = _mm_crc32_u64(state, u64::from_le_bytes(*chunk));
    }
    let mut state = state as u32;
    for byte in rest {
        state = _mm_crc32_u8(state, *byte);
    }
    !state
}

#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "crc")]
fn extend_by_instruction(crc: u32, words: &[u64; 5], payload: &[u8]) -> u32 {
    use std::arch::aarch64::{__crc32cb, __crc32cd};
    let mut state = !crc;
    for word in words {
        state = __crc32cd(state, *word);
    }
    if LONG_PAYLOAD_BYTES <= payload.len() {
        return crc32c::crc32c_append(!state, payload);
    }
    let (chunks, rest) = payload.as_chunks::<8>();
    for chunk in chunks {
        state = __crc32cd(state, u64::from_le_bytes(*chunk));
    }
    for byte in rest {
        state = __crc32cb(state, *byte);
    }
    !state
}

/// The checksum at the end of a header block: over everything before it.
pub(crate) fn of_block(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payload_length_gives_the_value_of_the_reference_crate() {
        let payload: Vec<u8> =
            (0..3000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let words = [u64::MAX, 1, 0x0123_4567_89ab_cdef, 0, 42];
        let lengths = (0..200).chain([1016, 1023, 1024, 1025, 2999]);
        for length in lengths {
            for crc in [0, 1, 0xdead_beef, u32::MAX] {
                let payload = &payload[..length];
                assert_eq!(
                    extend(crc, &words, payload),
                    extend_by_crate(crc, &words, payload),
                    "length {length}"
                );
            }
        }
    }

    #[test]
    fn the_published_check_value_comes_out() {
        // "123456789" is the check string of the CRC catalogue; its CRC-32C is e3069283.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        let mut bytes = Vec::new();
        for word in [1u64, 2, 3, 4, 5] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.extend_from_slice(b"123456789");
        assert_eq!(extend(0, &[1, 2, 3, 4, 5], b"123456789"), crc32c::crc32c(&bytes));
    }
}
