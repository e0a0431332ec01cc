"""The engine for collections that no single machine holds: LanceDB tables, in a folder or a bucket.

Needs the extra `dalil[scale]`; nothing here is imported before an address is opened.
"""
