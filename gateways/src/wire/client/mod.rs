//! What clients send. Parsed once, at the door: holding a [`Request`] means every field is proved.
//!
//! Fields that are not known are ignored, so that newer clients can talk to older gateways.

mod bets;
mod request;
mod value;

use clutch_core::command::{PlaceBatch, PlaceMultiple, Terms};
use clutch_core::units::{BetId, ClientBetId, MarketId, MatchId, SelectionIndex, Seq, Stake};
use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::value::parse_client_id;
pub(super) use self::value::{client_id, number, odds, stake};
use super::cash_out::CashOutWish;
use super::play::PlayWish;
pub use super::slip::{Placement, Slip};
use crate::codes::{Fault, GatewayCode};

/// The ids that a client can give its subscriptions: 0 to 15. Few, so that clients naturally share
/// ids and thereby the encoded bytes.
pub const SUBSCRIPTION_IDS: u8 = 16;

/// A message from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Signs in.
    Auth {
        /// The token.
        token: String,
    },
    /// Asks for a topic's image and its changes.
    Subscribe {
        /// The client's id of the subscription.
        id: u8,
        /// What about.
        topic: Topic,
        /// What the client knows from an earlier connection.
        resume: Option<ResumePoint>,
    },
    /// Ends a subscription.
    Unsubscribe {
        /// The client's id of it.
        id: u8,
    },
    /// Places a bet, perhaps with what would be taken in its place.
    Place(Slip, Option<Terms>),
    /// Places bets of which all are taken or none; their account is still to be filled in.
    PlaceBatch(Box<PlaceBatch>),
    /// Answers an offer that was made in place of a bet.
    AnswerOffer {
        /// The client's id of the bet.
        client_id: ClientBetId,
        /// The offer: the bet's id.
        offer: BetId,
        /// Whether he takes it.
        accept: bool,
    },
    /// Takes back a bet that still waits.
    Cancel {
        /// The client's id of the bet.
        client_id: ClientBetId,
    },
    /// Asks where a bet stands.
    Bet {
        /// The client's id of the bet.
        client_id: ClientBetId,
    },
    /// Asks for balance and latest bets.
    Balance,
    /// Asks for the largest stake that would be accepted.
    QuoteMax {
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
    },
    /// Asks for the largest stake a line that would be accepted for a bet of several legs.
    QuoteMaxUnit(Box<PlaceMultiple>),
    /// Asks what a bet, or a part of it, could be cashed out for.
    QuoteCashOut {
        /// The client's id of the bet.
        client_id: ClientBetId,
        /// How much of the stake (of each line's stake); `None` is all that is left.
        part: Option<Stake>,
    },
    /// Takes such a quote.
    CashOut(CashOutWish),
    /// Sets something for himself.
    Play(PlayWish),
    /// Asks for all that he has set.
    Limits,
    /// Asks for the server's time.
    Time {
        /// The client's time in whole milliseconds, sent back as it came.
        t0: u64,
    },
    /// Asks for a sign of life.
    Ping,
}

impl Request {
    /// Whether an amount stands in it, which is read in the account's currency.
    pub const fn names_money(&self) -> bool {
        match self {
            Self::Place(..)
            | Self::PlaceBatch(_)
            | Self::QuoteMaxUnit(_)
            | Self::CashOut(_)
            | Self::Play(_) => true,
            Self::QuoteCashOut { part, .. } => part.is_some(),
            Self::Auth { .. }
            | Self::Subscribe { .. }
            | Self::Unsubscribe { .. }
            | Self::Cancel { .. }
            | Self::AnswerOffer { .. }
            | Self::Bet { .. }
            | Self::Balance
            | Self::QuoteMax { .. }
            | Self::Limits
            | Self::Ping
            | Self::Time { .. } => false,
        }
    }

    /// The client's id of the bet that this is about.
    pub const fn client_id(&self) -> Option<ClientBetId> {
        match self {
            Self::Place(slip, _) => Some(slip.client_id()),
            Self::Cancel { client_id }
            | Self::Bet { client_id }
            | Self::AnswerOffer { client_id, .. }
            | Self::QuoteCashOut { client_id, .. } => Some(*client_id),
            Self::CashOut(wish) => Some(wish.client_id),
            _ => None,
        }
    }
}

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Every match with its score, without markets.
    Matches,
    /// One match with its markets.
    Markets(MatchId),
    /// Every match with its markets.
    All,
    /// The account's balance and bets.
    Mine,
}

impl Topic {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Markets(_) => "markets",
            Self::All => "all",
            Self::Mine => "mine",
        }
    }
}

/// Up to where a client knows everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumePoint {
    /// The `epoch` of the `welcome` under which it learnt it.
    pub epoch: String,
    /// The newest `seq` it saw.
    pub seq: Seq,
}

/// A refused message, with the bet it was about if that much could be read: a failed placement must
/// never stay without its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub fault: Fault,
    /// The client's id of the bet.
    pub client_id: Option<ClientBetId>,
}

/// Reads a message of any type.
///
/// # Errors
/// [`Refused`] if the text is no JSON object, its type unknown, or a field missing or wrong.
pub fn parse(text: &str) -> Result<Request, Refused> {
    let fields = Fields::read(text)?;
    fields.request().map_err(|fault| fields.refused(fault))
}

/// Reads the body of a placement, whose type goes without saying.
///
/// # Errors
/// As [`parse`].
pub fn parse_placement(text: &str) -> Result<(Slip, Option<Terms>), Refused> {
    let fields = Fields::read(text)?;
    let placement = fields.slip().and_then(|slip| Ok((slip, fields.terms()?)));
    placement.map_err(|fault| fields.refused(fault))
}

/// Reads the body of a group of bets, whose type goes without saying. The account is filled in by whoever
/// knows it.
///
/// # Errors
/// As [`parse`].
pub fn parse_batch(text: &str) -> Result<PlaceBatch, Fault> {
    Fields::read(text).map_err(|refused| refused.fault)?.batch()
}

/// Every field of every message, as the characters that came. Reading numbers from their characters
/// keeps `1.85` exact.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    token: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    topic: Option<&'a RawValue>,
    #[serde(borrow, rename = "match")]
    match_id: Option<&'a RawValue>,
    #[serde(borrow)]
    resume: Option<&'a RawValue>,
    #[serde(borrow)]
    cid: Option<&'a RawValue>,
    #[serde(borrow)]
    market: Option<&'a RawValue>,
    #[serde(borrow)]
    selection: Option<&'a RawValue>,
    #[serde(borrow)]
    odds: Option<&'a RawValue>,
    #[serde(borrow)]
    price_seq: Option<&'a RawValue>,
    #[serde(borrow)]
    epoch: Option<&'a RawValue>,
    #[serde(borrow)]
    stake: Option<&'a RawValue>,
    #[serde(borrow)]
    policy: Option<&'a RawValue>,
    #[serde(borrow)]
    legs: Option<&'a RawValue>,
    #[serde(borrow)]
    sizes: Option<&'a RawValue>,
    #[serde(borrow)]
    unit: Option<&'a RawValue>,
    #[serde(borrow)]
    quantity: Option<&'a RawValue>,
    #[serde(borrow)]
    window: Option<&'a RawValue>,
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    #[serde(borrow)]
    part: Option<&'a RawValue>,
    #[serde(borrow)]
    quote: Option<&'a RawValue>,
    #[serde(borrow)]
    bets: Option<&'a RawValue>,
    #[serde(borrow)]
    partial: Option<&'a RawValue>,
    #[serde(borrow)]
    offers: Option<&'a RawValue>,
    #[serde(borrow)]
    bonus: Option<&'a RawValue>,
    #[serde(borrow)]
    device: Option<&'a RawValue>,
    #[serde(borrow)]
    offer: Option<&'a RawValue>,
    #[serde(borrow)]
    accept: Option<&'a RawValue>,
    #[serde(borrow)]
    hours: Option<&'a RawValue>,
    #[serde(borrow)]
    days: Option<&'a RawValue>,
    #[serde(borrow)]
    step: Option<&'a RawValue>,
    #[serde(borrow)]
    minutes: Option<&'a RawValue>,
    #[serde(borrow)]
    t0: Option<&'a RawValue>,
}

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Result<Self, Refused> {
        // A sequence would be read as the fields in order, which is no message of ours.
        let malformed = |detail: String| {
            let text = format!("This message is not a valid JSON object: {detail}.");
            Refused { fault: Fault::with(GatewayCode::MalformedJson, text), client_id: None }
        };
        if !text.trim_start().starts_with('{') {
            return Err(malformed("it must begin with a brace".to_owned()));
        }
        serde_json::from_str(text).map_err(|error| malformed(error.to_string()))
    }

    fn refused(&self, fault: Fault) -> Refused {
        Refused { fault, client_id: self.client_id().ok() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clutch_core::command::PricePolicy;
    use clutch_core::units::{BonusId, Money};

    const PLACE: &str = r#"{"type":"place","cid":"017F22E2-79B0-7CC3-98C4-DC0C0C07398F","market":3,
        "selection":1,"odds":1.85,"price_seq":77,"epoch":4,"stake":"12.50","policy":"better",
        "colour":"blue"}"#;

    fn code(text: &str) -> (GatewayCode, String) {
        let refused = parse(text).unwrap_err();
        (refused.fault.code, refused.fault.text.into_owned())
    }

    #[test]
    fn a_placement_is_read_exactly_and_unknown_fields_are_ignored() {
        let Request::Place(Slip::Single(place), None) = parse(PLACE).unwrap() else {
            panic!("no single")
        };
        assert_eq!(place.client_id, ClientBetId(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F));
        assert_eq!((place.market, place.selection), (MarketId(3), SelectionIndex(1)));
        assert_eq!((place.odds.milli(), place.stake.money().minor()), (1850, 1250));
        assert_eq!((place.price_seq, place.epoch, place.policy), (77, 4, PricePolicy::Better));
        let within = PLACE.replace("\"better\"", "{\"within_permille\": 50}");
        let Request::Place(Slip::Single(place), None) = parse(&within).unwrap() else {
            panic!("no single")
        };
        assert_eq!(place.policy, PricePolicy::Within { permille: 50 });
    }

    #[test]
    fn every_fault_names_its_field() {
        for (from, to, field) in [
            ("\"market\":3", "\"market\":-3", "market"),
            ("\"market\":3", "\"market\":\"3\"", "market"),
            ("\"market\":3", "\"market\":4294967296", "market"),
            ("\"selection\":1", "\"selection\":256", "selection"),
            ("1.85", "1.85e0", "odds"),
            ("1.85", "0.5", "odds"),
            ("\"12.50\"", "\"12.505\"", "stake"),
            ("\"12.50\"", "1e9", "stake"),
            ("\"12.50\"", "[]", "stake"),
            ("\"better\"", "\"best\"", "policy"),
            ("017F22E2-", "017F22E2_", "cid"),
        ] {
            assert!(PLACE.contains(from));
            let (code, text) = code(&PLACE.replacen(from, to, 1));
            let surplus = to == "\"12.505\"";
            let wanted = if surplus { GatewayCode::TooManyPlaces } else { GatewayCode::BadField };
            assert_eq!(code, wanted, "{to}");
            assert!(text.contains(field), "{text}");
        }
        let (code, text) = code(&PLACE.replace("\"stake\"", "\"steak\""));
        assert_eq!(
            (code, text.as_str()),
            (GatewayCode::MissingField, "The field \"stake\" is missing.")
        );
    }

    const TRIXIE: &str = r#"{"type":"place","cid":"017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "unit":"1.50","policy":"better","sizes":[2,3],"legs":[
        {"market":3,"selection":1,"odds":1.85,"price_seq":77,"epoch":4},
        {"market":4,"selection":0,"odds":"2.10","price_seq":78,"epoch":5,"banker":true},
        {"market":5,"selection":1,"odds":3.2,"price_seq":79,"epoch":6}]}"#;

    #[test]
    fn a_slip_of_several_legs_is_read_exactly() {
        let Request::Place(Slip::Multiple(place), None) = parse(TRIXIE).unwrap() else {
            panic!("not several legs")
        };
        let odds: Vec<u32> = place.picks().iter().map(|pick| pick.odds.milli()).collect();
        assert_eq!((odds, place.unit().money().minor()), (vec![1850, 2100, 3200], 150));
        // Two doubles and a treble with the banker.
        assert_eq!((place.system().lines(), place.stake().money().minor()), (3, 450));
        let named = TRIXIE.replace("[2,3]", "\"trixie\"").replace(",\"banker\":true", "");
        let Request::Place(Slip::Multiple(place), None) = parse(&named).unwrap() else {
            panic!("not several legs")
        };
        assert_eq!(place.system().lines(), 4);
        let quote = TRIXIE.replace("place\"", "quote_max\"");
        assert!(matches!(parse(&quote).unwrap(), Request::QuoteMaxUnit(_)));
    }

    #[test]
    fn a_slip_that_makes_no_bet_names_what_is_wrong() {
        for (from, to, text) in [
            ("\"market\":4", "\"market\":-4", "legs[1].market"),
            ("3.2,", "0.2,", "legs[2].odds"),
            ("\"price_seq\":77,", "", "legs[0].price_seq"),
            ("[2,3]", "[2,4]", "larger than the bet has legs"),
            ("[2,3]", "[]", "sizes"),
            ("[2,3]", "[2,2]", "different line sizes"),
            ("[2,3]", "\"yankees\"", "goliath"),
            ("\"1.50\"", "\"0\"", "unit"),
        ] {
            assert!(TRIXIE.contains(from));
            let (code, found) = code(&TRIXIE.replacen(from, to, 1));
            assert!(found.contains(text), "{to}: {found}");
            assert!(matches!(code, GatewayCode::BadField | GatewayCode::MissingField));
        }
        let many = r#"{"market":3,"selection":1,"odds":2,"price_seq":7,"epoch":4}"#;
        let legs = vec![many; 21].join(",");
        let start = TRIXIE.find("\"legs\"").unwrap();
        let (_, text) = code(&format!("{}\"legs\":[{legs}]}}", &TRIXIE[..start]));
        assert!(text.contains("1 to 20 legs"), "{text}");
    }

    #[test]
    fn a_placement_may_say_what_else_is_welcome() {
        let on_terms = PLACE.replace("\"colour\"", "\"partial\":true,\"colour\"");
        let terms = Some(Terms { partial: true, ..Terms::default() });
        assert!(matches!(parse(&on_terms).unwrap(), Request::Place(_, said) if said == terms));
        assert_eq!(parse_placement(&on_terms).unwrap().1, terms);
        assert_eq!(code(&on_terms.replace("true", "1")).0, GatewayCode::BadField);
        let funded = PLACE.replace("\"colour\"", "\"bonus\":812,\"colour\"");
        let terms = Some(Terms { bonus: Some(BonusId(812)), ..Terms::default() });
        assert_eq!(parse_placement(&funded).unwrap().1, terms);
        let named = PLACE.replace("\"colour\"", "\"device\":77,\"colour\"");
        let terms = Some(Terms { device: 77, ..Terms::default() });
        assert_eq!(parse_placement(&named).unwrap().1, terms);
        for bad in ["0", "-1", "4294967296", "\"phone\""] {
            assert_eq!(code(&named.replace("77", bad)).0, GatewayCode::BadField, "{bad}");
        }
        for (from, to) in [("812", "\"first\""), ("812", "812,\"offers\":true")] {
            assert_eq!(code(&funded.replace(from, to)).0, GatewayCode::BadField, "{to}");
        }
        let cid = "017F22E2-79B0-7CC3-98C4-DC0C0C07398F";
        let answer =
            format!(r#"{{"type":"answer_offer","cid":"{cid}","offer":812,"accept":true}}"#);
        let client_id = parse_client_id(cid).unwrap();
        let expected = Request::AnswerOffer { client_id, offer: BetId(812), accept: true };
        assert_eq!(parse(&answer).unwrap(), expected);
        for (from, to, answered) in [
            ("812", "-1", GatewayCode::BadField),
            ("true", "\"yes\"", GatewayCode::BadField),
            ("\"accept\"", "\"take\"", GatewayCode::MissingField),
            ("\"offer\"", "\"id\"", GatewayCode::MissingField),
        ] {
            assert_eq!(code(&answer.replace(from, to)).0, answered, "{to}");
        }
    }

    #[test]
    fn a_group_of_bets_names_the_bet_that_is_wrong() {
        let bet = |last: u8| {
            format!(
                r#"{{"cid":"017F22E2-79B0-7CC3-98C4-DC0C0C0739{last:02X}","market":3,"selection":1,"odds":"1.85","price_seq":77,"epoch":4,"stake":"5.00"}}"#
            )
        };
        let group = |bets: &[String]| {
            format!(r#"{{"type":"place_batch","policy":"any","bets":[{}]}}"#, bets.join(","))
        };
        let two = group(&[bet(1), bet(2)]);
        let Request::PlaceBatch(ask) = parse(&two).unwrap() else { panic!("no group") };
        assert_eq!((ask.bets().len(), ask.policy), (2, PricePolicy::Any));
        assert_eq!(ask.bets()[1].stake.money().minor(), 500);
        for wrong in [
            group(&[]),
            group(&[bet(1), bet(1)]),
            group(&(0..11).map(bet).collect::<Vec<_>>()),
            two.replace("\"bets\":[", "\"bets\":[7,"),
        ] {
            let (code, text) = code(&wrong);
            assert_eq!(code, GatewayCode::BadField, "{wrong}");
            assert!(text.contains("1 to 10 bets"), "{text}");
        }
        let second = group(&[bet(1), bet(2).replace("5.00", "0")]);
        assert!(code(&second).1.contains("bets[1].stake"));
        assert_eq!(code(r#"{"type":"place_batch"}"#).0, GatewayCode::MissingField);
    }

    #[test]
    fn a_cash_out_names_its_quote_and_its_amount() {
        let cid = "017F22E2-79B0-7CC3-98C4-DC0C0C07398F";
        let quote = format!(r#"{{"type":"quote_cash_out","cid":"{cid}","part":"2.50"}}"#);
        let client_id = parse_client_id(cid).unwrap();
        let part = Stake::new(Money::from_minor(250));
        assert_eq!(parse(&quote).unwrap(), Request::QuoteCashOut { client_id, part });
        let whole = quote.replace(",\"part\":\"2.50\"", "");
        assert_eq!(parse(&whole).unwrap(), Request::QuoteCashOut { client_id, part: None });
        let digits = "0123456789abcdef0123456789abcdef";
        let take = whole.replace(
            "\"quote_cash_out\"",
            &format!(r#""cash_out","quote":"{digits}","amount":"12.30""#),
        );
        let Request::CashOut(wish) = parse(&take).unwrap() else { panic!("no cash-out") };
        assert_eq!(wish.quote.0, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!((wish.amount.minor(), wish.part), (1_230, None));
        for (from, to, field) in [
            ("\"12.30\"", "\"-1\"", "amount"),
            ("\"12.30\"", "\"1.234\"", "amount"),
            (digits, "0123", "quote"),
            (digits, "0123456789abcdef0123456789abcdeg", "quote"),
            (digits, "+123456789abcdef0123456789abcdef", "quote"),
            (cid, "17", "cid"),
        ] {
            let (code, text) = code(&take.replace(from, to));
            let surplus = to == "\"1.234\"";
            let wanted = if surplus { GatewayCode::TooManyPlaces } else { GatewayCode::BadField };
            assert_eq!(code, wanted, "{to}");
            assert!(text.contains(field), "{text}");
        }
        assert_eq!(code(&quote.replace("2.50", "0")).0, GatewayCode::BadField);
        assert_eq!(code(&take.replace("\"amount\"", "\"sum\"")).0, GatewayCode::MissingField);
    }

    #[test]
    fn a_faulty_placement_is_refused_under_its_own_id() {
        let refused = parse(&PLACE.replace("1.85", "0")).unwrap_err();
        assert_eq!(refused.client_id, parse_client_id("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
    }

    #[test]
    fn nonsense_is_refused_and_never_panics() {
        for text in ["", "hello", "[]", "[1,2,3]", "3", "\"x\"", "{", "{\"type\":\"ping\"", "null"]
        {
            assert_eq!(code(text).0, GatewayCode::MalformedJson, "{text}");
        }
        let deep = format!("{{\"type\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(code(&deep).0, GatewayCode::BadField);
        assert_eq!(code("{\"type\":\"pong\"}").0, GatewayCode::UnknownMessage);
        assert_eq!(code("{\"type\":7}").0, GatewayCode::BadField);
        assert_eq!(code("{}").0, GatewayCode::MissingField);
    }

    #[test]
    fn subscriptions_name_a_topic_and_a_small_id() {
        let subscribe = r#"{"type":"subscribe","id":1,"topic":"markets","match":2,
            "resume":{"epoch":"e","seq":9}}"#;
        let resume = Some(ResumePoint { epoch: "e".to_owned(), seq: Seq(9) });
        let topic = Topic::Markets(MatchId(2));
        assert_eq!(parse(subscribe).unwrap(), Request::Subscribe { id: 1, topic, resume });
        assert_eq!(code(&subscribe.replace("\"id\":1", "\"id\":16")).0, GatewayCode::BadField);
        assert_eq!(code(&subscribe.replace("markets", "weather")).0, GatewayCode::BadField);
    }
}
