//! Prints how long the golden encoder takes: `cargo run --release -p ibert-golden --example encoder_speed`.

use std::time::Instant;

use ibert_golden::{
    encoder::{Encoder, Sequence},
    model::{IntegerModel, ModelConfig, Preset},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:<14} {:>6} {:>9} {:>10}", "preset", "tokens", "seconds", "GMAC/s");
    for (preset, tokens) in [(Preset::MiniLm, 128), (Preset::RobertaBase, 128), (Preset::RobertaBase, 512)] {
        // The vocabulary's size does not matter for the time.
        let config = ModelConfig { vocab: 1000, ..preset.config() };
        let model = IntegerModel::random(config, 0)?;
        let sequence = Sequence::new((0..tokens).map(|i| 2 + i).collect());
        let encoder = Encoder::new(&model);
        encoder.run(&sequence)?;
        let mut times: Vec<f64> = (0..3)
            .map(|_| {
                let start = Instant::now();
                encoder.run(&sequence).map(|_| start.elapsed().as_secs_f64())
            })
            .collect::<Result<_, _>>()?;
        times.sort_by(f64::total_cmp);
        let ModelConfig { hidden, ffn, layers, .. } = model.config;
        let t = tokens as usize;
        let macs = layers * t * (4 * hidden * hidden + 2 * hidden * ffn + 2 * t * hidden);
        println!("{:<14} {:>6} {:>9.3} {:>10.2}", preset.name(), tokens, times[1], macs as f64 / times[1] / 1e9);
    }
    Ok(())
}
