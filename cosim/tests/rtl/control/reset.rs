//! Reset in the middle of a program: what follows is as in a new machine.

use super::bench::{Bench, NARROW};
use super::check::check;
use super::scenario::{Scenario, random_scenario};
use ibert_isa::registers::{REGISTERS, Registers};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[test]
fn reset_at_any_cycle_of_a_program_forgets_it() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut bench = Bench::new(&NARROW, 8);
    for round in 0..40 {
        let scenario = random_scenario(&mut rng, 60);
        bench.start(&scenario);
        bench.steps(if round < 20 { round } else { rng.random_range(20..600) });
        bench.reset();
        // Beats that were under way do not come: memory is reset too.
        assert_eq!(bench.register(Registers::status().offset), 0);
        assert_eq!(bench.register(Registers::cycles().offset), 0);
        let next = random_scenario(&mut rng, 20);
        assert_eq!(check(&mut bench, &next).stop, (0, 0));
    }
}

#[test]
fn after_reset_every_register_has_the_value_of_the_table() {
    for seed in [1, 2] {
        let mut bench = Bench::new(&NARROW, seed);
        for register in REGISTERS {
            let expected = match register.name {
                "array" => 4 | 2 << 8 | 1 << 16,
                "depth_a" => 1 << 12,
                "depth_b" => 1 << 11,
                "depth_c" => 1 << 8,
                "depth_r" => 1 << 11,
                "depth_y" => 1 << 9,
                "depth_k" => 1 << 10,
                _ => register.reset,
            };
            assert_eq!(bench.register(register.offset), u64::from(expected), "{}", register.name);
        }
    }
}

#[test]
fn a_saturated_variance_is_a_flag_until_the_next_start() {
    let mut bench = Bench::new(&NARROW, 3);
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let scenario = random_scenario(&mut rng, 20);
    bench.start(&scenario);
    bench.steps(10);
    bench.set("variance_saturated", 1);
    bench.step();
    bench.set("variance_saturated", 0);
    bench.steps(5);
    assert_eq!(bench.register(Registers::status().offset) & 8, 8);
    bench.steps(5000);
    bench.settle();
    assert_eq!(bench.register(Registers::status().offset), 2 | 8, "done, and still saturated");
    assert_eq!(bench.get("irq"), 0, "no interrupt is enabled");
    bench.write(Registers::interrupt_pending().offset, 1);
    bench.reset();
    let next = Scenario { watchdog: 0, ..random_scenario(&mut rng, 10) };
    check(&mut bench, &next);
}
