"""The views, one blueprint a file, and what every answer shares: errors, headers, request id, log line."""
