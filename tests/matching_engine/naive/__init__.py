"""The engine's slow twin, written from the published semantics alone.

It keeps the list of everything that was accepted and works out each answer from the whole list again. Time
is told by the lot's own watch, which stands while the lot is suspended, so no instant ever has to be moved.
"""
