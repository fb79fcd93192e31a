//! Reading and writing the integer-model file.
//!
//! One safetensors file. Its metadata has the single key `ibert.model` with `{"version": …, "config": {…}}`: with one
//! key the container's unordered map has one order, so equal models give equal bytes.
//!
//! Version 2 has the attribute `softmax`. A model with the default of every newer attribute is written as version 1.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::{
    IntegerModel, ModelConfig, ModelError,
    layout::{self, Codec, Element, Extent, check_extent, shape_of},
};

const METADATA: &str = "ibert.model";
/// The newest version that is read.
const VERSION: u64 = 2;
const TOKENIZER: &str = "tokenizer";

#[derive(Serialize, Deserialize)]
struct Header<T> {
    version: u64,
    config: T,
}

impl IntegerModel {
    /// Reads and validates a file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ModelError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| ModelError::Io { path: path.into(), source })?;
        Self::from_bytes(&bytes)
    }

    /// Reads and validates a file's content.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let config = config_of(bytes)?;
        // Bounds every size before anything is allocated by it.
        config.validate()?;
        let mut reader = Reader::new(bytes)?;
        let mut model = layout::blank(config);
        if reader.tensors.contains_key(TOKENIZER) {
            reader.tensor(TOKENIZER, Extent::Any, model.tokenizer.insert(Vec::new()))?;
        }
        layout::visit(&mut model, &mut reader)?;
        if let Some(tensor) = reader.tensors.into_keys().next() {
            return Err(ModelError::ExtraTensor { tensor });
        }
        // The reader has checked the shapes.
        IntegerModel::of_shaped(model)
    }

    /// Writes the model to a file. The caller makes the replacement of an existing file atomic.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), ModelError> {
        let path = path.as_ref();
        std::fs::write(path, self.to_bytes()?).map_err(|source| ModelError::Io { path: path.into(), source })
    }

    /// The content of the model's file; equal models give equal bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let mut writer = Writer::default();
        let mut model = self.clone().into_parts();
        layout::visit(&mut model, &mut writer)?;
        if let Some(tokenizer) = &mut model.tokenizer {
            writer.tensor(TOKENIZER, Extent::Any, tokenizer)?;
        }
        let views = writer.tensors.iter().map(|(name, stored)| {
            TensorView::new(stored.dtype, stored.shape.clone(), &stored.bytes).map(|view| (name, view))
        });
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let header = serde_json::to_string(&Header { version: version_of(&self.config), config: &self.config })?;
        Ok(safetensors::serialize(views, Some(HashMap::from([(METADATA.into(), header)])))?)
    }
}

/// The oldest version that has every attribute of a configuration.
fn version_of(config: &ModelConfig) -> u64 {
    if config.softmax.is_paper() { 1 } else { 2 }
}

/// The configuration in the metadata of a file of a known version.
fn config_of(bytes: &[u8]) -> Result<ModelConfig, ModelError> {
    let (_, metadata) = SafeTensors::read_metadata(bytes)?;
    let header = metadata.metadata().as_ref().and_then(|m| m.get(METADATA)).ok_or(ModelError::NotAModel)?;
    // The version is checked first: another version may have other fields.
    let Header { version, config }: Header<serde_json::Value> = serde_json::from_str(header)?;
    if !(1..=VERSION).contains(&version) {
        return Err(ModelError::Version { found: version, known: VERSION });
    }
    Ok(serde_json::from_value(config)?)
}

/// Takes tensors out of a file; what is left at the end belongs to no part of the model.
struct Reader<'a> {
    tensors: BTreeMap<String, TensorView<'a>>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let tensors = SafeTensors::deserialize(bytes)?.tensors().into_iter().collect();
        Ok(Reader { tensors })
    }
}

impl Codec for Reader<'_> {
    fn tensor<E: Element>(&mut self, name: &str, extent: Extent<'_>, values: &mut Vec<E>) -> Result<(), ModelError> {
        let tensor = || name.to_owned();
        let view = self.tensors.remove(name).ok_or_else(|| ModelError::MissingTensor { tensor: tensor() })?;
        if view.dtype() != E::DTYPE {
            let (found, expected) = (format!("{:?}", view.dtype()), format!("{:?}", E::DTYPE));
            return Err(ModelError::Dtype { tensor: tensor(), found, expected });
        }
        check_extent(name, view.shape(), extent)?;
        *values = E::get(view.data());
        Ok(())
    }
}

/// Collects tensors for a file.
#[derive(Default)]
struct Writer {
    tensors: BTreeMap<String, Stored>,
}

struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Codec for Writer {
    fn tensor<E: Element>(&mut self, name: &str, extent: Extent<'_>, values: &mut Vec<E>) -> Result<(), ModelError> {
        let shape = shape_of(values.len(), extent);
        check_extent(name, &shape, extent)?;
        let mut bytes = Vec::with_capacity(size_of_val(values.as_slice()));
        values.iter().for_each(|value| value.put(&mut bytes));
        self.tensors.insert(name.into(), Stored { dtype: E::DTYPE, shape, bytes });
        Ok(())
    }
}
