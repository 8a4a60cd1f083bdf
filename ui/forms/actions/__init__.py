"""The part of the form that says what is done, one kind of action a file. Begin with
`action.py`.
"""
