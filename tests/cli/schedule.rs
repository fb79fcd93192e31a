//! `ibert schedule` from outside.

use std::fs;

use ibert_compile::machine::{Machine, Order};
use ibert_isa::TINY;
use serde_json::json;

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
    assert!(lines[instructions as usize].contains("store") && said.contains("# layer.0.attention.query_acc"), "{said}");
    // The cycles in which it starts and retires: the program ends two cycles after its last instruction.
    let cycles: Vec<u64> =
        lines[instructions as usize].split_whitespace().skip(1).take(2).flat_map(str::parse).collect();
    assert!(cycles[0] < cycles[1] && Some(cycles[1] + 2) == report["cycles"].as_u64(), "{cycles:?}");
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
    // No part can be done in fewer cycles than its busiest engine needs.
    let count = |value: &serde_json::Value| value.as_u64().expect("cycles");
    for part in near["layers"].as_array().expect("layers").iter().chain([&near]) {
        assert_eq!(count(&part["work"]["matrix"]), count(&part["busy"]) + count(&part["stalls"]["short_tile"]));
        let work = ["matrix", "vector", "read", "write"].map(|engine| count(&part["work"][engine]));
        assert!(part["bound"].as_u64() == work.into_iter().max() && part["bound"].as_u64() <= part["cycles"].as_u64());
    }
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

/// Image, program and expectation belong together: run as the instructions say, the image becomes the expectation.
#[test]
fn an_image_comes_with_what_a_driver_has_to_know() {
    let workspace = Workspace::new();
    let model = workspace.tiny_model("tiny.safetensors");
    for layers in ["1", "2"] {
        let command = ["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--layers", layers];
        let report = workspace.ibert([&command[..], &["-o", layers, "--json"]].concat()).json();
        let names = ["image.bin", "ibert_program.h", "expected.bin", "scale.bin"];
        assert_eq!(report["files"], json!(names.map(|name| format!("{layers}/{name}"))));
        let read = |name| fs::read(workspace.path(&format!("{layers}/{name}"))).expect("written");
        let [image, header, expected, scale] = names.map(read);
        assert_eq!(scale.len(), 64 * 4);
        let scale = f32::from_le_bytes(scale[4..8].try_into().expect("4 bytes"));
        assert_eq!(
            scale,
            model.layers[layers.parse::<usize>().expect("a number") - 1].ffn.norm.residual_scale()[0] as f32
        );
        let header = String::from_utf8(header).expect("text");
        let number = |name: &str| -> usize {
            let value =
                header.split(&format!("#define IBERT_PROGRAM_{name} ")).nth(1).and_then(|rest| rest.split('u').next());
            let value = value.unwrap_or_else(|| panic!("{name}: {header}"));
            value
                .strip_prefix("0x")
                .map_or_else(|| value.parse(), |digits| usize::from_str_radix(digits, 16))
                .expect(name)
        };
        assert_eq!(
            (report["dram_bytes"].clone(), report["instructions"].clone()),
            (json!(image.len()), json!(number("LENGTH")))
        );
        assert_eq!(
            (number("TOKENS"), number("CHANNELS"), number("SIDE"), number("IMAGE_BYTES")),
            (6, 64, 4, image.len())
        );

        let mut machine = Machine::new(TINY, image);
        machine.run(number("ADDRESS") as u32, number("LENGTH"), Order::Program, &mut ()).expect("it ends");
        // Words of 4 tokens of a channel, two tiles of tokens.
        let value = |token: usize, channel: usize| number("HIDDEN") + 2 * ((token / 4 * 64 + channel) * 4 + token % 4);
        let places = (0..6).flat_map(|token| (0..64).map(move |channel| value(token, channel)));
        let hidden: Vec<u8> = places.flat_map(|place| machine.dram[place..place + 2].to_vec()).collect();
        assert_eq!(hidden, expected, "{layers}");
    }
    let expected = |layers: &str| fs::read(workspace.path(&format!("{layers}/expected.bin"))).expect("written");
    assert_ne!(expected("1"), expected("2"));
}

/// Two texts of a length have the same program; their images differ in the embedded tokens and nowhere else.
#[test]
fn images_of_two_sequences_differ_in_their_tokens_only() {
    let workspace = Workspace::new();
    workspace.tiny_model("tiny.safetensors");
    workspace.file("ids.txt", "3 4 2 3 95\n");
    let schedule = |folder: &str, what: &[&str]| {
        let command = ["schedule", "tiny.safetensors", "--config", "tiny", "-o", folder, "--json"];
        let report = workspace.ibert([&command, what].concat()).json();
        assert_eq!(report["tokens"], 5);
        let read = |name: &str| fs::read(workspace.path(&format!("{folder}/{name}"))).expect("written");
        (read("image.bin"), String::from_utf8(read("ibert_program.h")).expect("text"))
    };
    let (one, header) = schedule("one", &["--text", "one two three one two"]);
    let (other, same) = schedule("other", &["--ids", "ids.txt"]);
    assert_eq!(header, same);
    let address = |name: &str| {
        let text = header.split(&format!("IBERT_PROGRAM_{name} 0x")).nth(1).and_then(|rest| rest.get(..8)).expect(name);
        usize::from_str_radix(text, 16).expect("hexadecimal")
    };
    // Two token tiles of 64 words of 4 tokens.
    let (operand, residual) = (address("OPERAND"), address("RESIDUAL"));
    let tokens = [operand..operand + 2 * 64 * 4, residual..residual + 2 * 64 * 8];
    let differ: Vec<usize> = (0..one.len()).filter(|at| one[*at] != other[*at]).collect();
    assert!(differ.len() > 300 && differ.iter().all(|at| tokens.iter().any(|range| range.contains(at))), "{differ:?}");
    // Its first tokens.
    let (first, _) = schedule("first", &["--text", "one two three one two three", "--tokens", "5"]);
    assert!(first != one, "a text that is cut keeps its last token");
}

#[test]
fn what_does_not_fit_is_refused() {
    let workspace = Workspace::new();
    tiny(&workspace);
    let refuse = |arguments: &[&str]| {
        workspace.ibert([&["schedule", "tiny.safetensors", "--config"], arguments].concat()).refuses()
    };
    assert!(refuse(&["tiny", "--tokens", "65"]).contains("65 tokens: the model takes 1 to 64"));
    assert!(refuse(&["tiny"]).contains("<--tokens <N>|--text <T>|--ids <FILE>>"));
    assert!(
        refuse(&["tiny", "--tokens", "3", "--layers", "2"]).contains("--layers 2, but tiny.safetensors has 1 layers")
    );
    workspace.file("ids.txt", "5 6 7\n8 9\n");
    assert!(refuse(&["tiny", "--ids", "ids.txt"]).contains("ids.txt has 2 sequences, but a program takes one"));
    workspace.file("ids.txt", "5 6 7\n");
    assert!(
        refuse(&["tiny", "--ids", "ids.txt", "--tokens", "4"]).contains("ids.txt has 3 tokens, fewer than --tokens 4")
    );
    workspace.ibert(["model", "random", "--preset", "minilm", "--layers", "1", "-o", "minilm.safetensors"]).succeeds();
    let said = workspace.ibert(["schedule", "minilm.safetensors", "--config", "tiny", "--tokens", "64"]).refuses();
    assert!(said.contains("memory A of configuration tiny (16384 bytes) is "), "{said}");
}

/// The trace is of the kind that Perfetto opens, with every instruction where the cycle model puts it, and arrows that
/// leave before they arrive.
#[test]
fn a_trace_has_every_instruction_and_every_semaphore() {
    let workspace = Workspace::new();
    tiny(&workspace);
    let command = ["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--trace", "t.json", "--json"];
    let report = workspace.ibert(command).json();
    let trace: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(workspace.path("t.json")).unwrap()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).collect::<Vec<_>>();
    let spans = of("X");
    assert_eq!(spans.len() as u64, report["instructions"].as_u64().unwrap());
    let ends = spans.iter().map(|span| span["ts"].as_u64().unwrap() + span["dur"].as_u64().unwrap());
    assert_eq!(ends.max().unwrap() + 2, report["cycles"].as_u64().unwrap());
    let (leave, arrive) = (of("s"), of("f"));
    assert_eq!(leave.len(), arrive.len());
    assert!(leave.len() > spans.len() / 2);
    for (from, to) in leave.iter().zip(arrive) {
        assert_eq!(from["id"], to["id"]);
        assert!(from["ts"].as_u64() < to["ts"].as_u64(), "{from} {to}");
    }
    assert!(of("C").iter().all(|counter| counter["args"]["words"].as_i64() >= Some(0)));
}

/// The page has its data in itself, and what the array did sums to the program's cycles.
#[test]
fn a_page_is_whole_and_its_parts_sum() {
    let workspace = Workspace::new();
    tiny(&workspace);
    let command = ["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "9", "--html", "t.html", "--json"];
    let report = workspace.ibert(command).json();
    let page = std::fs::read_to_string(workspace.path("t.html")).unwrap();
    assert!(!page.contains("src=") && !page.contains("href="), "nothing from elsewhere");
    let data = page.split_once("const data = ").unwrap().1.split_once(";\n").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    let schedules = data["schedules"].as_array().unwrap();
    assert_eq!(schedules[0]["cycles"], report["cycles"]);
    for schedule in schedules {
        let layers =
            schedule["layers"].as_array().unwrap().iter().flat_map(|layer| layer.as_object().unwrap().values());
        assert_eq!(layers.map(|cycles| cycles.as_u64().unwrap()).sum::<u64>(), schedule["cycles"].as_u64().unwrap());
        let instructions = schedule["instructions"].as_array().unwrap();
        let names = schedule["names"].as_array().unwrap().len() as u64;
        assert!(instructions.iter().all(|entry| entry[3].as_u64().unwrap() < names));
    }
    assert!(schedules[0]["cycles"].as_u64() < schedules[1]["cycles"].as_u64(), "better than the simple order");
}
