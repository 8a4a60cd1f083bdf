"""HTTP calls: requests, redirects, faults, and the hosts that may be reached."""
