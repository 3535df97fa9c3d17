"""The tests mirror the packages; `services` holds the servers and the browser they need."""
