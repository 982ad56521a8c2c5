//! The gateway's own refusals: what is wrong with a request before the engine ever sees it.
//!
//! The engine's codes end below 10 000, these begin there; on the wire both look alike: a number, a
//! name, a plain sentence, and whether to try again. Never renumbered.

use std::borrow::Cow;
use std::time::Duration;

use crate::wire::decimal;

macro_rules! gateway_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $http:literal, $transient:literal, $sentence:literal;)*) => {
        /// A gateway refusal's wire code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum GatewayCode {
            $($(#[$doc])* $name = $code,)*
        }

        impl GatewayCode {
            /// Every code, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The wire code.
            pub const fn code(self) -> u16 {
                self as u16
            }

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// A plain sentence, without the particulars of one request.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// Whether the same request may succeed later or after a new sign-in.
            pub const fn is_transient(self) -> bool {
                match self { $(Self::$name => $transient,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$name => $http,)* }
            }
        }
    };
}

gateway_codes! {
    /// The text is no JSON object.
    MalformedJson = 10_001, 400, false, "This message is not a valid JSON object.";
    /// No message has this type.
    UnknownMessage = 10_002, 400, false, "This message type does not exist.";
    /// A field is missing.
    MissingField = 10_003, 400, false, "A field is missing.";
    /// A field has a value it cannot have.
    BadField = 10_004, 400, false, "A field has a value it cannot have.";
    /// Messages are text.
    BinaryMessage = 10_005, 400, false, "Messages must be text frames with JSON.";
    /// An amount has more places than its currency.
    TooManyPlaces = 10_006, 400, false, "This amount has more decimal places than its currency.";
    /// The currency of the account is not known here yet.
    CurrencyUnknown = 10_007, 503, true, "The currency of this account is being looked up. Please try again.";

    /// No token was given yet.
    NotAuthenticated = 10_101, 401, true, "Please sign in first.";
    /// The token is malformed, has a wrong signature or another audience.
    BadToken = 10_102, 401, false, "This sign-in token is not valid.";
    /// The token has expired.
    ExpiredToken = 10_103, 401, true, "Your sign-in has expired. Please sign in again.";
    /// The token's roles do not allow this.
    Forbidden = 10_104, 403, false, "Your sign-in does not allow this.";
    /// Nobody signed in in time.
    AuthTimeout = 10_105, 408, true, "Nobody signed in on this connection in time.";
    /// A web page of a foreign origin tried to connect.
    ForeignOrigin = 10_106, 403, false, "Pages of this origin may not connect.";

    /// Too many messages.
    RateLimited = 10_201, 429, true, "Too many messages at once.";
    /// A message, a frame or a body above its limit.
    TooLarge = 10_202, 413, false, "This message is too large.";
    /// More subscriptions than one connection may have.
    TooManySubscriptions = 10_203, 429, false, "This connection has too many subscriptions.";
    /// The connection limit is reached.
    TooManyConnections = 10_204, 503, true, "Too many connections. Please try again in a moment.";
    /// The client sent too many faulty messages.
    TooManyErrors = 10_205, 429, true, "Too many faulty messages on this connection.";
    /// The client read too slowly for its bets and balance to be kept for it.
    TooSlow = 10_206, 503, true, "This connection is too slow. Reconnect and resume.";
    /// The lines of a feed cannot be written to disk, so none was taken.
    FeedNotKept = 10_207, 503, true, "The feed's lines cannot be kept on disk. None was taken; send the same again.";
    /// The engine failed after it had been asked and before it answered.
    Unanswered = 10_208, 503, true, "The engine stopped before it answered. Whether a bet was taken is known once it runs again: ask by its id.";

    /// The bytes are no HTTP request.
    BadRequest = 10_301, 400, false, "This is not a valid HTTP request.";
    /// Nothing is at this path.
    NotFound = 10_302, 404, false, "There is nothing at this address.";
    /// The path exists, but not for this method.
    MethodNotAllowed = 10_303, 405, false, "This address does not answer to this method.";
    /// The request's head is above its limits.
    HeadTooLarge = 10_304, 431, false, "The request's headers are too large.";
    /// The request did not arrive in time.
    RequestTimeout = 10_305, 408, true, "The request took too long to arrive.";
    /// The body's length is not given.
    LengthRequired = 10_306, 411, false, "The request must give its body's Content-Length.";
    /// The WebSocket handshake lacks something.
    BadHandshake = 10_307, 426, false, "This address speaks WebSocket, version 13.";
}

/// A gateway refusal with what one request adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code.
    pub code: GatewayCode,
    /// The whole sentence for people.
    pub text: Cow<'static, str>,
    /// When a new try makes sense.
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A refusal whose sentence needs particulars.
    pub fn with(code: GatewayCode, text: String) -> Self {
        Self { code, text: Cow::Owned(text), retry_after: None }
    }

    /// A field is missing.
    pub fn missing(field: &str) -> Self {
        Self::with(GatewayCode::MissingField, format!("The field \"{field}\" is missing."))
    }

    /// A field has a value it cannot have; `expected` says what it should be.
    pub fn bad_field(field: &str, expected: &str) -> Self {
        Self::with(GatewayCode::BadField, format!("The field \"{field}\" must be {expected}."))
    }

    /// A field is no amount of the currency at hand; `is_zero_fine` says whether nothing is an amount.
    pub fn bad_amount(field: &str, text: &str, is_zero_fine: bool) -> Self {
        let places = decimal::places();
        if decimal::has_surplus_places(text) {
            let text = format!("The field \"{field}\" has more than {places} decimal places.");
            return Self::with(GatewayCode::TooManyPlaces, text);
        }
        let above = if is_zero_fine { "" } else { " above zero" };
        Self::bad_field(field, &format!("an amount{above} with at most {places} places"))
    }

    /// Too many messages; the next is welcome after `wait`.
    pub fn rate_limited(wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..Self::from(GatewayCode::RateLimited) }
    }
}

impl From<GatewayCode> for Fault {
    fn from(code: GatewayCode) -> Self {
        Self { code, text: Cow::Borrowed(code.sentence()), retry_after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_above_the_engines_and_have_whole_sentences() {
        for pair in GatewayCode::ALL.windows(2) {
            assert!(pair[0].code() < pair[1].code(), "{:?} before {:?}", pair[0], pair[1]);
        }
        for code in GatewayCode::ALL {
            assert!(code.code() >= 10_000);
            assert!(code.sentence().ends_with('.'), "{code:?} needs a whole sentence");
            assert!((400..600).contains(&code.http_status()));
        }
    }
}
