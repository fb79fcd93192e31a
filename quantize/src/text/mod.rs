//! Text in and out of the encoder: token ids before it, sentence embeddings after it.
//!
//! Both the quantizer (calibration, evaluation) and the integer engine use this module, so that a text becomes the same
//! token ids and the same pooled vector everywhere.

mod embedding;
mod tokenizer;

pub use embedding::{cosine, mean_pooled};
pub use tokenizer::{TokenizeError, Tokenizer, Tokens};
