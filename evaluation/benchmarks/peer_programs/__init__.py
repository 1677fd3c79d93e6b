"""One program a tool that also finds related articles; run where these tools are installed.

Nothing of ours is imported: a program reads a folder of articles, has its tool make every
article's list of ten, and writes these as JSON.

usage: python -m peer_programs.NAME FOLDER OUTPUT [MODEL]
"""
