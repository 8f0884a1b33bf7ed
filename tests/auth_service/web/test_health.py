"""Whether the service can do its work."""


def test_ok_while_the_database_answers(client):
    response = client.get("/health")
    assert (response.status_code, response.json) == (200, {"status": "ok"})
    assert "Set-Cookie" not in response.headers
