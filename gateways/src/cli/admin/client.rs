//! One request to the server's `/admin` addresses, and what came back.

use serde_json::Value;

use crate::cli::Failure;
use crate::cli::asking::{self, PATIENCE};

/// Speaks to one server with one token.
pub struct Client {
    agent: ureq::Agent,
    server: String,
    token: String,
}

/// What the server said.
pub struct Said {
    status: u16,
    /// The body.
    pub body: Value,
}

impl Said {
    /// What needs no server to be said.
    pub fn of(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// Whether it did what it was asked.
    pub fn is_done(&self) -> bool {
        self.status == 200
    }

    /// Drops what is not wanted from a list of the body.
    pub fn keep(&mut self, list: &str, is_wanted: impl Fn(&Value) -> bool) {
        if let Some(list) = self.body[list].as_array_mut() {
            list.retain(is_wanted);
        }
    }

    /// The body of a server that did; else its own sentence as a failure.
    pub fn or_refusal(self) -> Result<Value, Failure> {
        if self.is_done() {
            return Ok(self.body);
        }
        let text = self.body["text"].as_str().unwrap_or("the server's answer is none of Clutch's");
        let name = self.body["name"].as_str().unwrap_or("?");
        Err(Failure(format!("{text} ({name})")))
    }
}

impl Client {
    /// A client for a server such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// If the address is none for plain HTTP.
    pub fn new(server: &str, token: String) -> Result<Self, Failure> {
        let server = server.trim_end_matches('/').to_owned();
        if !server.starts_with("http://") {
            let text = format!(
                "`{server}` is no address: write http://HOST:PORT, and for a server behind TLS \
                 tunnel to it (for instance with ssh -L)"
            );
            return Err(Failure(text));
        }
        Ok(Self { agent: asking::agent(), server, token })
    }

    /// Gives an order.
    pub fn command(&self, body: &Value) -> Result<Said, Failure> {
        self.post("/admin/commands", body)
    }

    /// Asks.
    pub fn query(&self, body: &Value) -> Result<Said, Failure> {
        self.post("/admin/queries", body)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Said, Failure> {
        let url = format!("{}{path}", self.server);
        let sent = self
            .agent
            .post(&url)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .send(body.to_string());
        let mut response = sent.map_err(|error| self.cannot(&error))?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().map_err(|error| self.cannot(&error))?;
        let body = serde_json::from_str(&text).map_err(|_| {
            Failure(format!("{url} answers {status}, but not as a Clutch server would"))
        })?;
        Ok(Said { status, body })
    }

    fn cannot(&self, error: &ureq::Error) -> Failure {
        let server = &self.server;
        Failure(match error {
            ureq::Error::Timeout(_) => format!(
                "{server} does not answer in {} s; whether the command was carried out is not known",
                PATIENCE.as_secs()
            ),
            error => {
                format!(
                    "cannot reach {server}: {error}\nstart it with `clutch serve`, or give --server"
                )
            }
        })
    }
}
