"""Back-channel logout: what clients are told when a session ends, and that the queue loses none of it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from joserfc.jwk import ECKey

from auth_service.background import Background
from auth_service.models import AccessToken, LogoutDelivery, RefreshToken, Session, User
from auth_service.models.secret import hash_secret
from auth_service.protocol.errors import InvalidRequest
from auth_service.protocol.id_token import read_hint
from auth_service.protocol.logout.deliveries import LEASE, MAX_ATTEMPTS, Deliveries
from auth_service.protocol.logout.participants import note_participant
from auth_service.protocol.logout.single_sign_out import end_session, end_sessions_of, finish_left_behind
from tests.auth_service.flow import authorize, get_code, redeem
from tests.auth_service.protocol.relying_party import decode, decrypt, verify
from tests.auth_service.protocol.remote_server import reply, serving

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture(autouse=True)
def empty_queue(app):
    """Other tests' clocks stand elsewhere, and so do the times at which what they left falls due."""
    LogoutDelivery.objects.delete()
    Session.objects(ended_at__ne=None).delete()


@pytest.fixture
def server(app):
    return app.extensions["gatehouse"]


@pytest.fixture
def deliveries(server):
    return server.deliveries


@pytest.fixture
def rp():
    """A relying party's server; `answers` holds the statuses that it gives, 200 when they are used up."""
    with serving() as remote:
        remote.answers = []
        remote.answer = lambda handler: reply(handler, b"", remote.answers.pop(0) if remote.answers else 200)
        yield remote


@pytest.fixture
def client_id(register, rp):
    return register(backchannel_logout_uri=rp.url("/back-channel"))


def logout_tokens(rp) -> list[str]:
    return [parse_qs(body.decode())["logout_token"][0] for _, _, body in rp.requests]


def sign_in_at(client, username, client_id, scope="openid", **parameters):
    """The tokens of a person who signed in at the client."""
    code = get_code(client, username, client_id, scope=scope, **parameters)
    return redeem(client, client_id, code).json


def claims_of(id_token: str) -> dict:
    return decode(id_token.split(".")[1])


def sign_out(client, id_token):
    assert client.get("/oauth/logout", query_string={"id_token_hint": id_token}).status_code == 303


def one_delivery(**condition):
    return LogoutDelivery.objects.get(**condition)


# What is told, and to whom.


@pytest.mark.rfc("OIDC Back-Channel Logout §2.4, §2.5")
@pytest.mark.conformance("oidcc-backchannel-rp-initiated-logout")
def test_the_logout_token_says_whose_which_session_has_ended(
    client, clock, settings, server, rp, client_id, username
):
    id_token = sign_in_at(client, username, client_id, nonce="n")["id_token"]
    sign_out(client, id_token)
    assert server.deliveries.work_once() == 1
    [(method, path, body)] = rp.requests
    assert (method, path, list(parse_qs(body.decode()))) == ("POST", "/back-channel", ["logout_token"])
    token = verify(client, logout_tokens(rp)[0], "RS256")
    assert token.header["typ"] == "logout+jwt"
    hint = claims_of(id_token)
    now = int(clock.now().timestamp())
    jti = token.claims.pop("jti")
    assert len(jti) > 20
    assert token.claims == {
        "iss": settings.issuer,
        "aud": client_id,
        "sub": hint["sub"],
        "sid": hint["sid"],
        "iat": now,
        "exp": now + 120,
        "events": {EVENT: {}},
    }
    assert one_delivery(client_id=client_id).status == "delivered"
    assert server.deliveries.work_once() == 0


@pytest.mark.rfc("OIDC Back-Channel Logout §2.4")
def test_a_logout_token_passes_for_no_id_token(client, server, rp, client_id, username):
    sign_out(client, sign_in_at(client, username, client_id)["id_token"])
    server.deliveries.work_once()
    with pytest.raises(InvalidRequest):
        read_hint(server, None, logout_tokens(rp)[0])


@pytest.mark.rfc("OIDC Back-Channel Logout §2.4")
@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA"])
def test_it_is_signed_as_the_clients_id_tokens_are(client, server, register, rp, username, alg):
    client_id = register(backchannel_logout_uri=rp.url(), id_token_signed_response_alg=alg)
    sign_out(client, sign_in_at(client, username, client_id)["id_token"])
    server.deliveries.work_once()
    assert verify(client, logout_tokens(rp)[0], alg).claims["aud"] == client_id


@pytest.mark.rfc("OIDC Back-Channel Logout §2.4")
def test_it_is_encrypted_where_the_clients_id_tokens_are(client, server, register, rp, username):
    key = ECKey.generate_key("P-256", {"use": "enc", "kid": "rp"})
    client_id = register(
        backchannel_logout_uri=rp.url(),
        id_token_encrypted_response_alg="ECDH-ES",
        id_token_encrypted_response_enc="A256GCM",
        jwks={"keys": [key.as_dict(private=False)]},
    )
    id_token = decrypt(sign_in_at(client, username, client_id)["id_token"], key, "ECDH-ES")[1]
    sign_out(client, id_token)
    server.deliveries.work_once()
    inner = decrypt(logout_tokens(rp)[0], key, "ECDH-ES")[1]
    assert verify(client, inner, "RS256").claims["sub"] == claims_of(id_token)["sub"]


@pytest.mark.rfc("OIDC Core §8.1")
def test_a_pairwise_client_is_told_in_its_own_terms(client, server, register, rp, client_id, username):
    pairwise = register(backchannel_logout_uri=rp.url("/pairwise"), subject_type="pairwise")
    own = claims_of(sign_in_at(client, username, pairwise)["id_token"])
    public_token = sign_in_at(client, username, client_id)["id_token"]
    sign_out(client, public_token)
    server.deliveries.work_once()
    told = {claims["aud"]: claims for claims in map(claims_of, logout_tokens(rp))}
    assert (told[pairwise]["sub"], told[pairwise]["sid"]) == (own["sub"], own["sid"])
    assert told[pairwise]["sub"] != told[client_id]["sub"] == claims_of(public_token)["sub"]
    assert told[pairwise]["sid"] != told[client_id]["sid"]


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_those_and_only_those_who_took_part_are_told(client, app, server, register, rp, client_id, username):
    other_app = register(backchannel_logout_uri=rp.url("/other-app"))
    without_uri = register()
    elsewhere = register(backchannel_logout_uri=rp.url("/elsewhere"))
    stranger = register(backchannel_logout_uri=rp.url("/stranger"))
    sign_in_at(client, username, other_app)
    sign_in_at(client, username, without_uri)
    id_token = sign_in_at(client, username, client_id)["id_token"]
    sign_in_at(app.test_client(), username, elsewhere)  # another browser, another session
    assert stranger
    sign_out(client, id_token)
    assert server.deliveries.work_once() == 2
    assert {claims_of(token)["aud"] for token in logout_tokens(rp)} == {client_id, other_app}


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_an_app_that_was_denied_took_no_part(client, server, register, rp, client_id, username):
    authorize(client, username, "deny", response_type="code", client_id=client_id, scope="openid")
    [session] = Session.objects(sub=User.find(username).id)
    end_session(server, session.public_id)
    assert server.deliveries.work_once() == 0


# What ends with the session.


def alive(tokens: dict) -> tuple[bool, bool]:
    """Whether the access token and the refresh token are still there."""
    access = AccessToken.objects(id=hash_secret(tokens["access_token"])).first()
    refresh = RefreshToken.objects(id=hash_secret(tokens["refresh_token"])).first()
    return access is not None, refresh is not None


@pytest.mark.rfc("OIDC Back-Channel Logout §2.7")
def test_tokens_end_with_the_session_unless_offline_access_was_granted(client, server, register, username):
    scopes = "openid profile offline_access"
    online, offline = register(scope=scopes), register(scope=scopes)
    by_session = sign_in_at(client, username, online, "openid profile")
    by_consent = sign_in_at(client, username, offline, scopes, prompt="consent")
    form = {"grant_type": "password", "username": username, "password": "valid", "scope": "profile"}
    by_password = client.post("/oauth/token", data=form, auth=(online, f"{online}-secret")).json
    waiting = get_code(client, username, offline, scope=scopes, prompt="consent")
    sign_out(client, by_session["id_token"])
    assert alive(by_session) == (False, False)
    assert alive(by_consent) == (True, True)
    assert alive(by_password) == (True, True)  # it came by no session
    assert redeem(client, offline, waiting).json["error"] == "invalid_grant"
    form = {"grant_type": "refresh_token", "refresh_token": by_consent["refresh_token"]}
    assert client.post("/oauth/token", data=form, auth=(offline, f"{offline}-secret")).status_code == 200


@pytest.mark.rfc("9700 §4.5.2")
def test_a_replayed_code_still_revokes_what_outlives_the_session(client, register, username):
    client_id = register(scope="openid offline_access")
    code = get_code(client, username, client_id, scope="openid offline_access", prompt="consent")
    tokens = redeem(client, client_id, code).json
    sign_out(client, tokens["id_token"])
    assert alive(tokens) == (True, True)
    assert redeem(client, client_id, code).status_code == 400
    assert alive(tokens) == (False, False)


@pytest.mark.parametrize("scope", [["openid"], ["profile"]])
def test_what_is_given_while_the_session_ends_is_taken_back(client, server, client_id, username, scope):
    tokens = sign_in_at(client, username, client_id)
    sid = claims_of(tokens["id_token"])["sid"]
    assert note_participant(sid, client_id, scope) is True
    Session.end_one({"public_id": sid}, server.clock.now())  # and whoever did it has not come further yet
    assert note_participant(sid, client_id, scope) is False
    assert alive(tokens) == (False, False)
    assert note_participant(None, client_id, scope) is True


def test_every_session_of_a_person_ends_at_once(client, app, server, rp, client_id, username):
    browsers = [client, app.test_client(), app.test_client()]
    sids = {claims_of(sign_in_at(browser, username, client_id)["id_token"])["sid"] for browser in browsers}
    assert end_sessions_of(server, User.find(username).id) == 3
    assert end_sessions_of(server, User.find(username).id) == 0
    server.deliveries.work_once()
    assert {claims_of(token)["sid"] for token in logout_tokens(rp)} == sids
    assert not Session.objects(public_id__in=list(sids))


def test_a_process_that_dies_while_it_ends_a_session_loses_nothing(
    client, clock, server, rp, client_id, username
):
    tokens = sign_in_at(client, username, client_id)
    Session.end_one({"public_id": claims_of(tokens["id_token"])["sid"]}, clock.now())
    assert "Signed in as" not in client.get("/").text
    server.deliveries.work_once()
    assert rp.requests == []  # it may still be at it
    clock.advance(seconds=31)
    server.deliveries.work_once()
    assert len(rp.requests) == 1
    assert alive(tokens) == (False, False)
    assert finish_left_behind(server) == 0


def test_ending_a_session_from_two_sides_tells_once(client, server, rp, client_id, username):
    sid = claims_of(sign_in_at(client, username, client_id)["id_token"])["sid"]
    with ThreadPoolExecutor(8) as threads:
        ended = list(threads.map(lambda _: end_session(server, sid), range(8)))
    assert sorted(len(one.clients) for one in ended) == [0] * 7 + [1]
    server.deliveries.work_once()
    assert len(rp.requests) == 1


# The queue.


def queue(server, client_id, count=1):
    for number in range(count):
        LogoutDelivery.enqueue(f"session-{number}", client_id, "sub", server.clock.now())


@pytest.mark.thorough
def test_of_twenty_workers_one_makes_each_delivery(server, rp, client_id):
    queue(server, client_id, 40)
    start = threading.Barrier(20)

    def work(_):
        start.wait()
        return Deliveries(server).work_once()

    with ThreadPoolExecutor(20) as threads:
        done = list(threads.map(work, range(20)))
    assert sum(done) == 40
    told = [claims_of(token)["sid"] for token in logout_tokens(rp)]
    assert sorted(told) == sorted(f"session-{number}" for number in range(40))
    assert LogoutDelivery.objects(status="delivered", attempts=1).count() == 40


def test_what_a_dead_worker_had_claimed_is_delivered_by_another(clock, server, rp, client_id):
    queue(server, client_id)
    dead = LogoutDelivery.claim_due(clock.now(), LEASE)
    assert server.deliveries.work_once() == 0
    clock.advance(seconds=LEASE.total_seconds())
    assert server.deliveries.work_once() == 1
    assert len(rp.requests) == 1
    late = LogoutDelivery.settle(dead, "failed", "too late", clock.now(), clock.now())
    assert late is False
    assert one_delivery().status == "delivered"


def test_a_delivery_that_kills_its_workers_comes_to_an_end(clock, server, rp, client_id):
    queue(server, client_id)
    for _ in range(MAX_ATTEMPTS):
        assert LogoutDelivery.claim_due(clock.now(), LEASE)
        clock.advance(seconds=LEASE.total_seconds())
    server.deliveries.work_once()
    assert (one_delivery().status, one_delivery().result) == ("failed", "no attempt came to an end")
    assert rp.requests == []


@pytest.mark.rfc("OIDC Back-Channel Logout §2.8")
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        *[(200, "delivered"), (204, "delivered"), (400, "refused")],
        *[(302, "pending"), (404, "pending"), (500, "pending")],
    ],
)
def test_the_answer_decides(server, rp, client_id, answer, status):
    rp.answers = [answer]
    queue(server, client_id)
    server.deliveries.work_once()
    found = one_delivery()
    assert (found.status, found.result, found.attempts) == (status, f"HTTP status {answer}", 1)
    assert len(rp.requests) == 1  # a redirect is not followed


@pytest.mark.rfc("OIDC Back-Channel Logout §2.5")
def test_a_relying_party_that_is_down_is_tried_again_later_and_later(clock, server, rp, client_id):
    rp.answers = [503, 503, 503, 200]
    queue(server, client_id)
    pauses = []
    for _ in range(3):
        server.deliveries.work_once()
        pauses.append((one_delivery().due_at - clock.now()).total_seconds())
        clock.moment = one_delivery().due_at - timedelta(milliseconds=1)
        assert server.deliveries.work_once() == 0
        clock.advance(milliseconds=1)
    assert [round(pause / wanted) for pause, wanted in zip(pauses, (10, 30, 90), strict=True)] == [1, 1, 1]
    assert server.deliveries.work_once() == 1
    assert (one_delivery().status, one_delivery().attempts) == ("delivered", 4)
    tokens = [claims_of(token) for token in logout_tokens(rp)]
    assert len({token["jti"] for token in tokens}) == 4  # fresh each time: one that failed may have been seen
    assert tokens[3]["iat"] == int(clock.now().timestamp())


def test_it_is_given_up_after_some_hours(clock, server, rp, client_id):
    rp.answers = [503] * 100
    queue(server, client_id)
    began = clock.now()
    while one_delivery().status == "pending":
        clock.moment = max(clock.now(), one_delivery().due_at)
        server.deliveries.work_once()
    assert len(rp.requests) == MAX_ATTEMPTS == one_delivery().attempts
    assert (one_delivery().status, one_delivery().result) == ("failed", "HTTP status 503")
    assert timedelta(hours=4) < clock.now() - began < timedelta(hours=9)
    assert one_delivery().expires_at > clock.now() + timedelta(days=6)


def test_a_client_that_does_not_answer_keeps_nobody_waiting(server, register, rp, client_id):
    with serving() as gone:
        closed = gone.url()
    silent = register(backchannel_logout_uri=closed)
    queue(server, silent, 5)
    queue(server, client_id, 2)
    assert server.deliveries.work_once() <= 3  # one try for all five
    assert len(rp.requests) == 2
    assert {(one.status, one.attempts) for one in LogoutDelivery.objects(client_id=silent)} == {
        ("pending", 1)
    }
    assert {one.result for one in LogoutDelivery.objects(client_id=silent)} == {
        "failed: ConnectionRefusedError"
    }


def test_a_fault_with_one_delivery_stops_no_other(
    clock, server, register, rp, client_id, monkeypatch, capsys
):
    faulty = register(backchannel_logout_uri=rp.url("/faulty"))
    post = server.deliveries.documents.post

    def post_or_fail(url, form):
        if url.endswith("/faulty"):
            raise ValueError("Encryption failed")
        return post(url, form)

    monkeypatch.setattr(server.deliveries.documents, "post", post_or_fail)
    queue(server, faulty)
    queue(server, client_id)
    assert server.deliveries.work_once() == 2
    assert one_delivery(client_id=client_id).status == "delivered"
    found = one_delivery(client_id=faulty)
    assert (found.status, found.result, found.attempts) == ("pending", "internal fault: ValueError", 1)
    output = capsys.readouterr().out
    assert "Encryption failed" in output and found.id in output and faulty in output
    while one_delivery(client_id=faulty).status == "pending":
        clock.moment = one_delivery(client_id=faulty).due_at
        server.deliveries.work_once()
    assert (one_delivery(client_id=faulty).status, one_delivery(client_id=faulty).attempts) == (
        "failed",
        MAX_ATTEMPTS,
    )


@pytest.fixture
def slow_host():
    """A host under many names that keeps what is asked of it waiting until `go`; `arrived` counts that."""
    with serving("0.0.0.0") as host:
        host.go, host.arrived = threading.Event(), threading.Semaphore(0)
        host.answer = lambda handler: (host.arrived.release(), host.go.wait(30), reply(handler, b"{}"))
        yield host
        host.go.set()


def fetch(server, url):
    return server.remote_documents.get(url, max_bytes=10_000, max_age=timedelta(minutes=1))


def test_documents_that_requests_wait_for_hold_up_no_delivery(server, register, rp, slow_host, monkeypatch):
    monkeypatch.setattr("auth_service.protocol.remote_calls.MOMENT", 60.0)  # nobody gives up meanwhile
    key = ECKey.generate_key("P-256", {"use": "enc", "kid": "rp"})
    rp.answer = lambda handler: reply(handler, json.dumps({"keys": [key.as_dict(private=False)]}).encode())
    encrypted = register(
        backchannel_logout_uri=rp.url("/back-channel"),
        id_token_encrypted_response_alg="ECDH-ES",
        jwks_uri=rp.url("/jwks"),
    )
    queue(server, encrypted)
    with ThreadPoolExecutor(8) as requests:
        for number in range(1, 9):
            requests.submit(fetch, server, slow_host.url(host=f"127.0.0.{number}"))
        assert all(slow_host.arrived.acquire(timeout=30) for _ in range(4))
        server.deliveries.work_once()
        slow_host.go.set()
    assert (one_delivery().status, one_delivery().attempts) == ("delivered", 1)
    assert [path for _, path, _ in rp.requests] == ["/jwks", "/back-channel"]


def test_a_delivery_that_is_waited_for_holds_up_no_request(server, register, slow_host, monkeypatch):
    monkeypatch.setattr("auth_service.protocol.remote_calls.MOMENT", 0.0)
    queue(server, register(backchannel_logout_uri=slow_host.url("/back-channel")))
    with ThreadPoolExecutor(2) as threads:
        delivering = threads.submit(server.deliveries.work_once)
        assert slow_host.arrived.acquire(timeout=30)
        asking = threads.submit(fetch, server, slow_host.url("/jwks"))
        assert slow_host.arrived.acquire(timeout=30)
        slow_host.go.set()
        assert (asking.result(30).content, delivering.result(30)) == (b"{}", 1)


@pytest.mark.rfc("OIDC Back-Channel Logout §4")
@pytest.mark.parametrize(
    "uri", ["https://10.0.0.1/", "https://169.254.169.254/latest", "http://rp.example/", "ftp://x/"]
)
def test_private_addresses_and_plain_http_are_not_called(server, register, uri):
    client_id = register(backchannel_logout_uri=uri)
    queue(server, client_id)
    server.deliveries.work_once()
    assert one_delivery().status == "pending"
    assert "HTTP" not in one_delivery().result


def test_a_client_that_is_gone_is_not_told(server, register, rp, client_id):
    without = register()
    for gone in (without, "deleted"):
        queue(server, gone)
        server.deliveries.work_once()
        assert one_delivery(client_id=gone).status == "failed"


def test_no_token_is_in_the_log_or_in_the_database(server, client, capsys, rp, client_id, username):
    rp.answers = [500]
    sign_out(client, sign_in_at(client, username, client_id)["id_token"])
    server.deliveries.work_once()
    stored = json.dumps(list(LogoutDelivery._get_collection().find()), default=str)
    signature = logout_tokens(rp)[0].rpartition(".")[2]
    output = capsys.readouterr().out
    assert "back_channel_logout" in output
    assert "session_ended" in output
    for text in (stored, output):
        assert signature not in text
        assert "eyJ" not in text


def test_what_is_queued_wakes_the_worker_at_once(server, rp, client_id):
    deliveries = Deliveries(server)
    arrived = threading.Event()
    rp.answer = lambda handler: (arrived.set(), reply(handler, b""))
    idle = threading.Event()

    def work():
        deliveries.work_once()
        idle.set()

    background = Background(3600, work, "logout deliveries", wake=deliveries.waiting)
    background.start()
    try:
        assert idle.wait(10)  # it found nothing, and sleeps for an hour
        deliveries.queue([server.clients.read(client_id)], "a-session", "sub")
        assert arrived.wait(10)
    finally:
        background.stop()


@pytest.mark.rfc("OIDC Back-Channel Logout §2.2")
@pytest.mark.rfc("OIDC Front-Channel Logout §3")
@pytest.mark.rfc("OIDC RP-Initiated Logout §2.1")
@pytest.mark.conformance(
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
    "oidcc-backchannel-logout-discovery-endpoint-verification",
    "oidcc-frontchannel-logout-discovery-endpoint-verification",
)
def test_discovery_says_what_there_is(client, settings):
    metadata = client.get("/.well-known/openid-configuration").json
    assert metadata["end_session_endpoint"] == f"{settings.issuer}/oauth/logout"
    for channel in ("backchannel", "frontchannel"):
        assert metadata[f"{channel}_logout_supported"] is True
        assert metadata[f"{channel}_logout_session_supported"] is True
