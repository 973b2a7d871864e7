"""Which recognizer finds which entity: chosen one by one, not Presidio's ninety-two.

Turning all of Presidio's pattern recognizers on costs a quarter of the precision and finds no case
number (design notes). From Presidio come those with a checksum or an unmistakable form; the others
are our own, in `handoff.detection.recognizers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from presidio_analyzer import EntityRecognizer, Pattern, RecognizerRegistry
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    InAadhaarRecognizer,
    InPanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    NhsRecognizer,
    SpacyRecognizer,
)

from handoff.detection.entities import require_known
from handoff.detection.recognizers import (
    accounts,
    addresses,
    births,
    cases,
    companies,
    continental,
    credentials,
    languages,
    legends,
    listings,
    matters,
    money,
    officers,
    online,
    papers,
    persons,
    phones,
    premises,
    records,
    us_ids,
    vehicles,
)
from handoff.model import Operator, RedactionProfile

Factory = Callable[[], EntityRecognizer]

_PAN = Pattern("PAN", r"\b[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z]\b", 0.6)
"""Presidio's PAN patterns less the weak one, which looks through the rest of the text for digits
at every word: its time grows with the square of the text."""

FACTORIES: Mapping[str, tuple[Factory, ...]] = {
    "PERSON": (persons.people, persons.names_in_cells, officers.officers),
    "ORGANIZATION": (companies.organizations,),
    "LOCATION": (),
    "NRP": (),
    "DATE_TIME": (),
    "PARTY": (),
    "MONEY": (money.amounts,),
    "CREDENTIAL": (credentials.credentials,),
    "ADDRESS": (addresses.addresses, premises.premises),
    "DATE_OF_BIRTH": (births.births,),
    "EMAIL_ADDRESS": (online.emails,),
    "URL": (online.urls,),
    "PHONE_NUMBER": (phones.PhoneNumbers, records.extensions),
    "CASE_NUMBER": (cases.case_numbers, continental.case_numbers, records.files),
    "BATES_NUMBER": (matters.bates_numbers,),
    "MATTER_NUMBER": (matters.matter_numbers,),
    "US_SSN": (us_ids.social_security,),
    "US_ITIN": (us_ids.itin,),
    "US_EIN": (us_ids.ein,),
    "ACCOUNT_NUMBER": (accounts.accounts,),
    "ABA_ROUTING_NUMBER": (accounts.routing,),
    "IBAN_CODE": (accounts.ibans,),
    "CREDIT_CARD": (CreditCardRecognizer, accounts.cards),
    "CRYPTO": (CryptoRecognizer, online.wallets),
    "IP_ADDRESS": (IpRecognizer,),
    "MAC_ADDRESS": (MacAddressRecognizer,),
    "PASSPORT_NUMBER": (papers.passports,),
    "DRIVER_LICENSE": (papers.licences,),
    "NATIONAL_ID": (papers.national_ids, continental.national_ids),
    "UK_NINO": (papers.nino, records.ninos),
    "UK_NHS": (NhsRecognizer,),
    "IN_AADHAAR": (InAadhaarRecognizer,),
    "IN_PAN": (lambda: InPanRecognizer(patterns=[_PAN]), records.pans),
    "REGISTER_NUMBER": (listings.register_numbers, records.records),
    "VEHICLE_ID": (vehicles.vehicles,),
    "COMPANY_NUMBER": (companies.company_numbers, continental.company_numbers, records.issuers),
    "VAT_NUMBER": (companies.vat_numbers, continental.vat_numbers),
    "PRIVILEGE_LEGEND": (legends.legends,),
}
"""Every entity that a profile may name, and what finds it beside the entity model; a PARTY is whom
the matter's list names."""

LANGUAGE_FACTORIES: Mapping[str, Callable[[str], EntityRecognizer]] = {
    "PERSON": languages.people,
    "DATE_OF_BIRTH": languages.births,
    "ADDRESS": languages.addresses,
}
"""What finds an entity by the words of a language; called with each that the profile names."""

MODEL_ENTITIES = ("PERSON", "ORGANIZATION", "LOCATION", "NRP", "DATE_TIME")
"""What the entity model finds."""


WORDY = frozenset({*MODEL_ENTITIES, "URL", "PRIVILEGE_LEGEND", "CREDENTIAL", "MONEY"})
"""Entities that can stand in a text with no digit, no @ and no link."""


class FixedRegistry(RecognizerRegistry):
    """A registry that gives all its recognizers to every question, without sorting them anew."""

    def get_recognizers(self, *_: object, **__: object) -> list[EntityRecognizer]:
        """All recognizers, in the order in which they were put in."""
        return list(self.recognizers)

    def get_supported_entities(self, *_: object) -> list[str]:
        """Every entity that a recognizer of this registry finds."""
        return sorted({entity for r in self.recognizers for entity in r.supported_entities})


def wanted(profile: RedactionProfile) -> tuple[str, ...]:
    """The entities that `profile` does something with, sorted.

    Raises:
        ConfigError: the profile names an entity that nothing finds.
    """
    require_known(profile)
    acted_on = {e for e, rule in profile.entities.items() if rule.operator is not Operator.KEEP}
    return tuple(sorted(acted_on | profile.recheck_block))


def registry(
    entities: Iterable[str], language: str, *, numbers: bool, others: Iterable[str] = ()
) -> FixedRegistry:
    """Recognizers for `entities` in documents of `language` and of the `others` too.

    With `numbers` false, only those that can find something in a text with no digit, no @ and no
    link: most cells and many lines of a contract have none.
    """
    found: list[EntityRecognizer] = [
        SpacyRecognizer(supported_language=language, supported_entities=list(MODEL_ENTITIES))
    ]
    for entity in sorted(entities):
        if numbers or entity in WORDY:
            found.extend(make() for make in FACTORIES[entity])
            found.extend(_worded(entity, (language, *others)))
    for recognizer in found:
        # Presidio asks by language; which language a block is in decides about models alone.
        recognizer.supported_language = language
    return FixedRegistry(recognizers=found, supported_languages=[language])


def _worded(entity: str, named: Iterable[str]) -> Iterator[EntityRecognizer]:
    if make := LANGUAGE_FACTORIES.get(entity):
        yield from (make(code) for code in named if code in languages.WORDINGS)
