//! [`Cycles`]: the rows of a stimulus, decoded into integers per port.

use ibert_kit::testbench::Vectors;
use ibert_kit::testbench::When;

/// The rows of a stimulus.
pub(super) struct Cycles<'a> {
    vectors: &'a Vectors,
}

/// One row of a stimulus.
#[derive(Clone, Copy)]
pub(super) struct Cycle<'a> {
    vectors: &'a Vectors,
    /// Index of the row.
    pub(super) row: usize,
}

impl<'a> Cycles<'a> {
    pub(super) fn new(vectors: &'a Vectors) -> Self {
        Cycles { vectors }
    }

    /// All rows.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = Cycle<'a>> + use<'a> {
        let vectors = self.vectors;
        (0..vectors.rows.len()).map(move |row| Cycle { vectors, row })
    }

    /// Rows in which reset is active.
    pub(super) fn resets(&self) -> impl Iterator<Item = Cycle<'a>> + use<'a> {
        self.all().filter(|cycle| cycle.resets())
    }

    /// Rows without reset in which the port `flag` is high.
    pub(super) fn offers(&self, flag: &'static str) -> impl Iterator<Item = Cycle<'a>> + use<'a> {
        self.all().filter(move |cycle| !cycle.resets() && cycle.flag(flag))
    }

    /// Expected time of each result.
    pub(super) fn expected(&self) -> impl Iterator<Item = When> + use<'a> {
        self.vectors.streams.iter().flat_map(|stream| &stream.results).map(|result| result.when)
    }

    /// Latency of a unit that takes operands every cycle: cycles from the first operands to the first result.
    pub(super) fn latency(&self) -> usize {
        let first = self.offers("valid").next().map_or(0, |cycle| cycle.row);
        let result = self.expected().find_map(|when| match when {
            When::Row(row) => Some(row),
            _ => None,
        });
        result.unwrap_or_default() - first
    }
}

impl Cycle<'_> {
    /// The value of a port of at most 63 bits, or of a signed port of 64 bits.
    ///
    /// # Panics
    /// If the stimulus does not drive a port of this name.
    pub(super) fn get(&self, port: &str) -> i64 {
        let (low, width, signed) = self.field(port);
        self.vectors.rows[self.row].field(low, width, signed) as i64
    }

    /// Whether a port of one bit is 1.
    pub(super) fn flag(&self, port: &str) -> bool {
        self.get(port) & 1 == 1
    }

    /// The lanes of a port, each a signed number of `width` bits.
    pub(super) fn lanes(&self, port: &str, width: usize) -> Vec<i64> {
        let (low, all, _) = self.field(port);
        let lane = |lane| self.vectors.rows[self.row].field(low + lane * width, width, true) as i64;
        (0..all / width).map(lane).collect()
    }

    /// Whether reset is active in the row.
    pub(super) fn resets(&self) -> bool {
        !self.flag("reset_n")
    }

    /// The previous row.
    pub(super) fn before(&self) -> Option<Self> {
        Some(Cycle { row: self.row.checked_sub(1)?, ..*self })
    }

    /// Lowest bit, width and sign of a port.
    fn field(&self, name: &str) -> (usize, usize, bool) {
        let mut low = 0;
        for port in &self.vectors.driven {
            if port.name == name {
                return (low, port.width, port.signed);
            }
            low += port.width;
        }
        panic!("{}: the stimulus does not drive `{name}`", self.vectors.top)
    }
}
