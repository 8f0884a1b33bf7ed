"""The guarded fetcher, and each way round it (RFC 9101 §10.4, OIDC Registration §9.1, RFC 7591 §5)."""

import gzip
import ssl
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import certifi
import pytest

from auth_service.clock import FrozenClock
from auth_service.protocol.remote_address import is_public, parse_address, system_resolver
from auth_service.protocol.remote_document import RemoteDocumentError, RemoteDocuments
from tests.auth_service.conftest import START
from tests.auth_service.protocol.remote_server import (
    NAME,
    client_tls,
    dripping,
    reply,
    server_tls,
    serving,
    silent,
)

MINUTE = timedelta(minutes=1)


class Names:
    """A resolver with these answers; each name gives the next of its answers each time, the last for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): list(rounds) for name, rounds in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        rounds = self.answers.get(host)
        if rounds is None:
            return system_resolver(host)
        return rounds.pop(0) if len(rounds) > 1 else rounds[0]


@pytest.fixture
def server():
    with serving() as found:
        yield found


@pytest.fixture
def now():
    return FrozenClock(START)


@pytest.fixture(scope="module")
def trust() -> ssl.SSLContext:
    """What a fetcher trusts by itself; reading it takes longer than most tests."""
    return ssl.create_default_context(cafile=certifi.where())


@pytest.fixture
def documents(now, trust):
    """Make a fetcher, in the demo unless told otherwise: loopback is where the test's servers are."""

    def make(demo: bool = True, **changes) -> RemoteDocuments:
        return RemoteDocuments(
            SimpleNamespace(demo=demo, web_threads=8), now, **({"timeout": 3.0, "tls": trust} | changes)
        )

    return make


def get(fetcher: RemoteDocuments, url: str, **changes):
    return fetcher.get(url, **({"max_bytes": 1000, "max_age": MINUTE} | changes))


def refusal(fetcher: RemoteDocuments, url: str, **changes) -> str:
    with pytest.raises(RemoteDocumentError) as caught:
        get(fetcher, url, **changes)
    return caught.value.reason


@pytest.mark.rfc("OIDC Registration §9.1")
def test_a_document_on_loopback_in_the_demo(documents, server):
    server.answer = lambda h: reply(h, b'{"keys": []}', Content_Type="Application/JSON; charset=utf-8")
    found = get(documents(), server.url("/jwks?a=b#part"))
    assert (found.content, found.content_type) == (b'{"keys": []}', "application/json")
    assert server.requests == [("GET", "/jwks?a=b", b"")]


@pytest.mark.parametrize("url", ["http://127.0.0.1:{}/", "https://127.0.0.1:{}/", "https://localhost:{}/"])
def test_outside_the_demo_loopback_is_not_called(documents, server, url):
    assert refusal(documents(demo=False), url.format(server.port))
    assert server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "data:application/json,{}",
        "//127.0.0.1/",
        "",
        "https://",
        "https:///path",
        "https://user:password@127.0.0.1/",
        "https://client.example@127.0.0.1/",
        "https://@127.0.0.1/",
        "https://client.example\\@127.0.0.1/",
        "https://client.example /",
        "https://client.example/\r\nX: y",
        "https://client.exa\tmple/",
        "https://clïent.example/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://client.example:x/",
        "https://client.example:99999/",
        "https://client.example:22/",
        "https://client.example:80/",
        "http://127.0.0.1:25/",
    ],
)
def test_what_is_no_plain_web_address_is_refused_before_anything_is_looked_up(documents, url):
    looked_up: list[str] = []
    assert refusal(documents(resolve=lambda host: looked_up.append(host) or system_resolver(host)), url)
    assert looked_up == []


def test_a_name_that_no_resolver_takes_is_refused(documents):
    """A label of 64 characters, at which Python raises what it raises for nothing else."""
    assert "no address" in refusal(documents(resolve=system_resolver), f"https://{'a' * 64}.example/")


@pytest.mark.parametrize(
    "spelling",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "017700000001", "0", "localhost"],
)
def test_every_spelling_of_loopback_is_loopback(documents, server, spelling):
    assert "is no address" in refusal(documents(demo=False), server.url(host=spelling, scheme="https"))
    assert server.requests == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.1"),
        *("168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1"),
        *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1"),
        *("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1"),
        *("2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
        *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1"),
    ],
)
def test_addresses_that_are_not_on_the_public_internet(documents, address):
    assert not is_public(parse_address(address))
    fetcher = documents(demo=False, resolve=lambda host: [address])
    assert "is no address" in refusal(fetcher, f"https://{NAME}/")


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.216.34", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2606:4700:4700::1111", "2a00::1"],
)
def test_addresses_on_the_public_internet(address):
    assert is_public(parse_address(address))


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "192.168.0.1", "::ffff:10.0.0.1", "fd00::1", "0.0.0.0", "::"]
)
def test_the_demo_opens_loopback_and_no_other_private_address(documents, address):
    assert "is no address" in refusal(documents(resolve=lambda host: [address]), f"http://{NAME}:8000/")


def test_plain_http_goes_to_loopback_only_even_in_the_demo(documents):
    assert "is no address" in refusal(documents(resolve=lambda host: ["1.1.1.1"]), f"http://{NAME}:8000/")


def test_one_private_address_among_public_ones_refuses_the_name(documents):
    fetcher = documents(demo=False, resolve=lambda host: ["1.1.1.1", "10.0.0.1"])
    assert "10.0.0.1" in refusal(fetcher, f"https://{NAME}/")


@pytest.mark.parametrize("answer", [[], ["nonsense"], OSError(), UnicodeError()])
def test_a_name_without_addresses(documents, answer):
    def resolve(host):
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert refusal(documents(resolve=resolve), f"https://{NAME}/") == "the host has no address"


@pytest.mark.rfc("9101 §10.4.1")
def test_a_name_that_resolves_differently_the_second_time_is_connected_to_as_first_checked(documents, server):
    names = Names(client_example=[["127.0.0.1"], ["127.0.0.2"]])
    with serving("127.0.0.2", server.port) as other:
        get(documents(resolve=names), server.url(host=NAME))
        assert (len(server.requests), len(other.requests), names.asked) == (1, 0, [NAME])


def test_each_fetch_and_each_hop_checks_the_name_anew(documents, server):
    names = Names(client_example=[["127.0.0.1"], ["10.0.0.1"]])
    server.answer = lambda h: reply(h, b"", 302, Location=server.url("/next", NAME))
    assert "10.0.0.1" in refusal(documents(resolve=names), server.url(host=NAME))
    assert [path for _, path, _ in server.requests] == ["/"]


def test_the_next_address_is_tried_where_the_first_does_not_answer(documents, server):
    # Nobody listens at 127.0.0.3.
    get(documents(resolve=lambda host: ["127.0.0.3", "127.0.0.1"]), server.url(host=NAME))
    assert len(server.requests) == 1


def test_redirects_are_followed_a_few_times(documents, server):
    def answer(handler):
        count = int(handler.path[1:])
        reply(handler, b"{}", 307, Location=f"/{count - 1}") if count else reply(handler, b"there")

    server.answer = answer
    assert get(documents(), server.url("/3")).content == b"there"
    assert "more than 3" in refusal(documents(), server.url("/4"))


@pytest.mark.rfc("9101 §10.4.1")
@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1:8000/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "//192.168.0.1:8000/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://user@127.0.0.1:8000/",
        "http://[",
    ],
)
def test_a_redirect_to_where_we_would_not_go_is_refused(documents, server, location):
    server.answer = lambda h: reply(h, b"", 302, Location=location)
    reason = refusal(documents(), server.url())
    assert any(part in reason for part in ("is no address", "not https", "plain host", "failed: ValueError"))


def test_certificate_and_server_name_are_the_names_and_not_the_addresss(documents, tmp_path):
    context, asked = server_tls(tmp_path), []
    context.sni_callback = lambda sock, name, _: asked.append(name)
    with serving(tls=context) as secured:
        fetcher = documents(resolve=lambda host: ["127.0.0.1"], tls=client_tls())
        assert get(fetcher, secured.url(host=NAME, scheme="https")).content == b"{}"
        assert asked == [NAME]
        assert "SSLCertVerificationError" in refusal(
            fetcher, secured.url(host="other.example", scheme="https")
        )
        assert "SSLCertVerificationError" in refusal(fetcher, secured.url(scheme="https"))
        # Signed by nobody that the world trusts.
        strict = documents(resolve=lambda host: ["127.0.0.1"], tls=None)
        assert "SSLCertVerificationError" in refusal(strict, secured.url(host=NAME, scheme="https"))
        assert len(secured.requests) == 1


def test_a_redirect_from_https_to_http_is_refused(documents, tmp_path, server):
    with serving(tls=server_tls(tmp_path)) as secured:
        secured.answer = lambda h: reply(h, b"", 302, Location=server.url())
        fetcher = documents(resolve=lambda host: ["127.0.0.1"], tls=client_tls())
        assert "from https" in refusal(fetcher, secured.url(host=NAME, scheme="https"))
    assert server.requests == []


def test_proxies_and_passwords_of_the_environment_are_not_used(documents, server, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    seen = []
    server.answer = lambda h: (seen.append(dict(h.headers)), reply(h, b"{}"))
    get(documents(), server.url())
    assert "Authorization" not in seen[0] and "Cookie" not in seen[0]


@pytest.mark.parametrize(
    ("scheme", "first", "drop"),
    [
        ("http", b"", b"x"),
        ("http", b"HTTP/1.1 200 OK\r\n", b"x"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"x"),
        ("http", b"HTTP/1.0 200 OK\r\n\r\n", b"x"),
        ("http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        ("http", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        # Into the handshake: a long ServerHello that never ends.
        ("https", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03", b"\x00"),
    ],
)
def test_a_server_that_drips_is_cut_off(documents, scheme, first, drop):
    """The total is bounded, not only the silence."""
    with dripping(first, drop) as port:
        began = time.monotonic()
        reason = refusal(documents(timeout=0.2), f"{scheme}://127.0.0.1:{port}/")
        assert "too long" in reason
        assert time.monotonic() - began < 30  # it drips for as long as it is let


def test_a_name_server_that_does_not_answer_holds_nobody_up(documents):
    answer = threading.Event()
    fetcher = documents(timeout=0.1, resolve=lambda host: answer.wait(5) and [])
    assert "too long" in refusal(fetcher, f"https://{NAME}/")
    answer.set()


@pytest.mark.thorough
def test_a_name_with_many_silent_addresses_holds_up_nobody_elses_document(documents, server, monkeypatch):
    monkeypatch.setattr("auth_service.protocol.remote_calls.HOSTS", 1)
    fetcher = documents(timeout=1.0, resolve=Names(many_example=[["127.0.0.2"] * 60]))
    with silent("127.0.0.2") as port:
        assert "too long" in refusal(fetcher, f"http://many.example:{port}/")
        for thread in threading.enumerate():
            if thread.name.startswith("remote-call"):
                thread.join(1)
        get(fetcher, server.url())
    assert len(server.requests) == 1


@pytest.mark.thorough
def test_a_silent_address_leaves_time_for_the_next(documents):
    with silent("127.0.0.2") as port, serving("127.0.0.3", port) as answering:
        get(documents(resolve=lambda host: ["127.0.0.2", "127.0.0.3"]), f"http://{NAME}:{port}/")
        assert len(answering.requests) == 1


def test_a_document_that_is_too_long_is_refused(documents, server):
    server.answer = lambda h: reply(h, b"x" * 1001)
    assert "longer than 1000" in refusal(documents(), server.url())
    server.answer = lambda h: reply(h, b"x" * 1000)
    assert len(get(documents(), server.url()).content) == 1000


def test_a_document_without_end_is_refused(documents):
    def drown(handler):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        for _ in range(10_000):
            handler.wfile.write(b"x" * 10_000)

    with serving() as server:
        server.answer = drown
        assert "longer than 1000" in refusal(documents(), server.url())


def test_compression_is_not_asked_for_and_a_bomb_not_unpacked(documents, server):
    seen = []
    bomb = gzip.compress(b"0" * 500_000)

    def answer(handler):
        seen.append(handler.headers["Accept-Encoding"])
        reply(handler, bomb, Content_Encoding="gzip")

    server.answer = answer
    assert "compressed" in refusal(documents(), server.url())
    assert seen == ["identity"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
)
def test_a_broken_answer_is_a_failure_and_not_a_fault(documents, server, raw):
    server.answer = lambda h: h.wfile.write(raw)
    assert refusal(documents(), server.url()).startswith("failed: ")


@pytest.mark.parametrize("status", [204, 304, 400, 404, 500])
def test_only_200_carries_a_document(documents, server, status):
    server.answer = lambda h: reply(h, b"", status)
    assert refusal(documents(), server.url()) == f"answered {status}"


def test_the_content_type_is_checked_where_asked(documents, server):
    server.answer = lambda h: reply(h, b"<svg>", Content_Type="image/svg+xml")
    assert "content type" in refusal(documents(), server.url(), accept=("image/png", "image/jpeg"))
    assert get(documents(), server.url(), accept=("image/svg+xml",)).content == b"<svg>"


def test_a_document_is_asked_for_again_only_when_it_is_older_than_the_asker_wants(documents, server, now):
    fetcher = documents()
    for age, expected in ((60, 1), (60, 1), (30, 2), (60, 2)):
        get(fetcher, server.url(), max_age=timedelta(seconds=age))
        assert len(server.requests) == expected
        now.advance(seconds=30)


def test_a_document_can_be_had_anew_but_not_again_and_again(documents, server, now):
    fetcher = documents()
    for expected in (1, 2, 2):
        get(fetcher, server.url(), anew=expected > 1)
        assert len(server.requests) == expected
    now.advance(seconds=10)
    get(fetcher, server.url(), anew=True)
    assert len(server.requests) == 3


@pytest.mark.parametrize(("says", "kept"), [("max-age=20", 20), ("no-store", 10), ("max-age=9999", 60)])
def test_a_server_may_shorten_how_long_its_document_is_kept(documents, server, now, says, kept):
    server.answer = lambda h: reply(h, b"{}", Cache_Control=says)
    fetcher = documents()
    get(fetcher, server.url())
    now.advance(seconds=kept - 1)
    get(fetcher, server.url())
    assert len(server.requests) == 1
    now.advance(seconds=1)
    get(fetcher, server.url())
    assert len(server.requests) == 2


def test_a_failure_is_kept_for_a_moment_and_a_good_document_outlives_it(documents, server, now):
    fetcher = documents()
    server.answer = lambda h: reply(h, b"", 500)
    for _ in range(3):
        assert refusal(fetcher, server.url()) == "answered 500"
    assert len(server.requests) == 1
    now.advance(seconds=10)
    server.answer = lambda h: reply(h, b"good")
    get(fetcher, server.url())
    server.answer = lambda h: reply(h, b"", 500)
    now.advance(seconds=30)
    for _ in range(3):
        assert refusal(fetcher, server.url(), max_age=timedelta(seconds=20)) == "answered 500"
    assert len(server.requests) == 3
    assert get(fetcher, server.url()).content == b"good"


def test_those_who_ask_at_once_share_one_fetch(documents, server):
    go = threading.Event()
    server.answer = lambda h: (go.wait(2), reply(h, b"{}"))
    fetcher, found = documents(), []
    threads = [
        threading.Thread(target=lambda: found.append(get(fetcher, server.url()).content)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert found == [b"{}"] * 4
    assert len(server.requests) == 1


def test_what_is_remembered_is_bounded_in_count_and_in_bytes(documents, server, monkeypatch):
    monkeypatch.setattr("auth_service.protocol.remote_document.MAX_DOCUMENTS", 3)
    fetcher = documents()
    for number in (1, 2, 3, 1, 4, 1, 2):
        get(fetcher, server.url(f"/{number}"))
    assert [path for _, path, _ in server.requests] == ["/1", "/2", "/3", "/4", "/2"]
    monkeypatch.setattr("auth_service.protocol.remote_document.MAX_REMEMBERED_BYTES", 1500)
    server.answer = lambda h: reply(h, b"x" * 1000)
    for path in ("/a", "/b", "/a"):
        get(fetcher, server.url(path))
    assert [path for _, path, _ in server.requests][-3:] == ["/a", "/b", "/a"]


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_a_form_is_posted_and_its_redirect_not_followed(documents, server):
    fetcher = documents()
    assert fetcher.post(server.url("/logout"), {"logout_token": "a b&c"}) == 200
    server.answer = lambda h: reply(h, b"x" * 5000, 307, Location="/elsewhere")
    assert fetcher.post(server.url("/logout"), {"logout_token": "x"}) == 307
    assert server.requests == [
        ("POST", "/logout", b"logout_token=a+b%26c"),
        ("POST", "/logout", b"logout_token=x"),
    ]
    with pytest.raises(RemoteDocumentError):
        documents(demo=False).post(server.url(), {})
