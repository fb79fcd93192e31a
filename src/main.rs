//! The `ibert` command.

fn main() {}
