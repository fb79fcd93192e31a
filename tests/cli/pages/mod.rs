//! Pages in a real browser: that they say what the report says, and do what their buttons promise.

mod run;
mod schedule;

use serde_json::Value;

use crate::browser::{Point, Tab};

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a number: {value}"))
}

/// The cells of a row of a table behind its head, by the text of the first one.
fn row<'t>(table: &'t [Vec<String>], name: &str) -> &'t [String] {
    let row = table.iter().skip(1).find(|row| row[0] == name);
    &row.unwrap_or_else(|| panic!("{name} in {table:?}"))[1..]
}

/// Cycles of the timeline that are in sight.
fn window(tab: &Tab) -> (u64, u64) {
    let text = tab.text("#window");
    let (from, to) = text.strip_prefix("cycles ").and_then(|text| text.split_once(" to ")).expect("a window");
    (from.parse().expect("a cycle"), to.parse().expect("a cycle"))
}

/// Zooms and drags the timeline of `cycles` cycles, with the buttons, the mouse and its wheel.
fn timeline_moves(tab: &Tab, cycles: u64) {
    assert_eq!(window(tab), (0, cycles));
    tab.click("#in");
    let (from, to) = window(tab);
    assert!(from.abs_diff(cycles / 4) <= 1 && to.abs_diff(3 * cycles / 4) <= 1, "{from} {to} of {cycles}");
    // To the right by a tenth of the width, not counting names and margin: to cycles that are a tenth earlier.
    let [left, top, width, _] = tab.place("#timeline canvas");
    let tracks = width - 108.0 - 8.0;
    let point = |share: f64| Point { x: left + 108.0 + share * tracks, y: top + 40.0 };
    tab.drag(point(0.5), point(0.6));
    let (earlier, end) = window(tab);
    assert!(earlier.abs_diff(from - (to - from) / 10) <= 1 + (to - from) / 500, "{earlier} from {from} to {to}");
    assert!((end - earlier).abs_diff(to - from) <= 1);
    // The wheel leaves the cycle below the mouse where it is.
    tab.wheel(point(0.0), -120.0);
    let (same, nearer) = window(tab);
    assert!(same == earlier && nearer < end, "{same} {nearer}, {earlier} {end}");
    tab.click("#out");
    tab.click("#out");
    assert_eq!(window(tab), (0, cycles));
    tab.click("#in");
    assert_ne!(window(tab), (0, cycles));
    tab.click("#all");
    assert_eq!(window(tab), (0, cycles));
}

/// Every tip that comes up on the way down the timeline at a share of its width.
fn tips(tab: &Tab, share: f64) -> Vec<String> {
    let [left, top, width, height] = tab.place("#timeline canvas");
    let down = (0..(height / 12.0) as u32).map(|step| Point { x: left + width * share, y: top + f64::from(12 * step) });
    let mut tips: Vec<String> = down.filter_map(|point| tab.hover(point)).collect();
    tips.dedup();
    tips
}

/// Index of the instruction that a tip is of.
fn instruction(tip: &str) -> usize {
    let number = tip.split("instruction ").nth(1).and_then(|text| text.split(',').next());
    number.expect("an index").parse().expect("a number")
}

/// Rows of the timeline, as it describes itself.
fn rows(tab: &Tab) -> Vec<String> {
    let label: String = tab.value("document.querySelector('#timeline canvas').getAttribute('aria-label')");
    label.strip_prefix("Timeline of ").expect("a description").split(", ").map(str::to_owned).collect()
}
