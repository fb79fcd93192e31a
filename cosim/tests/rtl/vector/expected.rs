//! What an instruction must leave in the memories: the golden operators, row by row.

use super::bench::Memories;
use ibert_golden::ops::{
    Dyadic, ExpConstants, GeluConstants, LateSoftmaxConstants, RowReciprocal, SoftmaxConstants, VarianceShift, Width,
    igelu, late_softmax_row, layernorm_row, requant, requant_residual, requant_zero_point, softmax_row,
};
use ibert_isa::{
    Channel, Column, GeluChannel, GeluParameters, LateSoftmaxParameters, NormParameters, Parameters, ResidualChannel,
    SoftmaxParameters, Vector, VectorOperation,
};

fn dyadic(m: i64, e: u64) -> Dyadic {
    Dyadic::new(m, e as i32).unwrap()
}

fn width(bits: u32) -> Width {
    Width::new(bits).unwrap()
}

/// Executes an instruction on an engine of `lanes` lanes. Whether a variance was saturated.
pub(crate) fn execute(instruction: &Vector, memories: &mut Memories, lanes: usize) -> bool {
    let mut saturated = false;
    for tile in 0..instruction.tiles {
        for group in 0..instruction.groups as usize {
            for lane in group * lanes..(group + 1) * lanes {
                saturated |= row(instruction, memories, tile, lane, lanes);
            }
        }
    }
    saturated
}

/// The steps of one tile for one lane.
fn row(instruction: &Vector, memories: &mut Memories, tile: u64, lane: usize, lanes: usize) -> bool {
    let steps = instruction.steps as usize;
    let place = |first: u64, stride: u64| (first + tile * stride) as usize;
    let source = place(instruction.source, instruction.source_stride);
    let destination = place(instruction.destination, instruction.stride);
    let residual = place(instruction.residual, instruction.stride);
    let constant = place(instruction.constant, instruction.constant_stride);
    let word = |step: usize| memories.k[if instruction.constants_per_lane { constant + lane } else { constant + step }];
    let parameters = memories.k[instruction.parameters as usize];
    let Parameters { m, e } = Parameters::decode(&parameters);
    let chain = |q: i64| requant(q, dyadic(m, e), width(8));
    let accumulator = |step: usize| memories.c[source + step][lane];
    let scores = || -> Vec<i64> { (0..steps).map(accumulator).collect() };
    let keep = || -> Vec<bool> { (0..steps).map(|step| Column::decode(&word(step)).keep).collect() };
    let group = lane / lanes;
    let reciprocal = instruction.residual as usize + tile as usize * instruction.groups as usize + group;
    let (mut saturated, mut divisor) = (false, None);

    let (mut operands, mut residuals, mut sums) = (vec![], vec![], vec![]);
    match instruction.operation {
        VectorOperation::Requantize => {
            for step in 0..steps {
                let Channel { bias, m, e } = Channel::decode(&word(step));
                operands.push(chain(requant(accumulator(step) + bias, dyadic(m, e), width(8))));
            }
        }
        VectorOperation::Gelu => {
            let GeluParameters { n, zero_point } = GeluParameters::decode(&parameters);
            for step in 0..steps {
                let Channel { bias, m, e } = Channel::decode(&word(step));
                let GeluChannel { b, c, shift } = GeluChannel::decode(&word(step));
                let constants = GeluConstants::new(b, c, shift, n as u32).unwrap();
                let activation = igelu(accumulator(step) + bias, &constants).unwrap();
                operands.push(chain(requant_zero_point(activation, dyadic(m, e), zero_point as i32, width(8))));
            }
        }
        VectorOperation::Join => {
            for step in 0..steps {
                let channel = Channel::decode(&word(step));
                let (q, q2) = (accumulator(step) + channel.bias, memories.r[residual + step][lane]);
                sums.push(requant_residual(q, dyadic(channel.m, channel.e), q2, dyadic(m, e), width(22)));
            }
        }
        VectorOperation::Softmax => {
            let SoftmaxParameters { x0, b, c, n, m16, e16, out_bits } = SoftmaxParameters::decode(&parameters);
            let exp = ExpConstants::new(x0, b, c, n as u32).unwrap();
            let constants = SoftmaxConstants::new(exp, dyadic(m16, e16), out_bits as u32).unwrap();
            let (mut exp16, mut out) = (vec![0; steps], vec![0; steps]);
            // A row whose exponentials are all 0 is refused here; the hardware gives zeros.
            if softmax_row(&scores(), &keep(), &constants, &mut exp16, &mut out).is_err() {
                out.fill(0);
            }
            operands = out.into_iter().map(|p| i64::from(p as u8 as i8)).collect();
        }
        VectorOperation::LateSoftmax => {
            let LateSoftmaxParameters { x0, b, c, n, shift, m, e } = LateSoftmaxParameters::decode(&parameters);
            let exp = ExpConstants::new(x0, b, c, n as u32).unwrap();
            let constants = LateSoftmaxConstants::new(exp, shift as u32, m as u32, e as u32).unwrap();
            let mut out = vec![0; steps];
            let sum = late_softmax_row(&scores(), &keep(), &constants, &mut out);
            divisor = Some(sum.and_then(RowReciprocal::of).unwrap_or(RowReciprocal::NONE));
            operands = out.into_iter().map(|weight| i64::from(weight as i8)).collect();
        }
        VectorOperation::Normalize => {
            let reciprocal = memories.reciprocals[reciprocal][lane % lanes];
            for step in 0..steps {
                let Channel { m, e, .. } = Channel::decode(&word(step));
                let mean = reciprocal.normalize(accumulator(step) as i32);
                operands.push(chain(requant(mean.into(), dyadic(m, e), width(8))));
            }
        }
        VectorOperation::Layernorm => {
            let NormParameters { shift, residual_is_operand } = NormParameters::decode(&parameters);
            let x: Vec<i64> = (0..steps).map(|step| memories.y[source + step][lane]).collect();
            let bias: Vec<i64> = (0..steps).map(|step| Channel::decode(&word(step)).bias).collect();
            let mut out = vec![0; steps];
            let shift = VarianceShift::new(shift as u32).unwrap();
            saturated = layernorm_row(&x, &bias, shift, &mut out).unwrap().saturated;
            for (step, out) in out.into_iter().enumerate() {
                let Channel { m, e, .. } = Channel::decode(&word(step));
                let ResidualChannel { m2, e2 } = ResidualChannel::decode(&word(step));
                let operand = requant(out, dyadic(m, e), width(8));
                let operand = if residual_is_operand { chain(operand) } else { operand };
                operands.push(operand);
                residuals.push(if residual_is_operand { operand } else { requant(out, dyadic(m2, e2), width(16)) });
            }
        }
    }

    if let Some(divisor) = divisor {
        memories.reciprocals[reciprocal][lane % lanes] = divisor;
    }
    let memory = if instruction.to_b { &mut memories.b } else { &mut memories.a };
    operands.iter().enumerate().for_each(|(step, value)| memory[destination + step][lane] = *value);
    residuals.iter().enumerate().for_each(|(step, value)| memories.r[residual + step][lane] = *value);
    sums.iter().enumerate().for_each(|(step, value)| memories.y[destination + step][lane] = *value);
    saturated
}
