//! The rule of reset, the other half: data has none.

use ibert_hdl::catalogue::{accelerator, units};
use ibert_hdl::verilog::{Design, Observation};
use ibert_isa::TINY;
use std::collections::BTreeSet;

/// Every register of more than one bit that has a reset, by module: state that is used before anything is written to
/// it.
const STATE: [(&str, &str); 23] = [
    // Counters and pointers of queues and of rows.
    ("fifo_pointers", "head tail count"),
    ("credit_queue", "owed head tail"),
    ("row_loader", "head row_start"),
    ("row_sum", "head row_start"),
    ("row_pass", "position"),
    ("softmax", "exponential_head exponential_tail"),
    ("late_softmax", "closing"),
    ("layernorm", "y_head y_tail"),
    // Work outstanding: 0 is idle.
    ("burst_splitter", "remaining"),
    ("fetcher", "remaining allocated outstanding beat_number earlier count"),
    ("load_engine", "outstanding"),
    ("store_reader", "remaining grants"),
    ("vector_control", "under_way"),
    ("beat_walk", "step_counter group_counter tile_counter"),
    ("sequencer", "length count"),
    // Phases and flags.
    ("program_phase", "phase"),
    ("sqrt_newton", "state"),
    ("semaphore_counter", "count"),
    ("semaphores", "overflowed"),
    // What the host reads or an error may show at any time.
    ("control_registers", "address_register length_register watchdog_register enable_register"),
    ("first_error", "code_register index_register"),
    ("event_counter", "latest sum"),
    ("watchdog", "quiet candidate_0 candidate_1 candidate_2 candidate_3 pair_0 pair_1 oldest_register"),
];

/// `module register` of each register of more than one bit that has a reset; modules without the numbers in their
/// names.
fn resettable(design: &Design) -> impl Iterator<Item = String> + '_ {
    let kinds = ["register_", "enable_register_", "preset_register_"];
    let wide = move |module: &str| {
        let width = kinds.iter().find_map(|kind| module.strip_prefix(kind)).unwrap_or_default();
        width.starts_with(|c: char| c.is_ascii_digit()) && width != "1"
    };
    design.modules.iter().flat_map(move |module| {
        let name = module.name.trim_end_matches(|c: char| c == '_' || c.is_ascii_digit());
        let registers = module.instances.iter().filter(move |instance| wide(&instance.module));
        registers.map(move |instance| format!("{name} {}", instance.name))
    })
}

#[test]
fn only_state_has_a_reset() {
    let mut designs = vec![accelerator(&TINY, Observation::On).expect("a configuration").unwrap()];
    designs.extend(units().iter().map(|unit| unit.sizes[0].design().unwrap()));
    let found: BTreeSet<String> = designs.iter().flat_map(resettable).collect();
    let state = STATE.iter().flat_map(|(module, names)| names.split(' ').map(move |name| format!("{module} {name}")));
    let state: BTreeSet<String> = state.collect();
    let data: Vec<&String> = found.difference(&state).collect();
    assert!(
        data.is_empty(),
        "registers with a reset: use `Delay` or `EnableDelay`, or say here what state they are: {data:?}"
    );
    let gone: Vec<&String> = state.difference(&found).collect();
    assert!(gone.is_empty(), "no such registers: {gone:?}");
}
