//! What the `ibert` command adds to the crates of the workspace: checkpoints by name, files that appear only when
//! complete, and pages.
//!
//! | module | is for |
//! |---|---|
//! | [`cache`] | the folder for everything that can be regenerated |
//! | [`dump`] | every intermediate tensor of a run in one file |
//! | [`fetch`] | checkpoints by name, downloaded and verified |
//! | [`staging`] | files that appear only when complete |
//! | [`timeline`] | timeline of a program, as a trace and as a page |

pub mod cache;
pub mod dump;
pub mod fetch;
pub mod staging;
pub mod timeline;
