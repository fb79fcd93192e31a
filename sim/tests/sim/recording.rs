//! Recorders, and running until a port is high.

use crate::designs::{WIDE, counter, source};
use ibert_sim::{BuildOptions, Error, Library, Stimulus};

#[test]
fn rows_are_the_cycles_in_which_the_valid_port_is_not_zero() {
    let library = Library::build(&source("wide", WIDE), &BuildOptions::default()).unwrap();
    let [d8, d100, q1, q8, q100] = ["d8", "d100", "q1", "q8", "q100"].map(|name| library.port(name).unwrap());
    let mut stimulus = Stimulus::new(&library, &["d1", "d8", "d100"], &[]).unwrap();
    for i in 0..300_u32 {
        let mut row = stimulus.cycle();
        row.set(library.port("d1").unwrap(), u64::from(i % 3 == 0)).set(d8, i.into());
        row.set_wide(d100, &[i, 2 * i, !i, i]);
    }
    let mut instance = library.instance().unwrap();
    instance.ticks(5);
    let by_flag = instance.record("q1", &["q8", "q100", "d8"]).unwrap();
    let by_wide_value = instance.record("q100", &[]).unwrap();
    instance.drive(&stimulus).unwrap();

    let recording = instance.take_recording(&by_flag);
    // d1 is high in rows 0, 3, …; q1 follows one cycle later.
    let rows: Vec<u32> = (0..300).step_by(3).filter(|i| i + 1 < 300).collect();
    assert_eq!(recording.rows(), rows.len());
    for (row, i) in rows.iter().enumerate() {
        assert_eq!(recording.cycles()[row], u64::from(5 + i + 1));
        assert_eq!(recording.get(row, q8), u64::from(i & 0xff));
        assert_eq!(recording.get_signed(row, q8), i64::from(*i as u8 as i8));
        assert_eq!(recording.get(row, d8), u64::from((i + 1) & 0xff));
        assert_eq!(recording.wide(row, q100), [*i, 2 * i, !i, i & 0xf]);
    }
    assert_eq!(instance.take_recording(&by_flag).rows(), 0, "taken rows are gone");
    assert_eq!(instance.take_recording(&by_wide_value).rows(), 299, "any bit of a wide port counts");
    assert_eq!(instance.read(q1), 0);

    let refused = |error: Error| error.to_string();
    assert!(refused(instance.record("q1", &["q8", "q8"]).unwrap_err()).contains("`q8` is named twice"));
    assert!(refused(instance.record("nope", &[]).unwrap_err()).contains("no port `nope`"));
}

#[test]
fn run_until_stops_after_the_cycle_in_which_the_port_is_high() {
    let text = "module mark(input clock, output reg [6:0] n, output high); assign high = n == 40 || n == 41;
        always @(posedge clock) begin n <= n + 1; if (n == 100) $finish; end
    endmodule";
    let library = Library::build(&source("mark", text), &BuildOptions::default()).unwrap();
    let mut instance = library.instance().unwrap();
    let (high, n) = (library.port("high").unwrap(), library.port("n").unwrap());
    let recorder = instance.record("high", &["n"]).unwrap();
    assert_eq!(instance.run_until(high, 40).unwrap(), None);
    assert_eq!(instance.cycle(), 40);
    assert_eq!(instance.run_until(high, 40).unwrap(), Some(40));
    assert_eq!((instance.cycle(), instance.read(n)), (41, 41));
    assert_eq!(instance.run_until(high, 40).unwrap(), Some(41));
    let recording = instance.take_recording(&recorder);
    assert_eq!((recording.cycles(), recording.get(1, n)), ([40, 41].as_slice(), 41));
    assert!(matches!(instance.run_until(high, 1000), Err(Error::Stopped { cycle: 101, .. })));
}

#[test]
#[should_panic(expected = "belongs to another design")]
fn run_until_refuses_a_port_of_another_design() {
    let wide = Library::build(&source("wide", WIDE), &BuildOptions::default()).unwrap();
    let _ = counter().instance().unwrap().run_until(wide.port("q1").unwrap(), 1);
}

#[test]
#[should_panic(expected = "belongs to another instance")]
fn recorder_of_another_instance_is_refused() {
    let library = counter();
    let recorder = library.instance().unwrap().record("q", &["q"]).unwrap();
    library.instance().unwrap().take_recording(&recorder);
}
