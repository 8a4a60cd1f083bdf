"""How a page gets into a browser: its template, what shows before scripts run, and which server
handles its socket. Begin with `template.py`."""
