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
    assert_eq!((report["tokens"].as_u64(), report["layers"].as_u64()), (Some(6), Some(1)));
    // 4·64² + 2·64·128 products a token, and 2·6·64 with each other token.
    assert_eq!(report["macs"].as_u64(), Some(6 * (4 * 64 * 64 + 2 * 64 * 128) + 2 * 6 * 6 * 64));
    let instructions = report["instructions"].as_u64().expect("a number");
    assert!(instructions > 100 && report["dram_bytes"].as_u64() > Some(32_768));
    let said =
        workspace.ibert(["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--listing"]).succeeds();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len() as u64, instructions + 3);
    assert!(
        lines[instructions as usize - 1].contains("store") && said.contains("# layer.0.attention.query_acc"),
        "{said}"
    );
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
