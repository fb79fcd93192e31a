//! What every module owes to its neighbours (docs/control.md, "Handshakes"), checked on the Verilog.

mod bench;
mod handshake;
mod reset;
mod state;
mod timing;
