"""Gatehouse's protected API.

`app.py` wires everything; `startup.py` runs once before the workers. `introspection/` has the three ways to
learn what a token stands for, `protection/` the decorator that guards a view with one of them: these two are
what another API would take. `models/` holds the notes, `web/` the views.
"""
