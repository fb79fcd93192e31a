//! Row-major f32 matrices and the one product that the encoder needs, `x · wᵀ + bias`.

/// A row-major matrix; for activations `[tokens, channels]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// `rows × columns` values.
    pub data: Vec<f32>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, data: vec![0.0; rows * columns] }
    }

    /// One row, i.e. one token.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.columns..][..self.columns]
    }

    /// One row to write to.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.data[row * self.columns..][..self.columns]
    }

    /// Columns `first..first + count` as a matrix of its own (one attention head).
    pub fn columns(&self, first: usize, count: usize) -> Self {
        let data = (0..self.rows).flat_map(|r| self.row(r)[first..first + count].iter().copied()).collect();
        Self { rows: self.rows, columns: count, data }
    }

    /// The transposed matrix.
    pub fn transposed(&self) -> Self {
        let data =
            (0..self.columns).flat_map(|c| (0..self.rows).map(move |r| self.data[r * self.columns + c])).collect();
        Self { rows: self.columns, columns: self.rows, data }
    }
}

/// Output channels computed together.
const PANEL: usize = 64;
/// Inputs multiplied at a time, so that each partial sum is loaded and stored once for this many products.
const DEPTH: usize = 4;

/// Weights `[outputs, inputs]` rearranged into panels of 64 output channels, `[panel][input][64]`, so that the inner
/// loop of the product runs over adjacent channels and vectorizes.
#[derive(Clone, Debug)]
pub struct PackedWeights {
    panels: Vec<f32>,
    /// `inputs`, rounded up to a multiple of [`DEPTH`] with weights of 0.
    depth: usize,
    inputs: usize,
    bias: Vec<f32>,
}

impl PackedWeights {
    /// Packs row-major `weight`, `[bias.len(), inputs]`.
    pub fn new(weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weight.len() / outputs;
        let depth = inputs.next_multiple_of(DEPTH);
        let mut panels = vec![0.0; outputs.div_ceil(PANEL) * depth * PANEL];
        for (output, row) in weight.chunks_exact(inputs).enumerate() {
            let panel = &mut panels[output / PANEL * depth * PANEL..][..depth * PANEL];
            for (slots, w) in panel.chunks_exact_mut(PANEL).zip(row) {
                slots[output % PANEL] = *w;
            }
        }
        Self { panels, depth, inputs, bias: bias.to_vec() }
    }

    /// `x · weightᵀ + bias`: `[tokens, inputs]` to `[tokens, outputs]`. Each output is summed in groups of four inputs,
    /// in order, and then the bias is added.
    pub fn apply(&self, x: &Matrix) -> Matrix {
        let mut y = Matrix::zeros(x.rows, self.bias.len());
        let mut padded = vec![0f32; self.depth];
        for (panel, weights) in self.panels.chunks_exact(self.depth * PANEL).enumerate() {
            let channels = panel * PANEL..(panel * PANEL + PANEL).min(self.bias.len());
            for token in 0..x.rows {
                padded[..self.inputs].copy_from_slice(x.row(token));
                let mut sums = [0f32; PANEL];
                for (inputs, weights) in padded.chunks_exact(DEPTH).zip(weights.chunks_exact(DEPTH * PANEL)) {
                    add_products(&mut sums, inputs, weights);
                }
                let out = &mut y.row_mut(token)[channels.clone()];
                for ((o, s), b) in out.iter_mut().zip(sums).zip(&self.bias[channels.clone()]) {
                    *o = s + b;
                }
            }
        }
        y
    }
}

/// Adds the products of 4 inputs with their 4 × 64 weights to 64 sums. Not inlined: the compiler vectorizes the loop
/// over channels only while it is the innermost one and not unrolled into its caller.
#[inline(never)]
fn add_products(sums: &mut [f32], x: &[f32], weights: &[f32]) {
    let (w0, rest) = weights.split_at(sums.len());
    let (w1, rest) = rest.split_at(sums.len());
    let (w2, w3) = rest.split_at(sums.len());
    let &[x0, x1, x2, x3] = x else { return };
    for ((((sum, w0), w1), w2), w3) in sums.iter_mut().zip(w0).zip(w1).zip(w2).zip(w3) {
        *sum += (x0 * w0 + x1 * w1) + (x2 * w2 + x3 * w3);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers are exact in f32, so the product can be compared with integer arithmetic, for shapes
    /// around the sizes of the panels.
    #[test]
    fn products_of_every_shape_class_equal_integer_arithmetic() {
        for rows in 1..=3 {
            for outputs in [1, 2, 63, 64, 65, 130] {
                for inputs in 1..=9 {
                    let value = |i: usize| (i * 37 % 19) as i32 - 9;
                    let floats = |n, offset| (0..n).map(|i| value(i + offset) as f32).collect::<Vec<_>>();
                    let x = Matrix { rows, columns: inputs, data: floats(rows * inputs, 0) };
                    let y = PackedWeights::new(&floats(outputs * inputs, 5), &floats(outputs, 3)).apply(&x);
                    for r in 0..rows {
                        for o in 0..outputs {
                            let sum: i32 = (0..inputs).map(|k| value(r * inputs + k) * value(o * inputs + k + 5)).sum();
                            assert_eq!(
                                y.row(r)[o],
                                (sum + value(o + 3)) as f32,
                                "{rows}x{inputs}x{outputs} at {r},{o}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn transposing_and_slicing_columns_move_the_right_values() {
        let m = Matrix { rows: 2, columns: 3, data: vec![1., 2., 3., 4., 5., 6.] };
        assert_eq!(m.transposed().data, [1., 4., 2., 5., 3., 6.]);
        assert_eq!(m.columns(1, 2).data, [2., 3., 5., 6.]);
    }
}
