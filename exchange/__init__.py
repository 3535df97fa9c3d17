"""The market: registers, listings, sessions, the house with its journal, and the reports.

`market/` and the machine of the house are pure; `store/` and `bootstrap.py` are the only places that
touch the world. Imports `settlement` and `matching_engine`, never `web`.
"""
