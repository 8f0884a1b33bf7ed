"""Single sign-out: who took part in a session (`participants`), its end and what ends with it (`single_sign_out`),
and how its clients are told: Back-Channel Logout 1.0 (`logout_token`, `deliveries`) and Front-Channel Logout 1.0
(`front_channel`). The endpoint at which a client asks for it is `protocol.end_session`.
"""
