//! The control in Verilator, with a host, a memory and four engines around it, a cycle at a time.

use super::scenario::Scenario;
use ibert_cosim::units::source;
use ibert_hdl::control::Control;
use ibert_hdl::verilog::{Design, generate};
use ibert_isa::registers::Registers;
use ibert_isa::{Configuration, LARGE, TINY};
use ibert_sim::{BuildOptions, Initial, Instance, Library, Port};
use std::collections::{HashMap, VecDeque};
use std::sync::LazyLock;

/// A bus of 4 bytes: 8 beats an instruction.
pub(crate) static NARROW: LazyLock<Library> = LazyLock::new(|| library::<32>(&TINY));
/// A bus of 32 bytes: one beat an instruction.
pub(crate) static WIDE: LazyLock<Library> = LazyLock::new(|| library::<256>(&LARGE));

fn library<const W8: usize>(configuration: &'static Configuration) -> Library {
    let options = BuildOptions { initial: Initial::Unique, ..BuildOptions::default() };
    Library::build(&source(&design::<W8>(configuration)), &options).unwrap()
}

/// The Verilog; built on a stack that a circuit of this size fits on.
pub(crate) fn design<const W8: usize>(configuration: &'static Configuration) -> Design {
    let build = || generate(&*Box::new(Control::<W8>::new(configuration)), &format!("control_{W8}")).unwrap();
    std::thread::Builder::new().stack_size(64 << 20).spawn(build).unwrap().join().unwrap()
}

/// What an engine has under way: index in the program, cycle of its retirement.
#[derive(Debug, Default)]
struct Engine {
    under_way: VecDeque<(usize, u64)>,
    last_start: Option<(u64, usize)>,
    last_retire: Option<u64>,
    started: usize,
    failed: bool,
}

/// What was seen of a program.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    pub(crate) starts: Vec<(u64, usize, u64)>,
    pub(crate) retires: Vec<(u64, usize, u64)>,
    pub(crate) requests: Vec<(u64, u64, u64)>,
    pub(crate) fetched: Vec<u64>,
    pub(crate) activity: Vec<u64>,
}

/// A program that is running.
struct Run {
    scenario: Scenario,
    /// Cycle of the instance that is the first running one.
    first: u64,
    engines: [Engine; 4],
    /// Beats that are to come: cycle at the earliest, number in the program.
    beats: VecDeque<(u64, u64)>,
    requested: u64,
    arrived: u64,
    halted: Option<u64>,
    cleared: Option<u64>,
    observed: Observed,
}

pub(crate) struct Bench {
    instance: Instance,
    ports: HashMap<String, Port>,
    beats: u64,
    run: Option<Run>,
}

/// Response to an AXI4-Lite access.
pub(crate) const OKAY: u64 = 0;
pub(crate) const SLVERR: u64 = 2;

impl Bench {
    /// A control with every register random, then reset.
    pub(crate) fn new(library: &Library, seed: u32) -> Bench {
        let instance = library.instance_with_seed(seed).unwrap();
        let ports: HashMap<String, Port> =
            library.ports().iter().map(|port| (port.name.clone(), library.port(&port.name).unwrap())).collect();
        let beats = 256 / u64::from(ports["beat"].width());
        let mut bench = Bench { instance, ports, beats, run: None };
        for engine in 0..4 {
            bench.set(&format!("idle_{engine}"), 1);
        }
        bench.reset();
        bench
    }

    pub(crate) fn beats(&self) -> u64 {
        self.beats
    }

    pub(crate) fn reset(&mut self) {
        self.run = None;
        for name in ["awvalid", "wvalid", "arvalid", "beat_valid", "bus_activity"] {
            self.set(name, 0);
        }
        for engine in 0..4 {
            for name in ["retire", "fault", "ready"] {
                self.set(&format!("{name}_{engine}"), 0);
            }
        }
        self.set("reset_n", 0);
        self.instance.tick();
        self.set("reset_n", 1);
    }

    pub(crate) fn set(&mut self, name: &str, value: u64) {
        self.instance.write(self.ports[name], value);
    }

    pub(crate) fn get(&self, name: &str) -> u64 {
        self.instance.read(self.ports[name])
    }

    pub(crate) fn cycle(&self) -> u64 {
        self.instance.cycle()
    }

    /// Outputs of this cycle for these inputs.
    pub(crate) fn settle(&mut self) {
        self.instance.eval();
    }

    /// One cycle: memory and engines drive their inputs, everything is looked at, the edge happens.
    pub(crate) fn step(&mut self) {
        let mut run = self.run.take();
        if let Some(run) = &mut run {
            self.drive(run);
        }
        self.settle();
        if let Some(run) = &mut run {
            self.observe(run);
        }
        self.instance.tick();
        self.run = run;
    }

    fn drive(&mut self, run: &mut Run) {
        let now = self.cycle();
        // Cycles before the first running one are those of the start command.
        let Some(cycle) = now.checked_sub(run.first) else { return };
        let scenario = &run.scenario;
        let stalled = scenario.memory.stall.is_some() && !scenario.memory_ready(cycle + 7919);
        let beat = run.beats.front().copied().filter(|(earliest, _)| *earliest <= now && !stalled);
        self.set("beat_valid", beat.is_some().into());
        if let Some((_, number)) = beat {
            run.beats.pop_front();
            run.arrived += 1;
            let bytes = 32 / self.beats as usize;
            let place = (number % self.beats) as usize * bytes;
            let words: Vec<u32> = scenario.program[(number / self.beats) as usize].bytes[place..place + bytes]
                .chunks(4)
                .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
                .collect();
            self.instance.write_wide(self.ports["beat"], &words);
            let response =
                scenario.read_errors.iter().find(|(bad, _)| *bad == number).map_or(0, |(_, response)| *response);
            self.set("beat_response", response);
            if (number + 1).is_multiple_of(self.beats) {
                run.observed.fetched.push(cycle);
            }
        }
        let traffic = scenario.other_traffic(cycle);
        self.set("bus_activity", u64::from(beat.is_some() || traffic));
        if beat.is_some() || traffic {
            run.observed.activity.push(cycle);
        }
        self.set("request_ready", scenario.memory_ready(cycle).into());
        for (number, engine) in run.engines.iter_mut().enumerate() {
            let draining = run.halted.is_none_or(|halt| now <= halt + scenario.drain[number]);
            let due = engine.under_way.front().is_some_and(|(_, retire)| *retire == now) && draining && !engine.failed;
            let fault = engine.under_way.front().and_then(|(index, _)| scenario.program[*index].fault).filter(|_| due);
            self.set(&format!("retire_{number}"), u64::from(due && fault.is_none()));
            self.set(&format!("fault_{number}"), fault.is_some().into());
            self.set(&format!("fault_code_{number}"), fault.map_or(15, |stop| stop as u64));
            let rested = engine.last_start.is_none_or(|(start, index)| now >= start + scenario.program[index].gap);
            let ready = rested && engine.under_way.len() < scenario.capacity[number] && !engine.failed;
            self.set(&format!("ready_{number}"), ready.into());
            let idle = engine.under_way.is_empty() || !draining;
            self.set(&format!("idle_{number}"), idle.into());
            engine.failed |= fault.is_some();
        }
    }

    fn observe(&mut self, run: &mut Run) {
        let now = self.cycle();
        let Some(cycle) = now.checked_sub(run.first) else { return };
        let quiescent = (0..4).all(|engine| self.get(&format!("idle_{engine}")) == 1);
        // A beat of this cycle is still to be taken.
        let fetching = run.requested > run.arrived - self.get("beat_valid") || self.get("request") == 1;
        if self.get("request") == 1 && self.get("request_ready") == 1 {
            let (address, beats) = (self.get("request_address"), self.get("request_beats"));
            let first = (address - u64::from(run.scenario.address)) / 32;
            assert_eq!(first * self.beats, run.requested, "bursts follow each other");
            run.observed.requests.push((cycle, first, beats));
            let earliest = now + run.scenario.memory.latency;
            run.beats.extend((0..beats).map(|beat| (earliest + beat, run.requested + beat)));
            run.requested += beats;
        }
        for (number, engine) in run.engines.iter_mut().enumerate() {
            if self.get(&format!("retire_{number}")) == 1 {
                let (index, _) = engine.under_way.pop_front().unwrap();
                let traced = self.get(&format!("trace_retire_index_{number}"));
                assert_eq!(traced, index as u64, "engine {number} retires in order");
                run.observed.retires.push((cycle, number, traced));
            }
            if self.get(&format!("start_{number}")) == 1 {
                assert!(run.halted.is_none(), "nothing starts after the halt");
                let index = self.get("trace_start_index");
                let planned = &run.scenario.program[index as usize];
                let mut words = vec![];
                self.instance.read_wide(self.ports["instruction"], &mut words);
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                assert_eq!(bytes, planned.bytes, "instruction {index} reaches its engine as it is in memory");
                run.observed.starts.push((cycle, number, index));
                let own = now + planned.duration;
                let retire = engine.last_retire.map_or(own, |last| own.max(last + 1));
                (engine.last_start, engine.last_retire) = (Some((now, index as usize)), Some(retire));
                engine.under_way.push_back((index as usize, retire));
                engine.started += 1;
            }
        }
        if self.get("halt") == 1 {
            run.halted.get_or_insert(now);
        }
        if self.get("clear") == 1 {
            run.cleared = Some(now);
        }
        if let Some(halted) = run.halted {
            let due = run.cleared.is_none() && now >= halted && quiescent && !fetching;
            if due {
                run.cleared = Some(now + 1);
            } else if run.cleared.is_some_and(|cleared| cleared == now) {
                assert_eq!(self.get("clear"), 1, "cleared in the cycle after everything is idle");
            } else {
                assert_eq!(self.get("clear"), 0, "not cleared before everything is idle");
            }
        }
    }

    /// Writes a register; address and data go out together, the response is taken at once.
    pub(crate) fn write(&mut self, offset: u32, data: u32) -> u64 {
        self.post_write(offset, data);
        self.set("bready", 1);
        while self.get("bvalid") == 0 {
            self.step();
            self.settle();
        }
        let response = self.get("bresp");
        self.step();
        response
    }

    /// Address and data of a write, to a bus at rest: the write happens in the next cycle.
    fn post_write(&mut self, offset: u32, data: u32) {
        self.settle();
        assert_eq!((self.get("awready"), self.get("wready")), (1, 1));
        self.set("awaddr", offset.into());
        self.set("wdata", data.into());
        self.set("wstrb", 15);
        self.set("awvalid", 1);
        self.set("wvalid", 1);
        self.step();
        self.set("awvalid", 0);
        self.set("wvalid", 0);
        self.settle();
    }

    pub(crate) fn read(&mut self, offset: u32) -> (u64, u64) {
        self.set("araddr", offset.into());
        self.set("arvalid", 1);
        self.step();
        self.set("arvalid", 0);
        self.set("rready", 1);
        self.settle();
        while self.get("rvalid") == 0 {
            self.step();
            self.settle();
        }
        let answer = (self.get("rdata"), self.get("rresp"));
        self.step();
        answer
    }

    pub(crate) fn register(&mut self, offset: u32) -> u64 {
        let (data, response) = self.read(offset);
        assert_eq!(response, OKAY, "register {offset:#x}");
        data
    }

    /// Starts a program; the next step is the cycle of the write, the one after it the first running cycle.
    pub(crate) fn start(&mut self, scenario: &Scenario) {
        assert_eq!(self.write(Registers::program_address().offset, scenario.address), OKAY);
        assert_eq!(self.write(Registers::program_length().offset, scenario.program.len() as u32), OKAY);
        assert_eq!(self.write(Registers::watchdog().offset, scenario.watchdog), OKAY);
        self.set("bready", 1);
        self.post_write(Registers::control().offset, 1);
        let first = self.cycle() + 1;
        self.run = Some(Run {
            scenario: scenario.clone(),
            first,
            engines: Default::default(),
            beats: VecDeque::new(),
            requested: 0,
            arrived: 0,
            halted: None,
            cleared: None,
            observed: Observed::default(),
        });
    }

    /// Steps until the program has come to rest, and what was seen. The interrupt must come in the cycle after the
    /// clearing.
    pub(crate) fn finish(&mut self) -> Observed {
        for _ in 0..2_000_000 {
            self.settle();
            let run = self.run.as_ref().unwrap();
            let abort = run.scenario.abort.map(|abort| run.first + abort);
            if run.cleared.is_some_and(|cleared| cleared < self.cycle()) {
                assert_eq!(self.get("irq"), 1, "an interrupt when the program has come to rest");
                return self.run.take().unwrap().observed;
            }
            assert_eq!(self.get("irq"), 0, "no interrupt before");
            if abort == Some(self.cycle() + 1) {
                self.post_write(Registers::control().offset, 2);
            } else {
                self.step();
            }
        }
        panic!("the program does not end");
    }

    /// Steps a part of a program.
    pub(crate) fn steps(&mut self, cycles: u64) {
        (0..cycles).for_each(|_| self.step());
    }
}
