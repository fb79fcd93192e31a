//! Compares the register table with the C header.

use super::*;

#[test]
fn the_c_header_says_the_same() {
    let header = reference::c_header();
    assert!(header.contains("#define IBERT_REGISTER_STATUS 0x044u\n"));
    assert!(header.contains("#define IBERT_STATUS_DONE_LOW 1\n#define IBERT_STATUS_DONE_MASK 0x00000002u\n"));
    assert!(header.contains("#define IBERT_ARRAY_LANES_MASK 0x0000ff00u\n"));
    assert!(header.contains(&format!("#define IBERT_RESET_WATCHDOG 0x{:08x}u\n", 1 << 24)));
    assert_eq!(header.matches("#define IBERT_REGISTER_").count(), REGISTERS.len());
}
