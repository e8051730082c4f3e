"""Python's own HTTP client against our service: `http_client.py PORT` prints one line an answer."""

import http.client
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)


def ask(method, target, body=None, headers=None, **how):
    connection.request(method, target, body=body, headers=headers or {}, **how)
    answer = connection.getresponse()
    text = answer.read()
    shown = text.decode() if len(text) < 40 else f"{len(text)} bytes"
    print(method, target, answer.status, answer.reason, answer.will_close, repr(shown))


ask("GET", "/hello")
ask("HEAD", "/hello")
ask("POST", "/echo", body=b"a body")
ask("POST", "/echo", body=iter([b"in ", b"", b"chunks"]), encode_chunked=True,
    headers={"Transfer-Encoding": "chunked"})
ask("POST", "/echo", body=iter([]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
ask("GET", "/big/xx")
ask("DELETE", "/hello")
ask("GET", "/nothing")
ask("GET", "/throws")
ask("POST", "/echo", body=b"x" * 2000)
ask("GET", "/bye")  # on a new connection, which the client opens by itself
