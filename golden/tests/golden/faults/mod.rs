//! Every way in which a case file, an integer model or a sequence can be wrong has its own error, and no damage to a
//! file makes a reader or an engine panic.

mod case_file;
mod damage;
mod encoder;
mod model_constants;
mod model_file;
mod model_parts;
mod model_round_trip;
mod small_model;
