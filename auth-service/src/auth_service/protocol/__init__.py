"""OAuth 2.0 and OpenID Connect, one file per term of the standards. It knows no HTML and no Flask.

`server` lists all that is registered. A token request goes `server` → `grants/<grant>` → `access_token` →
`models/access_token`.
"""
