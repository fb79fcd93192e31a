//! That a difference is seen, and named; windows of waves.

use super::{accelerator, compiled, sequence, small_encoder};
use ibert_compile::scoreboard::Scoreboard;
use ibert_cosim::accelerator::{Accelerator, RunOptions, Session, Wave};
use ibert_golden::encoder::{Block, Role, TensorId};
use ibert_isa::{Memory, Operation, TINY};
use ibert_sim::{BuildOptions, Trace};

/// A bit of a weight that flips in memory is found where it first matters.
#[test]
fn a_wrong_weight_is_found_in_the_tensor_that_it_spoils() {
    let model = small_encoder(false, 7);
    let sequence = sequence(&model, 6, 7);
    let accelerator = accelerator(TINY);
    let mut compiled = compiled(&model, TINY, &sequence);
    let good = compiled.clone();
    // The weights that the last matrix product of the first layer's queries reads.
    let last = |tensor: TensorId| {
        let of = |index: &usize| good.meanings[*index].as_ref().is_some_and(|meaning| meaning.tensor == tensor);
        (0..good.program.len())
            .rev()
            .find(|index| of(index) && matches!(good.program[*index].operation, Operation::Matmul(_)))
    };
    let product = last(Block::Attention(0).tensor(Role::QueryAcc)).unwrap();
    let load = (0..product)
        .rev()
        .find(|index| matches!(good.program[*index].operation, Operation::Load(load) if load.memory == Memory::B));
    let Operation::Load(load) = good.program[load.unwrap()].operation else { unreachable!() };
    compiled.image.bytes[load.dram as usize] ^= 0x40;
    let mut scoreboard = Scoreboard::new(&model, &compiled, &sequence).unwrap();
    let observed = accelerator.run(&compiled, &RunOptions::default(), &mut scoreboard).unwrap();
    let first = scoreboard.first.clone().unwrap();
    assert_eq!(first.tensor.block, Block::Attention(0), "{first}");
    assert_ne!(first.expected, first.got);
    let timeline = observed.timeline[first.instruction];
    assert!(timeline.start < first.cycle && first.cycle <= timeline.retire, "{first:?} {timeline:?}");
    assert!(scoreboard.different() > 0);
}

#[test]
fn waves_have_the_cycles_that_were_asked_for() {
    let build = BuildOptions { trace: Trace::Vcd, ..BuildOptions::default() };
    let accelerator = Accelerator::build(TINY, &build).unwrap();
    let model = small_encoder(false, 8);
    let sequence = sequence(&model, 3, 8);
    let compiled = compiled(&model, TINY, &sequence);
    let folder = tempfile::tempdir().unwrap();
    let stamps = |from, to| {
        let path = folder.path().join("window.vcd");
        let wave = Wave { path: path.clone(), cycles: Some(from..to) };
        let options = RunOptions { wave: Some(wave), ..RunOptions::default() };
        let mut session = Session::new(&accelerator, compiled.image.bytes.len(), &options).unwrap();
        session.run(&compiled, &mut ()).unwrap();
        drop(session);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("$scope module accelerator_tiny $end"));
        let stamps = text.lines().filter_map(|line| line.strip_prefix('#')).map(|stamp| stamp.parse::<u64>().unwrap());
        stamps.collect::<Vec<_>>()
    };
    let window = stamps(500, 520);
    let (first, last) = (window[0], window[window.len() - 1]);
    let earlier = stamps(400, 520);
    assert_eq!(earlier[earlier.len() - 1], last, "the same end");
    let cycle = (first - earlier[0]) / 100;
    assert_eq!(last - first, 20 * cycle, "20 cycles: {window:?}");
}
