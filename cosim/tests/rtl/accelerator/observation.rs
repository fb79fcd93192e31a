//! The accelerator without observation ports, for synthesis, against the one with them, which all other tests simulate:
//! same cycles, same memory, same errors.

use super::{compiled, sequence, small_encoder};
use ibert_compile::Compiled;
use ibert_cosim::accelerator::{Accelerator, AcceleratorError, Ended, RunOptions, Session};
use ibert_golden::encoder::Encoder;
use ibert_hdl::verilog::Observation;
use ibert_isa::{Configuration, Operation, SMALL, TINY};
use ibert_sim::{AxiError, AxiFault, AxiTiming, BuildOptions};

fn session(configuration: Configuration, observation: Observation, bytes: usize) -> Session {
    let accelerator = Accelerator::build_with(configuration, observation, &BuildOptions::default()).unwrap();
    let timing = AxiTiming { stall_seed: Some(5), ..AxiTiming::default() };
    Session::new(&accelerator, bytes, &RunOptions { timing, ..RunOptions::default() }).unwrap()
}

/// Where the last load of a program reads.
fn last_load(compiled: &Compiled) -> u64 {
    let load = compiled.program.iter().rev().find_map(|instruction| match instruction.operation {
        Operation::Load(load) => Some(load.dram),
        _ => None,
    });
    load.expect("a program loads its weights")
}

fn fault(address: u64) -> AxiFault {
    AxiFault { addresses: address..address + 4, error: AxiError::Slave }
}

/// A program from its image to its interrupt: how it ended, and the memory behind the bus.
fn outcome(session: &mut Session, compiled: &Compiled, faults: &[AxiFault]) -> (Ended, Vec<u8>) {
    session.set_faults(faults);
    session.load(&compiled.image.bytes);
    session.start(compiled.image.program, compiled.image.length as u32).unwrap();
    (session.wait().unwrap(), session.memory().to_vec())
}

#[test]
fn without_observation_ports_programs_end_in_the_same_cycle_with_the_same_memory() {
    for configuration in [TINY, SMALL] {
        let model = small_encoder(false, 3);
        let tokens = sequence(&model, 7, 1);
        let compiled = compiled(&model, configuration, &tokens);
        let bytes = compiled.image.bytes.len();
        let [mut with, mut without] =
            [Observation::On, Observation::Off].map(|observation| session(configuration, observation, bytes));
        // To its end, stopped by an error of memory, and to its end again.
        for address in [None, Some(last_load(&compiled)), None] {
            let faults: Vec<AxiFault> = address.map(fault).into_iter().collect();
            let [expected, got] = [&mut with, &mut without].map(|session| outcome(session, &compiled, &faults));
            assert_eq!(expected.0, got.0, "{}, {faults:?}", configuration.name);
            assert!(expected.1 == got.1, "{}, {faults:?}: memory differs", configuration.name);
            // The index of the instruction that failed is not the trace's.
            let index = expected.0.stopped.map(|(_, index)| index);
            assert_eq!(index.is_some_and(|index| index > 0), address.is_some(), "{:?}", expected.0);
        }
        assert_eq!(compiled.hidden(without.memory()), Encoder::new(&model).run(&tokens).unwrap().values);
        assert_eq!(with.cycle(), without.cycle());
        let refused = without.run(&compiled, &mut ());
        assert!(matches!(refused, Err(AcceleratorError::Unobserved)), "{refused:?}");
    }
}
