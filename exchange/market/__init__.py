"""The market: enrolment, listings, public notice, sessions, entries."""
