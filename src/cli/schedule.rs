//! `ibert schedule`: a program for the accelerator, and what it takes.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use ibert::schedule::{Compiled, compile};
use serde::Serialize;

use super::Verdict;
use super::arguments::ScheduleArguments;
use super::console::{Console, Report};
use super::error::Error;
use super::{model_file, sequence};

#[derive(Debug, Serialize)]
struct Scheduled {
    model: PathBuf,
    config: &'static str,
    tokens: usize,
    layers: usize,
    instructions: usize,
    /// Multiply-accumulates that the encoder needs.
    macs: u64,
    /// Bytes of all memories on chip.
    sram_bytes: usize,
    /// Bytes of program, weights, constants and activations in memory.
    dram_bytes: usize,
    seconds: f64,
    #[serde(skip)]
    listing: Option<String>,
}

pub(super) fn run(arguments: &ScheduleArguments, console: &Console) -> Result<Verdict, Error> {
    let (path, model) = model_file::read(&arguments.model)?;
    let sequence = sequence::of_length(&path, &model, arguments.tokens, None)?;
    let started = Instant::now();
    let layers = arguments.layers.unwrap_or(usize::MAX);
    let configuration = arguments.config.hardware();
    let compiled = compile(&model, configuration, &sequence, layers).map_err(Error::Schedule)?;
    let seconds = started.elapsed().as_secs_f64();
    let Compiled { program, image, macs, .. } = &compiled;
    console.report(&Scheduled {
        model: path,
        config: configuration.name,
        tokens: compiled.tokens,
        layers: compiled.layers,
        instructions: program.len(),
        macs: *macs,
        sram_bytes: configuration.sram_bytes(),
        dram_bytes: image.bytes.len(),
        seconds,
        listing: arguments.listing.then(|| compiled.listing()),
    });
    Ok(Verdict::Done)
}

impl Report for Scheduled {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(listing) = &self.listing {
            out.write_all(listing.as_bytes())?;
        }
        let Scheduled { config, tokens, layers, instructions, macs, sram_bytes, dram_bytes, .. } = self;
        writeln!(out, "{tokens} tokens, {layers} layers, configuration {config}")?;
        writeln!(out, "{instructions} instructions for {macs} multiply-accumulates")?;
        writeln!(out, "{dram_bytes} bytes in memory, {sram_bytes} bytes on chip")
    }
}
