//! A bettor's WebSocket.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use super::patience;

pub struct Bettor {
    socket: WebSocket<TcpStream>,
    /// Read while something else was waited for.
    unread: VecDeque<Value>,
    pub welcome: Value,
    pub mine: Value,
}

impl Bettor {
    /// Connects and signs in; `Err` if the server goes away meanwhile.
    pub fn sign_in(address: SocketAddr, token: &str) -> tungstenite::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(patience()))?;
        let (socket, _) = tungstenite::client(format!("ws://{address}/ws"), stream).map_err(
            |error| match error {
                tungstenite::HandshakeError::Failure(error) => error,
                interrupted => panic!("{interrupted}"),
            },
        )?;
        let mut bettor =
            Self { socket, unread: VecDeque::new(), welcome: Value::Null, mine: Value::Null };
        bettor.send(&json!({"type": "auth", "token": token}))?;
        bettor.welcome = bettor.wait_for(|message| message["type"] == "welcome")?;
        bettor.mine = bettor.wait_for(|message| message["topic"] == "mine")?;
        Ok(bettor)
    }

    pub fn send(&mut self, message: &Value) -> tungstenite::Result<()> {
        self.socket.send(Message::text(message.to_string()))
    }

    /// The next message.
    pub fn next(&mut self) -> tungstenite::Result<Value> {
        if let Some(message) = self.unread.pop_front() {
            return Ok(message);
        }
        loop {
            match self.socket.read()? {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return Err(tungstenite::Error::ConnectionClosed),
                _ => {}
            }
        }
    }

    /// The first message that fits; the others are kept for later.
    pub fn wait_for(&mut self, fits: impl Fn(&Value) -> bool) -> tungstenite::Result<Value> {
        if let Some(index) = self.unread.iter().position(&fits) {
            return Ok(self.unread.remove(index).unwrap());
        }
        let mut passed = VecDeque::new();
        std::mem::swap(&mut passed, &mut self.unread);
        let found = loop {
            let message = self.next()?;
            if fits(&message) {
                break message;
            }
            passed.push_back(message);
        };
        self.unread = passed;
        Ok(found)
    }

    /// Everything on offer.
    pub fn image(&mut self) -> tungstenite::Result<Value> {
        self.send(&json!({"type": "subscribe", "id": 1, "topic": "all"}))?;
        let image =
            self.wait_for(|message| message["topic"] == "all" && message["type"] == "image");
        self.send(&json!({"type": "unsubscribe", "id": 1}))?;
        self.wait_for(|message| message["type"] == "unsubscribed")?;
        image
    }

    /// Sends a bet and waits for its first answer.
    pub fn place(&mut self, bet: &Value) -> tungstenite::Result<Value> {
        self.send(bet)?;
        let cid = bet["cid"].clone();
        self.wait_for(|message| message["cid"] == cid)
    }

    /// Where a bet stands.
    pub fn status(&mut self, cid: &str) -> tungstenite::Result<Value> {
        self.send(&json!({"type": "bet", "cid": cid}))?;
        self.wait_for(|message| message["cid"] == cid)
    }
}

/// A bet on a selection of a market in an image.
pub fn bet_on(market: &Value, selection: usize, stake: &str) -> Value {
    json!({
        "type": "place",
        "cid": client_id(),
        "market": market["market"],
        "selection": selection,
        "odds": market["selections"][selection]["odds"],
        "price_seq": market["price_seq"],
        "epoch": market["epoch"],
        "stake": stake,
        "policy": "any",
    })
}

/// The markets of an image that take bets now.
pub fn open_markets(image: &Value) -> Vec<Value> {
    let markets = image["matches"][0]["markets"].as_array().unwrap();
    let is_open = |market: &&Value| {
        let selections = market["selections"].as_array().unwrap();
        market["status"] == "open" && selections.iter().all(|one| !one["odds"].is_null())
    };
    markets.iter().filter(is_open).cloned().collect()
}

/// A fresh UUID of version 7.
pub fn client_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let (high, low) = (millis >> 16, millis & 0xffff);
    let (a, b) = (count >> 14 & 0xfff, 0x8000 | count & 0x3fff);
    let process = std::process::id();
    format!("{high:08x}-{low:04x}-7{a:03x}-{b:04x}-{process:012x}")
}
