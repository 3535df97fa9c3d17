"""Notices: who is told of what happened, in which words, by page, mail and webhook."""
