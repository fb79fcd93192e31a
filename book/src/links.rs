//! Checks that every link of the generated pages has a target.

use scraper::{Html, Selector};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Number of checked pages and links, and the broken links.
pub(crate) struct Checked {
    pub(crate) pages: usize,
    pub(crate) links: usize,
    pub(crate) dead: Vec<DeadLink>,
}

/// A link to a missing file or a missing anchor.
#[derive(Debug)]
pub(crate) struct DeadLink {
    page: String,
    target: String,
}

impl fmt::Display for DeadLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.page, self.target)
    }
}

/// Link targets of a page, and its anchors.
struct Page {
    targets: Vec<String>,
    places: HashSet<String>,
}

/// Checks the pages directly in a folder; links to other hosts are not followed.
pub(crate) fn check(folder: &Path) -> io::Result<Checked> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // All chapters once more, for printing, and what a server shows for a missing page.
        let special = ["print.html", "404.html", "toc.html"].iter().any(|name| path.ends_with(name));
        if path.extension().is_some_and(|extension| extension == "html") && !special {
            pages.insert(path.clone(), read(&fs::read_to_string(&path)?));
        }
    }
    let (mut links, mut dead) = (0, Vec::new());
    for (path, page) in &pages {
        for target in page.targets.iter().filter(|target| !target.contains("://")) {
            links += 1;
            if !leads_somewhere(folder, path, target, &pages) {
                let page = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                dead.push(DeadLink { page, target: target.clone() });
            }
        }
    }
    Ok(Checked { pages: pages.len(), links, dead })
}

fn read(text: &str) -> Page {
    let html = Html::parse_document(text);
    let attributes = |selector: &str, name: &str| -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector of this file");
        html.select(&selector).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
    };
    let targets = [attributes("a[href]", "href"), attributes("img[src]", "src")].concat();
    Page { targets, places: attributes("[id]", "id").into_iter().collect() }
}

fn leads_somewhere(folder: &Path, from: &Path, target: &str, pages: &BTreeMap<PathBuf, Page>) -> bool {
    let (file, place) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { from.to_owned() } else { folder.join(file) };
    let on_page = |page: &Page| place.is_empty() || page.places.contains(place);
    match pages.get(&path) {
        Some(page) => on_page(page),
        None => place.is_empty() && path.is_file(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files_and_places_that_are_not_there_are_dead() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
        put(
            "one.html",
            r##"<h2 id="here">x</h2><a href="#here">1</a> <a href="#there">2</a> <a href="two.html#far">3</a>"##,
        );
        put(
            "two.html",
            r#"<h2 id="far">x</h2><a href="one.html#far">4</a> <a href="three.html">5</a> <img src="a.png"> <img src="b.png">"#,
        );
        put("a.png", "");
        let checked = check(folder.path()).expect("readable");
        let dead: Vec<String> = checked.dead.iter().map(DeadLink::to_string).collect();
        assert_eq!(dead, ["one.html: #there", "two.html: one.html#far", "two.html: three.html", "two.html: b.png"]);
        assert_eq!((checked.pages, checked.links), (2, 7));
    }
}
