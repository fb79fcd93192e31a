//! Timeline of a program: spans of instructions, predicted or observed, as a Chrome trace and as a page.
//!
//! | part | file |
//! |---|---|
//! | trace for Perfetto and `chrome://tracing` | `perfetto` |
//! | self-contained HTML pages | `page` |
//! | a program and its spans, as pages show them | `tracks` |
//! | words in use in each memory over time | `occupancy` |

mod occupancy;
mod page;
mod perfetto;
mod tracks;

pub use page::{Page, RunPage, write_run as write_run_page, write_schedule as write_page};
pub use perfetto::write as write_trace;
pub use tracks::Schedule;
