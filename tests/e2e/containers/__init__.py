"""What needs containers to be tested: replicas, a database that goes away, header rules, isolation."""
