"""The tests: folders mirror the sources; `e2e`, `browser` and `postman` see the gateway only."""
