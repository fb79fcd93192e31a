//! [`Outside`]: links to files of the repository that are not in the book.

use mdbook_driver::errors::{Error, Result};
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::path::Path;

/// Makes their text of links that leave docs/, after a look whether the file is there.
pub(crate) struct Outside;

impl Preprocessor for Outside {
    fn name(&self) -> &str {
        "outside"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let folder = context.root.join(&context.config.book.src);
        let mut missing = Vec::new();
        book.for_each_mut(|item| {
            if let BookItem::Chapter(chapter) = item {
                let place = chapter.path.as_deref().and_then(Path::parent).map(|place| folder.join(place));
                chapter.content = inside(chapter, &place.unwrap_or_else(|| folder.clone()), &mut missing);
            }
        });
        if missing.is_empty() { Ok(book) } else { Err(Error::msg(missing.join("\n"))) }
    }
}

/// The chapter with links inside the book only.
fn inside(chapter: &Chapter, place: &Path, missing: &mut Vec<String>) -> String {
    let mut content = chapter.content.clone();
    let parser = Parser::new_ext(&chapter.content, Options::ENABLE_TABLES).into_offset_iter();
    let links = parser.filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with("../") => Some((dest_url.to_string(), range)),
        _ => None,
    });
    // From the last one on, so that the places of the others stay.
    for (target, range) in links.collect::<Vec<_>>().into_iter().rev() {
        let file = target.split('#').next().unwrap_or(&target);
        if !place.join(file).exists() {
            missing.push(format!("{}: {target} is not there", chapter.name));
        }
        let link = &chapter.content[range.clone()];
        let label = link.rsplit_once("](").map_or(link, |(label, _)| label.trim_start_matches('['));
        content.replace_range(range, label);
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_book_become_text_and_missing_files_are_named() {
        let text = "See [`main.rs`](../src/main.rs), [a page](page.md) and [nothing](../no/such).\n\n| a |\n|---|\n| [b](../Cargo.toml#x) |\n";
        let chapter = Chapter::new("Name", text.to_owned(), "chapter.md", Vec::new());
        let mut missing = Vec::new();
        let place = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
        let content = inside(&chapter, place, &mut missing);
        assert_eq!(content, "See `main.rs`, [a page](page.md) and nothing.\n\n| a |\n|---|\n| b |\n");
        assert_eq!(missing, ["Name: ../no/such is not there"]);
    }
}
