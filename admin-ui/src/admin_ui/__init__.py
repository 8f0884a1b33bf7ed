"""Gatehouse's pages for administrators and for the owners of clients, mounted at `/admin`.

Start with `app.py`, which lists all that is mounted. A request passes these files:

- `session.py` opens the encrypted cookie (`sealed_cookie.py`), the only state that there is;
- `login.py` signs people in and out (`openid_connect.py` speaks the protocol, `id_token.py` says whom to
  believe, `login_attempt.py` binds an attempt to its browser); `signed_in.py` holds who is there and what they may do;
- `token_refresh.py` renews the access token, each refresh token once;
- `web/` has one blueprint a file, which ask the admin API through `admin_api.py`;
- `auth_service_api.py` is the only outbound HTTP.
"""
