//! The sequence that a program is compiled for: a text's tokens, token ids, or as many as are asked for; and how many
//! layers it goes through.

use std::path::Path;

use ibert_compile::Layers;
use ibert_golden::encoder::Sequence;
use ibert_golden::model::IntegerModel;
use ibert_isa::CONFIGURATIONS;
use ibert_quantize::text::{Tokenizer, Tokens};

use super::arguments::SequenceArguments;
use super::error::Error;
use super::input;

/// Built-in text, repeated as often as needed.
const TEXT: &str = "The old lighthouse at the end of the bay was built by hand, stone by stone, in a summer without rain. Its keeper wrote \
down the weather every evening for forty years, and the fishermen trusted his book more than the sky. When the lamp was changed for an electric one, \
the village came to watch, and nobody spoke until the beam had crossed the water twice.";

/// Sequence that the arguments describe. A truncated text keeps its last token, the end of a sequence. Without
/// text and ids, a model that has no tokenizer gets arbitrary ids.
pub(super) fn sequence(path: &Path, model: &IntegerModel, arguments: &SequenceArguments) -> Result<Sequence, Error> {
    let longest = model.config.max_tokens();
    let allowed = |tokens: usize| match (1..=longest).contains(&tokens) {
        true => Ok(tokens),
        false => Err(Error::Length { tokens, longest }),
    };
    let asked = arguments.tokens.map(allowed).transpose()?;
    let (place, mut tokens) = match (&arguments.text, &arguments.ids, asked) {
        (_, Some(ids), _) => (ids.display().to_string(), of_ids(ids)?),
        (Some(text), ..) => ("the text".to_owned(), of_text(path, model, text)?),
        (None, None, Some(asked)) if model.tokenizer.is_some() => {
            let times = asked.div_ceil(TEXT.split(' ').count());
            ("the text".to_owned(), of_text(path, model, &vec![TEXT; times].join(" "))?)
        }
        (None, None, asked) => ("nothing".to_owned(), arbitrary(asked.unwrap_or_default(), model.config.vocab)),
    };
    let has = tokens.len();
    let length = match asked {
        Some(tokens) if tokens > has => return Err(Error::Short { place, has, tokens }),
        Some(tokens) => tokens,
        None => allowed(has)?,
    };
    if arguments.ids.is_none() && length > 1 {
        tokens.ids[length - 1] = tokens.ids[has - 1];
    }
    tokens.ids.truncate(length);
    tokens.type_ids.truncate(length);
    Ok(Sequence { ids: tokens.ids, token_types: tokens.type_ids, mask: Vec::new() })
}

/// Number of layers of the arguments, else all; checks it against the model.
pub(super) fn layers(path: &Path, model: &IntegerModel, asked: Option<Layers>) -> Result<Layers, Error> {
    let has = model.layers.len();
    match asked {
        Some(Layers::First(layers)) if layers.get() > has => {
            Err(Error::Layers { path: path.to_owned(), has, layers: layers.get() })
        }
        asked => Ok(asked.unwrap_or_default()),
    }
}

/// For reports: how many rows are computed for tokens that do not fill the array's last tile; they take as long as
/// tokens.
pub(super) fn rows(tokens: usize, config: &str) -> String {
    let side = CONFIGURATIONS.iter().find(|configuration| configuration.name == config).map_or(1, |it| it.side);
    match tokens.next_multiple_of(side) {
        rows if rows == tokens => String::new(),
        rows => format!(" in {rows} rows of the array, which takes {side} at a time"),
    }
}

fn of_text(path: &Path, model: &IntegerModel, text: &str) -> Result<Tokens, Error> {
    let refused = |source| Error::Tokenize { place: "--text".to_owned(), source };
    tokenizer(path, model)?.encode(text).map_err(refused)
}

/// Tokenizer of the model.
pub(super) fn tokenizer(path: &Path, model: &IntegerModel) -> Result<Tokenizer, Error> {
    let definition = model.tokenizer.as_deref().ok_or_else(|| Error::NoTokenizer { path: path.to_owned() })?;
    Tokenizer::from_bytes(definition, model.config.vocab, model.config.token_types)
        .map_err(|source| Error::Tokenize { place: path.display().to_string(), source })
}

fn of_ids(path: &Path) -> Result<Tokens, Error> {
    let lines = input::lines(path, "token ids, on one line")?;
    match &lines[..] {
        [line] => Ok(Tokens::single(input::token_ids(line)?)),
        lines => Err(Error::Sequences { path: path.to_owned(), sequences: lines.len() }),
    }
}

/// The first ids are those of special tokens, padding among them.
fn arbitrary(tokens: usize, vocabulary: usize) -> Tokens {
    let vocabulary = vocabulary as u64;
    let id = |token: u64| (4 + (token * token * 31 + token * 7) % (vocabulary - 4).max(1)).min(vocabulary - 1) as u32;
    Tokens::single((0..tokens as u64).map(id).collect())
}
