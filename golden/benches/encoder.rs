//! Speed of the golden encoder and of its operators: `cargo bench --bench encoder`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ibert_golden::encoder::{Encoder, Sequence};
use ibert_golden::model::{IntegerModel, ModelConfig, Preset};
use ibert_golden::ops::{GELU_SHIFT, GeluConstants, SoftmaxConstants, igelu, isqrt, softmax_row};

/// The whole encoder at lengths around a sentence, in multiply-accumulates a second.
fn encoder(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("minilm");
    // The vocabulary's size does not matter for the time.
    let config = ModelConfig { vocab: 1000, ..Preset::MiniLm.config() };
    let model = IntegerModel::random(config, 0).expect("a model");
    let ModelConfig { hidden, ffn, layers, .. } = model.config;
    for tokens in [16, 128] {
        let sequence = Sequence::new((0..tokens as u32).map(|i| 2 + i).collect());
        let macs = layers * tokens * (4 * hidden * hidden + 2 * hidden * ffn + 2 * tokens * hidden);
        group.throughput(Throughput::Elements(macs as u64));
        group.bench_with_input(BenchmarkId::from_parameter(tokens), &sequence, |bencher, sequence| {
            bencher.iter(|| Encoder::new(&model).run(black_box(sequence)));
        });
    }
    group.finish();
}

/// Single operators, in elements a second.
fn operators(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("operators");
    let values: Vec<i64> = (0..4096).map(|i| (i * 7919) % 40_000 - 20_000).collect();
    group.throughput(Throughput::Elements(values.len() as u64));

    let gelu = GeluConstants::derive(2e-4, GELU_SHIFT).expect("constants");
    group.bench_function("igelu", |bencher| {
        bencher.iter(|| values.iter().filter_map(|q| igelu(black_box(*q), &gelu).ok()).fold(0, i64::wrapping_add));
    });
    group.bench_function("isqrt", |bencher| {
        bencher.iter(|| values.iter().map(|n| isqrt(black_box(*n as u32)).root).fold(0, u32::wrapping_add));
    });
    let exp_scale = SoftmaxConstants::full_range_exp_scale(1e-3).expect("a scale");
    let constants = SoftmaxConstants::derive(1e-3, exp_scale, 8).expect("constants");
    let (mut exp, mut out) = (vec![0; values.len()], vec![0; values.len()]);
    group.bench_function("softmax", |bencher| {
        bencher.iter(|| softmax_row(black_box(&values), &[], &constants, &mut exp, &mut out));
    });
    group.finish();
}

criterion_group!(benches, encoder, operators);
criterion_main!(benches);
