//! `ibert synth`.

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
