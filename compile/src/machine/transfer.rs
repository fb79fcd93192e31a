//! `load` and `store`: transfers between external and on-chip memory.

use super::memories::{CONSTANT, Memories};
use ibert_isa::{Load, Memory, Stop, Store};
use std::ops::Range;

pub(super) fn load(memories: &mut Memories, dram: &[u8], side: usize, load: &Load) -> Result<(), Stop> {
    let Load { dram: from, address, count, memory } = *load;
    let word_bytes = memory.transfer_bytes(side).ok_or(Stop::IllegalOperand)?;
    let bytes = extent(from, address, count, word_bytes, side, memories.depth(memory))?;
    let bytes = dram.get(bytes).ok_or(Stop::ReadDecodeError)?;
    for (index, bytes) in bytes.chunks_exact(word_bytes).enumerate() {
        let address = address as usize + index;
        match memory {
            Memory::A => memories.a.word_mut(address)?.copy_from_slice(bytes),
            Memory::B => memories.b.word_mut(address)?.copy_from_slice(bytes),
            Memory::R => {
                let tokens = memories.r.word_mut(address)?.iter_mut().zip(bytes.chunks_exact(2));
                tokens.for_each(|(token, bytes)| *token = i16::from_le_bytes([bytes[0], bytes[1]]));
            }
            Memory::K => memories.k.word_mut(address)?.copy_from_slice(&bytes[..CONSTANT]),
            Memory::C | Memory::Y => return Err(Stop::IllegalOperand),
        }
    }
    Ok(())
}

pub(super) fn store(memories: &Memories, dram: &mut [u8], side: usize, store: &Store) -> Result<(), Stop> {
    let Store { dram: to, address, count, memory } = *store;
    let word_bytes = match memory {
        Memory::A | Memory::R => memory.transfer_bytes(side),
        Memory::B | Memory::C | Memory::Y | Memory::K => None,
    };
    let word_bytes = word_bytes.ok_or(Stop::IllegalOperand)?;
    let bytes = extent(to, address, count, word_bytes, side, memories.depth(memory))?;
    let bytes = dram.get_mut(bytes).ok_or(Stop::WriteDecodeError)?;
    for (index, bytes) in bytes.chunks_exact_mut(word_bytes).enumerate() {
        let address = address as usize + index;
        if memory == Memory::A {
            bytes.copy_from_slice(memories.a.word(address)?);
        } else {
            let tokens = bytes.chunks_exact_mut(2).zip(memories.r.word(address)?);
            tokens.for_each(|(bytes, token)| bytes.copy_from_slice(&token.to_le_bytes()));
        }
    }
    Ok(())
}

/// Byte range of a transfer in external memory, after checks of the instruction's fields.
fn extent(
    dram: u64,
    address: u64,
    count: u64,
    word_bytes: usize,
    side: usize,
    depth: usize,
) -> Result<Range<usize>, Stop> {
    let bytes = dram as usize..dram as usize + count as usize * word_bytes;
    if count == 0 {
        Err(Stop::IllegalOperand)
    } else if !bytes.start.is_multiple_of(side) {
        Err(Stop::UnalignedAddress)
    } else if (address + count) as usize > depth || bytes.end > 1 << 32 {
        Err(Stop::AddressRange)
    } else {
        Ok(bytes)
    }
}
