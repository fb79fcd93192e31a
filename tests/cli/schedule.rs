//! `ibert schedule` from outside.

use crate::vocabulary::Workspace;

fn tiny(workspace: &Workspace) {
    workspace
        .ibert(["model", "random", "--preset", "tiny", "--layers", "1", "--seed", "3", "-o", "tiny.safetensors"])
        .succeeds();
}

#[test]
fn a_program_is_counted_and_listed() {
    let workspace = Workspace::new();
    tiny(&workspace);
    let report =
        workspace.ibert(["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--json"]).json();
    assert_eq!((report["tokens"].as_u64(), report["layers"].as_array().map(Vec::len)), (Some(6), Some(1)));
    // 4·64² + 2·64·128 products a token, and 2·6·64 with each other token.
    assert_eq!(report["macs"].as_u64(), Some(6 * (4 * 64 * 64 + 2 * 64 * 128) + 2 * 6 * 6 * 64));
    let instructions = report["instructions"].as_u64().expect("a number");
    assert!(instructions > 100 && report["dram_bytes"].as_u64() > Some(32_768));
    let said =
        workspace.ibert(["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--listing"]).succeeds();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(said.matches("  array busy").count(), 1, "{said}");
    assert!(
        lines[instructions as usize - 1].contains("store") && said.contains("# layer.0.attention.query_acc"),
        "{said}"
    );
}

/// `busy` and `stalls` of a report or of one of its layers: cycles, and the sum of their parts.
fn cycles(part: &serde_json::Value) -> (u64, u64) {
    let count = |value: &serde_json::Value| value.as_u64().expect("cycles");
    let stalls = part["stalls"].as_object().expect("causes").values().map(count).sum::<u64>();
    (count(&part["cycles"]), count(&part["busy"]) + stalls)
}

#[test]
fn the_parts_of_the_cycles_sum_to_the_cycles_and_the_layers_to_the_whole() {
    let workspace = Workspace::new();
    workspace.ibert(["model", "random", "--preset", "tiny", "--seed", "3", "-o", "tiny.safetensors"]).succeeds();
    let report = |more: &[&str]| {
        let command = ["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--json"];
        workspace.ibert([&command, more].concat()).json()
    };
    let near = report(&[]);
    let (total, parts) = cycles(&near);
    assert_eq!(total, parts);
    let layers: Vec<(u64, u64)> = near["layers"].as_array().expect("layers").iter().map(cycles).collect();
    assert!(layers.len() == 2 && layers.iter().all(|(total, parts)| total == parts), "{layers:?}");
    assert_eq!(layers.iter().map(|(total, _)| total).sum::<u64>(), total);
    // Products that are needed, those of two tokens of padding in the second tile, and no others.
    let share = |key: &str| near[key].as_f64().expect("a share");
    let busy = near["busy"].as_u64().expect("cycles") as f64 / total as f64;
    assert!((share("utilization") + share("padding") - busy).abs() < 1e-9 && share("padding") > 0.0, "{near}");
    let macs = near["macs"].as_u64().expect("a number") as f64;
    assert!((macs / (16 * total) as f64 - share("utilization")).abs() < 1e-9, "{near}");
    // What waits for memory waits longer for a slower one; the first instructions by exactly so much.
    let far = report(&["--latency", "400"]);
    assert_eq!(cycles(&far).0, cycles(&far).1);
    let waits = |report: &serde_json::Value, cause: &str| report["stalls"][cause].as_u64().expect("cycles");
    assert_eq!(waits(&far, "fetch"), waits(&near, "fetch") + 370);
    assert!(waits(&far, "load") > waits(&near, "load") + 370, "{far}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let workspace = Workspace::new();
    tiny(&workspace);
    let refuse = |arguments: &[&str]| {
        workspace.ibert([&["schedule", "tiny.safetensors", "--config"], arguments].concat()).refuses()
    };
    assert!(refuse(&["tiny", "--tokens", "65"]).contains("65 tokens: the model takes 1 to 64"));
    assert!(refuse(&["tiny", "--tokens", "0"]).contains("0 tokens"));
    workspace.ibert(["model", "random", "--preset", "minilm", "--layers", "1", "-o", "minilm.safetensors"]).succeeds();
    let said = workspace.ibert(["schedule", "minilm.safetensors", "--config", "tiny", "--tokens", "64"]).refuses();
    assert!(said.contains("memory A of configuration tiny holds 16384 bytes"), "{said}");
}
