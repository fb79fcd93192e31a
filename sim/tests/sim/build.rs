//! Building: the cache, failed builds and their error messages.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::designs::{COUNTER, source};
use ibert_sim::{BuildOptions, Error, Library, Source};

fn in_cache(folder: &Path) -> BuildOptions {
    BuildOptions { cache: Some(folder.to_owned()), ..BuildOptions::default() }
}

fn entries(cache: &Path) -> Vec<String> {
    let folder: Vec<_> = fs::read_dir(cache.join("sim")).map(|entries| entries.flatten().collect()).unwrap_or_default();
    folder.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The cache of these tests. Designs are removed after their build; Verilator's runtime stays.
fn test_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// A counter that has not been built before.
fn fresh_counter() -> Source {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    source("counter", &format!("// {now} {}\n{COUNTER}", std::process::id()))
}

/// Checks that the build left nothing else in the cache, then removes the design from it.
fn remove(design: &Path) {
    let entry = design.parent().unwrap();
    for rest in ["lock", "part"] {
        assert!(!entry.with_extension(rest).exists(), "{}.{rest}", entry.display());
    }
    fs::remove_dir_all(entry).unwrap();
}

#[test]
fn second_build_comes_from_the_cache_and_any_change_does_not() {
    let cache = test_cache();
    let counter = fresh_counter();
    let built = Library::build(&counter, &in_cache(&cache)).unwrap();
    assert!(!built.was_cached() && built.build_seconds() > 0.0);
    let again = Library::build(&counter, &in_cache(&cache)).unwrap();
    assert!(again.was_cached());
    assert_eq!((again.path(), again.build_seconds()), (built.path(), built.build_seconds()));
    assert!(built.path().starts_with(&cache));

    let flags = BuildOptions { flags: vec!["-DUNUSED".into()], ..in_cache(&cache) };
    let flagged = Library::build(&counter, &flags).unwrap();
    assert!(!flagged.was_cached() && flagged.path() != built.path());
    let changed = Library::build(&fresh_counter(), &in_cache(&cache)).unwrap();
    assert!(!changed.was_cached() && changed.path() != built.path());
    [built, flagged, changed].iter().for_each(|library| remove(library.path()));
}

#[test]
fn threads_that_want_the_same_design_build_it_once() {
    let cache = test_cache();
    let counter = fresh_counter();
    let libraries = std::thread::scope(|scope| {
        let build = |_| scope.spawn(|| Library::build(&counter, &in_cache(&cache)).unwrap());
        let threads: Vec<_> = (0..6).map(build).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(libraries.iter().filter(|library| !library.was_cached()).count(), 1);
    assert!(libraries.iter().all(|library| library.path() == libraries[0].path()));
    remove(libraries[0].path());
}

/// Builds and runs a counter. The test below runs this test in separate processes and names the Verilog file to build.
#[test]
fn built_design_runs() {
    let named = env::var_os("SIM_TEST_SOURCE");
    let counter = named.as_ref().map_or_else(fresh_counter, |path| Source::new("counter").paths([path]).unwrap());
    let library = Library::build(&counter, &in_cache(&test_cache())).unwrap();
    let mut dut = library.instance().unwrap();
    dut.write(dut.port("reset_n").unwrap(), 1);
    dut.write(dut.port("step").unwrap(), 4);
    dut.ticks(4);
    assert_eq!(dut.read(dut.port("q").unwrap()), 16);
    match named {
        Some(_) => println!("\ncached: {} {}", library.was_cached(), library.path().display()),
        None => remove(library.path()),
    }
}

#[test]
fn processes_that_want_the_same_design_build_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counter.v");
    fs::write(&path, fresh_counter().files().next().unwrap().1).unwrap();
    let child = || {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "build::built_design_runs", "--nocapture"]).env("SIM_TEST_SOURCE", &path);
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..6).map(|_| child()).collect();
    let mut said = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("cached: "));
        let (cached, path) = line.and_then(|line| line.split_once(' ')).unwrap_or_else(|| panic!("{text}"));
        said.push((cached == "true", path.to_owned()));
    }
    assert_eq!(said.iter().filter(|(cached, _)| !cached).count(), 1);
    assert!(said.iter().all(|(_, path)| *path == said[0].1));
    remove(Path::new(&said[0].1));
}

#[test]
fn verilog_error_shows_verilators_message_with_file_line_and_text() {
    let cache = tempfile::tempdir().unwrap();
    let text = "module broken(input clock, output reg q);\n    always @(posedge clock) q <= ;\nendmodule\n";
    let design = Source::new("broken").file("rtl/fine.v", "module fine; endmodule").file("rtl/broken.v", text);
    let error = Library::build(&design, &in_cache(cache.path())).unwrap_err();
    assert!(matches!(error, Error::Verilog { .. }));
    let error = error.to_string();
    assert!(error.starts_with("Verilator rejects `broken`:\n%Error: rtl/broken.v:2:"), "{error}");
    assert!(error.contains("q <= ;"), "{error}");
    assert!(!error.contains("Exiting due to") && !error.contains("fine.v"), "{error}");
    assert_eq!(entries(cache.path()), [""; 0], "a failed build leaves nothing behind");
}

#[test]
fn verilog_error_names_a_missing_top_and_a_missing_module() {
    let cache = tempfile::tempdir().unwrap();
    let error = |design: Source| Library::build(&design, &in_cache(cache.path())).unwrap_err().to_string();
    let missing_top = error(Source::new("top").file("a.v", "module a(input x); endmodule"));
    assert!(missing_top.contains("%Error") && missing_top.contains("top"), "{missing_top}");
    let missing_module = error(Source::new("a").file("a.v", "module a(input x);\n  absent u(.x(x));\nendmodule"));
    assert!(missing_module.contains("a.v:2:") && missing_module.contains("absent"), "{missing_module}");
}

#[test]
fn lint_warnings_are_kept_and_do_not_fail_the_build() {
    let text = "module narrow(input [7:0] d, output [3:0] q);\n    assign q = d;\nendmodule\n";
    let cache = test_cache();
    let library = Library::build(&source("narrow", text), &in_cache(&cache)).unwrap();
    assert!(library.warnings().starts_with("%Warning-WIDTH") && library.warnings().contains("narrow.v:2:"));
    let again = Library::build(&source("narrow", text), &in_cache(&cache)).unwrap();
    assert!(again.was_cached() && again.warnings() == library.warnings());
    assert_eq!(Library::build(&source("counter", COUNTER), &in_cache(&cache)).unwrap().warnings(), "");
}

#[test]
fn included_files_lie_beside_the_compiled_ones() {
    let design = Source::new("sized").file("width.vh", "`define WIDTH 12\n").file(
        "sized.v",
        "`include \"width.vh\"\nmodule sized(input [`WIDTH-1:0] d, output q); assign q = ^d; endmodule\n",
    );
    let library = Library::build(&design, &in_cache(&test_cache())).unwrap();
    assert_eq!(library.port("d").unwrap().width(), 12);
    assert!(library.path().with_file_name("verilog").join("width.vh").is_file(), "the text is kept for reading");
}

#[test]
fn source_is_read_from_a_folder_or_paths() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("counter.v"), COUNTER).unwrap();
    fs::write(folder.path().join("notes.txt"), "not Verilog").unwrap();
    let expected = source("counter", COUNTER);
    assert_eq!(Source::read_dir("counter", folder.path()).unwrap(), expected);
    assert_eq!(Source::new("counter").paths([folder.path().join("counter.v")]).unwrap(), expected);
    let error = Source::new("counter").paths([folder.path().join("absent.v")]).unwrap_err().to_string();
    assert!(error.contains("absent.v: "), "{error}");
}

#[test]
fn cache_folder_that_cannot_be_written_is_named_with_the_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    // A folder cannot be created below a regular file or in /proc, even by root.
    for cache in [file.join("cache"), PathBuf::from("/proc/ibert")] {
        let error = Library::build(&source("counter", COUNTER), &in_cache(&cache)).unwrap_err();
        assert!(matches!(error, Error::Cache { .. }));
        let text = error.to_string();
        assert!(text.contains(&*cache.to_string_lossy()) && text.contains("IBERT_CACHE"), "{text}");
    }
}

#[test]
fn unpacked_array_port_is_refused_by_name() {
    let text = "module array(input [7:0] taps [0:3], output [7:0] q); assign q = taps[0]; endmodule";
    let cache = tempfile::tempdir().unwrap();
    let design = Source::new("array").file("array.sv", text);
    let error = Library::build(&design, &in_cache(cache.path())).unwrap_err().to_string();
    assert!(error.contains("a port of `array`") && error.contains("taps"), "{error}");
    assert_eq!(entries(cache.path()), [""; 0]);
}
