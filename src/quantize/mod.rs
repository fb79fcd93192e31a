//! From a pretrained checkpoint to an integer model.
//!
//! [`checkpoint`] reads what Hugging Face saves, [`mod@reference`] runs it in fp32.

pub mod checkpoint;
pub mod reference;
