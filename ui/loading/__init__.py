"""How a page gets into a browser: its template, what shows before scripts run, and which server
answers its socket. Begin with `template.py`."""
