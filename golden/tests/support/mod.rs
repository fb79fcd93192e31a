//! What several test binaries build on.
#![allow(dead_code, reason = "each binary uses a part")]

pub(crate) mod safetensors_file;
pub(crate) mod small_case;
