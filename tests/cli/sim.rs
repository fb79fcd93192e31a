//! `ibert sim` and `ibert run --engine rtl` from outside.

use crate::vocabulary::Workspace;

fn tiny() -> Workspace {
    let workspace = Workspace::with_shared_simulations();
    workspace
        .ibert(["model", "random", "--preset", "tiny", "--layers", "2", "--seed", "3", "-o", "tiny.safetensors"])
        .succeeds();
    workspace
}

#[test]
fn every_value_of_an_encoder_on_the_rtl_is_compared() {
    let workspace = tiny();
    let sim = |more: &[&str]| {
        let command = ["sim", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--json"];
        workspace.ibert([&command, more].concat()).json()
    };
    let report = sim(&[]);
    let counts = |report: &serde_json::Value| (report["values"].as_u64(), report["different"].as_u64());
    // 4 products of 64 channels, 2 of 128 and 64 in the feed-forward layer, scores and context; and so on: more than
    // 2000 a token.
    assert!(report["values"].as_u64() > Some(2 * 6 * 1000), "{report}");
    assert_eq!(report["different"].as_u64(), Some(0));
    assert!(report["cycles"].as_u64() > Some(10_000) && report["utilization"].as_f64() > Some(0.1));
    assert_eq!((report["cycle_mismatches"].as_u64(), &report["predicted_cycles"]), (Some(0), &report["cycles"]));
    // What `schedule` says before.
    let scheduled = ["schedule", "tiny.safetensors", "--config", "tiny", "--tokens", "6", "--json"];
    assert_eq!(workspace.ibert(scheduled).json()["cycles"], report["cycles"]);
    // Other timing of memory, the same values in other cycles.
    let stalled = sim(&["--stall", "5", "--latency", "90"]);
    assert_eq!(counts(&stalled), counts(&report));
    assert!(stalled["predicted_cycles"].is_null() && stalled["cycle_mismatches"].is_null(), "{stalled}");
    let command = ["sim", "tiny.safetensors", "--config", "tiny", "--tokens", "2", "--stall", "5"];
    let said = workspace.ibert(command).succeeds();
    assert!(said.contains("cycles not compared with the prediction: memory pauses at random"), "{said}");
    assert!(stalled["cycles"].as_u64() > report["cycles"].as_u64());
    // A slower memory that does not pause is predicted too, by `schedule` as well.
    let slow = ["--latency", "77", "--beat", "3"];
    let slower = sim(&slow);
    assert_eq!(counts(&slower), counts(&report));
    assert_eq!((slower["cycle_mismatches"].as_u64(), &slower["cycles_per_beat"]), (Some(0), &3.into()));
    assert!(slower["cycles"].as_u64() > report["cycles"].as_u64());
    assert_eq!(workspace.ibert([&scheduled[..], &slow].concat()).json()["cycles"], slower["cycles"]);
    let one = sim(&["--layers", "1"]);
    assert_eq!((one["layers"].as_u64(), one["different"].as_u64()), (Some(1), Some(0)));
}

#[test]
fn waves_of_a_window_are_written_and_one_after_the_end_is_refused() {
    let workspace = tiny();
    let sim = |window: &[&str]| {
        let command = ["sim", "tiny.safetensors", "--config", "tiny", "--tokens", "2", "--wave", "waves.vcd"];
        workspace.ibert([&command, window].concat())
    };
    // Cycles are the program's; the report says when its first one is in the waves.
    for from in [300, 0] {
        let window = [from.to_string(), (from + 10).to_string()];
        let report = sim(&["--from", &window[0], "--to", &window[1], "--json"]).json();
        assert_eq!((&report["wave"], &report["wave_view"]), (&"waves.vcd".into(), &"waves.gtkw".into()));
        assert_eq!(report["wave_surfer"], "waves.sucl");
        let view = std::fs::read_to_string(workspace.path("waves.gtkw")).expect("a save file");
        assert!(view.contains("\nTOP.accelerator_tiny.control.phase.phase_q[1:0]\n"), "{view}");
        let origin = report["wave_origin_ns"].as_u64().expect("a time");
        let waves = std::fs::read_to_string(workspace.path("waves.vcd")).expect("a wave file");
        assert!(waves.contains("$scope module accelerator_tiny $end"));
        let times =
            || waves.lines().filter_map(|line| line.strip_prefix('#')).map(|time| time.parse().expect("a time"));
        let (first, last): (u64, u64) = (times().next().expect("times"), times().next_back().expect("times"));
        assert!(if from == 0 { first < origin } else { first == origin + 10 * from }, "{first} {origin}");
        assert_eq!(last, origin + 10 * (from + 10));
    }
    let said = sim(&["--from", "20", "--to", "30"]).succeeds();
    assert!(said.contains("gtkwave waves.vcd waves.gtkw\n    surfer --command-file waves.sucl waves.vcd\n"), "{said}");
    let said = sim(&["--from", "20", "--to", "20"]).refuses();
    assert!(said.contains("--to must be greater than --from"), "{said}");
    let said = sim(&["--text", "hello"]).refuses();
    assert!(said.contains("has no tokenizer"), "{said}");
    let said = sim(&["--from", "10000000"]).refuses();
    assert!(said.contains("choose an earlier --from"), "{said}");
}

#[test]
fn the_rtl_computes_the_hidden_states_of_the_golden_encoder() {
    let workspace = tiny();
    workspace.file("ids.txt", "5 6 7 8 9\n11 3\n");
    let run = |more: &[&str]| {
        workspace.ibert([&["run", "tiny.safetensors", "--ids", "ids.txt", "--json"], more].concat()).json()
    };
    let (golden, rtl) = (run(&[]), run(&["--engine", "rtl", "--config", "tiny"]));
    assert_eq!(golden["hidden"], rtl["hidden"]);
    assert_eq!(golden["scale"], rtl["scale"]);
    assert_eq!((rtl["engine"].as_str(), golden["engine"].as_str()), (Some("rtl"), Some("golden")));
    assert!(rtl["cycles"].as_u64() > Some(10_000) && golden["cycles"].is_null());
}

#[test]
fn what_only_one_engine_can_do_is_refused_by_the_other() {
    let workspace = tiny();
    workspace.file("ids.txt", "5 6 7\n");
    let refuse =
        |more: &[&str]| workspace.ibert([&["run", "tiny.safetensors", "--ids", "ids.txt"], more].concat()).refuses();
    assert!(refuse(&["--config", "tiny"]).contains("add --engine rtl"));
    assert!(
        refuse(&["--engine", "rtl", "--dump", "all.safetensors"]).contains("--dump writes what the golden encoder")
    );
    let said = workspace.ibert(["sim", "tiny.safetensors", "--config", "tiny", "--tokens", "65"]).refuses();
    assert!(said.contains("65 tokens: the model takes 1 to 64"), "{said}");
}
