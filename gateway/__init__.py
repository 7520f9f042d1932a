"""
The one door: passes requests on to the services by a table of routes, and shows the state of all of them at `/status`.

It reads no records and holds no state of its own.
"""
