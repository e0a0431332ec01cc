"""The engine for collections beyond a single machine: LanceDB tables, in a folder or a bucket.

Requires the extra `dalil[scale]`; nothing here is imported before an address is opened.
"""
