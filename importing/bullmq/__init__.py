"""BullMQ: job schedulers and delayed jobs of a queue, from the JSON that its own calls return."""
