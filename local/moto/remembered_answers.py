"""Answers of moto that cannot have changed: most requests ask again what was asked a second ago, while nothing was written.

moto works an answer out anew each time, which takes most of its time. Its state changes by requests only, and by few of
those that read: what is under way has come further at each look. So an answer is remembered from the second time on that
the same question got it, and all are forgotten when anything is asked that is not known to be a read.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

READ = re.compile(r"(Describe|List|Get)[A-Z]")
SCOPE = re.compile(r"Credential=([^/]+)/[^/]*/([^/]*)/([^/]*)/")
ACTION = re.compile(rb"(?:^|&)Action=(\w+)")
REQUEST_ID = re.compile(rb"<RequestId>.*?</RequestId>")

# Whose answers depend on who asks.
PERSONAL = {"sts"}
# So that questions that never come again cost no memory.
MOST_ANSWERS = 2000


class Answer(NamedTuple):
    """Body, status line and headers."""

    content: bytes
    status: str
    headers: Any


class RememberedAnswers:
    """Not for several threads at a time, as moto is not."""

    def __init__(self) -> None:
        # By question; true for those that came twice.
        self.answers: dict[tuple[Any, ...], tuple[Answer, bool]] = {}

    def of(self, environ: dict[str, Any], body: bytes, ask: Callable[[], Answer]) -> Answer:
        """The answer to a request, remembered or asked for."""
        question = question_of(environ, body)
        if question is None:
            self.answers.clear()
            return ask()
        before, came_twice = self.answers.get(question, (None, False))
        if before and came_twice:
            return before
        answer = ask()
        if answer.status.startswith("200"):
            if len(self.answers) >= MOST_ANSWERS:
                self.answers.clear()
            self.answers[question] = answer, before is not None and is_same(before, answer)
        return answer


def is_same(one: Answer, other: Answer) -> bool:
    return REQUEST_ID.sub(b"", one.content) == REQUEST_ID.sub(b"", other.content)


def question_of(environ: dict[str, Any], body: bytes) -> tuple[Any, ...] | None:
    """What tells a read from others; None for all that may write."""
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not scope:
        return None
    access_key, region, service = scope.groups()
    method, path = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if service in PERSONAL or not is_read(method, path, target, body):
        return None
    from moto.iam.models import get_account_id_from

    account = get_account_id_from(access_key)
    # Services answer in the protocol in which they are asked.
    protocol = environ.get("CONTENT_TYPE"), environ.get("HTTP_ACCEPT"), environ.get("HTTP_SMITHY_PROTOCOL")
    return account, region, service, method, path, target, *protocol, body


def is_read(method: str, path: str, target: str, body: bytes) -> bool:
    """By the name of the operation, and where the protocol does not name it by the method."""
    if target:
        return bool(READ.match(target.rpartition(".")[2]))
    if method == "POST":
        action = ACTION.search(body)
        operation = action[1].decode() if action else path.rpartition("/operation/")[2]
        return bool(READ.match(operation))
    return method in ("GET", "HEAD") and "Action=" not in path
