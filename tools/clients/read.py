"""Prints how many findings a report has, read as its consumer reads it: read.py FORMAT FILE

gitlab: the schema by which GitLab reads Code Quality reports. junit: junitparser, strictly.
teamcity: JetBrains' own escapes. all, kept, distinct, distinct-all, logged: dockmend's own report, by what a format has of it.
"""

import json
import re
import sys

import junitparser
from teamcity.messages import escape_value

FINDING = {"description": str, "fingerprint": str, "severity": str, "location": dict}


def gitlab(text):
    findings = json.loads(text)
    for f in findings:
        assert all(isinstance(f[name], kind) for name, kind in FINDING.items()), f
        assert isinstance(f["location"]["lines"]["begin"], int), f
    assert len({f["fingerprint"] for f in findings}) == len(findings), "a fingerprint stands twice"
    return len(findings)


def junit(text):
    suites = junitparser.JUnitXml.fromstring(text.encode())
    return sum(1 for suite in suites for case in suite for _ in case.result)


def teamcity(text):
    read = 0
    for line in text.splitlines():
        if not line.startswith("##teamcity[inspection "):
            continue
        values = re.findall(r"(\w+)='((?:[^'|\[\]]|\|.)*)'", line)
        assert line == "##teamcity[inspection " + " ".join(f"{k}='{v}'" for k, v in values) + "]", line
        for _, value in values:
            plain = re.sub(r"\|(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), value)
            assert escape_value(plain) == value, value
        read += 1
    return read


def kept(text):
    """What is not suppressed, as most formats have it."""
    return [f for f in json.loads(text)["findings"] if not f["suppressed"]]


def distinct(findings):
    """How many Jenkins sees, which takes those that are equal in file, line and text for one."""
    return len({(f["file"], f["line"], f["end_line"], f["rule"], f["message"]) for f in findings})


READERS = {
    "gitlab": gitlab,
    "junit": junit,
    "teamcity": teamcity,
    "all": lambda text: len(json.loads(text)["findings"]),
    "kept": lambda text: len(kept(text)),
    "distinct": lambda text: distinct(kept(text)),
    "distinct-all": lambda text: distinct(json.loads(text)["findings"]),
    "logged": lambda text: sum(f["severity"] in ("error", "warning") for f in kept(text)),
}


name, path = sys.argv[1:]
with open(path, encoding="utf-8", newline="") as f:
    print(f"{name}\t{READERS[name](f.read())}")
