"""What REST is sent and answers beside the domain's own models: one copy, for server and client.

Pure form, no behaviour. `Task`, `Run` and the like are in `onthedot.scheduling`.
"""
