//! Programs on the RTL and in the cycle model.

use ibert_compile::Compiled;
use ibert_compile::cycles::{CycleError, Prediction, predict};
use ibert_cosim::accelerator::{Accelerator, AcceleratorError, Agreement, Observed, RunOptions, Session};
use ibert_isa::registers::Registers;
use ibert_isa::{Configuration, Stop};
use ibert_sim::{AxiTiming, BuildOptions};

/// A simulated accelerator on which programs run one after the other.
pub(crate) struct Bench {
    configuration: Configuration,
    session: Session,
}

impl Bench {
    /// With `bytes` bytes of memory.
    pub(crate) fn new(configuration: Configuration, bytes: usize) -> Self {
        let accelerator = Accelerator::build(configuration, &BuildOptions::default()).unwrap();
        let session = Session::new(&accelerator, bytes, &RunOptions::default()).unwrap();
        Bench { configuration, session }
    }

    /// Runs a program; panics unless every start and every retirement comes in the cycle that the model predicts, and
    /// all counters are equal.
    #[track_caller]
    pub(crate) fn check(&mut self, compiled: &Compiled, timing: AxiTiming, what: &str) -> (Prediction, Observed) {
        let predicted = ibert_cosim::accelerator::memory_timing(&timing).unwrap();
        let prediction = predict(&compiled.program, compiled.image.program, &self.configuration, predicted).unwrap();
        self.session.set_timing(timing);
        let observed = self.session.run(compiled, &mut ()).unwrap_or_else(|error| panic!("{what}: {error}"));
        let agreement = Agreement::new(&compiled.program, &prediction, &observed);
        let Agreement { mismatches, first, counters } = &agreement;
        if let Some(first) = first {
            panic!("{what}: {mismatches} of {} instructions mismatch with {timing:?}\n{first}", compiled.program.len());
        }
        assert_eq!(*counters, None, "{what}: counters with {timing:?}");
        assert!(agreement.is_exact());
        (prediction, observed)
    }

    /// Why a program does not run to its end, in the model and on the RTL.
    pub(crate) fn failures(&mut self, compiled: &Compiled, timing: AxiTiming) -> (CycleError, (Stop, u32)) {
        let predicted = ibert_cosim::accelerator::memory_timing(&timing).unwrap();
        let error = predict(&compiled.program, compiled.image.program, &self.configuration, predicted).unwrap_err();
        self.session.set_timing(timing);
        self.session.write(Registers::watchdog(), 2000).unwrap();
        match self.session.run(compiled, &mut ()) {
            Err(AcceleratorError::Stopped { stop, index, .. }) => (error, (stop, index)),
            other => panic!("the RTL does not stop: {other:?}"),
        }
    }
}

/// Memory that answers like that.
pub(crate) fn timing(read_latency: u32, write_latency: u32, cycles_per_beat: u32) -> AxiTiming {
    AxiTiming { read_latency, write_latency, cycles_per_beat, stall_seed: None }
}
