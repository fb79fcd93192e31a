//! The AXI4 memory: timing, contents, error responses, and messages about protocol violations.

use crate::designs::source;
use ibert_sim::{
    AttachedMemory, AxiError, AxiFault, AxiMemory, AxiTiming, BuildOptions, Error, Instance, Library, Stimulus,
};

/// A master that drives its input `d_x` on `m_axi_x`.
const WIRES: &str = "
module wires(
    input clock, input reset_n,
    input d_arvalid, input [31:0] d_araddr, input [7:0] d_arlen, input [2:0] d_arsize, input [1:0] d_arburst, \
        input d_rready,
    input d_awvalid, input [31:0] d_awaddr, input [7:0] d_awlen, input d_wvalid, input [31:0] d_wdata, \
        input [3:0] d_wstrb, input d_wlast,
    input d_bready,
    output m_axi_arvalid, input m_axi_arready, output [31:0] m_axi_araddr, output [7:0] m_axi_arlen, \
        output [2:0] m_axi_arsize,
    output [1:0] m_axi_arburst,
    input m_axi_rvalid, output m_axi_rready, input [31:0] m_axi_rdata, input [1:0] m_axi_rresp, input m_axi_rlast,
    output m_axi_awvalid, input m_axi_awready, output [31:0] m_axi_awaddr, output [7:0] m_axi_awlen,
    output m_axi_wvalid, input m_axi_wready, output [31:0] m_axi_wdata, output [3:0] m_axi_wstrb, output m_axi_wlast,
    input m_axi_bvalid, output m_axi_bready, input [1:0] m_axi_bresp
);
    assign m_axi_arvalid = d_arvalid, m_axi_araddr = d_araddr, m_axi_arlen = d_arlen, m_axi_arsize = d_arsize, \
        m_axi_arburst = d_arburst;
    assign m_axi_rready = d_rready, m_axi_awvalid = d_awvalid, m_axi_awaddr = d_awaddr, m_axi_awlen = d_awlen;
    assign m_axi_wvalid = d_wvalid, m_axi_wdata = d_wdata, m_axi_wstrb = d_wstrb, m_axi_wlast = d_wlast, \
        m_axi_bready = d_bready;
endmodule
";

/// One cycle of the read channels: arvalid, araddr, arlen, rready.
type ReadRow = [u64; 4];
/// One cycle of the write channels: awvalid, awaddr, awlen, wvalid, wdata, wstrb, wlast, bready.
type WriteRow = [u64; 8];

const IDLE: ReadRow = [0, 0, 0, 1];
const QUIET: WriteRow = [0, 0, 0, 0, 0, 0, 0, 1];

fn wires() -> Library {
    Library::build(&source("wires", WIRES), &BuildOptions::default()).unwrap()
}

fn attached(memory: &AxiMemory) -> (Instance, AttachedMemory) {
    let mut instance = wires().instance().unwrap();
    for (port, value) in [("reset_n", 1), ("d_arsize", 2), ("d_arburst", 1)] {
        instance.write(instance.port(port).unwrap(), value);
    }
    let memory = instance.attach(memory).unwrap();
    (instance, memory)
}

fn timing(read_latency: u32, write_latency: u32, cycles_per_beat: u32) -> AxiTiming {
    AxiTiming { read_latency, write_latency, cycles_per_beat, stall_seed: None }
}

/// Drives the read channels. Returns (cycle, data, response, last) for each cycle in which a beat is valid.
fn read(instance: &mut Instance, rows: &[ReadRow]) -> Result<Vec<(usize, u64, u64, u64)>, Error> {
    let library = instance.library().clone();
    let outputs = ["m_axi_rvalid", "m_axi_rdata", "m_axi_rresp", "m_axi_rlast"];
    let mut stimulus = Stimulus::new(&library, &["d_arvalid", "d_araddr", "d_arlen", "d_rready"], &outputs)?;
    for row in rows {
        stimulus.row(row);
    }
    let responses = instance.drive(&stimulus)?;
    let value = |row, name: &str| responses.get(row, library.port(name).unwrap());
    let offered = (0..responses.rows()).filter(|row| value(*row, "m_axi_rvalid") == 1);
    Ok(offered
        .map(|row| (row, value(row, "m_axi_rdata"), value(row, "m_axi_rresp"), value(row, "m_axi_rlast")))
        .collect())
}

/// Drives the write channels. Returns the cycles with a valid response, and the responses.
fn write(instance: &mut Instance, rows: &[WriteRow]) -> Result<Vec<(usize, u64)>, Error> {
    let library = instance.library().clone();
    let inputs = ["d_awvalid", "d_awaddr", "d_awlen", "d_wvalid", "d_wdata", "d_wstrb", "d_wlast", "d_bready"];
    let mut stimulus = Stimulus::new(&library, &inputs, &["m_axi_bvalid", "m_axi_bresp"])?;
    for row in rows {
        stimulus.row(row);
    }
    let responses = instance.drive(&stimulus)?;
    let value = |row, name: &str| responses.get(row, library.port(name).unwrap());
    let offered = (0..responses.rows()).filter(|row| value(*row, "m_axi_bvalid") == 1);
    Ok(offered.map(|row| (row, value(row, "m_axi_bresp"))).collect())
}

/// Word `i` of memory is `i + 1`.
fn count_up(instance: &mut Instance, memory: AttachedMemory) {
    for (index, word) in instance.memory_mut(memory).chunks_mut(4).enumerate() {
        word.copy_from_slice(&(index as u32 + 1).to_le_bytes());
    }
}

#[test]
fn first_beat_comes_after_the_latency_then_one_a_cycle_and_bursts_back_to_back() {
    for latency in [1, 2, 30] {
        let (mut instance, memory) =
            attached(&AxiMemory { timing: timing(latency, 1, 1), ..AxiMemory::new("m_axi_", 4096) });
        count_up(&mut instance, memory);
        let mut rows = vec![[1, 8, 2, 1], [1, 400, 1, 1], [1, 0, 0, 1]];
        rows.extend(vec![IDLE; 40]);
        let first = latency as usize;
        let beats = read(&mut instance, &rows).unwrap();
        let expected = [(0, 3, 0), (1, 4, 0), (2, 5, 1), (3, 101, 0), (4, 102, 1), (5, 1, 1)];
        assert_eq!(beats, expected.map(|(cycle, data, last)| (first + cycle, data, 0, last)), "latency {latency}");
        assert_eq!(instance.axi_counts(memory).most_reads, 3);
        assert_eq!(instance.axi_counts(memory).read_beats, 6);
    }
}

#[test]
fn bandwidth_spaces_beats_and_a_beat_waits_for_rready() {
    let (mut instance, memory) = attached(&AxiMemory { timing: timing(5, 1, 3), ..AxiMemory::new("m_axi_", 64) });
    count_up(&mut instance, memory);
    let mut rows = vec![[1, 0, 2, 1]];
    rows.extend(vec![IDLE; 7]);
    rows.extend(vec![[0, 0, 0, 0]; 2]);
    rows.extend(vec![IDLE; 10]);
    let expected = [(5, 1, 0, 0), (8, 2, 0, 0), (9, 2, 0, 0), (10, 2, 0, 0), (13, 3, 0, 1)];
    assert_eq!(read(&mut instance, &rows).unwrap(), expected);
}

#[test]
fn a_write_changes_the_strobed_bytes_when_its_response_is_offered() {
    let (mut instance, memory) = attached(&AxiMemory { timing: timing(1, 4, 1), ..AxiMemory::new("m_axi_", 64) });
    // The data may arrive before the address.
    let rows = [
        [0, 0, 0, 1, 0x1122_3344, 0b1111, 0, 1],
        [1, 16, 1, 0, 0, 0, 0, 1],
        [0, 0, 0, 1, 0x5566_7788, 0b0110, 1, 1],
        QUIET,
        QUIET,
        QUIET,
    ];
    assert_eq!(write(&mut instance, &rows).unwrap(), []);
    assert_eq!(instance.memory(memory), [0; 64], "before the response");
    assert_eq!(write(&mut instance, &[QUIET; 3]).unwrap(), [(0, 0)], "four cycles after the last beat");
    let mut expected = [0; 64];
    expected[16..24].copy_from_slice(&[0x44, 0x33, 0x22, 0x11, 0, 0x77, 0x66, 0]);
    assert_eq!(instance.memory(memory), expected);
    assert_eq!((instance.axi_counts(memory).write_bursts, instance.axi_counts(memory).write_beats), (1, 2));
}

#[test]
fn a_read_sees_the_memory_of_the_cycle_of_its_address() {
    let (mut instance, memory) = attached(&AxiMemory { timing: timing(6, 1, 1), ..AxiMemory::new("m_axi_", 64) });
    count_up(&mut instance, memory);
    assert_eq!(read(&mut instance, &[[1, 8, 0, 1], IDLE]).unwrap(), []);
    instance.memory_mut(memory).fill(0xff);
    assert_eq!(read(&mut instance, &[IDLE; 6]).unwrap(), [(4, 3, 0, 1)]);
}

#[test]
fn faults_answer_by_beat_for_reads_and_by_burst_for_writes() {
    let faults = vec![
        AxiFault { addresses: 0x1008..0x100c, error: AxiError::Slave },
        AxiFault { addresses: 0x1012..0x1013, error: AxiError::Decode },
    ];
    let (mut instance, memory) = attached(&AxiMemory { base: 0x1000, faults, ..AxiMemory::new("m_axi_", 0x18) });
    let responses = |beats: Vec<(usize, u64, u64, u64)>| beats.iter().map(|beat| beat.2).collect::<Vec<_>>();
    let mut burst = |address, beats: u64| {
        let mut rows = vec![[1, address, beats - 1, 1]];
        rows.extend(vec![IDLE; 10]);
        responses(read(&mut instance, &rows).unwrap())
    };
    assert_eq!(burst(0x1000, 8), [0, 0, 2, 0, 3, 0, 3, 3], "the end of memory is an error of its own");
    assert_eq!(burst(0xffc, 1), [3], "so is what lies before it");

    let mut burst = |address, beats: u64| {
        let mut rows = vec![[1, address, beats - 1, 0, 0, 0, 0, 1]];
        rows.extend((0..beats).map(|beat| [0, 0, 0, 1, 0x0101_0101, 15, u64::from(beat + 1 == beats), 1]));
        rows.extend([QUIET; 3]);
        write(&mut instance, &rows).unwrap().iter().map(|(_, response)| *response).collect::<Vec<_>>()
    };
    assert_eq!([burst(0x1000, 2), burst(0x1004, 3), burst(0x1008, 4), burst(0x1014, 2)], [[0], [2], [3], [3]]);
    let mut expected = [1; 0x18];
    expected[8..12].fill(0);
    expected[16..20].fill(0);
    assert_eq!(instance.memory(memory), expected, "beats with an error change nothing");

    instance.set_faults(memory, &[]);
    assert_eq!(responses(read(&mut instance, &[[1, 0x1008, 0, 1], IDLE, IDLE]).unwrap()), [0]);
}

/// The memory's message when the master violates the protocol with `act`.
fn violation(act: impl Fn(&mut Instance) -> Result<(), Error>) -> String {
    let seed = Some(1);
    let stalling = AxiTiming { stall_seed: seed, ..AxiTiming::default() };
    let (mut instance, _) = attached(&AxiMemory { timing: stalling, ..AxiMemory::new("m_axi_", 1 << 16) });
    let error = act(&mut instance).unwrap_err().to_string();
    assert!(
        error.contains("`wires` stopped in cycle ") && error.contains("AXI protocol violation on `m_axi_`: "),
        "{error}"
    );
    assert!(instance.check().is_err(), "it stays stopped");
    error
}

#[test]
fn a_master_that_breaks_the_protocol_is_stopped_and_told_why() {
    let held = |row: ReadRow| vec![row; 40];
    let reads = |rows: Vec<ReadRow>| violation(move |instance| read(instance, &rows).map(drop));
    let writes = |rows: Vec<WriteRow>| violation(move |instance| write(instance, &rows).map(drop));
    let says = |said: String, text: &str| assert!(said.contains(text), "`{text}` in: {said}");

    says(reads(held([1, 0xff8, 2, 1])), "AR burst of 3 beats at 0xff8 crosses a 4 KiB boundary");
    says(reads(held([1, 0x802, 0, 1])), "AR burst of 1 beats at 0x802 is not aligned to the bus of 4 bytes");
    let alternating = |one: ReadRow, other: ReadRow| (0..200).map(|i| if i % 2 == 0 { one } else { other }).collect();
    says(reads(alternating([1, 0, 0, 1], [1, 4, 0, 1])), "AR changed while it waited for ARREADY");
    says(reads(alternating([1, 0, 0, 1], IDLE)), "ARVALID fell before ARREADY");
    let set = |name: &'static str, value| {
        violation(move |instance| {
            instance.write(instance.port(name)?, value);
            read(instance, &[[1, 0, 0, 1]; 40]).map(drop)
        })
    };
    says(set("d_arburst", 2), "is not an INCR burst: its type is 2");
    says(set("d_arsize", 1), "has beats of 2 bytes on a bus of 4");

    says(writes(vec![[1, 0xffc, 1, 0, 0, 0, 0, 1]; 40]), "AW burst of 2 beats at 0xffc crosses a 4 KiB boundary");
    says(writes(vec![[1, 0, 1, 1, 0, 15, 1, 1]; 40]), "WLAST is 1 in beat 1 of 2 of the write at 0x0");
    says(writes(vec![[1, 0, 0, 1, 0, 15, 0, 1]; 40]), "WLAST is 0 in beat 1 of 1 of the write at 0x0");
    let data = |i: u64| [0, 0, 0, 1, i, 15, 0, 1];
    says(writes((0..200).map(data).collect()), "W changed while it waited for WREADY");
    says(writes((0..200).map(|i| [0, 0, 0, i % 2, 0, 15, 0, 1]).collect()), "WVALID fell before WREADY");
    says(writes((0..200).map(|i| [1, 4 * i, 0, 0, 0, 15, 0, 1]).collect()), "AW changed while it waited for AWREADY");
}

#[test]
fn reset_forgets_bursts_under_way() {
    let (mut instance, memory) = attached(&AxiMemory { timing: timing(8, 1, 1), ..AxiMemory::new("m_axi_", 64) });
    count_up(&mut instance, memory);
    let reset_n = instance.port("reset_n").unwrap();
    assert_eq!(read(&mut instance, &[[1, 0, 7, 1], [1, 0, 7, 1], IDLE]).unwrap(), []);
    instance.write(reset_n, 0);
    assert_eq!(read(&mut instance, &[[1, 3, 7, 1], IDLE]).unwrap(), [], "nothing is accepted or checked");
    instance.write(reset_n, 1);
    assert_eq!(read(&mut instance, &[IDLE; 20]).unwrap(), []);
    let mut rows = vec![[1, 4, 0, 1]];
    rows.extend(vec![IDLE; 10]);
    assert_eq!(read(&mut instance, &rows).unwrap(), [(8, 2, 0, 1)]);
}

/// Copies 40 bursts with `copy_master`, checks the copy and returns the number of cycles.
fn copied(bus: u32, len: u64, slow: bool, timing: AxiTiming) -> u64 {
    let text = include_str!("designs/copy_master.v").replace("`BUS", &bus.to_string());
    let library = Library::build(&source("copy_master", &text), &BuildOptions::default()).unwrap();
    let mut instance = library.instance().unwrap();
    let bursts = 40;
    let bytes = bursts as usize * (len as usize + 1) * bus as usize / 8;
    let memory = instance.attach(&AxiMemory { base: 0x8000, timing, ..AxiMemory::new("m_axi_", 0x40000) }).unwrap();
    for (index, byte) in instance.memory_mut(memory).iter_mut().enumerate() {
        *byte = (index * 7 + index / 251) as u8;
    }
    let mut expected = instance.memory(memory).to_vec();
    expected.copy_within(0x1000..0x1000 + bytes, 0x20000);
    let [reset_n, start, done, error] = ["reset_n", "start", "done", "error"].map(|name| library.port(name).unwrap());
    instance.tick();
    let inputs = [("reset_n", 1), ("start", 1), ("slow", slow.into()), ("source", 0x9000), ("target", 0x28000)];
    for (name, value) in inputs.into_iter().chain([("len", len), ("bursts", bursts)]) {
        instance.write(library.port(name).unwrap(), value);
    }
    instance.tick();
    instance.write(start, 0);
    let before = instance.cycle();
    let after = instance.run_until(done, 1_000_000).unwrap().expect("the copy ends");
    assert_eq!(instance.read(error), 0);
    assert!(instance.memory(memory) == expected, "bus {bus}, {timing:?}: the copy differs");
    let counts = instance.axi_counts(memory);
    assert_eq!([counts.read_bursts, counts.write_bursts, counts.read_beats], [bursts, bursts, bursts * (len + 1)]);
    instance.write(reset_n, 0);
    after - before
}

#[test]
fn a_copy_is_right_whatever_the_pauses_and_repeats_to_the_cycle() {
    for bus in [32, 128] {
        let mut times = Vec::new();
        for seed in 0..20 {
            let stalling = AxiTiming { stall_seed: Some(seed), ..timing(1 + seed as u32 % 4, 2, 1) };
            times.push(copied(bus, 7, seed % 2 == 0, stalling));
            if seed < 2 {
                assert_eq!(times.last(), Some(&copied(bus, 7, seed % 2 == 0, stalling)), "seed {seed}");
            }
        }
        let calm = copied(bus, 7, false, timing(1, 1, 1));
        // Cycles per burst: read address with latency 1, 8 read beats, write address together with 8 write beats,
        // response with latency 1.
        assert_eq!(calm, 40 * (1 + 8 + 8 + 1));
        assert!(times.iter().all(|time| *time > calm + 200), "pauses take time: {times:?} against {calm}");
        times.sort();
        times.dedup();
        assert!(times.len() > 15, "seeds differ: {times:?}");
    }
}

#[test]
fn latency_and_bandwidth_take_their_cycles() {
    assert_eq!(copied(32, 0, false, timing(1, 1, 1)), 40 * 4);
    assert_eq!(copied(32, 0, false, timing(30, 9, 1)), 40 * (1 + 30 + 1 + 9));
    assert_eq!(copied(32, 3, false, timing(10, 5, 1)), 40 * (1 + 13 + 4 + 5));
    assert_eq!(copied(32, 3, false, timing(10, 5, 4)), 40 * (1 + 13 + 9 + 13 + 5));
}

#[test]
fn ports_that_are_no_master_are_refused_by_name() {
    let ports = WIRES.split_once("output m_axi_arvalid").unwrap().1.split_once(");").unwrap().0;
    let ports = format!("output m_axi_arvalid{ports}");
    // Prefix, change to a correct master, expected message.
    let faults = [
        ("a_", "m_axi_rlast", "m_axi_rl", "there is no `a_rlast`"),
        (
            "b_",
            "output [7:0] m_axi_arlen",
            "output [3:0] m_axi_arlen",
            "`output [3:0] b_arlen` has a width that AXI4 does not know",
        ),
        ("c_", "input [31:0] m_axi_rdata", "input [63:0] m_axi_rdata", "`c_rdata` has 64 bits and `c_wdata` 32"),
        ("d_", "input m_axi_rvalid", "output m_axi_rvalid", "`output d_rvalid` goes the wrong way"),
        ("e_", "output [3:0] m_axi_wstrb", "output [7:0] m_axi_wstrb", "`e_wdata` has 32 bits and `e_wstrb` 8"),
        (
            "f_",
            "output m_axi_wlast",
            "output m_axi_wlast, output m_axi_awid",
            "only one of `f_awid` and `f_bid` is there",
        ),
        ("g_", "m_axi_a", "m_axi_x", "neither an output `g_arvalid` nor `g_awvalid`"),
    ];
    let list = |(prefix, from, to, _): &(&str, &str, &str, &str)| ports.replace(from, to).replace("m_axi_", prefix);
    let lists: Vec<_> = faults.iter().map(list).chain([ports.clone()]).collect();
    let text = format!("module misfits({}); endmodule", lists.join(", "));
    let library = Library::build(&source("misfits", &text), &BuildOptions::default()).unwrap();
    let mut instance = library.instance().unwrap();
    for (prefix, _, _, says) in faults {
        let error = instance.attach(&AxiMemory::new(prefix, 64)).unwrap_err();
        assert!(matches!(error, Error::AxiPins { .. }), "{error:?}");
        assert!(error.to_string().contains(says), "`{says}` in: {error}");
    }
    instance.attach(&AxiMemory::new("m_axi_", 64)).unwrap();
}
