"""Spans of time as people say them."""


def duration(seconds: float) -> str:
    """Seconds below 100 s, minutes below 100 min, then hours and minutes; the same in English and German."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
