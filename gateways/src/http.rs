//! HTTP/1.1 heads and answers as values; no socket and no route is known here.
//!
//! `httparse` reads the bytes. What could be read in two ways is refused: two lengths, a length
//! beside a transfer encoding, a second host.

use std::fmt::Write as _;

use crate::codes::{Fault, GatewayCode};
use crate::wire::server::error_body;

/// More header lines than this are refused.
pub const HEADERS_MAX: usize = 64;

/// What a request asks to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Read, but answer without the body.
    Head,
    /// Hand in.
    Post,
    /// Anything else; nothing here answers to it.
    Other,
}

/// The part of a request before its body, as far as anybody here asks for it.
#[derive(Clone, Debug)]
pub struct Head {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query after the question mark.
    pub query: Option<String>,
    /// Bytes of the head itself.
    pub head_bytes: usize,
    /// Bytes of the body.
    pub body_bytes: usize,
    /// Whether the connection serves another request afterwards.
    pub keep_alive: bool,
    /// Whether the client waits for a go-ahead before it sends the body.
    pub expects_continue: bool,
    /// `Host`.
    pub host: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// What stands in `Authorization` after `Bearer`.
    pub bearer: Option<String>,
    /// `X-Feed-Key`.
    pub feed_key: Option<String>,
    /// Whether `Upgrade` and `Connection` ask for a WebSocket of version 13.
    pub wants_websocket: bool,
    /// `Sec-WebSocket-Key`.
    pub websocket_key: Option<String>,
}

/// Reads a head from the beginning of `bytes`; `None` while it is incomplete.
///
/// # Errors
/// [`Fault`] if it is none, has too many headers, or could be read in two ways.
pub fn parse_head(bytes: &[u8]) -> Result<Option<Head>, Fault> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let head_bytes = match request.parse(bytes) {
        Ok(httparse::Status::Complete(head_bytes)) => head_bytes,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(GatewayCode::HeadTooLarge.into()),
        Err(_) => return Err(GatewayCode::BadRequest.into()),
    };
    let target = request.path.unwrap_or("/");
    let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q)));
    let is_1_1 = request.version == Some(1);
    let mut head = Head {
        method: match request.method {
            Some("GET") => Method::Get,
            Some("HEAD") => Method::Head,
            Some("POST") => Method::Post,
            _ => Method::Other,
        },
        path: path.to_owned(),
        query: query.map(str::to_owned),
        head_bytes,
        body_bytes: 0,
        keep_alive: is_1_1,
        expects_continue: false,
        host: None,
        origin: None,
        bearer: None,
        feed_key: None,
        wants_websocket: false,
        websocket_key: None,
    };
    head.read_headers(request.headers)?;
    if is_1_1 && head.host.is_none() {
        return Err(bad_request("A request must name its Host."));
    }
    Ok(Some(head))
}

fn bad_request(text: &str) -> Fault {
    Fault::with(GatewayCode::BadRequest, text.to_owned())
}

impl Head {
    fn read_headers(&mut self, headers: &[httparse::Header<'_>]) -> Result<(), Fault> {
        let (mut upgrade, mut upgrades, mut version_13) = (false, false, false);
        let mut length = None;
        for header in headers {
            let value = std::str::from_utf8(header.value)
                .map_err(|_| bad_request("A header is not valid UTF-8."))?
                .trim();
            let lists =
                |word: &str| value.split(',').any(|item| item.trim().eq_ignore_ascii_case(word));
            match header.name.to_ascii_lowercase().as_str() {
                "host" if self.host.is_some() => {
                    return Err(bad_request("A request may name its Host only once."));
                }
                "host" => self.host = Some(value.to_owned()),
                "origin" => self.origin = Some(value.to_owned()),
                "connection" => {
                    upgrades |= lists("upgrade");
                    if lists("close") {
                        self.keep_alive = false;
                    } else if lists("keep-alive") {
                        self.keep_alive = true;
                    }
                }
                "upgrade" => upgrade |= lists("websocket"),
                "sec-websocket-version" => version_13 = value == "13",
                "sec-websocket-key" => self.websocket_key = Some(value.to_owned()),
                "content-length" => {
                    // Digits only: a sign would pass the parser below.
                    let digits =
                        !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                    let bytes = value.parse::<usize>().ok().filter(|_| digits);
                    let bytes = bytes.ok_or_else(|| bad_request("Content-Length is no number."))?;
                    if length.replace(bytes).is_some_and(|earlier| earlier != bytes) {
                        return Err(bad_request("A request may have only one Content-Length."));
                    }
                }
                "transfer-encoding" => return Err(GatewayCode::LengthRequired.into()),
                "expect" => self.expects_continue = value.eq_ignore_ascii_case("100-continue"),
                "authorization" => {
                    self.bearer = value
                        .split_once(' ')
                        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                        .map(|(_, token)| token.trim().to_owned());
                }
                "x-feed-key" => self.feed_key = Some(value.to_owned()),
                _ => {}
            }
        }
        self.body_bytes = length.unwrap_or(0);
        self.wants_websocket = upgrade && upgrades && version_13;
        Ok(())
    }

    /// Head and body together.
    pub fn total_bytes(&self) -> usize {
        self.head_bytes.saturating_add(self.body_bytes)
    }

    /// The value of a parameter in the query, as it stands there.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        let pairs = self.query.as_deref()?.split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    }

    /// The same, with what the address had to escape.
    pub fn query_text(&self, name: &str) -> Option<String> {
        let escaped = self.query_value(name)?;
        let mut pieces = escaped.split('%');
        let mut bytes = pieces.next()?.as_bytes().to_vec();
        for piece in pieces {
            let code = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok())?;
            bytes.push(code);
            bytes.extend_from_slice(&piece.as_bytes()[2..]);
        }
        String::from_utf8(bytes).ok()
    }

    /// Whether a page of `origin` may talk to us: it came from this very host, or is on the list.
    /// Clients that are no browser send no origin, and their users no foreign page can misuse.
    pub fn origin_is_welcome(&self, allowed: &[String]) -> bool {
        let Some(origin) = self.origin.as_deref() else { return true };
        let host_of_origin = origin.split_once("://").map(|(_, host)| host);
        host_of_origin.is_some() && host_of_origin == self.host.as_deref()
            || allowed.iter().any(|welcome| welcome == origin)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    status: u16,
    content_type: &'static str,
    headers: &'static str,
    extra: String,
    body: Vec<u8>,
}

impl Response {
    /// An answer with a body.
    pub fn new(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, headers: "", extra: String::new(), body }
    }

    /// An answer in JSON.
    pub fn json(status: u16, body: Vec<u8>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// A refusal: code, name and sentence in JSON.
    pub fn fault(fault: &Fault) -> Self {
        let mut response = Self::json(fault.code.http_status(), error_body(fault));
        if let Some(wait) = fault.retry_after {
            // Whole seconds, and never zero.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            let _ = write!(response.extra, "Retry-After: {seconds}\r\n");
        }
        if fault.code == GatewayCode::BadHandshake {
            response.extra.push_str("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
        }
        if fault.code == GatewayCode::NotAuthenticated {
            response.extra.push_str("WWW-Authenticate: Bearer\r\n");
        }
        response
    }

    /// Adds header lines, each with its line end.
    pub fn with_headers(mut self, headers: &'static str) -> Self {
        self.headers = headers;
        self
    }

    /// Adds which methods an address answers to.
    pub fn allowing(mut self, methods: &str) -> Self {
        let _ = write!(self.extra, "Allow: {methods}\r\n");
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What it says.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The bytes to send; without the body if only the head was asked for.
    pub fn into_bytes(self, head_only: bool, keep_alive: bool) -> Vec<u8> {
        let mut bytes = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n\
             X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n{}{}\r\n",
            self.status,
            reason(self.status),
            self.content_type,
            self.body.len(),
            if keep_alive { "keep-alive" } else { "close" },
            self.headers,
            self.extra,
        )
        .into_bytes();
        if !head_only {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Error",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn code(request: &str) -> GatewayCode {
        parse_head(request.as_bytes()).unwrap_err().code
    }

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let request = "POST /feeds/cs-log?key=a%20b&x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\
            Authorization: bearer tok\r\nX-Feed-Key: k\r\nConnection: close\r\n\r\nabc";
        for cut in 0..request.len() - 3 {
            assert!(parse_head(&request.as_bytes()[..cut]).unwrap().is_none(), "{cut}");
        }
        let head = parse_head(request.as_bytes()).unwrap().unwrap();
        assert_eq!((head.method, head.path.as_str()), (Method::Post, "/feeds/cs-log"));
        assert_eq!(head.total_bytes(), request.len());
        assert_eq!(head.bearer.as_deref(), Some("tok"));
        assert_eq!(head.feed_key.as_deref(), Some("k"));
        assert_eq!(head.query_value("key"), Some("a%20b"));
        assert_eq!(head.query_text("key").as_deref(), Some("a b"));
        assert!(!head.keep_alive);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for lines in [
            "Content-Length: 3\r\nContent-Length: 4",
            "Content-Length: +3",
            "Content-Length: 3, 3",
            "Content-Length: ",
            "Host: second",
        ] {
            let request = format!("POST / HTTP/1.1\r\nHost: h\r\n{lines}\r\n\r\n");
            assert_eq!(code(&request), GatewayCode::BadRequest, "{lines}");
        }
        let chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(code(chunked), GatewayCode::LengthRequired);
        assert_eq!(code("GET / HTTP/1.1\r\n\r\n"), GatewayCode::BadRequest);
        assert_eq!(code("\u{1}\u{2}\u{3}"), GatewayCode::BadRequest);
        let many = "A: b\r\n".repeat(HEADERS_MAX + 1);
        assert_eq!(code(&format!("GET / HTTP/1.1\r\n{many}\r\n")), GatewayCode::HeadTooLarge);
    }

    #[test]
    fn a_foreign_page_is_not_welcome() {
        let allowed = ["https://bets.example".to_owned()];
        for (origin, welcome) in [
            ("Origin: http://h:1\r\n", true),
            ("Origin: https://bets.example\r\n", true),
            ("", true),
            ("Origin: http://h:2\r\n", false),
            ("Origin: null\r\n", false),
            ("Origin: https://bets.example.evil\r\n", false),
            ("Origin: h:1\r\n", false),
        ] {
            let request = format!("GET /ws HTTP/1.1\r\nHost: h:1\r\n{origin}\r\n");
            let head = parse_head(request.as_bytes()).unwrap().unwrap();
            assert_eq!(head.origin_is_welcome(&allowed), welcome, "{origin}");
        }
    }
}
