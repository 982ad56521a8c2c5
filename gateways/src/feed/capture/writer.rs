//! The thread that writes, and the taps that feed it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use clutch_core::units::Timestamp;

use super::{Context, MAGIC, checksum, files_of};

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file, roughly; the next record opens the next file.
    pub file_bytes: u64,
    /// Bytes of all files of one source about one match; the oldest go first.
    pub source_bytes: u64,
    /// Bytes that may wait for the thread; more are dropped.
    pub queue_bytes: usize,
    /// Pushes that may wait for the thread.
    pub queue_pushes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let (file_bytes, source_bytes) = (64 << 20, 1 << 30);
        Self { file_bytes, source_bytes, queue_bytes: 32 << 20, queue_pushes: 1 << 12 }
    }
}

/// One push on its way to the disk.
struct Piece {
    context: Arc<Context>,
    time: Timestamp,
    bytes: Box<[u8]>,
}

/// The thread. It ends, with everything written, when this and every tap are gone.
#[derive(Debug)]
pub struct Writer {
    taps: Taps,
    thread: JoinHandle<()>,
}

/// Where taps come from, also while the thread writes.
#[derive(Clone, Debug)]
pub struct Taps {
    queue: SyncSender<Piece>,
    waiting: Arc<AtomicUsize>,
    limits: Limits,
}

/// What one feed writes through.
#[derive(Clone, Debug)]
pub struct Tap {
    queue: SyncSender<Piece>,
    waiting: Arc<AtomicUsize>,
    limits: Limits,
    context: Arc<Context>,
    dropped: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the thread, writing into `dir`.
    ///
    /// # Errors
    /// If the directory cannot be made, or no thread started.
    pub fn start(dir: &Path, limits: Limits) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let (queue, pieces) = sync_channel(limits.queue_pushes);
        let waiting = Arc::new(AtomicUsize::new(0));
        let work = Work {
            dir: dir.to_owned(),
            limits,
            waiting: Arc::clone(&waiting),
            files: HashMap::new(),
        };
        let thread = std::thread::Builder::new()
            .name("feed capture".to_owned())
            .spawn(move || work.run(&pieces))?;
        Ok(Self { taps: Taps { queue, waiting, limits }, thread })
    }

    /// A tap for one feed.
    pub fn tap(&self, context: Context) -> Tap {
        self.taps.tap(context)
    }

    /// Where taps come from that are needed later.
    pub fn taps(&self) -> Taps {
        self.taps.clone()
    }

    /// Waits until everything is written. Every tap must be gone, and whoever could make one.
    pub fn finish(self) {
        drop(self.taps);
        // A panic there has been told already.
        let _ = self.thread.join();
    }
}

impl Taps {
    /// A tap for one feed.
    pub fn tap(&self, context: Context) -> Tap {
        Tap {
            queue: self.queue.clone(),
            waiting: Arc::clone(&self.waiting),
            limits: self.limits,
            context: Arc::new(context),
            dropped: Arc::default(),
        }
    }
}

impl Tap {
    /// Hands bytes over. Never waits: what there is no room for is dropped and counted.
    pub fn take(&self, bytes: &[u8], time: Timestamp) {
        let before = self.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        let is_room = before + bytes.len() <= self.limits.queue_bytes;
        let piece = || Piece { context: Arc::clone(&self.context), time, bytes: bytes.into() };
        if !is_room || self.queue.try_send(piece()).is_err() {
            self.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many pushes were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

struct Work {
    dir: PathBuf,
    limits: Limits,
    waiting: Arc<AtomicUsize>,
    files: HashMap<(u32, u8), OpenFile>,
}

struct OpenFile {
    file: BufWriter<File>,
    bytes: u64,
    /// When its first file was begun, and how many there were since.
    begun: (u64, u32),
}

impl Work {
    fn run(mut self, pieces: &Receiver<Piece>) {
        loop {
            let piece = match pieces.try_recv() {
                Ok(piece) => piece,
                Err(TryRecvError::Disconnected) => break,
                Err(TryRecvError::Empty) => {
                    // Nothing more for now: what was said is on its way to the disk.
                    self.files.values_mut().for_each(|open| drop(open.file.flush()));
                    let Ok(piece) = pieces.recv() else { break };
                    piece
                }
            };
            let length = piece.bytes.len();
            if let Err(error) = self.write(&piece) {
                let source = piece.context.source;
                tracing::error!(%error, source, "a feed's capture cannot be written");
                self.files.remove(&(piece.context.match_id, source));
            }
            self.waiting.fetch_sub(length, Ordering::Relaxed);
        }
        self.files.values_mut().for_each(|open| drop(open.file.flush()));
    }

    fn write(&mut self, piece: &Piece) -> io::Result<()> {
        let Context { match_id, source, .. } = *piece.context;
        let key = (match_id, source);
        let is_full = self.files.get(&key).is_some_and(|open| self.limits.file_bytes <= open.bytes);
        if is_full || !self.files.contains_key(&key) {
            let begun = match self.files.remove(&key) {
                Some(mut full) => {
                    full.file.flush()?;
                    (full.begun.0, full.begun.1 + 1)
                }
                None => (piece.time.millis(), 0),
            };
            let open = self.begin(&piece.context, begun)?;
            self.files.insert(key, open);
            self.make_room(match_id, source)?;
        }
        let Some(open) = self.files.get_mut(&key) else { return Ok(()) };
        open.bytes += record(&mut open.file, piece.time.nanos(), &piece.bytes)?;
        Ok(())
    }

    fn begin(&self, context: &Context, begun: (u64, u32)) -> io::Result<OpenFile> {
        let (started, mut number) = begun;
        // A process that was started twice within a millisecond does not write over its own file.
        let file = loop {
            let Context { match_id, source, .. } = context;
            let name =
                format!("match-{match_id}-source-{source}-{started:013}-{number:04}.capture");
            match File::create_new(self.dir.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                other => break other?,
            }
        };
        let mut file = BufWriter::new(file);
        file.write_all(MAGIC)?;
        let context = serde_json::to_vec(context)?;
        let bytes = MAGIC.len() as u64 + record(&mut file, started * 1_000_000, &context)?;
        Ok(OpenFile { file, bytes, begun: (started, number) })
    }

    /// Removes the oldest files of a source until what is left, and one more, fits.
    fn make_room(&self, match_id: u32, source: u8) -> io::Result<()> {
        let prefix = format!("match-{match_id}-source-{source}-");
        let mut files = files_of(&self.dir, &prefix)?;
        // The newest has just been begun.
        files.pop();
        let mut kept = self.limits.file_bytes;
        for path in files.into_iter().rev() {
            kept += fs::metadata(&path)?.len();
            if self.limits.source_bytes < kept {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Writes a record and says how many bytes it takes.
fn record(out: &mut impl Write, time: u64, bytes: &[u8]) -> io::Result<u64> {
    out.write_all(&(bytes.len() as u32).to_le_bytes())?;
    out.write_all(&checksum(time, bytes).to_le_bytes())?;
    out.write_all(&time.to_le_bytes())?;
    out.write_all(bytes)?;
    Ok(16 + bytes.len() as u64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::facts::{Title, What};
    use super::super::{Flaw, read};
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_768_849_397_000);

    fn context() -> Context {
        let plays = What::Match { title: Title::Lol, teams: ["A".into(), "B".into()], best_of: 1 };
        let (provider, match_key) = ("ndjson".to_owned(), "final".to_owned());
        Context { provider, match_key, match_id: 3, source: 1, plays, after_version: 7 }
    }

    fn pushes(dir: &Path) -> Vec<(Timestamp, Vec<u8>)> {
        let files = files_of(dir, "match-3-source-1-").unwrap();
        files.iter().flat_map(|path| read(path).unwrap().unwrap().pushes).collect()
    }

    #[test]
    fn every_push_is_read_back_as_it_came_over_several_files() {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { file_bytes: 200, ..Limits::default() };
        let writer = Writer::start(dir.path(), limits).unwrap();
        let tap = writer.tap(context());
        let said: Vec<_> = (0..20).map(|n| (NOW.plus(n), vec![n as u8; n as usize * 9])).collect();
        said.iter().for_each(|(time, bytes)| tap.take(bytes, *time));
        assert_eq!(tap.dropped(), 0);
        drop(tap);
        writer.finish();
        assert_eq!(pushes(dir.path()), said);
        let files = files_of(dir.path(), "").unwrap();
        assert!(files.len() > 5, "{files:?}");
        assert_eq!(read(&files[1]).unwrap().unwrap().context, context());
        // The next process writes files of its own, behind these.
        let writer = Writer::start(dir.path(), limits).unwrap();
        writer.tap(context()).take(b"more", NOW);
        writer.finish();
        assert_eq!(pushes(dir.path()).len(), 21);
    }

    #[test]
    fn a_file_that_a_crash_cut_short_is_whole_up_to_there() {
        let dir = tempfile::tempdir().unwrap();
        let writer = Writer::start(dir.path(), Limits::default()).unwrap();
        let tap = writer.tap(context());
        (0..3).for_each(|n| tap.take(b"a line\n", NOW.plus(n)));
        drop(tap);
        writer.finish();
        let path = files_of(dir.path(), "").unwrap().remove(0);
        let whole = fs::read(&path).unwrap();
        for (cut, pushes, flaw) in
            [(0, 3, None), (1, 2, Some(Flaw::Torn)), (23, 2, None), (24, 1, Some(Flaw::Torn))]
        {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let captured = read(&path).unwrap().unwrap();
            assert_eq!((captured.pushes.len(), captured.flaw), (pushes, flaw), "{cut} cut off");
        }
        let mut damaged = whole.clone();
        *damaged.last_mut().unwrap() ^= 1;
        fs::write(&path, damaged).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().flaw, Some(Flaw::Damaged));
        for begun in [0, 5, 8, 40] {
            fs::write(&path, &whole[..begun]).unwrap();
            assert!(read(&path).unwrap().is_none(), "{begun} bytes");
        }
        fs::write(&path, b"a log").unwrap();
        assert!(read(&path).unwrap_err().contains("no capture"));
    }

    #[test]
    fn the_oldest_files_go_first_and_only_those_of_this_source() {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { file_bytes: 400, source_bytes: 2_000, ..Limits::default() };
        let writer = Writer::start(dir.path(), limits).unwrap();
        let other = Context { source: 2, ..context() };
        let (tap, other) = (writer.tap(context()), writer.tap(other));
        other.take(b"one", NOW);
        (0..200).for_each(|n| tap.take(&[b'x'; 50], NOW.plus(n)));
        drop((tap, other));
        writer.finish();
        let files = files_of(dir.path(), "match-3-source-1-").unwrap();
        let bytes: u64 = files.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
        assert!((1_000..=2_500).contains(&bytes), "{bytes} bytes are left");
        let last = pushes(dir.path()).pop().unwrap();
        assert_eq!(last.0, NOW.plus(199));
        assert_eq!(files_of(dir.path(), "match-3-source-2-").unwrap().len(), 1);
    }

    #[test]
    fn what_the_disk_cannot_keep_up_with_is_dropped_and_counted() {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { queue_bytes: 10, ..Limits::default() };
        let writer = Writer::start(dir.path(), limits).unwrap();
        let tap = writer.tap(context());
        tap.take(b"eleven bytes", NOW);
        assert_eq!(tap.dropped(), 1);
        drop(tap);
        writer.finish();
        assert!(pushes(dir.path()).is_empty());
    }
}
