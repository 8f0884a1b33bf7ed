"""Chromium at the whole system, through its gateway: what people see and press.

Each test has windows of its own (`open_window`); whatever the browser complains of while one is open fails the
test. The system is the one at GATEHOUSE_URL, else a local one that is started here; Chromium is CHROMIUM, else
the machine's.
"""
