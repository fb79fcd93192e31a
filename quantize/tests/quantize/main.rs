//! Checkpoints to integer models: reading, quantizing after training, importing, the fp32 reference.

mod checkpoint;
mod ibert;
mod ptq;
mod reference;
