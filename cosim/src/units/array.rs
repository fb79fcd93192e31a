//! Matrix products on the systolic array.

use super::{RtlError, Transit, build, lanes::pack};
use ibert_sim::{BuildOptions, Instance, Library, Port, Stimulus};

const UNIT: &str = "systolic_array";

/// Cycles driven in one call: bounds the memory for a long product without a noticeable cost for the call.
const BATCH: usize = 1 << 15;

/// An N×N [`SystolicArray`](ibert_hdl::array::SystolicArray) in Verilator.
pub struct MatrixUnit {
    library: Library,
    side: usize,
}

/// A matrix product and its timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// `[tokens, channels]`.
    pub values: Vec<i32>,
    /// Clock cycles from the first operands to the last drained word, both included.
    pub cycles: u64,
    /// Tiles of N tokens by N channels.
    pub tiles: usize,
    /// When each value was computed: from the first operands of its tile.
    pub spans: Vec<Transit>,
}

/// `[tokens, inputs]` times `[inputs, channels]`.
#[derive(Debug, Clone, Copy)]
struct Shape {
    tokens: usize,
    inputs: usize,
    channels: usize,
}

impl MatrixUnit {
    /// Builds the array of side `side`.
    ///
    /// # Errors
    /// [`RtlError::UnknownSize`], and whatever keeps Verilator from building.
    pub fn build(side: usize, options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(MatrixUnit { library: build(UNIT, Some(side), options)?, side })
    }

    /// Array side N.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// `a · b` for `a` of `[tokens, inputs]` (9-bit values: int8 or uint8) and `b` of `[inputs, channels]`, as P·V
    /// needs it.
    ///
    /// Any shape: partial tiles are padded with zeros. Tiles follow each other without a bubble if `inputs` ≥ N; else
    /// they start N cycles apart.
    ///
    /// # Errors
    /// [`RtlError::Shape`], [`RtlError::Range`] for an `a` beyond 9 bits.
    pub fn matmul(&self, a: &[i16], b: &[i8], inputs: usize) -> Result<Product, RtlError> {
        let shape = shape(a.len(), b.len(), inputs)?;
        self.product(shape, a, |k, channel| b[k * shape.channels + channel])
    }

    /// `x · wᵀ` for `x` of `[tokens, inputs]` and `w` of `[channels, inputs]`: a linear layer, or Q·Kᵀ. See
    /// [`MatrixUnit::matmul`].
    pub fn linear(&self, x: &[i16], w: &[i8], inputs: usize) -> Result<Product, RtlError> {
        let shape = shape(x.len(), w.len(), inputs)?;
        self.product(shape, x, |k, channel| w[channel * inputs + k])
    }

    fn product(&self, shape: Shape, a: &[i16], b: impl Fn(usize, usize) -> i8) -> Result<Product, RtlError> {
        if let Some(index) = a.iter().position(|a| !(-256..256).contains(a)) {
            let (value, legal) = (a[index].into(), "-256..=255");
            return Err(RtlError::Range { unit: UNIT, tensor: "a", index, value, legal });
        }
        let n = self.side;
        let Shape { tokens, inputs, channels } = shape;
        let tiles = tokens.div_ceil(n) * channels.div_ceil(n);
        let mut stream = Feed::start(&self.library, n)?;
        let (values, spans) = (vec![0; tokens * channels], vec![Transit::default(); tokens * channels]);
        let mut drained = Drained { values, spans, words: 0, started: vec![], shape, n };
        for token in (0..tokens).step_by(n) {
            for channel in (0..channels).step_by(n) {
                drained.started.push(stream.instance.cycle() + stream.stimulus.rows() as u64);
                for k in 0..inputs {
                    let a = (token..token + n).map(|t| if t < tokens { a[t * inputs + k].into() } else { 0 });
                    let b = (channel..channel + n).map(|c| if c < channels { b(k, c).into() } else { 0 });
                    stream.operands(k == 0, k + 1 == inputs, a, b);
                }
                stream.idle(n.saturating_sub(inputs));
                if stream.stimulus.rows() >= BATCH {
                    stream.run(&mut drained)?;
                }
            }
        }
        stream.idle(2 * n + 3);
        stream.run(&mut drained)?;
        if drained.words != tiles * n {
            return Err(RtlError::Results { unit: UNIT, found: drained.words, expected: tiles * n });
        }
        Ok(Product { values: drained.values, cycles: stream.last_drain, tiles, spans: drained.spans })
    }
}

fn shape(a: usize, b: usize, inputs: usize) -> Result<Shape, RtlError> {
    let divides = |tensor, found: usize| {
        let whole = inputs > 0 && found.is_multiple_of(inputs);
        let expected = found.next_multiple_of(inputs.max(1));
        if whole { Ok(found / inputs) } else { Err(RtlError::Shape { unit: UNIT, tensor, found, expected }) }
    };
    Ok(Shape { tokens: divides("a", a)?, inputs, channels: divides("b", b)? })
}

/// The array's ports, fed cycle by cycle.
struct Feed<'a> {
    library: &'a Library,
    instance: Instance,
    ports: Ports,
    stimulus: Stimulus,
    words: Vec<u32>,
    /// Cycles driven before this batch.
    driven: u64,
    /// Cycles up to and including the last drained word.
    last_drain: u64,
}

struct Ports {
    valid: Port,
    first: Port,
    last: Port,
    a: Port,
    b: Port,
    drain_valid: Port,
    drain: Port,
}

impl<'a> Feed<'a> {
    fn start(library: &'a Library, n: usize) -> Result<Self, RtlError> {
        let mut instance = library.instance()?;
        let reset_n = instance.port("reset_n")?;
        instance.write(reset_n, 0);
        instance.ticks(n as u64);
        instance.write(reset_n, 1);
        let port = |name| library.port(name);
        let ports = Ports {
            valid: port("valid")?,
            first: port("first")?,
            last: port("last")?,
            a: port("a")?,
            b: port("b")?,
            drain_valid: port("drain_valid")?,
            drain: port("drain")?,
        };
        let stimulus = Self::empty(library)?;
        Ok(Feed { library, instance, ports, stimulus, words: vec![], driven: 0, last_drain: 0 })
    }

    fn empty(library: &Library) -> Result<Stimulus, RtlError> {
        Ok(Stimulus::new(library, &["valid", "first", "last", "a", "b"], &["drain_valid", "drain"])?)
    }

    fn operands(&mut self, first: bool, last: bool, a: impl Iterator<Item = i32>, b: impl Iterator<Item = i32>) {
        let mut row = self.stimulus.cycle();
        row.set(self.ports.valid, 1).set(self.ports.first, first.into()).set(self.ports.last, last.into());
        pack(a, 9, &mut self.words);
        row.set_wide(self.ports.a, &self.words);
        pack(b, 8, &mut self.words);
        row.set_wide(self.ports.b, &self.words);
    }

    fn idle(&mut self, cycles: usize) {
        if cycles > 0 {
            self.stimulus.cycle().set(self.ports.valid, 0);
            self.stimulus.hold(cycles - 1);
        }
    }

    fn run(&mut self, drained: &mut Drained) -> Result<(), RtlError> {
        let begin = self.instance.cycle();
        let responses = self.instance.drive(&self.stimulus)?;
        for row in (0..responses.rows()).filter(|row| responses.get(*row, self.ports.drain_valid) == 1) {
            drained.word(responses.wide(row, self.ports.drain), begin + row as u64);
            self.last_drain = self.driven + row as u64 + 1;
        }
        self.driven += responses.rows() as u64;
        self.stimulus = Self::empty(self.library)?;
        Ok(())
    }
}

/// Drained words, put where they belong.
struct Drained {
    values: Vec<i32>,
    spans: Vec<Transit>,
    words: usize,
    /// Cycle of the first operands of each tile.
    started: Vec<u64>,
    shape: Shape,
    n: usize,
}

impl Drained {
    /// The next word, offered in a cycle: one channel of the next tile, one token per lane.
    fn word(&mut self, lanes: &[u32], offered: u64) {
        let (tile, column) = (self.words / self.n, self.words % self.n);
        let tiles_across = self.shape.channels.div_ceil(self.n);
        let (token, channel) = (tile / tiles_across * self.n, tile % tiles_across * self.n + column);
        for (lane, value) in lanes.iter().enumerate() {
            if token + lane < self.shape.tokens && channel < self.shape.channels {
                let element = (token + lane) * self.shape.channels + channel;
                self.values[element] = *value as i32;
                let accepted = self.started.get(tile).copied().unwrap_or(offered);
                self.spans[element] = Transit { accepted, offered };
            }
        }
        self.words += 1;
    }
}
