//! sentence-transformers' settings beside a checkpoint: `modules.json` and the pooling module's `config.json`.

use std::path::{Component, Path};

use serde_json::Value;

use super::error::{CheckpointError, read_json};
use crate::text::Pooling;

/// How a sentence encoder turns hidden states into one vector. A folder without `modules.json` has the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentenceConfig {
    /// Which hidden states count.
    pub pooling: Pooling,
    /// Whether the folder describes a sentence encoder.
    pub declared: bool,
}

impl SentenceConfig {
    /// Reads `modules.json` of `directory` and the pooling configuration that it names. Modules after the pooling may only
    /// normalize.
    pub(super) fn read(directory: &Path) -> Result<Self, CheckpointError> {
        let list = directory.join("modules.json");
        if !list.exists() {
            return Ok(Self::default());
        }
        let json = read_json(&list)?;
        let Some(modules) = json.as_array() else {
            return Err(CheckpointError::Field { path: list, field: "(root)".into(), problem: "is not a list".into() });
        };
        let mut config = Self { declared: true, ..Self::default() };
        for module in modules {
            let kind = module.get("type").and_then(Value::as_str).unwrap_or("");
            match kind.rsplit('.').next() {
                Some("Transformer" | "Normalize") => {}
                Some("Pooling") => {
                    let folder = Path::new(module.get("path").and_then(Value::as_str).unwrap_or("1_Pooling"));
                    if folder.components().any(|c| !matches!(c, Component::Normal(_))) {
                        let problem = format!("is {folder:?}, expected a folder inside the checkpoint");
                        return Err(CheckpointError::Field { path: list, field: "path".into(), problem });
                    }
                    config.pooling = pooling(&directory.join(folder).join("config.json"))?;
                }
                _ => {
                    return Err(CheckpointError::UnsupportedOption {
                        path: list,
                        option: "type".into(),
                        found: format!("{kind:?}"),
                        supported: "Transformer, Pooling and Normalize modules".into(),
                    });
                }
            }
        }
        Ok(config)
    }
}

/// The one pooling mode that a pooling configuration turns on.
fn pooling(path: &Path) -> Result<Pooling, CheckpointError> {
    if !path.exists() {
        let advice = "modules.json names it; download the whole folder".into();
        return Err(CheckpointError::MissingFile { path: path.to_owned(), advice });
    }
    let json = read_json(path)?;
    let modes: Vec<&str> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| name.starts_with("pooling_mode_") && value.as_bool() == Some(true))
        .map(|(name, _)| name.as_str())
        .collect();
    match modes[..] {
        ["pooling_mode_mean_tokens"] => Ok(Pooling::Mean),
        ["pooling_mode_cls_token"] => Ok(Pooling::Cls),
        _ => Err(CheckpointError::UnsupportedOption {
            path: path.to_owned(),
            option: "pooling_mode".into(),
            found: format!("{modes:?}"),
            supported: "one of pooling_mode_mean_tokens and pooling_mode_cls_token".into(),
        }),
    }
}
