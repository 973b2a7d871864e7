"""The entities a profile may name. Imports nothing heavy: the coordinator checks profiles too."""

from __future__ import annotations

from importlib.util import find_spec

from handoff.errors import AssetError, ConfigError
from handoff.model import RedactionProfile

RULES_VERSION = 4
"""Raised whenever recognizers, guards or word lists change what is found."""

ENTITIES = (
    "ABA_ROUTING_NUMBER",
    "ACCOUNT_NUMBER",
    "ADDRESS",
    "BATES_NUMBER",
    "CASE_NUMBER",
    "COMPANY_NUMBER",
    "CREDIT_CARD",
    "CREDENTIAL",
    "CRYPTO",
    "DATE_OF_BIRTH",
    "DATE_TIME",
    "DRIVER_LICENSE",
    "EMAIL_ADDRESS",
    "IBAN_CODE",
    "IN_AADHAAR",
    "IN_PAN",
    "IP_ADDRESS",
    "LOCATION",
    "MAC_ADDRESS",
    "MATTER_NUMBER",
    "MONEY",
    "NATIONAL_ID",
    "NRP",
    "ORGANIZATION",
    "PARTY",
    "PASSPORT_NUMBER",
    "PERSON",
    "PHONE_NUMBER",
    "PRIVILEGE_LEGEND",
    "REGISTER_NUMBER",
    "UK_NHS",
    "UK_NINO",
    "URL",
    "US_EIN",
    "US_ITIN",
    "US_SSN",
    "VAT_NUMBER",
    "VEHICLE_ID",
)
"""What `handoff.detection.registry` has something for."""


OFF_BY_DEFAULT = frozenset({"MONEY"})
"""What nobody looks for who does not say so."""

LANGUAGES = ("en", "fr")
"""The languages that there is a model for."""
PATTERN_LANGUAGES = ("de", "es", "it")
"""The languages that there are rules for and no model."""


def optional_assets(profile: RedactionProfile) -> tuple[str, ...]:
    """Which of `handoff.assets.OPTIONAL_ASSETS` the profile asks for."""
    named = (n for n in profile.languages if n != "en" and n not in profile.patterns_only)
    return (*named, "strict") if profile.strict else tuple(named)


def require_known(profile: RedactionProfile) -> None:
    """Do nothing, or raise.

    Raises:
        ConfigError: the profile names an entity that nothing finds, or a language nothing reads.
        AssetError: the profile is strict, and what runs the second model is not installed.
    """
    if profile.strict and not (find_spec("onnxruntime") and find_spec("tokenizers")):
        raise AssetError(
            "strict mode needs onnxruntime and tokenizers, which are not installed",
            "install handoff with its extra `strict`, or take `strict` out of the profile",
        )
    for language in profile.languages:
        _require_language(profile, language)
    if unknown := sorted({*profile.entities, *profile.recheck_block} - set(ENTITIES)):
        raise ConfigError(
            f"the profile {profile.name} names entities that nothing finds: {', '.join(unknown)}",
            f"use one of {', '.join(ENTITIES)}",
        )


def _require_language(profile: RedactionProfile, language: str) -> None:
    by_patterns = language in profile.patterns_only
    if language in LANGUAGES or (by_patterns and language in PATTERN_LANGUAGES):
        return
    named = f"the profile {profile.name} is for documents in {language}, "
    if language in PATTERN_LANGUAGES:
        raise ConfigError(
            named + "for which there are patterns and no model",
            f"write `languages: {{en: model, {language}: patterns}}` if that must do: names that "
            "no title and no list announces will be missed",
        )
    known = ", ".join((*LANGUAGES, *PATTERN_LANGUAGES))
    raise ConfigError(named + "which nothing here reads", f"use one of {known}")
