//! Signed tokens: who a client is, what it may do, and until when.
//!
//! A token is a JWT with HMAC-SHA-256. JWT rather than PASETO because an operator's sign-in service
//! speaks it already, whatever it is written in; the crate behind it is pure Rust and fixes the
//! algorithm by type, so a token cannot choose its own. This module knows no session and no clock:
//! the time of the check is an argument, and every bet checks again.

use std::fmt;

use chrono::DateTime;
use clutch_core::command::Channel;
use clutch_core::units::AccountId;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt, Header, UntrustedToken};
use serde::{Deserialize, Serialize};

/// The audience of bettors' tokens.
pub const AUDIENCE: &str = "clutch";

/// The audience of staff's tokens. A service that signs bettors in can therefore be kept from making
/// anybody a trader, and neither kind of token is worth anything at the other's door.
pub const AUDIENCE_ADMIN: &str = "clutch-admin";

/// The shortest secret that signs tokens, in bytes: as long as the hash.
pub const SECRET_BYTES_MIN: usize = 32;

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Place bets and see his own.
    Bettor,
    /// See prices and his own bets, but place none.
    Viewer,
    /// Stop and resume betting.
    Trader,
    /// Everything that [`Role::Trader`] may, and limits: settings, tiers, factors, groups.
    Risk,
    /// Money, and what accounts may do.
    Finance,
    /// Everything.
    Operator,
    /// A role this version does not know; it allows nothing.
    #[serde(other)]
    Unknown,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The account it speaks for.
    pub account: AccountId,
    /// The way by which its holder comes.
    pub channel: Channel,
    /// What its holder may do.
    pub roles: Vec<Role>,
    /// When it was issued, in Unix seconds.
    pub issued_at_s: u64,
    /// From when on it is worth nothing, in Unix seconds.
    pub expires_at_s: u64,
}

impl Claims {
    /// Whether the holder may place and cancel bets.
    pub fn may_bet(&self) -> bool {
        self.roles.contains(&Role::Bettor)
    }

    /// Whether the token is worth nothing any more.
    pub fn is_expired(&self, now_s: u64) -> bool {
        self.expires_at_s <= now_s
    }
}

/// What a token of the staff says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffClaims {
    /// The holder's number: the journal names him by it.
    pub operator: u32,
    /// What he may do.
    pub roles: Vec<Role>,
    /// When it was issued, in Unix seconds.
    pub issued_at_s: u64,
    /// From when on it is worth nothing, in Unix seconds.
    pub expires_at_s: u64,
}

impl StaffClaims {
    /// Whether the holder may see matches, accounts and settings.
    pub fn may_look(&self) -> bool {
        self.roles
            .iter()
            .any(|role| matches!(role, Role::Trader | Role::Risk | Role::Finance | Role::Operator))
    }
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Malformed, signed with another secret, or lacking a claim.
    Invalid,
    /// Meant for another service.
    WrongAudience,
    /// Signed by us, but expired.
    Expired,
    /// Signed by us, but for a later time.
    NotYet,
}

/// The secret that signs tokens.
#[derive(Clone)]
pub struct Secret(Hs256Key);

impl Secret {
    /// A secret of at least [`SECRET_BYTES_MIN`] bytes; `None` if it is shorter.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (SECRET_BYTES_MIN <= bytes.len()).then(|| Self(Hs256Key::new(bytes)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The claims as they stand in the token, beside `iat` and `exp`.
#[derive(Serialize, Deserialize)]
struct Wire {
    sub: String,
    aud: String,
    roles: Vec<Role>,
    /// The key of a [`Channel`]; left out by who knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
}

/// Signs a bettor's token.
pub fn issue(secret: &Secret, claims: &Claims) -> String {
    let Claims { account, channel, roles, issued_at_s, expires_at_s } = claims;
    let (roles, issued_at_s, expires_at_s) = (roles.clone(), *issued_at_s, *expires_at_s);
    let (subject, channel) = (account.0, *channel);
    sign(secret, AUDIENCE, &Proved { subject, channel, roles, issued_at_s, expires_at_s })
}

/// Signs a token of the staff.
pub fn issue_staff(secret: &Secret, claims: &StaffClaims) -> String {
    let StaffClaims { operator, roles, issued_at_s, expires_at_s } = claims;
    let (roles, issued_at_s, expires_at_s) = (roles.clone(), *issued_at_s, *expires_at_s);
    let (subject, channel) = (*operator, Channel::Web);
    sign(secret, AUDIENCE_ADMIN, &Proved { subject, channel, roles, issued_at_s, expires_at_s })
}

/// What both kinds of tokens say.
struct Proved {
    subject: u32,
    channel: Channel,
    roles: Vec<Role>,
    issued_at_s: u64,
    expires_at_s: u64,
}

fn sign(secret: &Secret, audience: &str, proved: &Proved) -> String {
    let mut body = jwt_compact::Claims::new(Wire {
        sub: proved.subject.to_string(),
        aud: audience.to_owned(),
        roles: proved.roles.clone(),
        channel: Some(proved.channel)
            .filter(|channel| *channel != Channel::Web)
            .map(|channel| channel.key().to_owned()),
    });
    body.issued_at = date(proved.issued_at_s);
    body.expiration = date(proved.expires_at_s);
    let header = Header::empty().with_token_type("JWT");
    // Strings and integers always have a JSON form, and that is all that can go wrong here.
    Hs256.token(&header, &body, &secret.0).unwrap_or_default()
}

fn date(unix_s: u64) -> Option<DateTime<chrono::Utc>> {
    DateTime::from_timestamp(i64::try_from(unix_s).ok()?, 0)
}

/// Reads a bettor's token and proves it.
///
/// # Errors
/// [`TokenError`] if it is not ours, not meant for us, or expired at `now_s`. The signature is
/// checked first, so nothing is learnt about a forged one.
pub fn verify(secret: &Secret, token: &str, now_s: u64) -> Result<Claims, TokenError> {
    let Proved { subject, channel, roles, issued_at_s, expires_at_s } =
        prove(secret, AUDIENCE, token, now_s)?;
    Ok(Claims { account: AccountId(subject), channel, roles, issued_at_s, expires_at_s })
}

/// Reads a token of the staff and proves it.
///
/// # Errors
/// As [`verify`].
pub fn verify_staff(secret: &Secret, token: &str, now_s: u64) -> Result<StaffClaims, TokenError> {
    let Proved { subject, channel: _, roles, issued_at_s, expires_at_s } =
        prove(secret, AUDIENCE_ADMIN, token, now_s)?;
    // Number 0 is the server itself, which carries out its configuration alone.
    if subject == 0 {
        return Err(TokenError::Invalid);
    }
    Ok(StaffClaims { operator: subject, roles, issued_at_s, expires_at_s })
}

fn prove(secret: &Secret, audience: &str, token: &str, now_s: u64) -> Result<Proved, TokenError> {
    let untrusted = UntrustedToken::new(token).map_err(|_| TokenError::Invalid)?;
    let signed =
        Hs256.validator::<Wire>(&secret.0).validate(&untrusted).map_err(|_| TokenError::Invalid)?;
    read(signed.claims()).ok_or(TokenError::Invalid).and_then(|(meant_for, proved)| {
        if meant_for != audience {
            Err(TokenError::WrongAudience)
        } else if proved.expires_at_s <= now_s {
            Err(TokenError::Expired)
        } else if signed.claims().not_before.is_some_and(|from| (now_s as i64) < from.timestamp()) {
            Err(TokenError::NotYet)
        } else {
            Ok(proved)
        }
    })
}

/// The audience and the claims, if none is missing: a token without an expiry is not ours.
fn read(body: &jwt_compact::Claims<Wire>) -> Option<(&str, Proved)> {
    let proved = Proved {
        subject: body.custom.sub.parse().ok()?,
        roles: body.custom.roles.clone(),
        // A channel that is not known here cannot be stopped here, so it is none of ours.
        channel: match &body.custom.channel {
            None => Channel::Web,
            Some(key) => Channel::from_key(key)?,
        },
        issued_at_s: body.issued_at?.timestamp().try_into().ok()?,
        expires_at_s: body.expiration?.timestamp().try_into().ok()?,
    };
    Some((&body.custom.aud, proved))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn claims() -> Claims {
        Claims {
            account: AccountId(7),
            channel: Channel::Web,
            roles: vec![Role::Bettor],
            issued_at_s: 1_000,
            expires_at_s: 2_000,
        }
    }

    #[test]
    fn a_token_is_refused_when_forged_expired_or_meant_for_others() {
        let secret = Secret::new(&[7; 32]).unwrap();
        let token = issue(&secret, &claims());
        assert_eq!(verify(&secret, "", 1_000), Err(TokenError::Invalid));
        assert_eq!(verify(&secret, "a.b.c", 1_000), Err(TokenError::Invalid));
        let other = Secret::new(&[8; 32]).unwrap();
        assert_eq!(verify(&other, &token, 1_000), Err(TokenError::Invalid));
        // A forged token that also expired says nothing about its expiry.
        assert_eq!(verify(&other, &token, 3_000), Err(TokenError::Invalid));
        assert_eq!(verify(&secret, &token, 2_000), Err(TokenError::Expired));
        assert_eq!(verify(&secret, &token, 1_999), Ok(claims()));
    }

    #[test]
    fn a_bettors_token_is_worth_nothing_at_the_door_of_the_staff_nor_the_other_way_round() {
        let secret = Secret::new(&[7; 32]).unwrap();
        let staff = StaffClaims {
            operator: 7,
            roles: vec![Role::Trader],
            issued_at_s: 1_000,
            expires_at_s: 2_000,
        };
        let (of_bettor, of_staff) = (issue(&secret, &claims()), issue_staff(&secret, &staff));
        assert_eq!(verify(&secret, &of_staff, 1_500), Err(TokenError::WrongAudience));
        assert_eq!(verify_staff(&secret, &of_bettor, 1_500), Err(TokenError::WrongAudience));
        assert_eq!(verify_staff(&secret, &of_staff, 2_000), Err(TokenError::Expired));
        assert_eq!(verify_staff(&secret, &of_staff, 1_500), Ok(staff));
    }

    #[test]
    fn tokens_made_elsewhere_are_read_and_the_none_algorithm_is_not() {
        // Made with Python's hmac and json modules: the key is 32 bytes of 0x07.
        let secret = Secret::new(&[7; 32]).unwrap();
        let foreign = concat!(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            ".eyJzdWIiOiAiNyIsICJhdWQiOiAiY2x1dGNoIiwgInJvbGVzIjogWyJiZXR0b3IiXSwgImlhdCI6IDEwMDAsICJleHAiOiAyMDAwfQ",
            ".N3ps_4Kdsl36Kt1QUfb-KwUDEXaIZin2oIs_tj2waIQ"
        );
        assert_eq!(verify(&secret, foreign, 1_500), Ok(claims()));
        let unsigned = concat!(
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0",
            ".eyJzdWIiOiAiNyIsICJhdWQiOiAiY2x1dGNoIiwgInJvbGVzIjogWyJiZXR0b3IiXSwgImlhdCI6IDEwMDAsICJleHAiOiAyMDAwfQ",
            "."
        );
        assert_eq!(verify(&secret, unsigned, 1_500), Err(TokenError::Invalid));
        let elsewhere = concat!(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            ".eyJzdWIiOiAiNyIsICJhdWQiOiAiZWxzZXdoZXJlIiwgInJvbGVzIjogWyJiZXR0b3IiXSwgImlhdCI6IDEwMDAsICJleHAiOiAyMDAwfQ",
            "._siQVZNZiEj3peZc-MKyFpob4E0XJsxF0VVcNQAqxxU"
        );
        assert_eq!(verify(&secret, elsewhere, 1_500), Err(TokenError::WrongAudience));
    }

    #[test]
    fn a_token_names_a_channel_that_is_known() {
        let secret = Secret::new(&[7; 32]).unwrap();
        let by = |channel: Option<&str>| {
            let mut body = jwt_compact::Claims::new(Wire {
                sub: "7".into(),
                aud: AUDIENCE.into(),
                roles: vec![Role::Bettor],
                channel: channel.map(str::to_owned),
            });
            (body.issued_at, body.expiration) = (date(1_000), date(2_000));
            let token = Hs256.token(&Header::empty(), &body, &secret.0).unwrap();
            verify(&secret, &token, 1_500).map(|claims| claims.channel)
        };
        assert_eq!(by(None), Ok(Channel::Web));
        assert_eq!(by(Some("retail")), Ok(Channel::Retail));
        assert_eq!(by(Some("pigeon")), Err(TokenError::Invalid));
        let claims = Claims { channel: Channel::Api, ..claims() };
        assert_eq!(verify(&secret, &issue(&secret, &claims), 1_500), Ok(claims));
    }

    #[test]
    fn a_token_for_a_later_time_waits_for_it() {
        let secret = Secret::new(&[7; 32]).unwrap();
        let wire = Wire {
            sub: "7".into(),
            aud: AUDIENCE.into(),
            roles: vec![Role::Bettor],
            channel: None,
        };
        let mut body = jwt_compact::Claims::new(wire);
        (body.issued_at, body.expiration, body.not_before) =
            (date(1_000), date(2_000), date(1_500));
        let token = Hs256.token(&Header::empty(), &body, &secret.0).unwrap();
        assert_eq!(verify(&secret, &token, 1_499), Err(TokenError::NotYet));
        assert_eq!(verify(&secret, &token, 1_500), Ok(claims()));
    }

    #[test]
    fn an_unknown_role_allows_nothing_and_a_short_secret_is_refused() {
        let role: Role = serde_json::from_str("\"emperor\"").unwrap();
        assert_eq!(role, Role::Unknown);
        assert!(!Claims { roles: vec![role], ..claims() }.may_bet());
        assert!(Secret::new(&[0; 31]).is_none());
    }
}
