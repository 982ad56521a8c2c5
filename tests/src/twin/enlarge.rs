//! Larger tables, as the twin does it: it only counts further.

use clutch_core::Reject;
use clutch_core::command::Capacity;

use super::Twin;

impl Twin {
    /// The engine's own word, never a person's: only that way the chooser says it.
    pub(super) fn enlarge(&mut self, wanted: Capacity) -> Result<(), Reject> {
        let sizes = self.capacity.sizes().into_iter().zip(wanted.sizes());
        if sizes.clone().any(|((_, has), (_, asked))| asked < has) {
            return Err(Reject::TablesNeverShrink);
        }
        if Capacity::MATCHES_MAX < wanted.matches_max || Capacity::MARKETS_MAX < wanted.markets_max
        {
            return Err(Reject::InvalidParameter);
        }
        self.capacity = wanted;
        Ok(())
    }

    /// The sizes of the tables.
    pub fn capacity(&self) -> Capacity {
        self.capacity
    }
}
