//! The sequence that a program is compiled for: a text's tokens, or as many as are asked for.

use std::path::Path;

use ibert::text::Tokenizer;
use ibert_golden::encoder::Sequence;
use ibert_golden::model::IntegerModel;

use super::error::Error;

/// What is encoded where no text is given, over and over if need be.
const TEXT: &str = "The old lighthouse at the end of the bay was built by hand, stone by stone, in a summer without rain. Its keeper wrote \
down the weather every evening for forty years, and the fishermen trusted his book more than the sky. When the lamp was changed for an electric one, \
the village came to watch, and nobody spoke until the beam had crossed the water twice.";

/// Exactly `tokens` tokens: of `text` or of the built-in one, with the first and the last token that the tokenizer gives; of a model
/// without a tokenizer arbitrary ids.
pub(super) fn of_length(
    path: &Path,
    model: &IntegerModel,
    tokens: usize,
    text: Option<&str>,
) -> Result<Sequence, Error> {
    let longest = model.config.max_tokens();
    if !(1..=longest).contains(&tokens) {
        return Err(Error::Length { tokens, longest });
    }
    let Some(definition) = model.tokenizer.as_deref() else {
        if text.is_some() {
            return Err(Error::NoTokenizer { path: path.to_owned() });
        }
        // The first ids are those of special tokens, padding among them.
        let vocab = model.config.vocab as u64;
        let ids = (0..tokens as u64)
            .map(|token| (4 + (token * token * 31 + token * 7) % (vocab - 4).max(1)).min(vocab - 1) as u32);
        return Ok(Sequence::new(ids.collect()));
    };
    let place = || path.display().to_string();
    let tokenizer = Tokenizer::from_bytes(definition, model.config.vocab, model.config.token_types)
        .map_err(|source| Error::Tokenize { place: place(), source })?;
    let words = tokens.div_ceil(TEXT.split(' ').count()).max(1);
    let text = text.map_or_else(|| vec![TEXT; words].join(" "), str::to_owned);
    let encoded = tokenizer.encode(&text).map_err(|source| Error::Tokenize { place: place(), source })?;
    let mut ids = encoded.ids;
    if ids.len() > tokens && tokens > 1 {
        let last = ids[ids.len() - 1];
        ids.truncate(tokens - 1);
        ids.push(last);
    }
    ids.truncate(tokens);
    Ok(Sequence { token_types: encoded.type_ids.into_iter().take(ids.len()).collect(), ids, mask: Vec::new() })
}
