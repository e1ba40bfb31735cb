"""The colours: one for each thing, the same on every dashboard.

They are of the set by Okabe and Ito, which stays apart for all common kinds of colour blindness, on light and dark.
"""

SUN = "#E69F00"
GRID = "#56B4E9"
CAR = "#009E73"
BATTERY = "#CC79A7"
HOUSE = "#9A9A9A"
FAULT = "#D55E00"
PALE = "#6E7683"
"""What only waits."""
