//! Text to token ids, as the model's own `tokenizer.json` defines it.

use thiserror::Error;

/// Token ids of one text, special tokens included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Index into the word embeddings, one per token.
    pub ids: Vec<u32>,
    /// Index into the token-type (segment) embeddings, one per token.
    pub type_ids: Vec<u32>,
}

impl Tokens {
    /// Tokens of a single segment: all type ids are 0.
    pub fn single(ids: Vec<u32>) -> Self {
        let type_ids = vec![0; ids.len()];
        Self { ids, type_ids }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Cuts the tokens to `limit`, the last one being the special token at the end. Whether any was cut.
    pub fn cut(&mut self, limit: usize) -> bool {
        let longer = self.len() > limit;
        if longer && limit > 0 {
            for ids in [&mut self.ids, &mut self.type_ids] {
                let last = ids[ids.len() - 1];
                ids.truncate(limit - 1);
                ids.push(last);
            }
        }
        longer
    }

    /// Whether there is no token at all.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// Why a text has no token ids.
#[derive(Debug, Error)]
pub enum TokenizeError {
    /// The definition is not one that the `tokenizers` library understands.
    #[error("the tokenizer definition cannot be used: {0}; expected the contents of a Hugging Face tokenizer.json")]
    Definition(String),
    /// Nothing to tokenize.
    #[error("the text is empty (no character other than white space); give it at least one word")]
    EmptyText,
    /// The tokenizer refused the text.
    #[error("the tokenizer failed on {text:?}: {reason}")]
    Failed {
        /// Beginning of the text.
        text: String,
        /// Error of the tokenizer.
        reason: String,
    },
    /// The tokenizer and the embedding table do not belong together.
    #[error(
        "token {token:?} has {kind} {id}, but the model's table has {limit} rows (0..={}); \
         use the tokenizer.json that belongs to this model", .limit.saturating_sub(1)
    )]
    OutOfTable {
        /// The token as text.
        token: String,
        /// `id` or `type id`.
        kind: &'static str,
        /// The index that was produced.
        id: u32,
        /// Rows of the table.
        limit: usize,
    },
}

/// A `tokenizer.json`, with the truncation and the padding that may be baked in it turned off: a text's ids depend on
/// the text alone, and its length is limited by the model only.
#[derive(Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    vocabulary: usize,
    token_types: usize,
    unknown: Option<u32>,
}

impl Tokenizer {
    /// Reads the bytes of a `tokenizer.json` for a model with `vocabulary` word and `token_types` segment embeddings.
    pub fn from_bytes(definition: &[u8], vocabulary: usize, token_types: usize) -> Result<Self, TokenizeError> {
        let refused = |e: tokenizers::Error| TokenizeError::Definition(e.to_string());
        let mut inner = tokenizers::Tokenizer::from_bytes(definition).map_err(refused)?;
        inner.with_truncation(None).map_err(refused)?;
        inner.with_padding(None);
        let unknown = unknown(definition, &inner);
        Ok(Self { inner, vocabulary, token_types, unknown })
    }

    /// Id of the token that stands for unknown words, if the vocabulary has one.
    pub fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    /// Token ids of `text` with the model's special tokens around them.
    pub fn encode(&self, text: &str) -> Result<Tokens, TokenizeError> {
        if text.trim().is_empty() {
            return Err(TokenizeError::EmptyText);
        }
        let encoding = self
            .inner
            .encode(text, true)
            .map_err(|e| TokenizeError::Failed { text: text.chars().take(60).collect(), reason: e.to_string() })?;
        let in_table = |kind, ids: &[u32], limit: usize| match ids.iter().position(|id| *id as usize >= limit) {
            None => Ok(ids.to_vec()),
            Some(at) => {
                Err(TokenizeError::OutOfTable { token: encoding.get_tokens()[at].clone(), kind, id: ids[at], limit })
            }
        };
        Ok(Tokens {
            ids: in_table("id", encoding.get_ids(), self.vocabulary)?,
            type_ids: in_table("type id", encoding.get_type_ids(), self.token_types)?,
        })
    }
}

/// Id of the unknown token: WordPiece, WordLevel and BPE name the token, Unigram has the id.
fn unknown(definition: &[u8], tokenizer: &tokenizers::Tokenizer) -> Option<u32> {
    let definition: serde_json::Value = serde_json::from_slice(definition).ok()?;
    let model = &definition["model"];
    let id = || model["unk_id"].as_u64().and_then(|id| u32::try_from(id).ok());
    model["unk_token"].as_str().map_or_else(id, |token| tokenizer.token_to_id(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word-level tokenizer with truncation to 2 and padding to 8 baked in.
    const DEFINITION: &str = r#"{
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null,
                    "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": {"[PAD]": 0, "[UNK]": 1, "one": 2, "two": 3, "three": 4},
                  "unk_token": "[UNK]"}
    }"#;

    fn tokenizer(vocabulary: usize) -> Tokenizer {
        Tokenizer::from_bytes(DEFINITION.as_bytes(), vocabulary, 1).unwrap()
    }

    #[test]
    fn baked_truncation_and_padding_are_off() {
        let tokens = tokenizer(5).encode("one two three four").unwrap();
        assert_eq!(tokens, Tokens::single(vec![2, 3, 4, 1]));
    }

    #[test]
    fn an_id_beyond_the_embedding_table_is_named() {
        let error = tokenizer(4).encode("one three").unwrap_err();
        assert!(
            matches!(&error, TokenizeError::OutOfTable { token, id: 4, limit: 4, .. } if token == "three"),
            "{error}"
        );
    }

    #[test]
    fn white_space_alone_is_an_empty_text() {
        assert!(matches!(tokenizer(5).encode(" \n\t").unwrap_err(), TokenizeError::EmptyText));
    }

    #[test]
    fn a_definition_that_is_not_one_is_refused() {
        assert!(matches!(Tokenizer::from_bytes(b"{}", 5, 1), Err(TokenizeError::Definition(_))));
    }
}
