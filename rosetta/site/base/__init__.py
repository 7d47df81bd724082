"""What every page rests on: what there is to show, the elements of a page, when to draw it anew.

The catalog is read once a build. Every room of the site may call this one; it calls none of them.
"""
