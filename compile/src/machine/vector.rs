//! `vector`: all operations except matrix products, lane by lane with the golden operators.

use super::{Memories, Watcher, Write};
use ibert_golden::ops::{
    Dyadic, ExpConstants, GeluConstants, LateSoftmaxConstants, RowReciprocal, SoftmaxConstants, VarianceShift, Width,
    igelu, late_softmax_row, layernorm_row, requant, requant_residual, requant_zero_point, softmax_row,
};
use ibert_isa::{
    Channel, Column, Configuration, GeluChannel, GeluParameters, LateSoftmaxParameters, Memory, NormParameters,
    Parameters, ResidualChannel, SoftmaxParameters, Stop, Vector, VectorOperation,
};

/// Saturation limit of i-GELU's result in hardware: 40 bits.
const GELU_LIMIT: i64 = 1 << 39;

/// One group of one tile: shared parameters and position of its lanes.
struct Pass<'p> {
    vector: &'p Vector,
    tile: u64,
    group: usize,
    lanes: usize,
    parameters: Vec<u8>,
}

/// Executes a vector instruction. Returns whether a variance was saturated.
pub(super) fn run(
    memories: &mut Memories,
    index: usize,
    configuration: &Configuration,
    vector: &Vector,
    watcher: &mut impl Watcher,
) -> Result<bool, Stop> {
    let flags_fit = vector.operation == VectorOperation::Requantize || !(vector.to_b || vector.constants_per_lane);
    let counts = vector.steps > 0 && vector.tiles > 0 && (1..=configuration.groups() as u64).contains(&vector.groups);
    if !flags_fit || !counts || !configuration.computes(vector.operation) {
        return Err(Stop::IllegalOperand);
    }
    let parameters = memories.k.word(vector.parameters as usize)?.to_vec();
    let mut saturated = false;
    for tile in 0..vector.tiles {
        for group in 0..vector.groups as usize {
            let pass = Pass { vector, tile, group, lanes: configuration.lanes, parameters: parameters.clone() };
            saturated |= pass.run(memories, index, watcher)?;
        }
    }
    Ok(saturated)
}

impl Pass<'_> {
    fn run(&self, memories: &mut Memories, index: usize, watcher: &mut impl Watcher) -> Result<bool, Stop> {
        let chain = self.parameters()?;
        match self.vector.operation {
            VectorOperation::Requantize => {
                self.each(memories, index, watcher, |memories, step, lane| {
                    let (channel, accumulator) = self.operand(memories, step, lane)?;
                    let first = requant(accumulator, dyadic(channel.m, channel.e)?, Width::INT8);
                    Ok(requant(first, chain, Width::INT8))
                })?;
                Ok(false)
            }
            VectorOperation::Gelu => {
                let GeluParameters { n, zero_point } = GeluParameters::decode(&self.parameters);
                self.each(memories, index, watcher, |memories, step, lane| {
                    let (channel, accumulator) = self.operand(memories, step, lane)?;
                    let GeluChannel { b, c, shift } = GeluChannel::decode(self.constant(memories, step, lane)?);
                    let constants = GeluConstants::new(b, c, shift, n as u32).map_err(|_| Stop::IllegalOperand)?;
                    let gelu = igelu(accumulator, &constants).map_err(|_| Stop::IllegalOperand)?;
                    let gelu = gelu.clamp(-GELU_LIMIT, GELU_LIMIT - 1);
                    let scale = dyadic(channel.m, channel.e)?;
                    let first = requant_zero_point(gelu, scale, zero_point as i32, Width::INT8);
                    Ok(requant(first, chain, Width::INT8))
                })?;
                Ok(false)
            }
            VectorOperation::Join => {
                self.each(memories, index, watcher, |memories, step, lane| {
                    let (channel, accumulator) = self.operand(memories, step, lane)?;
                    let residual = memories.r.word(self.residual(step))?[self.lane(lane)];
                    let scale = dyadic(channel.m, channel.e)?;
                    Ok(requant_residual(accumulator, scale, residual.into(), chain, Width::INT22))
                })?;
                Ok(false)
            }
            VectorOperation::Softmax => self.softmax(memories, index, watcher).map(|()| false),
            VectorOperation::Layernorm => self.layernorm(memories, index, chain, watcher),
            VectorOperation::LateSoftmax => self.late_softmax(memories, index, watcher).map(|()| false),
            VectorOperation::Normalize => {
                let reciprocals = self.reciprocals(memories)?.clone();
                self.each(memories, index, watcher, |memories, step, lane| {
                    let Channel { m, e, .. } = Channel::decode(self.constant(memories, step, lane)?);
                    let accumulator = memories.c.word(self.source(step))?[self.lane(lane)];
                    let mean = reciprocals[lane].normalize(accumulator);
                    let first = requant(mean.into(), dyadic(m, e)?, Width::INT8);
                    Ok(requant(first, chain, Width::INT8))
                })?;
                Ok(false)
            }
        }
    }

    /// Computes and writes the lanes of each step.
    fn each(
        &self,
        memories: &mut Memories,
        index: usize,
        watcher: &mut impl Watcher,
        result: impl Fn(&Memories, u64, usize) -> Result<i64, Stop>,
    ) -> Result<(), Stop> {
        for step in 0..self.vector.steps {
            let values = (0..self.lanes).map(|lane| result(memories, step, lane)).collect::<Result<Vec<_>, _>>()?;
            self.write(memories, index, self.vector.destination_memory(), step, &values, watcher)?;
        }
        Ok(())
    }

    fn softmax(&self, memories: &mut Memories, index: usize, watcher: &mut impl Watcher) -> Result<(), Stop> {
        let SoftmaxParameters { x0, b, c, n, m16, e16, out_bits } = SoftmaxParameters::decode(&self.parameters);
        let exp = ExpConstants::new(x0, b, c, n as u32).map_err(|_| Stop::IllegalOperand)?;
        let requant16 = Dyadic::new(m16, e16 as i32).map_err(|_| Stop::IllegalOperand)?;
        let constants = SoftmaxConstants::new(exp, requant16, out_bits as u32).map_err(|_| Stop::IllegalOperand)?;
        let steps = self.vector.steps as usize;
        let mut rows = Vec::new();
        for lane in 0..self.lanes {
            let (scores, keep) = self.scores(memories, lane)?;
            let (mut exp16, mut row) = (vec![0; steps], vec![0; steps]);
            // A row whose exponentials sum to 0, for example because all columns are masked, has no softmax: the
            // hardware's results are 0.
            if softmax_row(&scores, &keep, &constants, &mut exp16, &mut row).is_err() {
                row.fill(0);
            }
            rows.push(row);
        }
        self.write_rows(memories, index, &rows, watcher)
    }

    fn late_softmax(&self, memories: &mut Memories, index: usize, watcher: &mut impl Watcher) -> Result<(), Stop> {
        let LateSoftmaxParameters { x0, b, c, n, shift, m, e } = LateSoftmaxParameters::decode(&self.parameters);
        let exp = ExpConstants::new(x0, b, c, n as u32).map_err(|_| Stop::IllegalOperand)?;
        let constants = LateSoftmaxConstants::new(exp, shift as u32, m as u32, e as u32);
        let constants = constants.map_err(|_| Stop::IllegalOperand)?;
        let (mut rows, mut reciprocals) = (Vec::new(), Vec::new());
        for lane in 0..self.lanes {
            let (scores, keep) = self.scores(memories, lane)?;
            let mut weights = vec![0; scores.len()];
            // A row whose weights sum to 0 has no softmax: the hardware's results are 0.
            let sum = late_softmax_row(&scores, &keep, &constants, &mut weights).unwrap_or_else(|_| {
                weights.fill(0);
                0
            });
            reciprocals.push(RowReciprocal::of(sum).unwrap_or(RowReciprocal::NONE));
            rows.push(weights.into_iter().map(i64::from).collect());
        }
        *self.reciprocals(memories)? = reciprocals;
        self.write_rows(memories, index, &rows, watcher)
    }

    /// Scores of a lane and the columns that its mask keeps.
    fn scores(&self, memories: &Memories, lane: usize) -> Result<(Vec<i64>, Vec<bool>), Stop> {
        let score = |step| {
            let score = memories.c.word(self.source(step))?[self.lane(lane)];
            Ok((i64::from(score), Column::decode(self.constant(memories, step, lane)?).keep))
        };
        (0..self.vector.steps).map(score).collect::<Result<Vec<_>, _>>().map(|row| row.into_iter().unzip())
    }

    /// Writes the rows of all lanes to A.
    fn write_rows(
        &self,
        memories: &mut Memories,
        index: usize,
        rows: &[Vec<i64>],
        watcher: &mut impl Watcher,
    ) -> Result<(), Stop> {
        for step in 0..self.vector.steps {
            let values: Vec<i64> = rows.iter().map(|row| row[step as usize]).collect();
            self.write(memories, index, Memory::A, step, &values, watcher)?;
        }
        Ok(())
    }

    /// The reciprocals of the lanes for this group of this tile.
    fn reciprocals<'m>(&self, memories: &'m mut Memories) -> Result<&'m mut Vec<RowReciprocal>, Stop> {
        let row = self.tile * self.vector.groups + self.group as u64;
        memories.reciprocals.get_mut((self.vector.residual + row) as usize).ok_or(Stop::AddressRange)
    }

    fn layernorm(
        &self,
        memories: &mut Memories,
        index: usize,
        chain: Dyadic,
        watcher: &mut impl Watcher,
    ) -> Result<bool, Stop> {
        let NormParameters { shift, residual_is_operand } = NormParameters::decode(&self.parameters);
        let shift = VarianceShift::new(shift as u32).map_err(|_| Stop::IllegalOperand)?;
        let steps = self.vector.steps;
        let constants = (0..steps).map(|step| self.constant(memories, step, 0).map(<[u8]>::to_vec));
        let constants = constants.collect::<Result<Vec<_>, _>>()?;
        let channels: Vec<Channel> = constants.iter().map(|word| Channel::decode(word)).collect();
        let biases: Vec<i64> = channels.iter().map(|channel| channel.bias).collect();
        let (mut rows, mut saturated) = (Vec::new(), false);
        for lane in 0..self.lanes {
            let source = |step| memories.y.word(self.source(step)).map(|word| i64::from(word[self.lane(lane)]));
            let row = (0..steps).map(source).collect::<Result<Vec<_>, _>>()?;
            let mut out = vec![0; steps as usize];
            let done = layernorm_row(&row, &biases, shift, &mut out).map_err(|_| Stop::IllegalOperand)?;
            saturated |= done.saturated;
            rows.push(out);
        }
        for step in 0..steps {
            let channel = channels[step as usize];
            let ResidualChannel { m2, e2 } = ResidualChannel::decode(&constants[step as usize]);
            let (scale, residual_scale) = (dyadic(channel.m, channel.e)?, dyadic(m2, e2)?);
            let results = rows.iter().map(|row| {
                let out = row[step as usize];
                let operand = requant(out, scale, Width::INT8);
                if residual_is_operand {
                    let operand = requant(operand, chain, Width::INT8);
                    (operand, operand)
                } else {
                    (operand, requant(out, residual_scale, Width::INT16))
                }
            });
            let (operands, residuals): (Vec<i64>, Vec<i64>) = results.unzip();
            self.write(memories, index, Memory::A, step, &operands, watcher)?;
            self.write(memories, index, Memory::R, step, &residuals, watcher)?;
        }
        Ok(saturated)
    }

    /// Constants of the channel, and the accumulator with its bias.
    fn operand(&self, memories: &Memories, step: u64, lane: usize) -> Result<(Channel, i64), Stop> {
        let channel = Channel::decode(self.constant(memories, step, lane)?);
        let accumulator = memories.c.word(self.source(step))?[self.lane(lane)];
        Ok((channel, i64::from(accumulator) + channel.bias))
    }

    fn constant<'m>(&self, memories: &'m Memories, step: u64, lane: usize) -> Result<&'m [u8], Stop> {
        let Vector { constant, constant_stride, constants_per_lane, .. } = *self.vector;
        let within = if constants_per_lane { self.lane(lane) as u64 } else { step };
        memories.k.word((constant + self.tile * constant_stride + within) as usize)
    }

    fn parameters(&self) -> Result<Dyadic, Stop> {
        let Parameters { m, e } = Parameters::decode(&self.parameters);
        dyadic(m, e)
    }

    fn lane(&self, lane: usize) -> usize {
        self.group * self.lanes + lane
    }

    fn source(&self, step: u64) -> usize {
        (self.vector.source + self.tile * self.vector.source_stride + step) as usize
    }

    fn residual(&self, step: u64) -> usize {
        (self.vector.residual + self.tile * self.vector.stride + step) as usize
    }

    fn write(
        &self,
        memories: &mut Memories,
        index: usize,
        memory: Memory,
        step: u64,
        values: &[i64],
        watcher: &mut impl Watcher,
    ) -> Result<(), Stop> {
        let base = if memory == Memory::R { self.vector.residual } else { self.vector.destination };
        let address = (base + self.tile * self.vector.stride + step) as usize;
        let first = self.group * self.lanes;
        let lanes = first..first + self.lanes;
        match memory {
            Memory::A => put(&mut memories.a.word_mut(address)?[lanes], values, |value| value as u8),
            Memory::B => put(&mut memories.b.word_mut(address)?[lanes], values, |value| value as u8),
            Memory::C => put(&mut memories.c.word_mut(address)?[lanes], values, |value| value as i32),
            Memory::R => put(&mut memories.r.word_mut(address)?[lanes], values, |value| value as i16),
            Memory::Y => put(&mut memories.y.word_mut(address)?[lanes], values, |value| value as i32),
            // No operation writes its results to K.
            Memory::K => return Err(Stop::IllegalOperand),
        }
        watcher.written(Write { instruction: index, memory, address, lane: first, cycle: 0 }, values);
        Ok(())
    }
}

fn dyadic(m: i64, e: u64) -> Result<Dyadic, Stop> {
    Dyadic::new(m, e as i32).map_err(|_| Stop::IllegalOperand)
}

fn put<T>(word: &mut [T], values: &[i64], narrow: impl Fn(i64) -> T) {
    word.iter_mut().zip(values).for_each(|(element, value)| *element = narrow(*value));
}
