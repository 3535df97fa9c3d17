"""What the tests need from the machine: PostgreSQL, Redis, a browser. Found, or taken from wheels, never mocked."""
