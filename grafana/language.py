"""Texts in both languages."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "de"]

LANGUAGES: tuple[Language, ...] = ("en", "de")


@dataclass(frozen=True, slots=True)
class Text:
    """One text, in English and German."""

    en: str
    de: str

    def to(self, language: Language) -> str:
        """The text in a language."""
        return self.en if language == "en" else self.de
