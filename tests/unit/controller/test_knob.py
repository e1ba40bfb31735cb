"""The knob: weights as the newsvendor's rule has them (Sunpilot's control study, prices)."""

import pytest

from sunpilot.contract.house import House
from sunpilot.contract.wattpilot import Eagerness, PolicySettings
from sunpilot.controller.knob import weights

HOUSE = House(id=1, name="House", import_price=0.32, feed_in_price=0.08)


@pytest.mark.parametrize(("kwh_value", "ratio"), [(0.14, 3.0), (0.20, 1.0), (0.26, 1 / 3)])
def test_a_value_between_the_prices_weighs_import_against_export(kwh_value: float, ratio: float) -> None:
    found = weights(PolicySettings(kwh_value=kwh_value), HOUSE)
    assert found.imported / found.exported == pytest.approx(ratio)
    assert found.imported + found.exported == pytest.approx(2)


@pytest.mark.parametrize(("kwh_value", "ratio"), [(0.0, 20.0), (0.08, 20.0), (0.32, 1 / 20), (5.0, 1 / 20)])
def test_no_side_ever_loses_all_weight(kwh_value: float, ratio: float) -> None:
    found = weights(PolicySettings(kwh_value=kwh_value), HOUSE)
    assert found.imported / found.exported == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("eagerness", "ratio"),
    [(Eagerness.CAUTIOUS, 20), (Eagerness.CAREFUL, 3), (Eagerness.BALANCED, 1), (Eagerness.EAGER, 1 / 3)],
)
def test_the_slider_stands_for_four_ratios(eagerness: Eagerness, ratio: float) -> None:
    found = weights(PolicySettings(eagerness=eagerness), HOUSE)
    assert found.imported / found.exported == pytest.approx(ratio)


def test_a_value_rules_over_the_slider() -> None:
    found = weights(PolicySettings(kwh_value=0.20, eagerness=Eagerness.EAGER), HOUSE)
    assert found.imported == pytest.approx(1)


def test_without_a_difference_of_prices_a_value_says_nothing() -> None:
    flat = HOUSE.model_copy(update={"feed_in_price": 0.32})
    assert weights(PolicySettings(kwh_value=0.3), flat).imported == pytest.approx(1)
