//! [`Matrix`] and [`VectorUnit`]: the engines whose timing depends on their instructions alone.

use super::load::WritePorts;
use super::port::Runs;
use super::store::ReadPorts;
use ibert_isa::timing::matrix;
use ibert_isa::timing::vector::{Shape, Timeline};
use ibert_isa::{Matmul, Vector, VectorOperation};
use std::collections::VecDeque;

/// The matrix engine (docs/machine.md, "matmul").
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    side: u64,
    pub(super) ready_from: u64,
    pub(super) retires: VecDeque<u64>,
}

impl Matrix {
    pub(super) fn new(side: usize) -> Self {
        Matrix { side: side as u64, ready_from: 0, retires: VecDeque::new() }
    }

    /// Starts an instruction in this cycle.
    pub(super) fn start(&mut self, cycle: u64, matmul: &Matmul, ports: &mut ReadPorts) {
        let period = matrix::period(matmul, self.side);
        // The engine reads in the last `depth` cycles of a tile.
        let first = cycle + 1 + period - matmul.depth;
        ports.a.reserve(Runs { first, length: matmul.depth, period, count: matmul.tiles });
        self.ready_from = cycle + matrix::ready(matmul, self.side);
        self.retires.push_back(cycle + matrix::retire(matmul, self.side));
    }
}

/// The vector engine.
#[derive(Debug, Clone)]
pub(super) struct VectorUnit {
    lanes: usize,
    timeline: Timeline,
    pub(super) retires: VecDeque<u64>,
}

impl VectorUnit {
    pub(super) fn new(lanes: usize) -> Self {
        VectorUnit { lanes, timeline: Timeline::new(lanes), retires: VecDeque::new() }
    }

    pub(super) fn ready_from(&self) -> u64 {
        self.timeline.ready()
    }

    /// Starts an instruction in this cycle.
    pub(super) fn start(&mut self, cycle: u64, vector: &Vector, reads: &mut ReadPorts, writes: &mut WritePorts) {
        let retire = self.timeline.start(cycle, vector);
        self.retires.push_back(retire);
        let shape = Shape::of(vector, self.lanes);
        let [rows, steps, period] = [shape.tiles * shape.groups, shape.steps, shape.period()].map(|size| size as u64);
        let runs = |first: u64| Runs { first, length: steps, period, count: rows };
        let begin = retire - shape.retire() as u64;
        let written = runs(begin + shape.last_word() as u64 + 1 - steps - (rows - 1) * period);
        if let Some(port) = writes.of(vector.destination_memory()) {
            port.reserve(written);
        }
        match vector.operation {
            VectorOperation::Join => reads.r.reserve(runs(begin + 1)),
            VectorOperation::Layernorm => writes.r.reserve(written),
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Softmax
            | VectorOperation::LateSoftmax
            | VectorOperation::Normalize => {}
        }
    }
}
