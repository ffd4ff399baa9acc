"""Serve moto on a free port of 127.0.0.1 until the parent process goes.

Prints the port as the first line of standard output. Standard input is a pipe from the parent: when it closes, for
whatever reason (even SIGKILL), this process ends.
"""

import os
import sys
import threading
from functools import cache

from moto import backends
from moto.core import responses
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server


def remember_lookups():
    """moto lists its own package twice for each request and the methods of a class once: a third of a request's time."""
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)


remember_lookups()

# moto's backends are plain dictionaries: a list call that meets a create call fails. As only one thread runs at a time
# anyway, nothing is lost by answering one request after the other.
one_at_a_time = threading.Lock()


class Application(DomainDispatcherApplication):
    """moto, answering its own exceptions as one line of text: 501 for what it lacks, 500 for what went wrong in it."""

    def __call__(self, environ, start_response):
        try:
            with one_at_a_time:
                return super().__call__(environ, start_response)
        except NotImplementedError as error:
            return answer(start_response, "501 Not Implemented", error)
        except Exception as error:
            return answer(start_response, "500 Internal Server Error", error)


def answer(start_response, status, error):
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{type(error).__name__}: {error}".encode()]


class KeepAlive(MotoRequestHandler):
    """Requests on connections that stay open, and no access log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code="-", size="-"):
        pass


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


correction = threading.Lock()
corrected = False


def correct():
    """Correct moto once. This imports the slow backends, so it is done while the parent is busy elsewhere."""
    global corrected
    with correction:
        if not corrected:
            # No compiled file beside the source.
            sys.dont_write_bytecode = True
            import corrections

            corrections.apply()
            corrected = True


def create_corrected_app(service):
    correct()
    return create_backend_app(service)


threading.Thread(target=end_with_parent, daemon=True).start()
server = make_server(
    "127.0.0.1", 0, Application(create_corrected_app), threaded=True, request_handler=KeepAlive
)
os.environ["MOTO_PORT"] = str(server.port)
print(server.port, flush=True)
threading.Thread(target=correct, daemon=True).start()
server.serve_forever()
