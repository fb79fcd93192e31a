//! The ibert workspace library.
