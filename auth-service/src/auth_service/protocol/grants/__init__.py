"""The grants (RFC 6749 §4, §6). Two base classes hold the phases that each must go through:
`token_grant` for the token endpoint, `authorization_grant` for the authorization endpoint.
"""
