#!/usr/bin/env python3
"""Prints the ten slowest tests of a JUnit report, and the time of all tests.

    scripts/slowest.py target/nextest/default/junit.xml
"""

import sys
from xml.etree import ElementTree


def main() -> None:
    root = ElementTree.parse(sys.argv[1]).getroot()
    tests = [
        (float(case.get("time", 0)), suite.get("name"), case.get("name"))
        for suite in root.iter("testsuite")
        for case in suite.iter("testcase")
    ]
    tests.sort(reverse=True)
    print(f"{len(tests)} tests, {sum(test[0] for test in tests):.0f} s if they ran one after another; the slowest:")
    for seconds, binary, name in tests[:10]:
        print(f"{seconds:8.1f} s  {binary}  {name}")


if __name__ == "__main__":
    main()
