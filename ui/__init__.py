"""The management page: NiceGUI at `/ui`, in the server's process, through `service/` alone."""
