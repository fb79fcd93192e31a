//! Every way to stop: code, index, cycle, interrupt, and the next program runs as if nothing had happened.

use super::bench::{Bench, NARROW, WIDE};
use super::check::check;
use super::model::Prediction;
use super::scenario::{Planned, Scenario, random_scenario};
use ibert_isa::Stop;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The scenario on both buses, each followed by an ordinary program.
#[track_caller]
fn stops(scenario: &Scenario, stop: Stop, index: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(index);
    for library in [&*NARROW, &*WIDE] {
        let mut bench = Bench::new(library, rng.random());
        assert_eq!(check(&mut bench, scenario).stop, (stop as u64, index), "{stop:?}");
        let next = random_scenario(&mut rng, 30);
        assert_eq!(check(&mut bench, &next).stop, (0, 0), "the program after {stop:?}");
    }
}

fn ordinary(length: usize) -> Vec<Planned> {
    (0..length).map(|i| Planned::new(i % 4, 0, 0).taking(1, 5)).collect()
}

#[test]
fn an_empty_program() {
    stops(&Scenario::new(vec![]), Stop::EmptyProgram, 0);
}

#[test]
fn a_program_at_an_address_that_is_no_multiple_of_32() {
    for offset in [1, 16, 31] {
        stops(&Scenario { address: 0x1000 + offset, ..Scenario::new(ordinary(3)) }, Stop::UnalignedAddress, 0);
    }
}

#[test]
fn an_illegal_opcode_and_reserved_bits_stop_at_their_instruction() {
    for place in [0, 1, 7, 20] {
        for opcode in [0, 5, 15] {
            let mut program = ordinary(30);
            program[place] = program[place].clone().with_opcode(opcode);
            stops(&Scenario::new(program), Stop::IllegalOpcode, place as u64);
        }
        let mut program = ordinary(30);
        program[place] = program[place].clone().with_reserved_bit(255);
        stops(&Scenario::new(program), Stop::ReservedBits, place as u64);
    }
}

#[test]
fn an_illegal_instruction_stops_what_waits_and_lets_finish_what_runs() {
    let mut program = vec![Planned::new(0, 0, 1).taking(1, 30), Planned::new(1, 1, 0)];
    // Wait for ever, and give the load time to start.
    program.extend((0..6).map(|_| Planned::new(3, 2, 0)));
    program.push(Planned::new(2, 0, 0).with_opcode(9));
    let mut bench = Bench::new(&WIDE, 4);
    let scenario = Scenario { drain: [100; 4], ..Scenario::new(program) };
    let prediction = check(&mut bench, &scenario);
    let indices = |events: &[(u64, usize, u64)]| events.iter().map(|(.., index)| *index).collect::<Vec<_>>();
    assert_eq!((indices(&prediction.starts), indices(&prediction.retires)), (vec![0], vec![0]));
}

#[test]
fn a_fault_of_each_engine_has_the_index_of_its_instruction() {
    let codes = [Stop::IllegalOperand, Stop::UnalignedAddress, Stop::AddressRange, Stop::ReadSlaveError];
    let codes = [&codes[..], &[Stop::ReadDecodeError, Stop::WriteSlaveError, Stop::WriteDecodeError]].concat();
    for (number, stop) in codes.into_iter().enumerate() {
        let place = 4 + number;
        let mut program: Vec<Planned> = (0..40).map(|i| Planned::new(i % 4, 0, 0).taking(2, 40)).collect();
        program[place] = program[place].clone().failing(stop);
        stops(&Scenario::new(program), stop, place as u64);
    }
}

/// The program with durations such that these instructions retire in one cycle, after all have started. Durations do
/// not change when they start.
fn retiring_together(bench: &mut Bench, mut program: Vec<Planned>, together: &[usize]) -> Vec<Planned> {
    let starts = check(bench, &Scenario::new(program.clone())).starts;
    let start = |index: usize| starts.iter().find(|(.., started)| *started == index as u64).unwrap().0;
    let last = together.iter().map(|index| start(*index)).max().unwrap();
    for index in together {
        program[*index].duration = last + 50 - start(*index);
    }
    program
}

#[test]
fn of_faults_in_one_cycle_the_load_comes_first() {
    let mut bench = Bench::new(&WIDE, 4);
    for first in 0..4 {
        let program = (first..4).rev().map(|engine| Planned::new(engine, 0, 0)).collect();
        let together: Vec<usize> = (0..4 - first).collect();
        let program = retiring_together(&mut bench, program, &together);
        let program: Vec<Planned> = program.into_iter().map(|planned| planned.failing(Stop::AddressRange)).collect();
        let prediction = check(&mut bench, &Scenario::new(program.clone()));
        let starts = prediction.starts.iter();
        let failures: Vec<u64> = starts.map(|(cycle, _, index)| cycle + program[*index as usize].duration).collect();
        assert!(failures.len() == 4 - first && failures.windows(2).all(|pair| pair[0] == pair[1]), "{failures:?}");
        assert_eq!(prediction.stop, (Stop::AddressRange as u64, 3 - first as u64));
    }
}

#[test]
fn a_read_error_of_the_fetch_names_the_first_instruction_of_its_burst() {
    for (response, stop) in [(2, Stop::ReadSlaveError), (3, Stop::ReadDecodeError)] {
        // The program begins at slot 5: bursts of instructions 0..3, 3..11, 11..19, 19..20.
        for (instruction, first) in [(0, 0), (2, 0), (3, 3), (10, 3), (18, 11), (19, 19)] {
            for (library, beats) in [(&*NARROW, 8), (&*WIDE, 1)] {
                let mut bench = Bench::new(library, 9);
                let beat = instruction * beats + beats / 2;
                // A later beat of the same instruction fails in another way: the first one counts.
                let read_errors = vec![(beat, response), (beat + 1, 5 - response)];
                let address = 0x2000 + 32 * 5;
                let scenario = Scenario { address, read_errors, ..Scenario::new(ordinary(20)) };
                assert_eq!(check(&mut bench, &scenario).stop, (stop as u64, first), "instruction {instruction}");
                assert_eq!(check(&mut bench, &Scenario::new(ordinary(20))).stop, (0, 0));
            }
        }
    }
}

#[test]
fn a_semaphore_beyond_255_names_the_instruction_that_retired() {
    let program = (0..300).map(|_| Planned::new(3, 0, 0x8001)).collect();
    stops(&Scenario::new(program), Stop::SemaphoreOverflow, 255);
}

#[test]
fn of_overflows_in_one_cycle_the_load_comes_first() {
    let mut bench = Bench::new(&WIDE, 4);
    let mut program: Vec<Planned> = (0..253).map(|_| Planned::new(0, 0, 2)).collect();
    // 253 + 3, and all three are part of it.
    program.extend([3, 1, 2].map(|engine| Planned::new(engine, 0, 2)));
    let mut calm = program.clone();
    calm[255] = Planned::new(2, 0, 0);
    let calm = retiring_together(&mut bench, calm, &[253, 254, 255]);
    program.iter_mut().zip(&calm).for_each(|(planned, calm)| planned.duration = calm.duration);
    let prediction = check(&mut bench, &Scenario::new(program));
    let last: Vec<_> = prediction.retires.iter().rev().take(3).map(|(cycle, engine, _)| (*cycle, *engine)).collect();
    assert_eq!(last, [(last[0].0, 3), (last[0].0, 2), (last[0].0, 1)], "the three retire in one cycle");
    assert_eq!(prediction.stop, (Stop::SemaphoreOverflow as u64, 254));
}

#[test]
fn the_last_retirement_of_a_program_may_overflow_too() {
    let program = (0..256).map(|_| Planned::new(0, 0, 4)).collect();
    stops(&Scenario::new(program), Stop::SemaphoreOverflow, 255);
}

#[test]
fn a_deadlock_names_the_oldest_instruction_that_has_not_started() {
    for watchdog in [1, 7, 300] {
        // Nobody posts semaphore 3 for the matrix engine; the vector instruction behind it waits for the matrix.
        let mut program = vec![Planned::new(0, 0, 1).taking(1, 4), Planned::new(1, 1, 0).taking(1, 3)];
        program.push(Planned::new(3, 1 << 4, 0));
        program.push(Planned::new(2, 1 << 3, 1 << 4));
        program.extend(ordinary(2));
        let scenario = Scenario { watchdog, ..Scenario::new(program) };
        let mut bench = Bench::new(&WIDE, 1);
        let prediction = check(&mut bench, &scenario);
        assert_eq!(prediction.stop.0, Stop::Deadlock as u64);
        if watchdog > 10 {
            stops(&scenario, Stop::Deadlock, 2);
        }
    }
}

#[test]
fn an_engine_that_never_ends_is_a_deadlock_of_its_instruction() {
    let mut program = ordinary(7);
    program[5] = program[5].clone().taking(1, 900_000);
    stops(&Scenario { watchdog: 100, ..Scenario::new(program) }, Stop::Deadlock, 5);
}

#[test]
fn movement_on_the_bus_is_no_deadlock() {
    let program = vec![Planned::new(0, 0, 0).taking(1, 3000)];
    let calm = Scenario { watchdog: 1000, ..Scenario::new(program) };
    stops(&calm, Stop::Deadlock, 0);
    let mut bench = Bench::new(&WIDE, 1);
    assert_eq!(check(&mut bench, &Scenario { traffic: Some(50), ..calm }).stop, (0, 0));
}

#[test]
fn an_abort_stops_at_any_cycle() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut bench = Bench::new(&NARROW, 5);
    let mut aborted = 0;
    for round in 0..60 {
        let abort = Some(if round < 20 { 1 + round } else { rng.random_range(20..900) });
        let scenario = Scenario { abort, ..random_scenario(&mut rng, 60) };
        let stop = check(&mut bench, &scenario).stop.0;
        assert!(stop == Stop::Aborted as u64 || stop == 0, "{stop}");
        aborted += u64::from(stop != 0);
    }
    assert!(aborted > 30, "{aborted}");
}

/// Errors of all kinds at random places, one program after the other in one machine.
#[test]
fn random_errors_one_after_the_other() {
    let mut seen = std::collections::BTreeMap::<u64, u32>::new();
    for (library, seed) in [(&*NARROW, 1), (&*WIDE, 2)] {
        let mut rng = ChaCha8Rng::seed_from_u64(100 + seed);
        let mut bench = Bench::new(library, rng.random());
        for _ in 0..60 {
            let length = rng.random_range(1..100);
            let mut scenario = random_scenario(&mut rng, length);
            for _ in 0..rng.random_range(0..3) {
                let place = rng.random_range(0..length);
                let planned = scenario.program[place].clone();
                match rng.random_range(0..6) {
                    0 => scenario.program[place] = planned.with_opcode(rng.random_range(5..16)),
                    1 => scenario.program[place] = planned.with_reserved_bit(rng.random_range(240..256)),
                    2 => {
                        let code = rng.random_range(4..=10);
                        scenario.program[place] = planned.failing(Stop::from_code(code).unwrap());
                    }
                    3 => {
                        let beat = place as u64 * bench.beats() + rng.random_range(0..bench.beats());
                        scenario.read_errors.push((beat, rng.random_range(2..4)));
                    }
                    4 => {
                        // Waits for what is never posted enough.
                        scenario.program[place] = Planned::new(planned.engine, 0xffff, 0);
                        scenario.watchdog = rng.random_range(500..700);
                    }
                    _ => scenario.abort = Some(rng.random_range(1..2000)),
                }
            }
            if rng.random_ratio(1, 8) {
                scenario.watchdog = rng.random_range(1..50);
            }
            *seen.entry(check(&mut bench, &scenario).stop.0).or_default() += 1;
        }
    }
    for stop in [Stop::IllegalOpcode, Stop::ReservedBits, Stop::Deadlock, Stop::Aborted, Stop::ReadSlaveError] {
        assert!(seen.contains_key(&(stop as u64)), "{stop:?} never happened: {seen:?}");
    }
}

#[test]
fn predictions_are_not_empty() {
    // The comparison of two empty lists would succeed: this fails if nothing runs.
    let prediction: Prediction = check(&mut Bench::new(&WIDE, 7), &Scenario::new(ordinary(9)));
    assert_eq!((prediction.starts.len(), prediction.retires.len(), prediction.requests.len()), (9, 9, 2));
}
