"""What Sunpilot's services say to each other: messages, topics, stored entities and keys.

Signs, once for the whole project: grid power is positive on import, battery power positive while charging, every
other power is positive in its natural direction. Units stand in the names. Unknown is ``None``, never 0. Times are
aware and in UTC.
"""
