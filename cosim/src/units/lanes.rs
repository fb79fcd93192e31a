//! Lanes of a packed word: lane `i` in bits `i·width` and up, as 32-bit words, least significant first.

/// Packs one value per lane, each cut to `width` ≤ 32 bits.
pub(super) fn pack(values: impl Iterator<Item = i32>, width: usize, words: &mut Vec<u32>) {
    words.clear();
    let (mut held, mut bits) = (0u64, 0);
    for value in values {
        held |= (value as u64 & ((1 << width) - 1)) << bits;
        bits += width;
        while bits >= 32 {
            words.push(held as u32);
            held >>= 32;
            bits -= 32;
        }
    }
    if bits > 0 {
        words.push(held as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn lanes_cross_word_boundaries() {
        let mut words = vec![];
        pack([-1, 0, -256, 255].into_iter(), 9, &mut words);
        // Lane 3 (0 1111 1111) starts at bit 27, lane 2 (1 0000 0000) at bit 18, lane 0 fills bits 0 to 8.
        let packed: u64 = 0x1ff | 0x100 << 18 | 0x0ff << 27;
        assert_eq!(words, [packed as u32, (packed >> 32) as u32]);
    }

    #[test]
    fn whole_words_leave_no_rest() {
        let mut words = vec![];
        pack([1, -1, i32::MIN].into_iter(), 32, &mut words);
        assert_eq!(words, [1, u32::MAX, 1 << 31]);
    }
}
