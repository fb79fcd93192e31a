//! Writes a random model to a file, reads it back, encodes a sequence, and prints every intermediate tensor with its
//! shape and range: `cargo run -p ibert-golden --example encode`.

use ibert_golden::{
    encoder::{Encoder, Recording, Sequence},
    model::{IntegerModel, Preset},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tiny.safetensors");
    IntegerModel::random(Preset::Tiny.config(), 7)?.write(&path)?;
    // Reading checks everything: shapes, constants, and the width of every value that an input could lead to.
    let model = IntegerModel::read(&path)?;

    // Two sequences of different lengths in one batch would be padded; the mask hides the last token here.
    let sequence = Sequence { mask: vec![true, true, true, false], ..Sequence::new(vec![5, 6, 7, 0]) };
    let mut recording = Recording::default();
    let hidden = Encoder::new(&model).run_observed(&sequence, &mut recording)?;

    println!("{:<32} {:>14} {:>12} {:>12}", "tensor", "shape", "smallest", "largest");
    for (id, tensor) in &recording.tensors {
        let smallest = tensor.values.iter().min().ok_or("an empty tensor")?;
        let largest = tensor.values.iter().max().ok_or("an empty tensor")?;
        println!("{:<32} {:>14} {smallest:>12} {largest:>12}", id.to_string(), format!("{:?}", tensor.shape));
    }
    let real = hidden.dequantize();
    println!("hidden state of token 0, channels 0 to 3: {:?}", &real[..4]);
    Ok(())
}
