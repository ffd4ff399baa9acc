"""pytest plugin: writes one line of JSON to file descriptor 3 for each test as soon as it has ended.

{"name": ..., "outcome": "passed" | "failed" | "skipped", "seconds": ..., "reason": ...}
"""

import json
import os

seconds = {}
reported = set()


def pytest_runtest_logreport(report):
    seconds[report.nodeid] = seconds.get(report.nodeid, 0) + report.duration
    # A test ends with its call, unless it ends before or something goes wrong after.
    if report.when == "call" or report.outcome != "passed":
        write(report)


def write(report):
    # A failure after the call (in a fixture's clean-up) is a failure of its own beside the test's.
    name = report.nodeid.rpartition("::")[2]
    if report.nodeid in reported:
        name += f" ({report.when})"
    reported.add(report.nodeid)
    line = {
        "name": name,
        "outcome": report.outcome,
        "seconds": round(seconds[report.nodeid], 3),
        "reason": reason(report),
    }
    os.write(3, (json.dumps(line) + "\n").encode())


def reason(report):
    if report.outcome == "passed":
        return ""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return str(report.longrepr)
