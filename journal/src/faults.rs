//! Bugs on purpose, so that the tests can be tested: each one must be found.
//!
//! Without the feature `planted-bugs` there is no room for any, and every question is a constant `false`.

/// One bug. The name says what the code then does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Fault {
    SkipSync,
    AcknowledgeBeforeSync,
    AcknowledgeWhatCameDuringSync,
    RetryFailedSync,
    SyncThroughAnotherDescriptor,
    GoOnAfterWriteError,
    RollWithoutSync,
    SkipDirectorySync,
    HeaderNotSynced,
    SpareNotZeroed,
    SpareNotReserved,
    NoSalt,
    ChecksumWithoutSequence,
    ForgetChain,
    TrustLength,
    CutAtFirstBadRecord,
    HaltAtTornMiddle,
    TailNotZeroed,
    MarkBeforeSync,
    MarkInOnePlace,
    SameEpochAgain,
    NoSyncAfterRecovery,
    TrustPageCache,
    RingOfOtherBoot,
    SuperAllCopiesAtOnce,
    SuperSingleCopy,
    NewestSegmentNotNoted,
    SnapshotRenamedBeforeSync,
    SnapshotDirectoryNotSynced,
    ArchiveCopyNotSynced,
    ArchiveNotedAfterRemoval,
    FullDiskIsFinal,
    ReserveNotRemade,
    ReserveForAnyWant,
    StorageNotChecked,
    UnsafeStorageNotStamped,
    MappingNotNamed,
}

/// Which bugs are planted.
#[cfg(feature = "planted-bugs")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults(u64);

#[cfg(feature = "planted-bugs")]
impl Faults {
    /// The code as it should be.
    pub const NONE: Self = Self(0);

    /// The code with one bug in it.
    pub const fn only(fault: Fault) -> Self {
        Self(1 << fault as u8)
    }

    #[inline]
    pub(crate) const fn has(self, fault: Fault) -> bool {
        self.0 & 1 << fault as u8 != 0
    }
}

/// Which bugs are planted: none.
#[cfg(not(feature = "planted-bugs"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults;

#[cfg(not(feature = "planted-bugs"))]
impl Faults {
    /// The code as it should be.
    pub const NONE: Self = Self;

    #[inline(always)]
    pub(crate) const fn has(self, _: Fault) -> bool {
        false
    }
}
