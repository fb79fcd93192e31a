//! The AXI4-Lite slave under a master that stalls at random, against a map of the registers.

use super::bench::{Bench, OKAY, SLVERR, WIDE};
use ibert_isa::registers::{Access, REGISTERS, Register, Registers};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// The registers that a program does not change, as a host would imagine them.
struct Map {
    values: Vec<(Register, u32)>,
}

impl Map {
    fn of(bench: &mut Bench) -> Map {
        Map { values: REGISTERS.iter().map(|r| (*r, bench.register(r.offset) as u32)).collect() }
    }

    fn read(&self, address: u32) -> (u64, u64) {
        let found = self.values.iter().find(|(register, _)| register.offset == address);
        found.map_or((0, SLVERR), |(_, value)| ((*value).into(), OKAY))
    }

    fn write(&mut self, address: u32, data: u32, strobes: u32) -> u64 {
        let mask = (0..4).filter(|byte| strobes >> byte & 1 == 1).fold(0, |mask, byte| mask | 0xff << (8 * byte));
        let Some((register, value)) = self.values.iter_mut().find(|(register, _)| register.offset == address) else {
            return SLVERR;
        };
        match register.access {
            Access::ReadOnly => return SLVERR,
            Access::ReadWrite => *value = *value & !mask | data & mask,
            Access::WriteOneToClear => *value &= !(data & mask),
            Access::WriteOnly => {}
        }
        OKAY
    }
}

/// Mostly registers, sometimes what lies between or beyond, or not on a word.
fn address(rng: &mut ChaCha8Rng) -> u32 {
    match rng.random_range(0..8) {
        0 => rng.random_range(0..1 << 12),
        1 => 4 * rng.random_range(0..1 << 10),
        2 => REGISTERS[rng.random_range(0..REGISTERS.len())].offset + rng.random_range(0..4),
        _ => REGISTERS[rng.random_range(0..REGISTERS.len())].offset,
    }
}

#[test]
fn writes_in_any_order_of_address_and_data_with_any_stalls_are_answered_in_order() {
    for seed in 0..12 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut bench = Bench::new(&WIDE, seed as u32);
        let mut map = Map::of(&mut bench);
        // Start and abort are tested with programs.
        let writes: Vec<(u32, u32, u32)> = (0..300)
            .map(|_| (address(&mut rng), rng.random(), rng.random_range(0..16)))
            .map(|(address, data, strobes)| match address == Registers::control().offset {
                true => (address, data & !3, strobes),
                false => (address, data, strobes),
            })
            .collect();
        let pace = [1, 4, 10][rng.random_range(0..3)];
        let (mut addresses, mut datas) =
            (writes.iter().collect::<VecDeque<_>>(), writes.iter().collect::<VecDeque<_>>());
        let mut answered = 0;
        let (mut offer_address, mut offer_data, mut held) = (false, false, None);
        for cycle in 0.. {
            assert!(cycle < 300 * 40, "seed {seed}: the bus hangs after {answered} answers");
            // Valid stays until it is accepted.
            offer_address = !addresses.is_empty() && (offer_address || rng.random_ratio(1, pace));
            offer_data = !datas.is_empty() && (offer_data || rng.random_ratio(1, pace));
            let garbage: u32 = rng.random();
            bench.set("awvalid", offer_address.into());
            bench.set("awaddr", addresses.front().filter(|_| offer_address).map_or(garbage, |w| w.0).into());
            bench.set("wvalid", offer_data.into());
            bench.set("wdata", datas.front().filter(|_| offer_data).map_or(garbage, |w| w.1).into());
            bench.set("wstrb", datas.front().filter(|_| offer_data).map_or(garbage, |w| w.2).into());
            bench.set("bready", rng.random_ratio(1, pace).into());
            bench.settle();
            if offer_address && bench.get("awready") == 1 {
                addresses.pop_front();
                offer_address = false;
            }
            if offer_data && bench.get("wready") == 1 {
                datas.pop_front();
                offer_data = false;
            }
            if bench.get("bvalid") == 1 {
                let response = bench.get("bresp");
                assert!(held.is_none_or(|before| before == response), "a response holds until it is taken");
                held = Some(response);
                if bench.get("bready") == 1 {
                    let taken = writes.len() - addresses.len().max(datas.len());
                    assert!(answered < taken, "an answer before its write");
                    let (address, data, strobes) = writes[answered];
                    assert_eq!(response, map.write(address, data, strobes), "write {answered} to {address:#x}");
                    answered += 1;
                    held = None;
                }
            } else {
                assert_eq!(held, None, "a response is not withdrawn");
            }
            bench.step();
            if answered == writes.len() {
                break;
            }
        }
        bench.set("bready", 0);
        bench.steps(3);
        assert_eq!(bench.get("bvalid"), 0, "no more answers than writes");
        for register in REGISTERS {
            assert_eq!(bench.read(register.offset), map.read(register.offset), "{} after seed {seed}", register.name);
        }
    }
}

#[test]
fn reads_with_any_stalls_give_the_register_or_slverr() {
    for seed in 0..6 {
        let mut rng = ChaCha8Rng::seed_from_u64(50 + seed);
        let mut bench = Bench::new(&WIDE, seed as u32);
        for register in REGISTERS.iter().filter(|register| register.access == Access::ReadWrite) {
            assert_eq!(bench.write(register.offset, rng.random()), OKAY);
        }
        let map = Map::of(&mut bench);
        let addresses: Vec<u32> = (0..300).map(|_| address(&mut rng)).collect();
        let pace = [1, 3, 10][rng.random_range(0..3)];
        let (mut asked, mut answered, mut offer, mut held) = (0, 0, false, None);
        for cycle in 0.. {
            assert!(cycle < 300 * 40, "seed {seed}: the bus hangs after {answered} answers");
            offer = asked < addresses.len() && (offer || rng.random_ratio(1, pace));
            bench.set("arvalid", offer.into());
            bench.set("araddr", if offer { addresses[asked].into() } else { rng.random::<u64>() });
            bench.set("rready", rng.random_ratio(1, pace).into());
            bench.settle();
            if bench.get("rvalid") == 1 {
                let answer = (bench.get("rdata"), bench.get("rresp"));
                assert!(held.is_none_or(|before| before == answer), "an answer holds until it is taken");
                held = Some(answer);
                if bench.get("rready") == 1 {
                    assert!(answered < asked, "an answer before its question");
                    assert_eq!(answer, map.read(addresses[answered]), "read of {:#x}", addresses[answered]);
                    answered += 1;
                    held = None;
                }
            } else {
                assert_eq!(held, None, "an answer is not withdrawn");
            }
            if offer && bench.get("arready") == 1 {
                asked += 1;
                offer = false;
            }
            bench.step();
            if answered == addresses.len() {
                break;
            }
        }
    }
}

#[test]
fn every_offset_is_answered() {
    let mut bench = Bench::new(&WIDE, 1);
    let map = Map::of(&mut bench);
    for address in 0..1 << 12 {
        assert_eq!(bench.read(address), map.read(address), "{address:#x}");
        if map.read(address).1 == SLVERR {
            assert_eq!(bench.write(address, u32::MAX), SLVERR, "{address:#x}");
        }
    }
    for register in REGISTERS.iter().filter(|register| register.access == Access::ReadOnly) {
        assert_eq!(bench.write(register.offset, u32::MAX), SLVERR, "{}", register.name);
    }
    for register in REGISTERS {
        assert_eq!(bench.read(register.offset), map.read(register.offset), "{} unchanged", register.name);
    }
}
