"""The entities a profile may name. Imports nothing heavy: the coordinator checks profiles too."""

from __future__ import annotations

from handoff.errors import ConfigError
from handoff.model import RedactionProfile

RULES_VERSION = 2
"""Raised whenever recognizers, guards or word lists change what is found."""

ENTITIES = (
    "ABA_ROUTING_NUMBER",
    "ACCOUNT_NUMBER",
    "ADDRESS",
    "BATES_NUMBER",
    "CASE_NUMBER",
    "COMPANY_NUMBER",
    "CREDIT_CARD",
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
    "NATIONAL_ID",
    "NRP",
    "ORGANIZATION",
    "PARTY",
    "PASSPORT_NUMBER",
    "PERSON",
    "PHONE_NUMBER",
    "PRIVILEGE_LEGEND",
    "UK_NHS",
    "UK_NINO",
    "URL",
    "US_EIN",
    "US_ITIN",
    "US_SSN",
    "VAT_NUMBER",
)
"""What `handoff.detection.registry` has something for."""


LANGUAGES = ("en",)
"""The languages that there is a model and are rules for; a document in another is held."""


def require_known(profile: RedactionProfile) -> None:
    """Do nothing, or raise.

    Raises:
        ConfigError: the profile names an entity that nothing finds, or a language nothing reads.
    """
    if profile.language not in LANGUAGES:
        raise ConfigError(
            f"the profile {profile.name} is for documents in {profile.language}, which nothing "
            "here reads",
            f"use one of {', '.join(LANGUAGES)}",
        )
    if unknown := sorted({*profile.entities, *profile.recheck_block} - set(ENTITIES)):
        raise ConfigError(
            f"the profile {profile.name} names entities that nothing finds: {', '.join(unknown)}",
            f"use one of {', '.join(ENTITIES)}",
        )
