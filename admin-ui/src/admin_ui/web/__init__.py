"""The pages, one blueprint a file; each asks the admin API and renders a template."""
