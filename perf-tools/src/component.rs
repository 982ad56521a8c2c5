//! What can be put under load: something that takes commands and gives records back.

use clutch_core::{Envelope, Record};

/// One thread's view of a component: it sends and polls in turn.
pub trait Component {
    /// Hands a command over; `false` if the component has no room for it now.
    fn try_send(&mut self, envelope: Envelope) -> bool;

    /// Takes what has come back so far.
    fn poll(&mut self, on_record: impl FnMut(&Record));
}
