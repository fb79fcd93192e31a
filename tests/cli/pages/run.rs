//! The page of `ibert sim --html`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{count, instruction, row, rows, timeline_moves, tips};
use crate::browser::Tab;
use crate::vocabulary::Workspace;

/// Simulations are built once for all tests.
fn cache() -> PathBuf {
    ibert::cache::folder().expect("a cache folder")
}

/// `ibert sim` of two layers on tiny with a page, and its report.
fn sim(workspace: &Workspace, more: &[&str]) -> Value {
    let command = ["sim", "model.safetensors", "--config", "tiny", "--html", "page.html", "--json"];
    workspace.ibert_with([&command[..], more].concat(), &[("IBERT_CACHE", cache().as_os_str())]).json()
}

#[test]
fn the_page_of_a_run_says_what_the_report_says() {
    let workspace = Workspace::new();
    let checkpoint = workspace.checkpoint("bert_tiny");
    workspace.file("texts.txt", "one two three two\nthree three one\n");
    let quantize = ["quantize", "bert_tiny", "--calibration", "texts.txt", "-o", "model.safetensors"];
    workspace.ibert(quantize).succeeds();
    let report = sim(&workspace, &["--text", "one two three two", "--checkpoint", checkpoint.to_str().expect("UTF-8")]);
    let mut tab = Tab::open(&workspace.path("page.html"));
    let (values, cycles, instructions) =
        (count(&report["values"]), count(&report["cycles"]), count(&report["instructions"]));
    assert_eq!(
        tab.texts(".verdict.good"),
        [
            format!("{values} values compared with the golden encoder, 0 differ"),
            format!(
                "{cycles} cycles, {cycles} predicted; 0 of {instructions} instructions start or retire in another cycle than predicted"
            ),
        ]
    );
    let facts = tab.table("#facts");
    assert_eq!(row(&facts, "input"), ["one two three two"]);
    assert_eq!(row(&facts, "memory"), ["answers after 30 cycles, 1 cycle a beat"]);
    assert!(row(&facts, "build")[0].contains(report["verilator"].as_str().expect("a version")), "{facts:?}");

    // Tensors sum to all values, here and in the report.
    let tables = [1, 2].map(|table| tab.table(&format!("#tensors table:nth-child({table})")));
    let tensors = tables.concat();
    let number = |text: &String| text.parse::<u64>().expect("a number");
    let shown = tensors.iter().filter(|row| row[0] != "tensor" && row[0] != "all").map(|row| number(&row[2]));
    assert_eq!((shown.sum::<u64>(), number(&row(&tensors, "all")[1])), (values, values));
    let tallies = report["tensors"].as_object().expect("tensors");
    assert_eq!(tallies.values().map(|tally| count(&tally["values"])).sum::<u64>(), values);
    let query = &tallies["layer.1.attention.query"];
    assert_eq!((count(&query["values"]), count(&query["elements"]), count(&query["different"])), (4 * 24, 4 * 24, 0));
    assert_eq!(row(&tensors, "attention.query")[1..], [(2 * 4 * 24).to_string(), "0".to_owned()]);
    assert_eq!(tab.texts(".square").len(), tallies.len());

    // Counters of the hardware sum to its cycles, and are those predicted.
    let counters = tab.table("#cycles");
    for engine in ["load", "store", "matrix", "vector"] {
        let numbers: Vec<u64> = row(&counters, engine).iter().map(number).collect();
        assert_eq!(numbers.iter().sum::<u64>(), 2 * cycles, "{engine}");
        let busy = count(&report["engines"]["observed"][engine]["busy"]);
        assert_eq!(numbers[..2], [busy, busy]);
    }
    let stalls = report["stalls"].as_object().expect("causes");
    assert_eq!(count(&report["busy"]) + stalls.values().map(count).sum::<u64>(), cycles);
    assert_eq!(row(&tab.table("#stalls"), "all")[0], cycles.to_string());
    assert_eq!(row(&tab.table("#layers table"), "all")[1], cycles.to_string());

    // Observed and predicted, the same bars.
    let described = rows(&tab);
    assert!(described.contains(&"observed".to_owned()) && described.contains(&"predicted".to_owned()), "{described:?}");
    timeline_moves(&tab, cycles);
    let tips = tips(&tab, 0.5);
    let products: Vec<&String> = tips.iter().filter(|tip| tip.contains(", matrix\n")).collect();
    assert!(products.len() >= 2 && products[0] == products[products.len() / 2], "{products:?}");
    assert!(tips.iter().all(|tip| !tip.contains("in the other one")), "{tips:?}");

    // A point for the embeddings and for each layer, in both plots.
    let errors = report["layer_errors"]["layers"].as_array().expect("errors");
    let points = |of: fn(&Value) -> String| errors.iter().map(of).collect::<Vec<String>>();
    let expected = [
        points(|error| format!("{:.3} %", 100.0 * error["relative_error"].as_f64().expect("a share"))),
        points(|error| format!("{:.6}", error["cosine"].as_f64().expect("a cosine"))),
    ];
    let names = ["input", "0", "1"];
    let expected: Vec<String> = expected
        .iter()
        .flat_map(|points| names.iter().zip(points).map(|(name, point)| format!("{name}: {point}")))
        .collect();
    assert_eq!(tab.texts("#errors .point title"), expected);
    assert_eq!(tab.complaints(), [""; 0]);
}

#[test]
fn the_page_of_a_run_with_random_pauses_compares_no_cycles_and_says_how_to_get_errors() {
    let workspace = Workspace::new();
    workspace
        .ibert(["model", "random", "--preset", "tiny", "--layers", "1", "--seed", "3", "-o", "model.safetensors"])
        .succeeds();
    let report = sim(&workspace, &["--tokens", "2", "--stall", "5"]);
    let mut tab = Tab::open(&workspace.path("page.html"));
    assert_eq!(tab.texts(".verdict.good").len(), 1);
    assert!(tab.texts(".verdict")[1].contains("memory pauses at random"));
    assert_eq!(
        row(&tab.table("#facts"), "memory"),
        ["answers after 30 cycles, 1 cycle a beat, pauses at random with seed 5"]
    );
    assert!(tab.text("#errors").contains("--checkpoint DIR"));
    let described = rows(&tab);
    assert_eq!(described.iter().filter(|row| *row == "matrix").count(), 1, "{described:?}");
    timeline_moves(&tab, count(&report["cycles"]));
    assert_eq!(tab.complaints(), [""; 0]);
}

/// A run as if a value and a cycle had been wrong: both are pointed at.
#[test]
fn the_page_of_a_run_points_at_what_differs() {
    let workspace = Workspace::new();
    let random = ["model", "random", "--preset", "tiny", "--layers", "1", "--seed", "3", "-o", "model.safetensors"];
    workspace.ibert(random).succeeds();
    sim(&workspace, &["--tokens", "2"]);
    let page = std::fs::read_to_string(workspace.path("page.html")).expect("written");
    let (before, rest) = page.split_once("const data = ").expect("data");
    let (data, after) = rest.split_once(";\n").expect("an end");
    let mut data: Value = serde_json::from_str(data).expect("JSON");
    let report = &mut data["report"];
    let tensor = "layer.0.attention.query";
    report["different"] = 1.into();
    report["tensors"][tensor]["different"] = 1.into();
    report["first"] = json!({"tensor": tensor, "index": [1, 7], "expected": 3, "got": 4, "cycle": 1234, "instruction": 56,
        "disassembled": "vector requantize", "start": 1200, "retire": 1300, "replay": "ibert sim again"});
    report["cycle_mismatches"] = 1.into();
    report["first_mismatch"] = "instruction 0 is the first mismatch".into();
    report["engines"]["observed"]["load"]["busy"] = 1.into();
    let (cycles, instructions) = (count(&report["cycles"]), data["schedules"][1]["instructions"].as_array());
    let entry = |entry: &Value| [count(&entry[0]), count(&entry[1])];
    let times: Vec<[u64; 2]> = instructions.expect("instructions").iter().map(entry).collect();
    // All products a cycle later than predicted.
    for entry in data["schedules"][0]["instructions"].as_array_mut().expect("instructions") {
        if entry[2] == 2 {
            entry[0] = (count(&entry[0]) + 1).into();
        }
    }
    std::fs::write(workspace.path("page.html"), format!("{before}const data = {data};\n{after}")).expect("written");

    let mut tab = Tab::open(&workspace.path("page.html"));
    assert_eq!((tab.texts(".verdict.bad").len(), tab.texts(".verdict.good").len()), (2, 0));
    assert_eq!(
        tab.value::<Vec<String>>("[...document.querySelectorAll('.square.bad')].map((square) => square.title)").len(),
        1
    );
    assert_eq!(row(&tab.table("#tensors table:nth-child(1)"), "attention.query")[2], "1");
    let first = tab.text("#first pre");
    for part in [
        "layer.0.attention.query[1, 7]: 4, expected 3",
        "cycle 1234 by instruction 56",
        "vector requantize",
        "ibert sim again",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert_eq!(tab.text("#mismatch"), "instruction 0 is the first mismatch");
    assert_eq!(tab.texts("#cycles td.bad").len(), 1);
    let tips = [0.3, 0.5, 0.7].map(|share| tips(&tab, share)).concat();
    let product = tips.iter().find(|tip| tip.contains(", matrix\n")).expect("a product");
    let index = instruction(product);
    let [start, length] = times[index];
    assert!(
        product.ends_with(&format!("in the other one {start} to {}", start + length)),
        "{product}, {cycles} cycles"
    );
    assert!(tips.iter().all(|tip| !tip.contains(", load\n") || !tip.contains("in the other one")), "{tips:?}");
    assert_eq!(tab.complaints(), [""; 0]);
}
