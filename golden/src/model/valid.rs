//! [`IntegerModel`]: parts that were checked, once and for all.

use std::{num::NonZeroUsize, ops::Deref};

use super::{Layer, ModelError, ModelParts, layout, validate};

/// An encoder that is valid: shapes as the configuration says, legal constants, and every value within the hardware's
/// widths for every possible input.
///
/// There is no other way to get one than a check: of parts ([`IntegerModel::new`]), of a file ([`IntegerModel::read`]),
/// or of random parts ([`IntegerModel::random`]). It reads like its [`ModelParts`], which nothing can change any more.
///
/// ```
/// use ibert_golden::model::{IntegerModel, ModelError, Preset};
///
/// let model = IntegerModel::random(Preset::Tiny.config(), 1)?;
/// assert_eq!(model.layers.len(), 2);
/// let mut parts = model.into_parts();
/// parts.layers[1].ffn.inner.bias[5] = i32::MAX;
/// let refused = IntegerModel::new(parts).unwrap_err();
/// assert!(refused.to_string().starts_with("`layer.1.ffn.inner accumulator bound`, channel 5, is "));
/// # Ok::<(), ModelError>(())
/// ```
///
/// Parts cannot be run:
///
/// ```compile_fail,E0308
/// # use ibert_golden::{encoder::Encoder, model::ModelParts};
/// fn encoder(parts: &ModelParts) -> Encoder<'_> {
///     Encoder::new(parts)
/// }
/// ```
///
/// Nor can those of a model be changed in place:
///
/// ```compile_fail,E0594
/// # use ibert_golden::model::IntegerModel;
/// fn change(model: &mut IntegerModel) {
///     model.config.heads = 0;
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct IntegerModel(ModelParts);

impl IntegerModel {
    /// Checks parts: sizes and shapes, constants and scales, and that every value fits the hardware's width for every
    /// possible input.
    ///
    /// # Errors
    /// [`ModelError`] for the first part that is wrong, with its tensor, channel, value and limit.
    pub fn new(mut parts: ModelParts) -> Result<Self, ModelError> {
        parts.config.validate()?;
        validate::optional_parts(&parts)?;
        layout::visit(&mut parts, &mut layout::Shapes)?;
        Self::of_shaped(parts)
    }

    /// Checks the values of parts whose sizes and shapes are right.
    pub(super) fn of_shaped(parts: ModelParts) -> Result<Self, ModelError> {
        validate::values(&parts)?;
        Ok(IntegerModel(parts))
    }

    /// The parts, to change them.
    pub fn into_parts(self) -> ModelParts {
        self.0
    }

    /// Puts another layer in the place of layer `index`, after checking it.
    ///
    /// # Errors
    /// [`ModelError`], as [`IntegerModel::new`]; the model is as it was.
    pub fn replace_layer(&mut self, index: usize, mut layer: Layer) -> Result<(), ModelError> {
        let config = &self.0.config;
        let Some(place) = self.0.layers.get_mut(index) else {
            return Err(ModelError::config("layers", config.layers, "more than the index of the layer to replace"));
        };
        validate::optional_parts_of(&layer, config)?;
        layout::visit_layer(&mut layer, index, config, &mut layout::Shapes)?;
        validate::layer(&layer, index)?;
        *place = layer;
        Ok(())
    }

    /// The model that ends after its first `count` layers; the whole one, if it has no more.
    pub fn first_layers(self, count: NonZeroUsize) -> Self {
        // Layers are checked one by one, so what is left is valid.
        let mut parts = self.0;
        parts.layers.truncate(count.get());
        parts.config.layers = parts.layers.len();
        IntegerModel(parts)
    }

    /// The bytes of a `tokenizer.json` instead of those that it has; nothing about them is checked here.
    pub fn with_tokenizer(self, tokenizer: Option<Vec<u8>>) -> Self {
        IntegerModel(ModelParts { tokenizer, ..self.0 })
    }
}

impl Deref for IntegerModel {
    type Target = ModelParts;

    fn deref(&self) -> &ModelParts {
        &self.0
    }
}
