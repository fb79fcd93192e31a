//! A random initial state shows what a design does not reset.

use crate::designs::source;
use ibert_sim::{BuildOptions, Error, Initial, Instance, Library};

/// `kept` is reset, `lost` is not, `table` is a memory.
const PARTLY_RESET: &str = "
module partly_reset(
    input clock, input reset_n, input [31:0] d,
    output reg [31:0] kept, output reg [31:0] lost, output [63:0] entry
);
    reg [63:0] table_of [0:15];
    assign entry = table_of[d[3:0]];
    always @(posedge clock) begin
        kept <= reset_n ? kept + d : 32'd0;
        lost <= lost + d;
    end
endmodule
";

fn library() -> Library {
    let options = BuildOptions { initial: Initial::Unique, ..BuildOptions::default() };
    Library::build(&source("partly_reset", PARTLY_RESET), &options).unwrap()
}

/// `kept`, `lost` and `entry`.
fn state(dut: &Instance) -> [u64; 3] {
    ["kept", "lost", "entry"].map(|name| dut.read(dut.port(name).unwrap()))
}

#[test]
fn seeds_give_different_states_and_reset_makes_what_it_covers_equal() {
    let library = library();
    let mut duts: Vec<_> = [1, 2, 3].map(|seed| library.instance_with_seed(seed).unwrap()).into();
    for signal in 0..3 {
        let values = duts.iter().map(|dut| state(dut)[signal]).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(values.len(), 3, "signal {signal}: {values:x?}");
    }
    for dut in &mut duts {
        dut.tick();
        dut.write(dut.port("reset_n").unwrap(), 1);
        dut.write(dut.port("d").unwrap(), 7);
        dut.ticks(6);
        assert_eq!(state(dut)[0], 42);
    }
    assert_ne!(state(&duts[0])[1], state(&duts[1])[1]);
}

#[test]
fn seed_reproduces_its_state_in_any_thread_and_order() {
    let library = library();
    let first = state(&library.instance_with_seed(7).unwrap());
    library.instance_with_seed(8).unwrap();
    let seeds = [7, 8, 7, 9, 7];
    let states = std::thread::scope(|scope| {
        let start = |seed| {
            scope.spawn({
                let library = library.clone();
                move || state(&library.instance_with_seed(seed).unwrap())
            })
        };
        seeds.map(start).map(|thread| thread.join().unwrap())
    });
    for (seed, state) in seeds.into_iter().zip(states) {
        assert_eq!(state == first, seed == 7, "seed {seed}");
    }
}

#[test]
fn state_is_zero_without_a_seed() {
    assert_eq!(state(&library().instance().unwrap()), [0; 3]);
    let zero = Library::build(&source("partly_reset", PARTLY_RESET), &BuildOptions::default()).unwrap();
    assert_eq!(state(&zero.instance().unwrap()), [0; 3]);
    let error = zero.instance_with_seed(1).unwrap_err();
    assert!(matches!(error, Error::NoRandomState { .. }) && error.to_string().contains("Initial::Unique"), "{error}");
}
