//! What a connection still has to send, and the WebSocket frames that may stand in it.
//!
//! Frames are finished bytes, so that one encoding serves every subscriber, and everything a socket
//! sends passes through this one queue, so that a pong can never land inside a half-sent frame.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};
use std::sync::Arc;

use tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame};

/// Finished bytes, shared by all who get them.
pub type Bytes = Arc<[u8]>;

/// At most this many pieces go out by one system call.
const SLICES_MAX: usize = 64;

/// Bytes waiting for a socket.
#[derive(Debug, Default)]
pub struct Outgoing {
    queue: VecDeque<Bytes>,
    /// Bytes of the first piece that are gone already.
    sent: usize,
    unsent_bytes: usize,
}

impl Outgoing {
    /// Adds finished bytes.
    pub fn push(&mut self, bytes: Bytes) {
        self.unsent_bytes += bytes.len();
        self.queue.push_back(bytes);
    }

    /// Bytes that wait.
    pub fn unsent_bytes(&self) -> usize {
        self.unsent_bytes
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Sends as much as the socket takes now, and answers how many bytes that was.
    ///
    /// # Errors
    /// As the socket's; a full socket is none.
    pub fn write_to(&mut self, socket: &mut impl Write) -> io::Result<usize> {
        let mut total = 0;
        while !self.queue.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES_MAX];
            let mut count = 0;
            for (slice, piece) in slices.iter_mut().zip(&self.queue) {
                let start = if count == 0 { self.sent } else { 0 };
                *slice = IoSlice::new(&piece[start..]);
                count += 1;
            }
            match socket.write_vectored(&slices[..count]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(bytes) => {
                    total += bytes;
                    self.forget(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(total)
    }

    fn forget(&mut self, bytes: usize) {
        self.unsent_bytes -= bytes;
        self.sent += bytes;
        while let Some(first) = self.queue.front()
            && first.len() <= self.sent
        {
            self.sent -= first.len();
            self.queue.pop_front();
        }
    }
}

/// A message as a finished frame.
pub fn text_frame(json: Vec<u8>) -> Bytes {
    finish(Frame::message(json, OpCode::Data(Data::Text), true))
}

/// A ping.
pub fn ping_frame() -> Bytes {
    finish(Frame::ping(Vec::new()))
}

/// A goodbye. A reason longer than a control frame takes is cut.
pub fn close_frame(code: CloseCode, reason: &str) -> Bytes {
    const REASON_BYTES_MAX: usize = 123;
    let end =
        (0..=reason.len().min(REASON_BYTES_MAX)).rev().find(|end| reason.is_char_boundary(*end));
    let reason = reason[..end.unwrap_or(0)].to_owned().into();
    finish(Frame::close(Some(CloseFrame { code, reason })))
}

fn finish(frame: Frame) -> Bytes {
    let mut bytes = Vec::with_capacity(frame.len());
    // Writing to memory cannot fail.
    let _ = frame.format(&mut bytes);
    bytes.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A socket that takes a few bytes at a time and then is full.
    struct Narrow {
        taken: Vec<u8>,
        room: usize,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.room == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let count = bytes.len().min(self.room).min(3);
            self.room -= count;
            self.taken.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_byte_goes_out_once_and_in_order_however_narrow_the_socket_is() {
        let mut outgoing = Outgoing::default();
        let mut socket = Narrow { taken: Vec::new(), room: 0 };
        let mut expected = Vec::new();
        for piece in 0..200_u8 {
            let bytes = vec![piece; usize::from(piece % 7) + 1];
            expected.extend_from_slice(&bytes);
            outgoing.push(bytes.into());
        }
        let mut sent = 0;
        while !outgoing.is_empty() {
            socket.room = 5;
            sent += outgoing.write_to(&mut socket).unwrap();
            assert_eq!(outgoing.unsent_bytes(), expected.len() - sent);
        }
        assert_eq!(socket.taken, expected);
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let frame = close_frame(CloseCode::Policy, &"é".repeat(100));
        // Two bytes of header, two of code, and 61 whole characters.
        assert_eq!(frame.len(), 2 + 2 + 122);
    }
}
