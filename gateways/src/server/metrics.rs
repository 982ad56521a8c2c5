//! What the gateway counts about itself, in the text format that Prometheus reads.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use clutch_core::event::FeedAlert;
use clutch_core::play::{COUNTERS, Hold};
use clutch_core::switches::TripStanding;
use clutch_core::units::SourceId;
use clutch_engine::Space;
use clutch_journal::Trust;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::feed::Taken;
use super::hub::unix_now;
use super::port::{EngineHealth, EngineState};
use crate::book::Book;
use crate::codes::GatewayCode;
use crate::wire::settlement::Waits;
use crate::wire::staff::is_nearly_full;

/// What stops betting, or part of it.
#[derive(Debug, Default)]
struct Stops {
    tripped: Gauge,
    kill_switches: Gauge,
    mode: Gauge,
    shed: Gauge,
}

/// How long bets wait for their money.
#[derive(Debug, Default)]
struct Settlement {
    owing: Gauge,
    contradicted: Gauge,
    oldest: Gauge<f64, AtomicU64>,
    paid_within: Family<QuantileLabel, Gauge<f64, AtomicU64>>,
    bets: Family<TimeLabel, Gauge>,
}

/// How full the tables are.
#[derive(Debug, Default)]
struct Tables {
    used: Family<TableLabel, Gauge>,
    most: Family<TableLabel, Gauge>,
    /// Those of which it was said that they are nearly full.
    warned: Mutex<BTreeSet<&'static str>>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TableLabel {
    table: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct QuantileLabel {
    quantile: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TimeLabel {
    at_most_ms: String,
}

/// The gateway's counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Connections open now.
    pub connections: Gauge,
    /// Connections ever taken.
    pub accepted: Counter,
    /// HTTP answers by status.
    http: Family<StatusLabel, Counter>,
    /// Messages read from sessions.
    pub messages: Counter,
    /// Refusals by the gateway, by code.
    faults: Family<FaultLabel, Counter>,
    /// Placements handed to the engine.
    pub placed: Counter,
    /// From a placement's arrival to its first answer.
    pub placement_seconds: Histogram,
    /// Images and deltas encoded.
    pub encoded: Counter,
    /// Images and deltas handed to sockets.
    pub delivered: Counter,
    /// Times that a slow client was put on the latest state instead of every step.
    pub conflated: Counter,
    /// Bytes sent.
    pub sent_bytes: Counter,
    feed_lines: Family<FeedLabel, Counter>,
    feed_wrong_lines: Family<FeedLabel, Counter>,
    feed_old_lines: Family<FeedLabel, Counter>,
    feed_resyncs: Family<FeedLabel, Counter>,
    feed_capture_dropped: Family<FeedLabel, Gauge>,
    feed_lag: Family<FeedLabel, Histogram, fn() -> Histogram>,
    feed_alerts: Family<AlertLabel, Counter>,
    /// Records taken from the engine.
    pub records: Counter,
    last_seq: Gauge,
    durable_seq: Gauge,
    engine_running: Gauge,
    journal_full: Gauge,
    stops: Stops,
    cases: Family<CaseLabel, Gauge>,
    holds: Family<HoldLabel, Gauge>,
    tables: Tables,
    settlement: Settlement,
    /// Markets that were settled with bets which came after what decided them.
    pub late_markets: Counter,
    /// Results of persons or house rules that the score came to deny.
    pub contradictions: Counter,
    /// Connections that a bug ended.
    pub bugs: Counter,
    snapshot_seq: Gauge,
    storage_unsafe: Gauge,
    clock_behind: Gauge<f64, AtomicU64>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StatusLabel {
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FeedLabel {
    feed: String,
    source: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AlertLabel {
    source: u32,
    alert: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CaseLabel {
    counter: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HoldLabel {
    hold: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FaultLabel {
    name: &'static str,
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Self {
        // From 50 microseconds to about 26 seconds, which covers an in-play delay.
        let placement_seconds = Histogram::new(exponential_buckets(50e-6, 2.0, 20));
        let mut metrics = Self {
            registry: Registry::with_prefix("clutch"),
            connections: Gauge::default(),
            accepted: Counter::default(),
            http: Family::default(),
            messages: Counter::default(),
            faults: Family::default(),
            placed: Counter::default(),
            placement_seconds,
            encoded: Counter::default(),
            delivered: Counter::default(),
            conflated: Counter::default(),
            sent_bytes: Counter::default(),
            feed_lines: Family::default(),
            feed_wrong_lines: Family::default(),
            feed_old_lines: Family::default(),
            feed_resyncs: Family::default(),
            feed_capture_dropped: Family::default(),
            // From 10 milliseconds to about 5 minutes.
            feed_lag: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets(10e-3, 2.0, 16))
            }),
            feed_alerts: Family::default(),
            records: Counter::default(),
            last_seq: Gauge::default(),
            durable_seq: Gauge::default(),
            engine_running: Gauge::default(),
            journal_full: Gauge::default(),
            stops: Stops::default(),
            cases: Family::default(),
            holds: Family::default(),
            tables: Tables::default(),
            settlement: Settlement::default(),
            late_markets: Counter::default(),
            contradictions: Counter::default(),
            bugs: Counter::default(),
            snapshot_seq: Gauge::default(),
            storage_unsafe: Gauge::default(),
            clock_behind: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("connections", "Connections open now", self.connections.clone());
        registry.register("connections_accepted", "Connections ever taken", self.accepted.clone());
        registry.register("http_answers", "HTTP answers by status", self.http.clone());
        registry.register("messages", "Messages read from sessions", self.messages.clone());
        registry.register("faults", "Refusals by the gateway, by code", self.faults.clone());
        registry.register("bets_placed", "Placements handed to the engine", self.placed.clone());
        registry.register("encoded", "Images and deltas encoded", self.encoded.clone());
        registry.register(
            "delivered",
            "Images and deltas handed to sockets",
            self.delivered.clone(),
        );
        registry.register("conflated", "Times a slow client was conflated", self.conflated.clone());
        registry.register("feed_lines", "Lines that feeds pushed", self.feed_lines.clone());
        registry.register(
            "feed_wrong_lines",
            "Lines of feeds that are wrong",
            self.feed_wrong_lines.clone(),
        );
        registry.register(
            "feed_old_lines",
            "Lines of feeds that had been said before",
            self.feed_old_lines.clone(),
        );
        registry.register(
            "feed_resyncs",
            "Pushes after which facts were missing and asked for again",
            self.feed_resyncs.clone(),
        );
        registry.register(
            "feed_capture_dropped",
            "Pushes that the capture had no room for",
            self.feed_capture_dropped.clone(),
        );
        registry.register(
            "feed_alerts",
            "What the engine said of sources that a person should know",
            self.feed_alerts.clone(),
        );
        registry.register_with_unit(
            "feed_lag",
            "How late facts were, beyond what their source takes at its best",
            Unit::Seconds,
            self.feed_lag.clone(),
        );
        registry.register("records", "Records taken from the engine", self.records.clone());
        registry.register(
            "engine_last_seq",
            "Newest command in the journal",
            self.last_seq.clone(),
        );
        registry.register("engine_durable_seq", "Newest durable command", self.durable_seq.clone());
        registry.register(
            "engine_running",
            "1 while commands are taken",
            self.engine_running.clone(),
        );
        registry.register(
            "journal_full",
            "1 while the disk has no room for more than the emergency reserve",
            self.journal_full.clone(),
        );
        let stops = &self.stops;
        registry.register(
            "trips_tripped",
            "Automatic trips that stop betting",
            stops.tripped.clone(),
        );
        registry.register(
            "kill_switches",
            "Kill switches that are on",
            stops.kill_switches.clone(),
        );
        registry.register(
            "engine_mode",
            "0 normal, 1 accept only reducing, 2 settle only, 3 read only",
            stops.mode.clone(),
        );
        registry.register(
            "open_cases",
            "Accounts that somebody has to look at, by the sum that reached its threshold",
            self.cases.clone(),
        );
        registry.register(
            "held_accounts",
            "Accounts of which the staff holds withdrawals, or everything",
            self.holds.clone(),
        );
        registry.register("load_shed", "How much load is shed, 0 to 3", stops.shed.clone());
        registry.register(
            "table_rows",
            "Rows in use, by the name of the table's size",
            self.tables.used.clone(),
        );
        registry.register("table_rows_max", "Rows that there can be", self.tables.most.clone());
        let settlement = &self.settlement;
        registry.register(
            "settlement_markets_owing",
            "Decided markets whose bets are not all settled",
            settlement.owing.clone(),
        );
        registry.register_with_unit(
            "settlement_oldest",
            "How long the oldest of them has been decided",
            Unit::Seconds,
            settlement.oldest.clone(),
        );
        registry.register_with_unit(
            "settlement_paid_within",
            "From a decision to the money: within this time were so many of all bets settled",
            Unit::Seconds,
            settlement.paid_within.clone(),
        );
        registry.register(
            "settlement_bets",
            "Bets by the time from the decision to the money, in buckets",
            settlement.bets.clone(),
        );
        registry.register(
            "settlement_late_markets",
            "Markets settled with bets that came after what decided them",
            self.late_markets.clone(),
        );
        registry.register("bugs", "Connections that a bug ended", self.bugs.clone());
        registry.register(
            "settlement_contradictions",
            "Results of persons or house rules that the score came to deny",
            self.contradictions.clone(),
        );
        registry.register(
            "settlement_contradicted",
            "Markets whose result the score denies now (64 at most are counted)",
            settlement.contradicted.clone(),
        );
        registry.register(
            "snapshot_seq",
            "Command behind the newest snapshot",
            self.snapshot_seq.clone(),
        );
        registry.register(
            "storage_unsafe",
            "1 if the journal is on a file system that may lose what it has called synced",
            self.storage_unsafe.clone(),
        );
        registry.register_with_unit(
            "clock_behind",
            "How far the machine's clock is behind the journal's time",
            Unit::Seconds,
            self.clock_behind.clone(),
        );
        registry.register_with_unit("sent", "Bytes sent", Unit::Bytes, self.sent_bytes.clone());
        registry.register_with_unit(
            "placement",
            "From a placement's arrival to its first answer",
            Unit::Seconds,
            self.placement_seconds.clone(),
        );
    }

    /// Takes from the book how many accounts wait for somebody to look at them.
    pub fn note_cases(&self, book: &Book) {
        for counter in COUNTERS {
            let label = CaseLabel { counter: counter.name };
            let open = book.open_cases().filter(|id| *id == counter.id).count();
            self.cases.get_or_create(&label).set(open as i64);
        }
        for hold in [Hold::Withdrawals, Hold::Everything] {
            let held = book.holds().filter(|it| *it == hold).count();
            self.holds.get_or_create(&HoldLabel { hold: hold.name() }).set(held as i64);
        }
    }

    /// Takes what stops betting from the book.
    pub fn note_stops(&self, book: &Book) {
        let tripped =
            book.trips().iter().filter(|(_, it)| matches!(it, TripStanding::Tripped { .. }));
        self.stops.tripped.set(tripped.count() as i64);
        self.stops.kill_switches.set(book.killed().len() as i64);
        self.stops.mode.set(book.mode() as i64);
        self.stops.shed.set(i64::from(book.shed()));
    }

    /// Takes over how long bets wait for their money.
    pub(super) fn note_waits(&self, waits: &Waits) {
        let now = unix_now().as_millis() as u64;
        let age_ms = waits.since.map_or(0, |since| now.saturating_sub(since.millis()));
        self.settlement.owing.set(i64::from(waits.markets));
        self.settlement.contradicted.set(waits.contradicted.len() as i64);
        self.settlement.oldest.set(age_ms as f64 / 1e3);
        for (percent, quantile) in [(50, "0.5"), (99, "0.99")] {
            let within = waits.quantile(percent).map_or(f64::NAN, |ms| f64::from(ms) / 1e3);
            self.settlement.paid_within.get_or_create(&QuantileLabel { quantile }).set(within);
        }
        for (at_most_ms, bets) in &waits.buckets {
            let at_most_ms = at_most_ms.map_or("+Inf".to_owned(), |ms| ms.to_string());
            let label = TimeLabel { at_most_ms };
            self.settlement.bets.get_or_create(&label).set(*bets as i64);
        }
    }

    /// Takes over how full a table is; says once that it is nearly so.
    pub(super) fn note_table(&self, table: &'static str, used: u32, most: u32) {
        self.tables.used.get_or_create(&TableLabel { table }).set(used.into());
        self.tables.most.get_or_create(&TableLabel { table }).set(most.into());
        let mut warned = self.tables.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_nearly_full(used, most) {
            warned.remove(table);
        } else if warned.insert(table) {
            tracing::warn!(
                "{used} of {most} rows of a table are in use: raise {table} in the configuration before the next start"
            );
        }
    }

    /// Counts an HTTP answer.
    pub fn count_http(&self, status: u16) {
        self.http.get_or_create(&StatusLabel { status: u32::from(status) }).inc();
    }

    /// Counts a refusal.
    pub fn count_fault(&self, code: GatewayCode) {
        self.faults.get_or_create(&FaultLabel { name: code.name() }).inc();
    }

    /// Counts what a feed pushed.
    pub fn count_push(&self, provider: &str, source: SourceId, taken: &Taken, dropped: u64) {
        let label = FeedLabel { feed: provider.to_owned(), source: u32::from(source.0) };
        self.feed_lines.get_or_create(&label).inc_by(u64::from(taken.lines));
        self.feed_wrong_lines.get_or_create(&label).inc_by(u64::from(taken.wrong));
        self.feed_old_lines.get_or_create(&label).inc_by(u64::from(taken.old));
        self.feed_resyncs.get_or_create(&label).inc_by(u64::from(taken.resync_after.is_some()));
        let capture = self.feed_capture_dropped.get_or_create(&label);
        capture.set(dropped as i64);
        let lag = self.feed_lag.get_or_create(&label);
        taken.lags_ms.iter().for_each(|lag_ms| lag.observe(*lag_ms as f64 / 1e3));
    }

    /// Counts what the engine says of a source.
    pub fn count_alert(&self, source: SourceId, alert: FeedAlert) {
        let alert = match alert {
            FeedAlert::Impossible { .. } => "impossible",
            FeedAlert::Gap { .. } => "gap",
            FeedAlert::Late { .. } => "late",
            FeedAlert::Ahead => "ahead",
            FeedAlert::Behind => "behind",
            FeedAlert::Disagrees { .. } => "disagrees",
            FeedAlert::Apart { .. } => "apart",
            FeedAlert::Contradictory => "contradictory",
            FeedAlert::HandedOver => "handed_over",
            FeedAlert::TookOver { .. } => "took_over",
            FeedAlert::Paid { .. } => "paid",
        };
        let label = AlertLabel { source: u32::from(source.0), alert };
        self.feed_alerts.get_or_create(&label).inc();
    }

    /// Everything as text, with the engine's numbers of this moment.
    pub fn text(&self, engine: &EngineHealth) -> String {
        self.last_seq.set(engine.last_seq.0 as i64);
        self.durable_seq.set(engine.durable_seq.0 as i64);
        self.engine_running.set(i64::from(engine.state == EngineState::Running));
        self.journal_full.set(i64::from(engine.space != Space::Ample));
        self.storage_unsafe.set(i64::from(engine.file_system.trust == Trust::Unsafe));
        self.clock_behind.set(engine.clock_behind.as_secs_f64());
        let newest = engine.snapshots.as_ref().map_or(0, |last| last.newest.0);
        self.snapshot_seq.set(newest as i64);
        let mut text = String::new();
        // Writing to memory cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
