//! [`Host`]: the AXI4-Lite master of a host.

use super::AcceleratorError;
use ibert_isa::registers::Register;
use ibert_sim::{Error, Instance, Port};

/// Cycles that a register access may take.
const PATIENCE: usize = 64;

/// The ports of the register slave and the interrupt.
pub(super) struct Host {
    araddr: Port,
    arvalid: Port,
    arready: Port,
    rvalid: Port,
    rready: Port,
    rdata: Port,
    rresp: Port,
    awaddr: Port,
    awvalid: Port,
    awready: Port,
    wdata: Port,
    wstrb: Port,
    wvalid: Port,
    wready: Port,
    bvalid: Port,
    bready: Port,
    bresp: Port,
    irq: Port,
}

impl Host {
    pub(super) fn new(instance: &Instance) -> Result<Self, Error> {
        let port = |name: &str| instance.port(&format!("s_axi_{name}"));
        Ok(Host {
            araddr: port("araddr")?,
            arvalid: port("arvalid")?,
            arready: port("arready")?,
            rvalid: port("rvalid")?,
            rready: port("rready")?,
            rdata: port("rdata")?,
            rresp: port("rresp")?,
            awaddr: port("awaddr")?,
            awvalid: port("awvalid")?,
            awready: port("awready")?,
            wdata: port("wdata")?,
            wstrb: port("wstrb")?,
            wvalid: port("wvalid")?,
            wready: port("wready")?,
            bvalid: port("bvalid")?,
            bready: port("bready")?,
            bresp: port("bresp")?,
            irq: instance.port("irq")?,
        })
    }

    /// The interrupt line.
    pub(super) fn irq(&self) -> Port {
        self.irq
    }

    pub(super) fn read(&self, instance: &mut Instance, register: Register) -> Result<u32, AcceleratorError> {
        instance.write(self.araddr, register.offset.into());
        instance.write(self.arvalid, 1);
        instance.write(self.rready, 1);
        for _ in 0..PATIENCE {
            instance.eval();
            let [accepted, valid, data, response] =
                [self.arready, self.rvalid, self.rdata, self.rresp].map(|port| instance.read(port));
            instance.tick();
            if accepted == 1 {
                instance.write(self.arvalid, 0);
            }
            if valid == 1 {
                instance.write(self.rready, 0);
                return answered(register, response).map(|()| data as u32);
            }
        }
        Err(silent(register))
    }

    pub(super) fn write(
        &self,
        instance: &mut Instance,
        register: Register,
        value: u32,
    ) -> Result<(), AcceleratorError> {
        let inputs = [
            (self.awaddr, register.offset),
            (self.awvalid, 1),
            (self.wdata, value),
            (self.wstrb, 0b1111),
            (self.wvalid, 1),
            (self.bready, 1),
        ];
        inputs.into_iter().for_each(|(port, value)| instance.write(port, value.into()));
        for _ in 0..PATIENCE {
            instance.eval();
            let [address, data, valid, response] =
                [self.awready, self.wready, self.bvalid, self.bresp].map(|port| instance.read(port));
            instance.tick();
            if address == 1 {
                instance.write(self.awvalid, 0);
            }
            if data == 1 {
                instance.write(self.wvalid, 0);
            }
            if valid == 1 {
                instance.write(self.bready, 0);
                return answered(register, response);
            }
        }
        Err(silent(register))
    }
}

fn answered(register: Register, response: u64) -> Result<(), AcceleratorError> {
    match response {
        0 => Ok(()),
        _ => Err(AcceleratorError::Register { register: register.name, reason: format!("response {response}") }),
    }
}

fn silent(register: Register) -> AcceleratorError {
    AcceleratorError::Register { register: register.name, reason: format!("no answer in {PATIENCE} cycles") }
}
