//! What goes with the ports that only watch, and what stays, on a circuit that has one of each.

use crate::cells::{Delay, Register};
use crate::verilog::{Design, Observation, generate, generate_with};
use rust_hdl::core::prelude::*;

/// A register whose value and whose age are shown: the age needs a register of its own.
#[derive(LogicBlock, Default)]
struct Stage {
    clock: Signal<In, Clock>,
    reset_n: Signal<In, Bit>,
    x: Signal<In, Bits<8>>,
    age: Signal<In, Bits<5>>,
    y: Signal<Out, Bits<8>>,
    y_age: Signal<Out, Bits<5>>,
    odd: Signal<Out, Bit>,
    value: Delay<Bits<8>, 1>,
    ages: Register<Bits<5>>,
}

impl Logic for Stage {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("stage: a delay.");
        self.value.clock.next = self.clock.val();
        self.ages.clock.next = self.clock.val();
        self.ages.reset_n.next = self.reset_n.val();
        self.value.d.next = self.x.val();
        self.y.next = self.value.q.val();
        self.odd.next = self.value.q.val().get_bit(0);
        comment!("Ages.");
        self.ages.d.next = self.age.val();
        self.y_age.next = self.ages.q.val();
    }
}

#[derive(LogicBlock, Default)]
struct Watched {
    clock: Signal<In, Clock>,
    reset_n: Signal<In, Bit>,
    x: Signal<In, Bits<8>>,
    go: Signal<In, Bit>,
    y: Signal<Out, Bits<8>>,
    trace_age: Signal<Out, Bits<5>>,
    watch: [Signal<Out, Bits<8>>; 2],
    watch_y: Signal<Out, Bits<8>>,
    stage: [Stage; 2],
    late: Delay<Bits<8>, 1>,
    told: Signal<Local, Bits<5>>,
    both: Signal<Local, Bits<8>>,
}

impl Logic for Watched {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("watched: two stages.");
        for i in 0..2 {
            self.stage[i].clock.next = self.clock.val();
            self.stage[i].reset_n.next = self.reset_n.val();
        }
        self.stage[0].x.next = self.x.val();
        self.stage[0].age.next = bits::<5>(1);
        self.stage[1].x.next = self.stage[0].y.val();
        self.stage[1].age.next = self.stage[0].y_age.val() + 1;
        self.y.next = self.stage[1].y.val();
        comment!("The later one wins.");
        self.told.next = self.stage[1].y_age.val();
        self.both.next = self.stage[1].y.val();
        if self.go.val() {
            self.told.next = self.stage[0].y_age.val();
            self.both.next = self.x.val();
            if self.stage[1].odd.val() {
                self.told.next = bits::<5>(0);
            } else if self.told.val().any() {
                self.told.next = bits::<5>(7);
            }
        }
        if self.both.val().any() {
            self.y.next = self.both.val();
        }
        comment!("Only watching.");
        self.late.clock.next = self.clock.val();
        self.late.d.next = self.both.val();
        self.trace_age.next = self.told.val();
        for i in 0..2 {
            self.watch[i].next = self.stage[i].y.val() & self.late.q.val();
        }
        self.watch_y.next = self.late.q.val();
    }
}

fn module<'a>(design: &'a Design, name: &str) -> &'a str {
    &design.modules.iter().find(|module| module.name == name).unwrap().text
}

#[test]
fn what_only_watches_goes_with_all_that_drives_only_that() {
    let design = generate_with(&Watched::default(), "watched", Observation::Off).unwrap();
    let names: Vec<&str> = design.modules.iter().map(|module| module.name.as_str()).collect();
    assert_eq!(names, ["delay_8x1", "stage", "watched"]);
    let ports: Vec<&str> = design.ports.iter().map(|port| port.name.as_str()).collect();
    // `watch_0` and `watch_1` are ports named `watch` in the source.
    assert_eq!(ports, ["clock", "reset_n", "x", "go", "y"]);
    let (top, stage) = (module(&design, "watched"), module(&design, "stage"));
    for gone in ["_age", "told", "late_", "watch_", "trace_", "odd", "watching"] {
        assert!(!top.replace("// watched", "").contains(gone), "{gone}: {top}");
    }
    for gone in [" age", "_age", "ages", "Ages", "odd", "reset_n"] {
        assert!(!stage.contains(gone), "{gone}: {stage}");
    }
}

#[test]
fn what_something_else_depends_on_stays() {
    let design = generate_with(&Watched::default(), "watched", Observation::Off).unwrap();
    let top = module(&design, "watched");
    assert!(top.contains("if (go) begin\n            both = x;\n        end"), "{top}");
    assert!(top.contains("stage stage_0 (") && top.contains("stage stage_1 ("), "{top}");
}

#[test]
fn with_all_ports_nothing_changes() {
    let with = generate_with(&Watched::default(), "watched", Observation::On).unwrap();
    assert_eq!(with, generate(&Watched::default(), "watched").unwrap());
    assert_eq!(with.ports.len(), 9);
}

/// A stage, of whose outputs one is read.
#[derive(LogicBlock, Default)]
struct Untouched {
    clock: Signal<In, Clock>,
    reset_n: Signal<In, Bit>,
    x: Signal<In, Bits<8>>,
    y: Signal<Out, Bits<8>>,
    stage: Stage,
}

impl Logic for Untouched {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("untouched: a stage of which one output is read.");
        self.stage.clock.next = self.clock.val();
        self.stage.reset_n.next = self.reset_n.val();
        self.stage.x.next = self.x.val();
        self.stage.age.next = bits::<5>(3);
        self.y.next = self.stage.y.val();
    }
}

#[test]
fn a_design_that_nothing_watches_stays_as_it_is() {
    let without = generate_with(&Untouched::default(), "untouched", Observation::Off).unwrap();
    assert_eq!(without, generate(&Untouched::default(), "untouched").unwrap());
    assert!(module(&without, "untouched").contains("unused_stage_y_age"));
}
