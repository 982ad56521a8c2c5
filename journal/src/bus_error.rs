//! What to say when a mapped file cannot be read.
//!
//! A page of a mapping that the disk cannot deliver, or that somebody cut off the file, arrives as SIGBUS in the middle of
//! some load. There is no way on from there. The handler finds which mapping it was, names the file and the place on
//! standard error, and ends the process. It allocates nothing and takes no lock.

use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// The exit code: that of a process killed by SIGBUS, as a shell would show it.
const EXIT_CODE: i32 = 128 + 7;
/// Mappings that can be named at once; more only lose their name.
const PLACES: usize = 256;

struct Place {
    start: AtomicUsize,
    bytes: AtomicUsize,
    name: AtomicPtr<String>,
}

static MAPPINGS: [Place; PLACES] = [const {
    Place {
        start: AtomicUsize::new(0),
        bytes: AtomicUsize::new(0),
        name: AtomicPtr::new(std::ptr::null_mut()),
    }
}; PLACES];

/// A mapping's name for the time that it exists. It goes before its mapping does: behind it another mapping may come to
/// lie at the same address.
pub(crate) struct Named(Option<usize>);

impl Named {
    pub fn new(path: &Path, bytes: &[u8]) -> Self {
        let start = bytes.as_ptr() as usize;
        let taken = MAPPINGS.iter().position(|place| {
            place.start.compare_exchange(0, start, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        });
        if let Some(place) = taken.map(|at| &MAPPINGS[at]) {
            let name = Box::into_raw(Box::new(path.display().to_string()));
            place.name.store(name, Ordering::Release);
            place.bytes.store(bytes.len(), Ordering::Release);
        }
        Self(taken)
    }

    /// No name, for no mapping.
    pub const fn nothing() -> Self {
        Self(None)
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        if let Some(place) = self.0.map(|at| &MAPPINGS[at]) {
            place.bytes.store(0, Ordering::Release);
            let name = place.name.swap(std::ptr::null_mut(), Ordering::AcqRel);
            if !name.is_null() {
                // SAFETY: `new` made it of a box, and only this place held it. A handler reads the name of the mapping
                // that its own thread was loading from; that thread borrows the mapping, which then outlives this.
                drop(unsafe { Box::from_raw(name) });
            }
            place.start.store(0, Ordering::Release);
        }
    }
}

/// From now on a page that cannot be read ends the process with a message that names the file, on standard error. For the
/// process's own start; a library does not decide about signals.
///
/// # Errors
/// If the operating system does not take the handler.
pub fn name_the_file_on_bus_error() -> std::io::Result<()> {
    static ONCE: Once = Once::new();
    let mut answer = Ok(());
    ONCE.call_once(|| {
        // SAFETY: the handler only reads atomics, writes to a descriptor and ends the process, all of which is allowed in
        // a signal handler.
        let registered = unsafe {
            signal_hook_registry::register_sigaction(libc::SIGBUS, |about| {
                // SAFETY: SIGBUS carries an address, as sigaction(2) says.
                die(about.si_addr() as usize);
            })
        };
        answer = registered.map(drop);
    });
    answer
}

fn die(address: usize) -> ! {
    let found = MAPPINGS.iter().find_map(|place| {
        let start = place.start.load(Ordering::Acquire);
        let offset = address.checked_sub(start).filter(|_| start != 0)?;
        (offset < place.bytes.load(Ordering::Acquire)).then_some((place, offset))
    });
    match found {
        Some((place, offset)) => {
            // SAFETY: the name is freed when nobody uses the mapping any more, and this thread was loading from it.
            let name = unsafe { place.name.load(Ordering::Acquire).as_ref() };
            say(name.map_or(b"a mapped file".as_slice(), |name| name.as_bytes()));
            say(b" cannot be read at offset ");
            say_number(offset);
            say(b": the disk failed, or the file was cut while it was in use (SIGBUS)\n");
        }
        None => say(b"memory cannot be read: a device or file behind it failed (SIGBUS)\n"),
    }
    // SAFETY: ends the process at once, without running anything else of it.
    unsafe { libc::_exit(EXIT_CODE) }
}

fn say(bytes: &[u8]) {
    // SAFETY: writes the bytes of a valid slice; an error has nobody to be told to.
    let _ = unsafe { libc::write(2, bytes.as_ptr().cast(), bytes.len()) };
}

fn say_number(mut number: usize) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    say(&digits[at..]);
}
