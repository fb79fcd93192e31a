//! The page of `ibert schedule --html`.

use serde_json::Value;

use super::{count, instruction, row, rows, timeline_moves, tips};
use crate::browser::Tab;
use crate::vocabulary::Workspace;

fn tiny(workspace: &Workspace) {
    workspace.ibert(["model", "random", "--preset", "tiny", "--seed", "3", "-o", "tiny.safetensors"]).succeeds();
}

#[test]
fn the_page_of_a_schedule_says_what_the_report_says_and_its_timeline_moves() {
    let workspace = Workspace::new();
    tiny(&workspace);
    let command = ["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "9", "--json"];
    let report = workspace.ibert([&command[..], &["--html", "page.html", "--trace", "trace.json"]].concat()).json();
    let mut tab = Tab::open(&workspace.path("page.html"));
    assert_eq!(tab.text("h1"), "ibert schedule tiny.safetensors");
    assert!(tab.text("#about").starts_with("9 tokens, 2 layers, configuration tiny"));

    let summary = tab.table("#summary");
    assert_eq!(summary.len(), 3);
    let [cycles, busy, instructions, ..] = row(&summary, "schedule") else { panic!("{summary:?}") };
    let (total, percent) = (count(&report["cycles"]), |share: f64| format!("{:.2} %", 100.0 * share));
    assert_eq!((cycles, instructions), (&total.to_string(), &report["instructions"].to_string()));
    assert_eq!(*busy, percent(report["utilization"].as_f64().expect("a share")));

    // Every cause with its cycles, which sum to all of them.
    let stalls = tab.table("#stalls");
    let causes = report["stalls"].as_object().expect("causes").iter().map(|(name, cycles)| (name.as_str(), cycles));
    let mut sum = 0;
    for (name, cycles) in causes.chain([("busy", &report["busy"])]).filter(|(_, cycles)| count(cycles) > 0) {
        assert_eq!(row(&stalls, name)[0], cycles.to_string(), "{name}");
        sum += count(cycles);
    }
    assert_eq!((sum, row(&stalls, "all")[0].as_str()), (total, total.to_string().as_str()));
    assert_eq!(row(&stalls, "all")[1], "100.000 %");

    // Work and bound of each layer and of all.
    let layers = tab.table("#layers table:nth-child(1)");
    let parts = report["layers"].as_array().expect("layers");
    let names = (0..parts.len()).map(|layer| format!("layer {layer}")).chain(["all".to_owned()]);
    for (name, part) in names.zip(parts.iter().chain([&report])) {
        let (cycles, bound) = (count(&part["cycles"]), count(&part["bound"]));
        let work = ["matrix", "vector", "read", "write"].map(|engine| part["work"][engine].to_string());
        let shares = [count(&part["busy"]) as f64 / cycles as f64, cycles as f64 / bound as f64 - 1.0].map(percent);
        let expected = [&["".to_owned(), cycles.to_string(), shares[0].clone()], &work[..], &shares[1..]].concat();
        assert_eq!(row(&layers, &name), expected, "{name}");
    }
    let longest: Vec<u64> =
        tab.texts("#layers table:nth-child(1) .longest").iter().map(|text| text.parse().expect("cycles")).collect();
    let bounds: Vec<u64> = parts.iter().chain([&report]).map(|part| count(&part["bound"])).collect();
    assert_eq!(longest, bounds);

    // Four engines each, of the schedule and of the simple one; the longer one is in sight.
    let described = rows(&tab);
    for engine in ["load", "store", "matrix", "vector"] {
        assert_eq!(described.iter().filter(|row| *row == engine).count(), 2, "{engine}: {described:?}");
    }
    let simple: u64 = row(&summary, "simple order")[0].parse().expect("cycles");
    timeline_moves(&tab, simple.max(total));

    // Instructions are where the trace has them.
    let trace = std::fs::read_to_string(workspace.path("trace.json")).expect("written");
    let trace: Value = serde_json::from_str(&trace).expect("JSON");
    let tips = [0.3, 0.5, 0.7].map(|share| tips(&tab, share));
    let bars: Vec<&String> = tips.iter().flatten().filter(|tip| tip.contains("\ninstruction ")).collect();
    for engine in ["load", "matrix", "vector"] {
        assert!(bars.iter().any(|tip| tip.contains(&format!(", {engine}\n"))), "{engine}: {tips:?}");
    }
    let tip = bars.iter().find(|tip| tip.contains(", matrix\n")).expect("a product");
    let index = instruction(tip);
    let span = trace["traceEvents"].as_array().expect("events").iter().find(|event| event["args"]["index"] == index);
    let span = span.expect("it is in the trace");
    let (start, cycles) = (count(&span["ts"]), count(&span["dur"]));
    let name = span["name"].as_str().expect("a name");
    assert_eq!(**tip, format!("{name}\ninstruction {index}, matrix\ncycles {start} to {}, {cycles}", start + cycles));
    for row in ["memory traffic: ", "A in use: ", "B in use: ", "C in use: ", "K in use: ", "R in use: ", "Y in use: "]
    {
        assert_eq!(tips[1].iter().filter(|tip| tip.starts_with(row)).count(), 2, "{row}{tips:?}");
    }
    assert_eq!(tab.complaints(), [""; 0]);
}
