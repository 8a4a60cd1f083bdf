"""Requests and responses of REST that are not models of the domain, shared by server and client. No
behaviour. `Task`, `Run` and the like are in `onthedot.scheduling`.
"""
