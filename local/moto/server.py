"""Serve moto on a free port of 127.0.0.1 until the parent process goes.

Prints the port as the first line of standard output. Standard input is a pipe from the parent: when it closes, for
whatever reason (even SIGKILL), this process ends.

With the path of a Unix socket as argument it serves nothing itself, and forks: each connection to that socket gets a moto
of its own, in milliseconds, since moto has been imported by then. The port is the first line of the connection, and that
moto ends with it. Whoever starts many of them, as the tests do, starts one such process first.
"""

import gc
import io
import os
import select
import signal
import socket
import sys
import threading
import uuid
from functools import cache

import xmltodict
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from moto import backends
from moto.core import responses, serialize
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server
from werkzeug.test import Client, run_wsgi_app

# No compiled file beside corrections.py.
sys.dont_write_bytecode = True


def remember_lookups():
    """moto lists its own package twice for each request and the methods of a class once: a third of a request's time. It
    looks at each letter of the name of each element of an answer, whether it may stand there. It
    draws an RSA key for each certificate, and checks it, which takes as long as twenty requests; nobody sees the keys."""
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)
    xmltodict._validate_name = cache(xmltodict._validate_name)
    rsa.generate_private_key = cache(rsa.generate_private_key)
    serialization.load_pem_private_key = cache(serialization.load_pem_private_key)


def remember_keys():
    """moto asks six classes for each member of each answer under which names an object may have it, as often as the member
    comes. They tell by the member and the class of the object."""
    for picker in (serialize.AttributePicker, serialize.XFormedAttributePicker):
        picker.get_possible_keys = remembering_keys(picker.get_possible_keys)


def remembering_keys(find):
    def get_possible_keys(picker, context):
        if context.shape is None:
            return find(picker, context)
        remembered_keys = vars(context.shape).setdefault("possible_keys", {})
        question = find, context.key, type(context.obj)
        if question not in remembered_keys:
            remembered_keys[question] = list(find(picker, context))
        return remembered_keys[question]

    return get_possible_keys


def compare_paths_at_once():
    """moto compares where a member stands in an answer with the path of each transformation of its service, one by one; nearly
    none has any."""

    def pick(picker, context):
        # All of them at once; moto looks for the right one only where there is one.
        paths = vars(picker).setdefault("paths", tuple(picker.response_transformers))
        if f"{context.key_path}.{context.key}".endswith(paths):
            return pick_and_transform(picker, context)
        for key in picker.get_possible_keys(context):
            value = serialize.get_value(context.obj, key, serialize.MISSING)
            if value is not serialize.MISSING:
                return value
        return None

    pick_and_transform = serialize.AttributePicker.__call__
    serialize.AttributePicker.__call__ = pick


def draw_request_ids_apart(headers=None):
    """moto draws them where it draws the ids of resources, which would then depend on how often it is asked something."""
    request_id = str(uuid.uuid4())
    if headers is not None:
        headers["x-amzn-requestid"] = request_id
    return request_id


remember_lookups()
remember_keys()
compare_paths_at_once()
responses.gen_amzn_requestid_long = draw_request_ids_apart

# moto's backends are plain dictionaries: a list call that meets a create call fails. As only one thread runs at a time
# anyway, nothing is lost by answering one request after the other.
one_at_a_time = threading.Lock()


class Application(DomainDispatcherApplication):
    """moto, answering its own exceptions as one line of text: 501 for what it lacks, 500 for what went wrong in it."""

    def __call__(self, environ, start_response):
        try:
            return super().__call__(environ, start_response)
        except NotImplementedError as error:
            return answer(start_response, "501 Not Implemented", error)
        except Exception as error:
            return answer(start_response, "500 Internal Server Error", error)


def answer(start_response, status, error):
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{type(error).__name__}: {error}".encode()]


class KeepAlive(MotoRequestHandler):
    """Requests on connections that stay open, and no access log. werkzeug closes each, which costs as much as the answer."""

    protocol_version = "HTTP/1.1"
    # One packet for each answer.
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self):
        environ = self.make_environ()
        if environ.get("HTTP_EXPECT", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        body = environ["wsgi.input"]
        is_chunked = environ.get("wsgi.input_terminated")
        # All of it, also what the application does not read: the next request comes behind it.
        read = body.read() if is_chunked else body.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(read)

        with one_at_a_time:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        try:
            self.send(b"".join(chunks), status, headers)
        except ConnectionError:
            self.close_connection = True

    def send(self, content, status, headers):
        code, reason = status.split(None, 1)
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in headers and code not in ("204", "304"):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log_request(self, code="-", size="-"):
        pass


def end_with(pipe):
    """End this process when nobody holds the other end of a pipe any more."""
    pipe.read()
    os._exit(0)


correction = threading.Lock()
corrected = False


def correct():
    """Correct moto once. This imports the slow backends, so it is done while the parent is busy elsewhere."""
    global corrected
    with correction:
        if not corrected:
            import corrections

            corrections.apply()
            corrected = True


def create_corrected_app(service):
    correct()
    return create_backend_app(service)


def serve(application, pipe, announce):
    """Serve until the pipe closes; `announce` is told the port."""
    threading.Thread(target=end_with, args=(pipe,), daemon=True).start()
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=KeepAlive)
    os.environ["MOTO_PORT"] = str(server.port)
    announce(server.port)
    threading.Thread(target=correct, daemon=True).start()
    server.serve_forever()


# What is asked of the services that tests use most, by signing name. What each imports and reads for its first answer takes
# more time than a hundred answers.
QUERIES = {
    "cloudformation": {"Action": "ListStacks", "Version": "2010-05-15"},
    "ec2": {"Action": "DescribeSubnets", "Version": "2016-11-15"},
    "elasticloadbalancing": {"Action": "DescribeLoadBalancers", "Version": "2015-12-01"},
    "iam": {"Action": "ListRoles", "Version": "2010-05-08"},
    "monitoring": {"Action": "DescribeAlarms", "Version": "2010-08-01"},
    "sns": {"Action": "ListTopics", "Version": "2010-03-31"},
    "sts": {"Action": "GetCallerIdentity", "Version": "2011-06-15"},
}
TARGETS = {
    "acm": "CertificateManager.ListCertificates",
    "application-autoscaling": "AnyScaleFrontendService.DescribeScalableTargets",
    "events": "AWSEvents.ListRules",
    "logs": "Logs_20140328.DescribeLogGroups",
    "ssm": "AmazonSSM.DescribeParameters",
    "wafv2": "AWSWAF_20190729.ListWebACLs",
}
PATHS = {"route53": "/2013-04-01/hostedzone", "s3": "/"}


def warm(application):
    """Ask each service for something, and forget what was made for that."""
    client = Client(application)

    def headers(service):
        scope = f"AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/{service}/aws4_request"
        return {"Authorization": scope}

    for service, query in QUERIES.items():
        client.post("/", headers=headers(service), data=query)
    for service, target in TARGETS.items():
        client.post(
            "/",
            headers=headers(service) | {"X-Amz-Target": target},
            content_type="application/x-amz-json-1.1",
            data='{"Scope": "REGIONAL"}',
        )
    for service, path in PATHS.items():
        client.get(path, headers=headers(service))
    client.post("/moto-api/reset")


def fork_for_connections(path):
    """Fork for each connection to a Unix socket, until standard input closes. There is no thread here: none survives a fork."""
    correct()
    application = Application(create_corrected_app)
    warm(application)
    # What is there now stays: no moto's collector is to look at it, and to copy its pages by that.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    print("ready", flush=True)
    while sys.stdin.buffer not in select.select([listener, sys.stdin.buffer], [], [])[0]:
        connection = listener.accept()[0]
        if os.fork() == 0:
            listener.close()
            # Each has ids of its own.
            mock_random.seed()
            serve(application, connection.makefile("rb"), lambda port: connection.sendall(f"{port}\n".encode()))
        connection.close()


if len(sys.argv) > 1:
    fork_for_connections(sys.argv[1])
else:
    serve(Application(create_corrected_app), sys.stdin.buffer, lambda port: print(port, flush=True))
