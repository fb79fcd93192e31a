//! `ibert model info` and `ibert model random`.

use std::fs;

use crate::vocabulary::Workspace;

#[test]
fn random_models_of_one_seed_are_one_file_and_of_another_seed_another() {
    let workspace = Workspace::new();
    let random = |seed, name| {
        let report =
            workspace.ibert(["model", "random", "--preset", "tiny", "--seed", seed, "-o", name, "--json"]).json();
        assert_eq!((&report["preset"], &report["layers"], &report["hidden"]), (&"tiny".into(), &2.into(), &64.into()));
        fs::read(workspace.path(name)).expect("written")
    };
    assert!(random("3", "a") == random("3", "b"), "equal seeds");
    assert!(random("3", "a") != random("4", "c"), "different seeds");
    assert_eq!(workspace.listing(), ["a", "b", "c"]);
}

#[test]
fn info_describes_what_random_made() {
    let workspace = Workspace::new();
    workspace.ibert(["model", "random", "--preset", "tiny", "--layers", "5", "-o", "m"]).succeeds();
    let info = workspace.ibert(["model", "info", "m", "--json"]).json();
    assert_eq!((&info["preset"], &info["layers"], &info["max_tokens"]), (&"tiny".into(), &5.into(), &64.into()));
    // Query, key, value and output 64x64, feed-forward 128x64 twice.
    assert_eq!(info["weights"], 5 * (4 * 64 * 64 + 2 * 64 * 128));
    assert_eq!(info["bytes"], fs::metadata(workspace.path("m")).expect("written").len());
    assert!(workspace.ibert(["model", "info", "m"]).succeeds().contains("layers        5, 2 heads of 32"));
}
