"""What each line of a source becomes: tasks or notes; and files of the wrong kind."""
