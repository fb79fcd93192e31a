//! sentence-transformers' settings next to a checkpoint: `modules.json` and the pooling module's `config.json`.

use std::path::{Component, Path};

use serde_json::Value;

use super::error::{CheckpointError, read_json};

/// How a sentence encoder turns hidden states into one vector. A folder without `modules.json` has the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentenceConfig {
    /// Whether the folder describes a sentence encoder that averages the hidden states of all tokens.
    pub mean_pooling: bool,
}

impl SentenceConfig {
    /// Reads `modules.json` of `directory` and the pooling configuration that it names. Modules after the pooling may
    /// only normalize.
    pub(super) fn read(directory: &Path) -> Result<Self, CheckpointError> {
        let list = directory.join("modules.json");
        if !list.exists() {
            return Ok(Self::default());
        }
        let json = read_json(&list)?;
        let Some(modules) = json.as_array() else {
            return Err(CheckpointError::Field { path: list, field: "(root)".into(), problem: "is not a list".into() });
        };
        let mut config = Self::default();
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
                    check_mean_pooling(&directory.join(folder).join("config.json"))?;
                    config.mean_pooling = true;
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

/// Refuses every pooling mode but the mean over all tokens.
fn check_mean_pooling(path: &Path) -> Result<(), CheckpointError> {
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
        ["pooling_mode_mean_tokens"] => Ok(()),
        _ => Err(CheckpointError::UnsupportedOption {
            path: path.to_owned(),
            option: "pooling_mode".into(),
            found: format!("{modes:?}"),
            supported: "pooling_mode_mean_tokens".into(),
        }),
    }
}
