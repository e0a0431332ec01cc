"""The command line's outermost layer: the process's streams, its signals and its exit codes.

Importing it loads nothing but the standard library, so that it is in place before anything else can fail.
"""
