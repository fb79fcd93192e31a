//! `ibert synth`.

use serde_json::Value;

use crate::vocabulary::Workspace;

#[test]
fn an_area_is_a_row_of_numbers_and_the_cells_behind_them() {
    for (target, lut_cell) in [("generic", "$lut"), ("xilinx", "LUT2")] {
        let report = Workspace::new().ibert(["synth", "--unit", "divider", "--target", target, "--json"]).json();
        assert_eq!(report["target"], target);
        assert!(report["yosys"].as_str().is_some_and(|version| version.starts_with("Yosys ")), "{report}");
        let [unit] = &report["units"].as_array().expect("units")[..] else { panic!("one unit: {report}") };
        assert_eq!((&unit["unit"], &unit["top"]), (&"divider".into(), &"divider".into()));
        assert!(unit["cells"][lut_cell].as_u64().is_some_and(|count| count > 0), "{unit}");
        assert!(unit["lut"].as_u64() >= unit["cells"][lut_cell].as_u64(), "{unit}");
        assert!(unit["ff"].as_u64().is_some_and(|count| count > 90), "{unit}");
        assert_eq!((unit["dsp"].as_u64(), unit["ram"].as_u64()), (Some(0), Some(0)));
    }
}

#[test]
fn an_ecp5_gives_a_clock_frequency_and_what_limits_it() {
    let report = Workspace::new().ibert(["synth", "--unit", "poly", "--target", "ecp5", "--json"]).json();
    assert!(report["nextpnr"].is_string(), "nextpnr is not here; install it with `make setup`");
    let unit = &report["units"][0];
    let fmax = unit["fmax_mhz"].as_f64().expect("a frequency");
    assert!((100.0..400.0).contains(&fmax), "the goal is 100 MHz: {unit}");
    // The path's length is the clock's period, but for skew and set-up.
    let ns = unit["critical_path"]["ns"].as_f64().expect("a path");
    assert!((fmax * ns / 1000.0 - 1.0).abs() < 0.1, "{unit}");
    for end in ["from", "to"] {
        let name = unit["critical_path"][end].as_str().expect("a name");
        assert!(name.starts_with("unit.") || name.starts_with("inner_"), "{unit}");
    }
}

/// The whole accelerator through a Yosys that knows the numbers: one module a kind, counted as often as it is
/// instantiated.
#[test]
fn a_configuration_is_counted_by_instances() {
    let workspace = Workspace::new();
    // Two rows of three elements, a memory, and what Yosys 0.23 writes behind the modules.
    let statistics = r#"{"modules": {
        "\\accelerator_small": {"num_cells_by_type": {"LUT4": 5, "array_row_n8": 2, "slice_ram_5x32x2048": 1}},
        "\\array_row_n8": {"num_cells_by_type": {"processing_element": 3, "TRELLIS_FF": 1}},
        "\\processing_element": {"num_cells_by_type": {"LUT4": 10, "CCU2C": 4, "MULT18X18D": 1, "TRELLIS_FF": 20}},
        "\\slice_ram_5x32x2048": {"num_cells_by_type": {"DP16KD": 20, "LUT4": 2}},
        "\\accelerator_tiny": {"num_cells_by_type": {"$lut": 3}}
    },
    === design hierarchy ==="#;
    workspace.file("statistics.json", statistics);
    let program = format!(
        "#!/bin/sh\n[ \"$1\" = -V ] && echo 'Yosys 0.0' && exit\ncp synthesis.ys '{0}'/script.ys\ncp '{0}'/statistics.json statistics.json\n",
        workspace.path("").display()
    );
    let yosys = workspace.file("bin/yosys", program);
    let mut permissions = std::fs::metadata(&yosys).expect("it is there").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&yosys, permissions).expect("executable");
    let path = format!("{}:{}", workspace.path("bin").display(), std::env::var("PATH").expect("a path"));
    let path = [("PATH", std::ffi::OsStr::new(&path))];

    let command = ["synth", "--config", "small", "--target", "ecp5"];
    let report = workspace.ibert_with([&command[..], &["--json"]].concat(), &path).json();
    let unit = &report["units"][0];
    assert_eq!(
        (&unit["unit"], &unit["config"], &unit["top"]),
        (&"accelerator".into(), &"small".into(), &"accelerator_small".into())
    );
    assert_eq!(unit["sram_bytes"].as_u64(), Some(ibert_isa::SMALL.sram_bytes() as u64));
    let area = |of: &Value| ["lut", "ff", "dsp", "ram"].map(|column| of[column].as_u64().expect("a number"));
    assert_eq!(area(unit), [5 + 2 * 3 * (10 + 2 * 4) + 2, 2 * (3 * 20 + 1), 6, 20]);
    let parts = unit["parts"].as_array().expect("parts");
    let part = |index: usize| {
        (parts[index]["module"].as_str().expect("a name"), parts[index]["instances"].as_u64(), area(&parts[index]))
    };
    assert_eq!(part(0), ("array_row_n8", Some(2), [108, 122, 6, 0]));
    assert_eq!(part(1), ("slice_ram_5x32x2048", Some(1), [2, 0, 0, 20]));
    assert_eq!(parts.len(), 2);
    let script = std::fs::read_to_string(workspace.path("script.ys")).expect("a script");
    assert!(script.contains("synth_ecp5 -noflatten -abc9 -top accelerator_small\n"), "{script}");

    let table = workspace.ibert_with(command, &path).succeeds();
    assert!(
        table.contains("\n| accelerator_small | 115 | 122 | 6 | 20 |\n| … array_row_n8 × 2 | 108 | 122 | 6 | 0 |\n"),
        "{table}"
    );
    assert!(table.ends_with("ECP5, module by module; Yosys 0.0\n"), "{table}");

    // Look-up tables alone cannot be memories of this size: those are set aside.
    let generic = ["synth", "--config", "tiny", "--target", "generic"];
    let said = workspace.ibert_with(generic, &path).succeeds();
    assert!(said.contains("without the on-chip memories"), "{said}");
    let script = std::fs::read_to_string(workspace.path("script.ys")).expect("a script");
    assert!(script.contains("\nblackbox ") && script.contains(" slice_ram_5x32x1024"), "{script}");

    let said = workspace.ibert_with(["synth", "--config", "base", "--target", "generic"], &path).refuses();
    assert!(said.contains("wrote no statistics.json for accelerator_base"), "{said}");
}

#[test]
fn a_table_has_a_line_a_unit() {
    let table = Workspace::new().ibert(["synth", "--unit", "poly", "--target", "generic"]).succeeds();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[..2], ["| unit | LUT | FF | DSP | RAM |", "|---|---:|---:|---:|---:|"]);
    assert!(
        lines[2].starts_with("| poly | ")
            && lines[3].is_empty()
            && lines[4].contains("LUTs, multipliers and memories made of them; Yosys"),
        "{table}"
    );
}

#[test]
fn no_yosys_is_refused_with_the_way_to_get_it() {
    let workspace = Workspace::new();
    let nothing = workspace.path("no-such-folder");
    let none = ["PATH", "IBERT_VENV"].map(|variable| (variable, nothing.as_os_str()));
    let said = workspace.ibert_with(["synth", "--unit", "poly", "--target", "generic"], &none).refuses();
    assert_eq!(
        said.trim(),
        "error: Yosys is not here; install it with `make setup`, or on Debian with `apt-get install yosys`"
    );
}
