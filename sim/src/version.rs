//! Verilator's version numbers.

use std::fmt;

/// A Verilator version such as 5.006; ordered.
///
/// Verilator writes the minor number with three digits (`5.006`), the Python wheel without leading zeros (`5.48.0`):
/// both are read as integers, so 5.48 is 5.048.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 5 in 5.006.
    pub major: u32,
    /// 6 in 5.006.
    pub minor: u32,
}

impl Version {
    /// The oldest Verilator that this crate is tested with: the version of Debian 12.
    pub const OLDEST: Version = Version { major: 5, minor: 6 };

    /// Reads the leading `major.minor` of a text such as `5.006 2023-01-22` or `5.48.0`.
    pub fn parse(text: &str) -> Option<Version> {
        let mut numbers = text.trim_start().split(|c: char| !c.is_ascii_digit() && c != '.').next()?.split('.');
        Some(Version { major: numbers.next()?.parse().ok()?, minor: numbers.next()?.parse().ok()? })
    }

    /// Reads the first line of `verilator --version`; `None` for a banner without a number, such as the Python wheel's.
    pub(crate) fn from_banner(banner: &str) -> Option<Version> {
        Version::parse(banner.trim_start().strip_prefix("Verilator ")?)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{:03}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_banner_and_wheel_metadata_give_the_same_kind_of_number() {
        let debian = Version::from_banner("Verilator 5.006 2023-01-22 rev (Debian 5.006-3)").unwrap();
        let wheel = Version::parse("5.48.0").unwrap();
        assert_eq!((debian.to_string(), wheel.to_string()), ("5.006".into(), "5.048".into()));
        assert!(debian >= Version::OLDEST && wheel > debian);
        assert!(Version::from_banner("Verilator 4.228 2022-10-01").unwrap() < Version::OLDEST);
    }

    #[test]
    fn banner_without_a_number_is_none() {
        assert_eq!(Version::from_banner(" rev vUNKNOWN-built20260516-4e853d8\n"), None);
        assert_eq!(Version::from_banner("Verilator rev UNKNOWN"), None);
        assert_eq!(Version::parse("5"), None);
        assert_eq!(Version::parse(""), None);
    }
}
