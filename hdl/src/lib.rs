//! The ibert hardware, in rust-hdl.
