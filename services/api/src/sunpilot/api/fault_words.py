"""What faults of fields are called: pydantic's own English, and German by the code that stands for each. Pure."""

from collections.abc import Mapping
from typing import Any

from sunpilot.contract.decision import Text

_GERMAN: Mapping[str, str] = {
    # pydantic's codes (its documentation, "Validation Errors")
    "missing": "fehlt",
    "extra_forbidden": "gibt es hier nicht",
    "string_type": "muss ein Text sein",
    "string_unicode": "muss Unicode-Text sein",
    "string_too_short": "mindestens {min_length} Zeichen",
    "string_too_long": "höchstens {max_length} Zeichen",
    "string_pattern_mismatch": "hat nicht die Form, die hier verlangt ist",
    "int_type": "muss eine ganze Zahl sein",
    "int_parsing": "muss eine ganze Zahl sein",
    "int_parsing_size": "hat zu viele Ziffern",
    "int_from_float": "muss eine ganze Zahl sein",
    "float_type": "muss eine Zahl sein",
    "float_parsing": "muss eine Zahl sein",
    "finite_number": "muss eine endliche Zahl sein",
    "bool_type": "muss true oder false sein",
    "bool_parsing": "muss true oder false sein",
    "greater_than": "muss größer als {gt} sein",
    "greater_than_equal": "mindestens {ge}",
    "less_than": "muss kleiner als {lt} sein",
    "less_than_equal": "höchstens {le}",
    "enum": "eines von: {expected}",
    "literal_error": "eines von: {expected}",
    "union_tag_invalid": "eine solche Art gibt es nicht",
    "union_tag_not_found": "hier fehlt die Art",
    "list_type": "muss eine Liste sein",
    "tuple_type": "muss eine Liste sein",
    "dict_type": "muss ein JSON-Objekt sein",
    "model_type": "muss ein JSON-Objekt sein",
    "model_attributes_type": "muss ein JSON-Objekt sein",
    "too_short": "mindestens {min_length} Einträge",
    "too_long": "höchstens {max_length} Einträge",
    # Sunpilot's own codes
    "ages_in_order": "age_s ist [kleinstes, größtes Alter] in Sekunden",
    "amps_of_fixed": "amps (6 bis 32) gehört zur Art 'fixed', und nur zu ihr",
    "belong_together": "{one} und {other} gehören zusammen",
    "currency": "drei Großbuchstaben, etwa EUR",
    "device_of_preset": "device gehört zu einer Vorlage; ohne eine stehen die Topics ganz da",
    "json_object": "sende ein JSON-Objekt, mit der Kopfzeile Content-Type: application/json",
    "json_path": 'ein Pfad ist Schlüssel mit Punkten dazwischen, etwa SML.Power_curr oder params."a.b".power',
    "min_above_max": "der kleinste Strom darf nicht über dem größten liegen",
    "name_form": "ein Name ist eine Zeile sichtbarer Zeichen",
    "needs_client_id": "OAuth braucht die Client-ID deiner App aus SolarEdges Entwicklerportal",
    "needs_device": "die Vorlage '{preset}' braucht den Namen des Geräts, wie er in seinen Topics steht",
    "needs_topic": "nötig ist eine Vorlage oder das Topic der Leistung",
    "no_text": "das ist kein Unicode-Text",
    "phases_of_fixed": "phases gehört nur zur Art 'fixed'",
    "source_kind": "die Art ist 'solaredge' (mit api 'v1' oder 'v2'), 'solaredge-modbus' oder 'mqtt-meter'",
    "time_zone": "diese Zeitzone ist nicht bekannt; schreibe sie wie in 'Europe/Berlin'",
    "token_form": "ein Token hat keine Leerzeichen, keine Zeilenenden und nur ASCII-Zeichen",
}


_MARKS = str.maketrans({",": ".", ".": ","})
"""Between thousands and before decimals: what English writes, and German."""


def words_of(code: str, english: str, values: Mapping[str, Any]) -> Text:
    """A fault in both languages; ``values`` fill the places. What has no German yet is said in English."""
    german = _GERMAN.get(code)
    de = english if german is None else german.format_map({name: _de(value) for name, value in values.items()})
    return Text(en=english, de=de)


def _de(value: object) -> str:
    """A limit as German writes it; the choice of an enumeration without pydantic's English 'or'."""
    if isinstance(value, int | float):
        return f"{value:,}".removesuffix(".0").translate(_MARKS)
    return str(value).replace(" or ", " oder ")
