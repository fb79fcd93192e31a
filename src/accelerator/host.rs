//! [`Host`]: what a driver does, on the register interface and the memory of a simulated accelerator.

use super::AcceleratorError;
use crate::schedule::Compiled;
use ibert_hdl::isa::registers::{self, Register, Registers};
use ibert_hdl::isa::{ISA_VERSION, Stop};
use ibert_sim::{AxiMemory, AxiTiming, Instance, Memory, Port};

/// Cycles that a register access may take.
const PATIENCE: usize = 64;

/// A program that has ended.
pub(super) struct Ended {
    pub(super) cycles: u64,
    pub(super) variance_saturated: bool,
}

pub(super) struct Host {
    instance: Instance,
    memory: Memory,
}

impl Host {
    /// After a reset, with the image in memory.
    pub(super) fn new(
        mut instance: Instance,
        compiled: &Compiled,
        timing: AxiTiming,
    ) -> Result<Self, AcceleratorError> {
        let image = &compiled.image.bytes;
        let memory = instance.attach(&AxiMemory { timing, ..AxiMemory::new("m_axi_", image.len()) })?;
        instance.memory_mut(memory).copy_from_slice(image);
        let reset_n = instance.port("reset_n")?;
        instance.write(reset_n, 0);
        instance.ticks(3);
        instance.write(reset_n, 1);
        let mut host = Host { instance, memory };
        for (register, expected) in
            [(Registers::identity(), registers::IDENTITY), (Registers::isa_version(), ISA_VERSION)]
        {
            let got = host.read(register)?;
            if got != expected {
                let reason = format!("{got:#x} instead of {expected:#x}");
                return Err(AcceleratorError::Register { register: register.name, reason });
            }
        }
        Ok(host)
    }

    pub(super) fn instance(&mut self) -> &mut Instance {
        &mut self.instance
    }

    /// The memory behind the bus.
    pub(super) fn memory(&self) -> Vec<u8> {
        self.instance.memory(self.memory).to_vec()
    }

    /// Starts the program and waits for its interrupt.
    pub(super) fn run(&mut self, compiled: &Compiled, limit: u64) -> Result<Ended, AcceleratorError> {
        let image = &compiled.image;
        self.write(Registers::program_address(), image.program)?;
        self.write(Registers::program_length(), image.length as u32)?;
        self.write(Registers::interrupt_enable(), 0b11)?;
        self.write(Registers::control(), 1)?;
        let irq = self.instance.port("irq")?;
        if self.instance.run_until(irq, limit)?.is_none() {
            return Err(AcceleratorError::NoInterrupt { cycles: limit });
        }
        self.write(Registers::interrupt_pending(), 0b11)?;
        let status = self.read(Registers::status())?;
        let status = registers::Status::decode(&status.to_le_bytes());
        if status.error {
            let (code, index) = (self.read(Registers::error_code())?, self.read(Registers::error_index())?);
            let stop = Stop::from_code(code.into()).ok_or(AcceleratorError::UnknownStop { code, index })?;
            let instruction = compiled.program.get(index as usize);
            let instruction = instruction.map_or_else(String::new, ToString::to_string);
            return Err(AcceleratorError::Stopped { stop, index, instruction });
        }
        let cycles = self.read(Registers::cycles())?.into();
        Ok(Ended { cycles, variance_saturated: status.variance_saturated })
    }

    fn read(&mut self, register: Register) -> Result<u32, AcceleratorError> {
        self.set("s_axi_araddr", register.offset.into())?;
        self.set("s_axi_arvalid", 1)?;
        self.accepted(register, "s_axi_arready")?;
        self.set("s_axi_arvalid", 0)?;
        self.set("s_axi_rready", 1)?;
        let (rvalid, rdata, rresp) = (self.port("s_axi_rvalid")?, self.port("s_axi_rdata")?, self.port("s_axi_rresp")?);
        for _ in 0..PATIENCE {
            self.instance.eval();
            let (valid, data, response) =
                (self.instance.read(rvalid), self.instance.read(rdata), self.instance.read(rresp));
            self.instance.tick();
            if valid == 1 {
                self.set("s_axi_rready", 0)?;
                return if response == 0 { Ok(data as u32) } else { Err(refused(register, response)) };
            }
        }
        Err(silent(register))
    }

    fn write(&mut self, register: Register, value: u32) -> Result<(), AcceleratorError> {
        self.set("s_axi_awaddr", register.offset.into())?;
        self.set("s_axi_awvalid", 1)?;
        self.set("s_axi_wdata", value.into())?;
        self.set("s_axi_wstrb", 0b1111)?;
        self.set("s_axi_wvalid", 1)?;
        self.set("s_axi_bready", 1)?;
        let (awready, wready) = (self.port("s_axi_awready")?, self.port("s_axi_wready")?);
        let (bvalid, bresp) = (self.port("s_axi_bvalid")?, self.port("s_axi_bresp")?);
        for _ in 0..PATIENCE {
            self.instance.eval();
            let [address, data, valid, response] =
                [awready, wready, bvalid, bresp].map(|port| self.instance.read(port));
            self.instance.tick();
            if address == 1 {
                self.set("s_axi_awvalid", 0)?;
            }
            if data == 1 {
                self.set("s_axi_wvalid", 0)?;
            }
            if valid == 1 {
                self.set("s_axi_bready", 0)?;
                return if response == 0 { Ok(()) } else { Err(refused(register, response)) };
            }
        }
        Err(silent(register))
    }

    /// Ticks until `ready`, and that cycle.
    fn accepted(&mut self, register: Register, ready: &str) -> Result<(), AcceleratorError> {
        let ready = self.port(ready)?;
        for _ in 0..PATIENCE {
            self.instance.eval();
            let accepted = self.instance.read(ready) == 1;
            self.instance.tick();
            if accepted {
                return Ok(());
            }
        }
        Err(silent(register))
    }

    fn port(&self, name: &str) -> Result<Port, AcceleratorError> {
        Ok(self.instance.port(name)?)
    }

    fn set(&mut self, name: &str, value: u64) -> Result<(), AcceleratorError> {
        let port = self.port(name)?;
        self.instance.write(port, value);
        Ok(())
    }
}

fn silent(register: Register) -> AcceleratorError {
    AcceleratorError::Register { register: register.name, reason: format!("no answer in {PATIENCE} cycles") }
}

fn refused(register: Register, response: u64) -> AcceleratorError {
    AcceleratorError::Register { register: register.name, reason: format!("response {response}") }
}
