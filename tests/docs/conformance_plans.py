"""The OpenID Foundation's test plans for OpenID Providers, and the modules of which each consists."""

_IN_EVERY_FLOW = (
    *("oidcc-server", "oidcc-response-type-missing", "oidcc-idtoken-signature"),
    *("oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body"),
    *("oidcc-scope-profile", "oidcc-scope-email", "oidcc-scope-address", "oidcc-scope-phone"),
    *("oidcc-scope-all", "oidcc-alternate-happy-flow", "oidcc-claims-essential"),
    *("oidcc-display-page", "oidcc-display-popup", "oidcc-ui-locales", "oidcc-claims-locales"),
    *("oidcc-login-hint", "oidcc-id-token-hint", "oidcc-prompt-login"),
    *("oidcc-prompt-none-logged-in", "oidcc-prompt-none-not-logged-in"),
    *("oidcc-max-age-1", "oidcc-max-age-10000"),
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-ensure-request-with-acr-values-succeeds",
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
)
_WITH_A_CODE = (
    *("oidcc-codereuse", "oidcc-codereuse-30seconds", "oidcc-refresh-token"),
    "oidcc-server-client-secret-post",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
)

PLANS: dict[str, tuple[str, ...]] = {
    "Basic": (
        *_IN_EVERY_FLOW,
        *_WITH_A_CODE,
        "oidcc-ensure-post-request-succeeds",
        "oidcc-idtoken-unsigned",
    ),
    "Implicit": (*_IN_EVERY_FLOW, "oidcc-ensure-request-without-nonce-fails"),
    "Hybrid": (*_IN_EVERY_FLOW, *_WITH_A_CODE, "oidcc-ensure-request-without-nonce-fails"),
    "Config": ("oidcc-discovery-endpoint-verification",),
    "Dynamic": (
        "oidcc-discovery-endpoint-verification",
        "oidcc-server",
        *("oidcc-idtoken-rs256", "oidcc-idtoken-unsigned", "oidcc-userinfo-rs256"),
        *("oidcc-redirect-uri-query-OK", "oidcc-redirect-uri-query-added"),
        *("oidcc-redirect-uri-query-mismatch", "oidcc-redirect-uri-regfrag"),
        "oidcc-ensure-redirect-uri-in-authorization-request",
        *("oidcc-registration-logo-uri", "oidcc-registration-policy-uri", "oidcc-registration-tos-uri"),
        *("oidcc-registration-sector-uri", "oidcc-registration-sector-bad"),
        *("oidcc-registration-jwks-uri", "oidcc-ensure-client-assertion-with-iss-aud-succeeds"),
        *("oidcc-refresh-token", "oidcc-refresh-token-rp-key-rotation", "oidcc-server-rotate-keys"),
        *("oidcc-request-uri-unsigned", "oidcc-request-uri-signed-rs256"),
        "oidcc-ensure-request-object-with-redirect-uri",
    ),
    "RP-Initiated Logout": (
        "oidcc-rp-initiated-logout-discovery-endpoint-verification",
        *("oidcc-rp-initiated-logout", "oidcc-rp-initiated-logout-no-state"),
        *("oidcc-rp-initiated-logout-only-state", "oidcc-rp-initiated-logout-no-params"),
        "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-no-id-token-hint",
        "oidcc-rp-initiated-logout-bad-id-token-hint",
        "oidcc-rp-initiated-logout-modified-id-token-hint",
        "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    ),
    "Back-Channel Logout": (
        "oidcc-backchannel-logout-discovery-endpoint-verification",
        "oidcc-backchannel-rp-initiated-logout",
    ),
    "Front-Channel Logout": (
        "oidcc-frontchannel-logout-discovery-endpoint-verification",
        "oidcc-frontchannel-rp-initiated-logout",
    ),
}
