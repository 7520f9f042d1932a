"""
HTTP/1.1 to the services, as bare as passing on allows: httptools reads, one write sends.
"""
