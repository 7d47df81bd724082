"""Commands that have more to say than __main__ has room for; each module adds its own.

results        list, show and compare records
installation   verify-machine: is this installation as fast as it should be?
layout         text in columns
"""
