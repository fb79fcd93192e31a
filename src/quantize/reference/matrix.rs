//! Row-major f32 matrices and the one product that the encoder needs, `x · wᵀ + bias`.

/// A row-major matrix; for activations `[tokens, channels]`.
#[derive(Clone, Debug, PartialEq)]
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

/// Output channels computed together: two SSE registers.
const PANEL: usize = 8;
/// Rows computed together: 4 × 8 accumulators fill half of the SSE registers and leave room for operands.
const ROWS: usize = 4;

/// Weights `[outputs, inputs]` rearranged into panels of 8 output channels, `[panel][input][8]`, so that the inner loop of
/// the product reads memory in order and vectorizes.
#[derive(Clone, Debug)]
pub struct PackedWeights {
    panels: Vec<[f32; PANEL]>,
    inputs: usize,
    bias: Vec<f32>,
}

impl PackedWeights {
    /// Packs row-major `weight`, `[bias.len(), inputs]`.
    pub fn new(weight: &[f32], bias: &[f32]) -> Self {
        let outputs = bias.len();
        let inputs = weight.len() / outputs;
        let mut panels = vec![[0.0; PANEL]; outputs.div_ceil(PANEL) * inputs];
        for (output, row) in weight.chunks_exact(inputs).enumerate() {
            let panel = &mut panels[output / PANEL * inputs..][..inputs];
            for (slot, w) in panel.iter_mut().zip(row) {
                slot[output % PANEL] = *w;
            }
        }
        Self { panels, inputs, bias: bias.to_vec() }
    }

    /// `x · weightᵀ + bias`: `[tokens, inputs]` to `[tokens, outputs]`. Each output is one sum in input order, then the bias.
    pub fn apply(&self, x: &Matrix) -> Matrix {
        let mut y = Matrix::zeros(x.rows, self.bias.len());
        let mut first = 0;
        while first < x.rows {
            match x.rows - first {
                ROWS.. => self.apply_rows::<ROWS>(x, &mut y, first),
                _ => self.apply_rows::<1>(x, &mut y, first),
            }
            first += if x.rows - first >= ROWS { ROWS } else { 1 };
        }
        y
    }

    fn apply_rows<const R: usize>(&self, x: &Matrix, y: &mut Matrix, first: usize) {
        let rows: [&[f32]; R] = std::array::from_fn(|r| x.row(first + r));
        for (panel, weights) in self.panels.chunks_exact(self.inputs).enumerate() {
            let mut sums = [[0f32; PANEL]; R];
            for (k, w) in weights.iter().enumerate() {
                for (sum, row) in sums.iter_mut().zip(rows) {
                    let value = row[k];
                    for (s, w) in sum.iter_mut().zip(w) {
                        *s += value * w;
                    }
                }
            }
            let channels = panel * PANEL..(panel * PANEL + PANEL).min(self.bias.len());
            for (r, sum) in sums.iter().enumerate() {
                let out = &mut y.row_mut(first + r)[channels.clone()];
                for ((o, s), b) in out.iter_mut().zip(sum).zip(&self.bias[channels.clone()]) {
                    *o = s + b;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers are exact in f32, so the product can be compared with integer arithmetic, for every remainder of
    /// rows by 4 and of outputs by 8.
    #[test]
    fn products_of_every_shape_class_equal_integer_arithmetic() {
        for rows in 1..=9 {
            for outputs in 1..=17 {
                for inputs in [1, 2, 7] {
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
