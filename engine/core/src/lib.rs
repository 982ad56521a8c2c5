//! The rules of Clutch.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;
