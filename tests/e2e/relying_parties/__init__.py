"""Relying parties that others wrote sign in against the running system, as their users have them do it.

authlib and requests-oauthlib run in the test's own process, npm's openid-client in Node beside it, Debian's
mod_auth_openidc in an Apache of its own. Whatever they check of a certified provider they check here.
"""
