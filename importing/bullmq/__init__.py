"""BullMQ: a queue's job schedulers and delayed jobs, from the JSON that its own calls return.

Begin with `queue.py`.
"""
