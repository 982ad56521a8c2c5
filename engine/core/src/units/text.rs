//! Short names that live inside commands without an allocation.

use core::fmt;

/// Up to 47 bytes of UTF-8: a team, a map, an operator's key for an account or a match.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    bytes: [u8; Self::MAX_BYTES],
    len: u8,
}

/// Why a text cannot be a [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// No text at all.
    Empty,
    /// Longer than [`Name::MAX_BYTES`] bytes.
    TooLong {
        /// Bytes given.
        bytes: usize,
    },
    /// A control character, which would break logs and pages.
    Control,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a name may not be empty"),
            Self::TooLong { bytes } => {
                write!(f, "a name has at most {} bytes, this one has {bytes}", Name::MAX_BYTES)
            }
            Self::Control => f.write_str("a name may not contain control characters"),
        }
    }
}

impl core::error::Error for NameError {}

impl Name {
    /// The longest name in bytes.
    pub const MAX_BYTES: usize = 47;

    /// A name from a text.
    ///
    /// # Errors
    /// [`NameError`] if the text is empty, longer than [`Name::MAX_BYTES`] bytes or has control
    /// characters.
    pub fn new(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(NameError::TooLong { bytes: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(NameError::Control);
        }
        let mut bytes = [0; Self::MAX_BYTES];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { bytes, len: text.len() as u8 })
    }

    /// The longest prefix of `text` that fits, control characters left out; `fallback` if nothing
    /// is left. For names that a game server wrote and nobody can correct.
    pub fn lossy(text: &str, fallback: &'static str) -> Self {
        let mut bytes = [0; Self::MAX_BYTES];
        let mut len = 0;
        for character in text.trim().chars().filter(|c| !c.is_control()) {
            if len + character.len_utf8() > Self::MAX_BYTES {
                break;
            }
            len += character.encode_utf8(&mut bytes[len..]).len();
        }
        if len == 0 {
            assert!(!fallback.is_empty() && fallback.len() <= Self::MAX_BYTES);
            bytes[..fallback.len()].copy_from_slice(fallback.as_bytes());
            len = fallback.len();
        }
        Self { bytes, len: len as u8 }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Constructors admit whole UTF-8 only, so the fallback is never taken.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text's bytes, without the look at each of them that makes a `str`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_is_refused_when_empty_too_long_or_with_control_characters() {
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new(&"x".repeat(48)), Err(NameError::TooLong { bytes: 48 }));
        assert_eq!(Name::new("a\nb"), Err(NameError::Control));
        assert_eq!(Name::new("Team Spirit").unwrap().as_str(), "Team Spirit");
    }

    #[test]
    fn a_lossy_name_never_cuts_a_character_in_half() {
        let long = "é".repeat(40);
        assert_eq!(Name::lossy(&long, "Team A").as_str(), "é".repeat(23));
        assert_eq!(Name::lossy(" \n ", "Team A").as_str(), "Team A");
    }
}
