//! The tensors of a checkpoint: one safetensors file, or the shards that an index names.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use safetensors::tensor::{Dtype, SafeTensors, TensorInfo};
use serde_json::Value;

use super::error::{CheckpointError, read_json};

/// One memory-mapped safetensors file whose header has been checked against its length.
struct Shard {
    path: PathBuf,
    map: Mmap,
    data: usize,
}

/// Named tensors of a checkpoint folder, over all its files.
pub struct TensorStore {
    root: PathBuf,
    shards: Vec<Shard>,
    tensors: BTreeMap<String, (usize, TensorInfo)>,
}

impl TensorStore {
    /// Opens `model.safetensors` of `directory`, or the shards of its `model.safetensors.index.json`.
    pub fn open(directory: &Path) -> Result<Self, CheckpointError> {
        let single = directory.join("model.safetensors");
        let index = directory.join("model.safetensors.index.json");
        if single.exists() {
            let mut store = Self { root: single.clone(), shards: Vec::new(), tensors: BTreeMap::new() };
            store.add(single)?;
            Ok(store)
        } else if index.exists() {
            Self::open_index(directory, index)
        } else {
            let advice = if directory.join("pytorch_model.bin").exists() {
                "there is a pytorch_model.bin: convert it with `save_pretrained(..., safe_serialization=True)`"
            } else {
                "nor is there a model.safetensors.index.json with shards; the weights must be in safetensors format"
            };
            Err(CheckpointError::MissingFile { path: single, advice: advice.into() })
        }
    }

    fn open_index(directory: &Path, index: PathBuf) -> Result<Self, CheckpointError> {
        let json = read_json(&index)?;
        let wrong = |problem: &str| CheckpointError::Field {
            path: index.clone(),
            field: "weight_map".into(),
            problem: problem.into(),
        };
        let map = json.get("weight_map").and_then(Value::as_object).ok_or_else(|| wrong("is missing"))?;
        let mut placed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (tensor, file) in map {
            let file = file.as_str().ok_or_else(|| wrong("has a value that is not a file name"))?;
            if Path::new(file).file_name().and_then(|f| f.to_str()) != Some(file) {
                return Err(wrong(&format!("names {file:?}, which is not a file of this folder")));
            }
            placed.entry(file).or_default().push(tensor);
        }
        let mut store = Self { root: index.clone(), shards: Vec::new(), tensors: BTreeMap::new() };
        for (file, tensors) in placed {
            let shard = directory.join(file);
            if !shard.exists() {
                let advice = format!("{} places tensors there; download the missing shard", index.display());
                return Err(CheckpointError::MissingFile { path: shard, advice });
            }
            store.add(shard.clone())?;
            if let Some(tensor) = tensors.into_iter().find(|t| !store.tensors.contains_key(*t)) {
                return Err(CheckpointError::MissingInShard { index, shard, tensor: tensor.into() });
            }
        }
        Ok(store)
    }

    fn add(&mut self, path: PathBuf) -> Result<(), CheckpointError> {
        let unreadable = |source| CheckpointError::Unreadable { path: path.clone(), source };
        let file = File::open(&path).map_err(unreadable)?;
        // SAFETY: the map is only read. Another process that shrinks the file meanwhile would end this one with SIGBUS,
        // as with every memory-mapped file; it cannot make a checked header lie about the length of the map.
        let map = unsafe { Mmap::map(&file) }.map_err(unreadable)?;
        let damaged = |reason: String| CheckpointError::Damaged { path: path.clone(), reason };
        SafeTensors::deserialize(&map).map_err(|e| damaged(e.to_string()))?;
        let (header, metadata) = SafeTensors::read_metadata(&map).map_err(|e| damaged(e.to_string()))?;
        for (name, info) in metadata.tensors() {
            self.tensors.insert(name, (self.shards.len(), info.clone()));
        }
        self.shards.push(Shard { path, map, data: header + size_of::<u64>() });
        Ok(())
    }

    /// Names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The weight file, or the index when there are shards: what an error about a missing tensor points at.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The safetensors files, and the index if there is one.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.shards.iter().map(|shard| shard.path.clone()).chain([self.root.clone()])
    }

    /// Whether a tensor of that name exists.
    pub fn contains(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// The tensor `name` widened to f32, row-major, after checking that it has `shape` and only finite values.
    pub fn f32(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, CheckpointError> {
        let Some((shard, info)) = self.tensors.get(name) else {
            return Err(CheckpointError::MissingTensor {
                path: self.root.clone(),
                tensor: name.into(),
                expected: shape.to_vec(),
            });
        };
        let Shard { path, map, data } = &self.shards[*shard];
        if info.shape != shape {
            return Err(CheckpointError::WrongShape {
                path: path.clone(),
                tensor: name.into(),
                expected: shape.to_vec(),
                found: info.shape.clone(),
            });
        }
        let bytes = &map[data + info.data_offsets.0..data + info.data_offsets.1];
        let values = widen(info.dtype, bytes).ok_or_else(|| CheckpointError::UnsupportedType {
            path: path.clone(),
            tensor: name.into(),
            found: format!("{:?}", info.dtype),
        })?;
        match values.iter().position(|v| !v.is_finite()) {
            None => Ok(values),
            Some(index) => {
                Err(CheckpointError::NotFinite { path: path.clone(), tensor: name.into(), index, value: values[index] })
            }
        }
    }
}

/// Little-endian floats of the three supported types, exactly representable in f32.
fn widen(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    let halves = || bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    match dtype {
        Dtype::F32 => Some(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        Dtype::F16 => Some(halves().map(widen_f16).collect()),
        Dtype::BF16 => Some(halves().map(|h| f32::from_bits(u32::from(h) << 16)).collect()),
        _ => None,
    }
}

/// IEEE 754 binary16 to binary32.
fn widen_f16(half: u16) -> f32 {
    let sign = if half >> 15 == 1 { -1f32 } else { 1f32 };
    let fraction = f32::from(half & 0x3ff);
    match half >> 10 & 0x1f {
        0 => sign * fraction * (-24f32).exp2(),
        0x1f if fraction == 0.0 => sign * f32::INFINITY,
        0x1f => f32::NAN,
        exponent => sign * (1024.0 + fraction) * (f32::from(exponent) - 25.0).exp2(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known encodings, from the format's definition.
    #[test]
    fn half_precision_widens_exactly() {
        for (half, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 2f32.powi(-14)),
            (0x0001, 2f32.powi(-24)),
            (0x8000, -0.0f32),
            (0x3555, 1365.0 / 4096.0),
        ] {
            assert_eq!(widen_f16(half).to_bits(), value.to_bits(), "{half:#06x}");
        }
        assert_eq!(widen_f16(0xfc00), f32::NEG_INFINITY);
        assert!(widen_f16(0x7c01).is_nan());
    }

    #[test]
    fn bfloat16_is_the_upper_half_of_f32() {
        assert_eq!(widen(Dtype::BF16, &[0x80, 0x3f, 0x20, 0xc1]), Some(vec![1.0, -10.0]));
        assert_eq!(widen(Dtype::I8, &[1]), None);
    }
}
