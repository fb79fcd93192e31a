//! Checkpoint folders for tests: copies of the committed ones that tests can modify.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ibert_quantize::reference::Matrix;
use ibert_quantize::text::Tokens;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::Value;
use tempfile::TempDir;

/// A committed encoder: `bert_tiny` or `roberta_tiny`.
pub fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/encoders").join(name)
}

/// Owned tensors of a safetensors file by name: type, shape, little-endian bytes.
pub type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

/// Reads all tensors of a safetensors file.
pub fn read_tensors(path: &Path) -> Tensors {
    let bytes = std::fs::read(path).unwrap();
    let owned =
        |(name, view): (String, TensorView)| (name, (view.dtype(), view.shape().to_vec(), view.data().to_vec()));
    SafeTensors::deserialize(&bytes).unwrap().tensors().into_iter().map(owned).collect()
}

/// Writes a safetensors file.
pub fn write_tensors(path: &Path, tensors: &Tensors) {
    let views = tensors
        .iter()
        .map(|(name, (dtype, shape, data))| (name.as_str(), TensorView::new(*dtype, shape.clone(), data).unwrap()));
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

/// Little-endian f32 values.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

/// Little-endian bytes of f32 values.
pub fn float_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// A private copy of a committed encoder that tests can modify.
pub struct Draft {
    folder: TempDir,
}

impl Draft {
    /// Copies `config.json` and `model.safetensors` of a committed encoder.
    pub fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in ["config.json", "model.safetensors"] {
            std::fs::copy(committed(name).join(file), folder.path().join(file)).unwrap();
        }
        Self { folder }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file in the folder.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.file(name).parent().unwrap()).unwrap();
        std::fs::write(self.file(name), contents).unwrap();
    }

    /// Sets or, with `Null` as marker string `"(remove)"`, removes a field of `config.json`.
    pub fn configure(&self, field: &str, value: Option<Value>) {
        let mut json: Value = serde_json::from_slice(&std::fs::read(self.file("config.json")).unwrap()).unwrap();
        let fields = json.as_object_mut().unwrap();
        match value {
            Some(value) => fields.insert(field.into(), value),
            None => fields.remove(field),
        };
        self.write("config.json", json.to_string());
    }

    /// Changes the tensors of `model.safetensors`.
    pub fn edit(&self, change: impl FnOnce(&mut Tensors)) {
        let mut tensors = read_tensors(&self.file("model.safetensors"));
        change(&mut tensors);
        write_tensors(&self.file("model.safetensors"), &tensors);
    }
}

/// The inputs and expected tensors of a committed encoder.
pub struct Expected {
    /// Input tokens.
    pub tokens: Tokens,
    /// Attention mask: true for tokens that take part.
    pub mask: Vec<bool>,
    /// Expected tensors by stage name.
    pub tensors: BTreeMap<String, Matrix>,
}

/// Reads `expected.safetensors`. Tensors per head are stacked: `[heads × tokens, tokens]`.
pub fn expected(name: &str) -> Expected {
    let mut file = read_tensors(&committed(name).join("expected.safetensors"));
    let mut integers = |name: &str| -> Vec<u32> {
        let (_, _, bytes) = file.remove(name).unwrap();
        bytes.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap()) as u32).collect()
    };
    let tokens = Tokens { ids: integers("ids"), type_ids: integers("type_ids") };
    let mask = integers("mask").into_iter().map(|m| m == 1).collect();
    let matrix = |(name, (_, shape, bytes)): (String, (Dtype, Vec<usize>, Vec<u8>))| {
        let columns = *shape.last().unwrap();
        let data = floats(&bytes);
        (name, Matrix { rows: data.len() / columns, columns, data })
    };
    Expected { tokens, mask, tensors: file.into_iter().map(matrix).collect() }
}
