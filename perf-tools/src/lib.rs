//! perf-tools
