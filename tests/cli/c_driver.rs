//! examples/driver: the driver in C on the Verilated accelerator, with an AXI memory of its own: every value of the
//! last hidden state, and what it says when a value or the program is wrong.

use ibert_isa::{INSTRUCTION_BYTES, Instruction, Operation, Stop};
use ibert_sim::Verilator;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// The example, built in a folder of its own.
struct Example {
    folder: TempDir,
    image: Vec<u8>,
    expected: Vec<u8>,
    /// Where the program is in the image.
    program: usize,
}

fn make(folder: &Path) -> Command {
    let verilator = Verilator::find().unwrap();
    let mut make = Command::new("make");
    make.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/driver"));
    make.arg(format!("BUILD={}", folder.display())).arg(format!("IBERT={}", env!("CARGO_BIN_EXE_ibert")));
    make.arg(format!("VERILATOR={}", verilator.path().display())).arg("OPT_FAST=-O0");
    make.envs(verilator.command().get_envs().filter_map(|(name, value)| Some((name, value?))));
    // As from a shell, whoever started this test.
    for variable in ["MAKEFLAGS", "MFLAGS", "MAKELEVEL"] {
        make.env_remove(variable);
    }
    make
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// The number after a name in the header that `ibert schedule --image` writes.
fn number(header: &str, name: &str) -> usize {
    let line = header.lines().find(|line| line.starts_with(&format!("#define IBERT_PROGRAM_{name} "))).unwrap();
    let value = line.split_whitespace().last().unwrap().trim_end_matches('u');
    value
        .strip_prefix("0x")
        .map_or_else(|| value.parse(), |hexadecimal| usize::from_str_radix(hexadecimal, 16))
        .unwrap()
}

impl Example {
    fn build() -> Example {
        let folder = tempfile::tempdir().unwrap();
        let output = make(folder.path()).output().expect("make; install it with `make setup`");
        assert!(output.status.success(), "{}", said(&output));
        // 6 tokens of 64 channels.
        assert!(said(&output).contains("PASS: 384 values equal"), "{}", said(&output));
        let read = |name: &str| fs::read(folder.path().join("program").join(name)).unwrap();
        let header = String::from_utf8(read("ibert_program.h")).unwrap();
        let (image, expected) = (read("image.bin"), read("expected.bin"));
        assert_eq!((number(&header, "IMAGE_BYTES"), number(&header, "TOKENS")), (image.len(), 6));
        Example { image, expected, program: number(&header, "ADDRESS"), folder }
    }

    /// Runs the driver on an image and an expectation; exit status and what it says.
    fn run(&self, options: &[&str], image: &[u8], expected: &[u8]) -> (Option<i32>, String) {
        let place = |name: &str, bytes: &[u8]| {
            let path = self.folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path
        };
        let (image, expected) = (place("image.bin", image), place("expected.bin", expected));
        let mut driver = Command::new(self.folder.path().join("driver"));
        let output = driver.args(options).args([image, expected]).output().unwrap();
        (output.status.code(), said(&output))
    }

    /// The image with an instruction of the program changed.
    fn with(&self, index: usize, change: impl Fn(&mut [u8; INSTRUCTION_BYTES])) -> Vec<u8> {
        let mut image = self.image.clone();
        let place = &mut image[self.program + index * INSTRUCTION_BYTES..][..INSTRUCTION_BYTES];
        change(place.try_into().unwrap());
        image
    }

    fn instruction(&self, index: usize) -> Instruction {
        let place = &self.image[self.program + index * INSTRUCTION_BYTES..][..INSTRUCTION_BYTES];
        Instruction::decode(place.try_into().unwrap()).unwrap()
    }
}

#[test]
fn a_c_driver_runs_programs_and_says_what_is_wrong() {
    let example = Example::build();
    let Example { image, expected, .. } = &example;

    // Whatever memory does, and without the interrupt.
    let mut cycles = vec![];
    for options in [&["--latency", "1"][..], &["--latency", "200"], &["--stall", "7"], &["--poll", "--stall", "8"]] {
        let (status, said) = example.run(options, image, expected);
        assert!(status == Some(0) && said.contains("PASS: 384 values equal"), "{options:?}: {said}");
        cycles.push(said.lines().find(|line| line.contains(" cycles")).unwrap().to_owned());
    }
    assert!(cycles.windows(2).all(|pair| pair[0] != pair[1]), "memory has no influence? {cycles:?}");

    // One bit of one expected value: token 3, channel 9.
    let mut wrong = expected.clone();
    wrong[2 * (3 * 64 + 9)] ^= 1;
    let (status, said) = example.run(&[], image, &wrong);
    assert!(
        status == Some(1) && said.contains("token 3, channel 9: expected") && said.contains("FAIL: 1 of 384"),
        "{said}"
    );

    // One weight: other values.
    let load = (0..).find_map(|index| match example.instruction(index).operation {
        Operation::Load(load) if load.count > 32 => Some(load),
        _ => None,
    });
    let mut other = image.clone();
    other[load.unwrap().dram as usize] ^= 0x40;
    let (status, said) = example.run(&[], &other, expected);
    assert!(status == Some(1) && said.contains("FAIL: "), "{said}");

    // Faulty programs: code and index.
    let second_load = (1..).find(|index| matches!(example.instruction(*index).operation, Operation::Load(_))).unwrap();
    let beyond = |bytes: &mut [u8; INSTRUCTION_BYTES]| {
        let mut instruction = Instruction::decode(bytes).unwrap();
        let Operation::Load(load) = &mut instruction.operation else { panic!("{instruction}") };
        load.dram = 1 << 30;
        *bytes = instruction.encode().unwrap();
    };
    let faults = [
        (Stop::IllegalOpcode, 5, example.with(5, |bytes| bytes[0] |= 0xf)),
        (Stop::ReadDecodeError, second_load, example.with(second_load, beyond)),
    ];
    for (stop, index, image) in faults {
        let (status, said) = example.run(&[], &image, expected);
        let stopped = format!("STOPPED: {} ({}) at instruction {index}\n", stop.name(), stop as u64);
        assert!(status == Some(2) && said.contains(&stopped), "{stopped}: {said}");
    }

    // No number.
    for word in ["abc", "-1", "7x", "4294967296"] {
        let (status, said) = example.run(&["--latency", word], image, expected);
        assert!(status == Some(2) && said.contains(&format!("--latency takes a number, not `{word}`")), "{said}");
    }

    // No image, no program.
    let (status, said) = example.run(&[], &image[..64], expected);
    assert!(status == Some(2) && said.contains("STOPPED: read_decode_error (8) at instruction 0"), "{said}");
    let (status, said) = example.run(&[], image, &expected[2..]);
    assert!(status == Some(2) && said.contains("error: the expectation has another size"), "{said}");
}

/// The driver knows every code that the hardware has, by its name.
#[test]
fn the_driver_names_every_stop() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/driver/ibert.c")).unwrap();
    for stop in Stop::ALL {
        let name = stop.name();
        let line = format!("case IBERT_STOP_{}: return \"{name}\";", name.to_uppercase());
        assert!(text.contains(&line), "{line}");
    }
    assert_eq!(text.matches("case IBERT_STOP_").count(), Stop::ALL.len());
}
