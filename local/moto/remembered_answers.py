"""Answers of moto that cannot have changed: most requests ask again what was asked a second ago, while nothing was written.

moto works an answer out anew each time, which takes most of its time. Its state changes by requests only, and by few of
those that read: what is under way has come further at each look. So an answer is remembered, where something may be under
way from the second time on that the same question got it, until something is written that may show in it: anything that is
not known to be a read, in the service itself or in one that it knows of.
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
# For services of which moto knows where they look: the services of which what is written shows in their answers. Each is
# written to by requests to these services only, or by requests to one that is not listed; whatever that writes shows
# everywhere, as everything does in the answers of a service that is not listed.
SHOWN = {
    "acm": {"acm", "elasticloadbalancing"},
    "application-autoscaling": {"application-autoscaling"},
    "ec2": {"ec2"},
    "elasticloadbalancing": {"ec2", "elasticloadbalancing"},
    "iam": {"iam"},
    "monitoring": {"application-autoscaling", "monitoring"},
    "route53": {"route53"},
    "wafv2": {"elasticloadbalancing", "wafv2"},
}
# Services that are written to all the time, by what happens in others, and show in none that is listed.
NOTICES = {"events", "logs"}
# Services in which nothing is under way.
SETTLED = {"application-autoscaling", "ec2", "iam", "monitoring", "route53", "wafv2"}
# Operations of others by which nothing is seen that is.
SETTLED_OPERATIONS = re.compile(
    rb"(?:^|&)Action=Describe(?:ListenerCertificates|Listeners|LoadBalancerAttributes|Rules|Tags|TargetGroupAttributes|TargetGroups)(?:&|$)"
)
# So that questions that never come again cost no memory.
MOST_ANSWERS = 2000


class Answer(NamedTuple):
    """Body, status line and headers."""

    content: bytes
    status: str
    headers: Any


class Scope(NamedTuple):
    """Of credentials."""

    access_key: str
    region: str
    service: str


class Question(NamedTuple):
    """What tells a read from others."""

    account: str
    region: str
    service: str
    method: str
    path: str
    target: str
    # Services answer in the protocol in which they are asked.
    protocol: tuple[str | None, ...]
    body: bytes


class RememberedAnswers:
    """Not for several threads at a time, as moto is not."""

    def __init__(self) -> None:
        # By question; true for those that come again until something is written.
        self.answers: dict[Question, tuple[Answer, bool]] = {}

    def of(self, environ: dict[str, Any], body: bytes, ask: Callable[[], Answer]) -> Answer:
        """The answer to a request, remembered or asked for."""
        question = question_of(environ, body)
        if question is None:
            self.forget(environ)
            return ask()
        before, is_certain = self.answers.get(question, (None, False))
        if before and is_certain:
            return before
        answer = ask()
        if answer.status.startswith("200"):
            if len(self.answers) >= MOST_ANSWERS:
                self.answers.clear()
            is_certain = is_settled(question) or (before is not None and is_same(before, answer))
            self.answers[question] = answer, is_certain
        return answer

    def forget(self, environ: dict[str, Any]) -> None:
        """Forget the answers that a request may change."""
        scope = scope_of(environ)
        written = scope.service if scope else None
        if written in SHOWN or written in NOTICES:
            self.answers = {
                question: answer
                for question, answer in self.answers.items()
                if question.service in SHOWN and written not in SHOWN[question.service]
            }
        else:
            self.answers.clear()


def is_settled(question: Question) -> bool:
    return question.service in SETTLED or bool(
        question.service == "elasticloadbalancing" and SETTLED_OPERATIONS.search(question.body)
    )


def is_same(one: Answer, other: Answer) -> bool:
    return REQUEST_ID.sub(b"", one.content) == REQUEST_ID.sub(b"", other.content)


def scope_of(environ: dict[str, Any]) -> Scope | None:
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return Scope(*scope.groups()) if scope else None


def question_of(environ: dict[str, Any], body: bytes) -> Question | None:
    """None for all that may write."""
    scope = scope_of(environ)
    method, path = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if not scope or scope.service in PERSONAL or not is_read(method, path, target, body):
        return None
    from moto.iam.models import get_account_id_from

    account = get_account_id_from(scope.access_key)
    protocol = tuple(map(environ.get, ("CONTENT_TYPE", "HTTP_ACCEPT", "HTTP_SMITHY_PROTOCOL")))
    return Question(account, scope.region, scope.service, method, path, target, protocol, body)


def is_read(method: str, path: str, target: str, body: bytes) -> bool:
    """By the name of the operation, and where the protocol does not name it by the method."""
    if target:
        return bool(READ.match(target.rpartition(".")[2]))
    if method == "POST":
        action = ACTION.search(body)
        operation = action[1].decode() if action else path.rpartition("/operation/")[2]
        return bool(READ.match(operation))
    return method in ("GET", "HEAD") and "Action=" not in path
