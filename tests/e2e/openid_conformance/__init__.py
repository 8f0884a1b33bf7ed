"""What the OpenID Foundation's conformance suite asks of an OpenID Provider: a test for each of its modules.

`relying_party` does what the suite does around every module: it registers itself, sends the request, and checks
everything that comes back. A test is named by the mark `conformance` after the module of which it is the counterpart.
"""
