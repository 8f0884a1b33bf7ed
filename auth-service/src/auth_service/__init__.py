"""Gatehouse's authorization server.

A map of the package: `app` wires everything; `settings` are checked at the start; `models` are the stored
documents; `protocol` is OAuth and OpenID Connect, one file per term of the standards; `web` are the URLs and
pages; `admin_api` is the JSON API for administrators; `commands` and `migrate` are the command line.
"""
