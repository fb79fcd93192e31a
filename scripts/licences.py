#!/usr/bin/env python3
"""Checks that the licence of every dependency is allowed by deny.toml.

An SPDX expression is satisfied if one side of an OR, or all sides of an AND, are allowed. Prints the dependencies that
are not allowed, and then exits with status 1.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def satisfied(expression: str, allowed: set[str]) -> bool:
    """Replaces each licence by True or False and evaluates the expression; SPDX has the precedence of Python."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression.replace(" WITH ", "\0"))
    operators = {"OR": "or", "/": "or", "AND": "and", "(": "(", ")": ")"}
    terms = [operators.get(word) or str(word.replace("\0", " WITH ") in allowed) for word in words]
    return bool(eval(" ".join(terms)))  # contains only True, False, and, or, parentheses


def main() -> int:
    licences = tomllib.loads((ROOT / "deny.toml").read_text())["licenses"]
    allowed = set(licences["allow"])
    more = {exception["crate"]: set(exception["allow"]) for exception in licences.get("exceptions", [])}
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["packages"]
    bad = [p for p in packages if not (p["license"] and satisfied(p["license"], allowed | more.get(p["name"], set())))]
    for package in bad:
        print(f"{package['name']} {package['version']}: {package['license'] or 'no licence given'}", file=sys.stderr)
    print(f"{len(packages)} packages, {len(bad)} with a licence that deny.toml does not allow")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
