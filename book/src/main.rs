//! Builds the book of docs/: `make book`. Fails on any warning and on any broken link.

mod links;
mod outside;

use links::DeadLink;
use mdbook_driver::MDBook;
use outside::Outside;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{0:#}")]
    Book(#[from] mdbook_driver::errors::Error),
    #[error("{0}")]
    Read(#[from] io::Error),
    #[error("warnings while it was made:\n{0}")]
    Warnings(String),
    #[error("links that lead nowhere:\n{}", .0.iter().map(|link| format!("  {link}\n")).collect::<String>())]
    DeadLinks(Vec<DeadLink>),
}

fn main() -> ExitCode {
    match make(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))) {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the book of the repository at `root` and returns its path.
fn make(root: &Path) -> Result<String, Error> {
    let warnings = Warnings::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .without_time()
        .with_ansi(false)
        .with_writer(warnings.clone());
    subscriber.init();
    let root = root.canonicalize()?;
    let mut book = MDBook::load(&root)?;
    book.with_preprocessor(Outside);
    book.build()?;
    let said = warnings.text();
    if !said.is_empty() {
        return Err(Error::Warnings(said));
    }
    let folder = book.build_dir_for("html");
    let checked = links::check(&folder)?;
    if !checked.dead.is_empty() {
        return Err(Error::DeadLinks(checked.dead));
    }
    Ok(format!("{}: {} pages, {} links", folder.join("index.html").display(), checked.pages, checked.links))
}

/// Messages of the build at level WARN or above.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<u8>>>);

impl Warnings {
    fn text(&self) -> String {
        let bytes = self.0.lock().map(|bytes| bytes.clone()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Warnings {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Ok(mut all) = self.0.lock() {
            all.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Warnings {
    type Writer = Warnings;

    fn make_writer(&self) -> Warnings {
        self.clone()
    }
}
