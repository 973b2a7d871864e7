"""Each family of recognizers: very weak, medium and strong matches, and what is none.

Scores are those without context words; `< 0.35` counts only beside one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handoff.detection.recognizers import (
    accounts,
    addresses,
    births,
    cases,
    companies,
    legends,
    matters,
    online,
    papers,
    persons,
    phones,
    us_ids,
)
from handoff.detection.recognizers.base import RuleRecognizer

WEAK, MEDIUM, STRONG = (0.0, 0.35), (0.35, 0.75), (0.75, 1.01)
Row = tuple[str, str, tuple[float, float] | None]


def _check(make: Callable[[], RuleRecognizer], text: str, value: str, band: object) -> None:
    recognizer = make()
    results = recognizer.analyze(text, recognizer.supported_entities)
    scores = [r.score for r in results if text[r.start : r.end] == value]
    if band is None:
        strong = [text[r.start : r.end] for r in results if r.score >= WEAK[1]]
        assert not strong
    else:
        assert scores, [text[r.start : r.end] for r in results]
        assert isinstance(band, tuple)
        assert band[0] <= max(scores) < band[1]


CASES: list[Row] = [
    # very weak match: needs a word beside it
    ("see 1234/98 there", "1234/98", WEAK),
    ("C-415/93 was decided", "C-415/93", WEAK),
    # medium
    ("No. 2019-CV-1234 of today", "2019-CV-1234", MEDIUM),
    ("BL-2021-000123", "BL-2021-000123", MEDIUM),
    ("no. K-12/345", "K-12/345", MEDIUM),
    # strong
    ("(no. 18403/91)", "18403/91", STRONG),
    ("applications (nos. 1234/05 and 5678/06)", "5678/06", STRONG),
    ("nos. 1/95, 22/95, 333/95 4444/95; 5/95 and 6/95", "6/95", STRONG),
    ("sheet/plan 11/15W.2.E (no. 2)", "11/15W.2.E (no. 2)", STRONG),
    ("sheet/plan 11/23W.2,E.1 and 11/23W1E", "11/23W1E", STRONG),
    ("Neutral Citation Number: [2024] EWHC 12 (Ch)", "[2024] EWHC 12 (Ch)", STRONG),
    ("sheet/plan 21/46", "21/46", STRONG),
    ("plots nos. 260, 268, 119/5", "119/5", MEDIUM),
    ("1:21-cv-04567-ABC", "1:21-cv-04567-ABC", STRONG),
    ("Case No. 21-10523 (JTD)", "21-10523 (JTD)", STRONG),
    ("W.P.(C) No. 1234 of 2019", "1234 of 2019", STRONG),
    ("Civil Appeal No. 4321/2020", "4321/2020", STRONG),
    ("SLP (Crl.) Nos. 123-125 of 2018", "123-125 of 2018", STRONG),
    ("FIR No. 45/2017", "45/2017", STRONG),
    ("case file no. IV K 123/04", "IV K 123/04", STRONG),
    ("claim number HQ17X01234", "HQ17X01234", STRONG),
    ("Docket: 2020-0451", "2020-0451", STRONG),
    # no match
    ("Article 6 of Protocol No. 11", "", None),
    ("Rule 54 of the Rules of Court, Law No. 5 of the State", "", None),
    ("in the case of the applicant", "", None),
    ("a ratio of 1/2 and 10,000 shares", "", None),
    ("Smith v Jones [1998] AC 1", "", None),
]
MATTERS: list[Row] = [
    ("Client-Matter No. 012345.00067", "012345.00067", STRONG),
    ("our file no: AB-1234/5", "AB-1234/5", STRONG),
    ("Our ref: JS/1234/KL", "JS/1234/KL", MEDIUM),
    ("the matter number of days is 5", "", None),
]
BATES: list[Row] = [
    ("ACME-00012345", "ACME-00012345", MEDIUM),
    ("ABC0001234", "ABC0001234", MEDIUM),
    ("Bates No. SMITH 001234", "SMITH 001234", STRONG),
    ("Section 12345", "", None),
    ("EUR 10,000,000", "", None),
]
BIRTHS: list[Row] = [
    ("signed on 3 May 2001", "3 May 2001", WEAK),
    ("was born in 1959", "1959", STRONG),
    ("born on 12 March 1971", "12 March 1971", STRONG),
    ("Date of birth: 03/05/1984", "03/05/1984", STRONG),
    ("DOB 1984-05-03", "1984-05-03", STRONG),
    ("D.O.B.: May 3, 1984", "May 3, 1984", STRONG),
    ("born in Warsaw in 1950", "1950", STRONG),
    ("The applicants were born in 1950, 1962 and 1970", "1970", STRONG),
    ("he was reborn as an agreement of 2001", "", None),
]
SSN: list[Row] = [
    ("536221234", "536221234", WEAK),
    ("536-22-1234", "536-22-1234", MEDIUM),
    ("536 22 1234", "536 22 1234", MEDIUM),
    ("SSN: 536221234", "536221234", STRONG),
    ("social security number is 536-22-1234", "536-22-1234", STRONG),
    ("XXX-XX-1234", "XXX-XX-1234", STRONG),
    ("000-12-3456, 666-12-3456, 900-12-3456, 123-00-4567, 111-11-1111", "", None),
    ("536-22 1234", "", None),
    ("1536-22-12345", "", None),
]
ITIN: list[Row] = [
    ("912-70-1234", "912-70-1234", MEDIUM),
    ("912-69-1234", "", None),
]
EIN: list[Row] = [
    ("12-3456789", "12-3456789", MEDIUM),
    ("EIN 12-3456789", "12-3456789", STRONG),
    ("I.R.S. Employer Identification No. 12-3456789", "12-3456789", STRONG),
    ("112-3456789", "", None),
]
ACCOUNTS: list[Row] = [
    ("12345678", "12345678", WEAK),
    ("HDFC0001234", "HDFC0001234", MEDIUM),
    ("account no. 1234 5678 90", "1234 5678 90", STRONG),
    ("Bank account: 12345678", "12345678", STRONG),
    ("sort code 20-00-00", "20-00-00", STRONG),
    ("SWIFT: DEUTDEFF500", "DEUTDEFF500", STRONG),
    ("on account of 3 reasons, taken into account 12 times", "", None),
]
ROUTING: list[Row] = [
    ("routing number 021000021", "021000021", STRONG),
    ("routing number 021000022", "", None),
]
IBAN: list[Row] = [
    ("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00", STRONG),
    ("GB29NWBK60161331926819", "GB29NWBK60161331926819", STRONG),
    # a checksum that does not hold may be a typing error, or no IBAN
    ("DE89 3704 0044 0532 0130 01", "DE89 3704 0044 0532 0130 01", MEDIUM),
    ("IBAN: DE89 3704 0044 0532 0130 01", "DE89 3704 0044 0532 0130 01", STRONG),
    ("iban is gb42nawi04454264788619", "gb42nawi04454264788619", STRONG),
    ("the EU12 agreement", "", None),
]
PASSPORTS: list[Row] = [
    ("AB1234567", "AB1234567", WEAK),
    ("passport no. AB1234567", "AB1234567", STRONG),
    ("Passport: 123456789", "123456789", STRONG),
    ("passport to success in 12 months", "", None),
]
CARDS: list[Row] = [
    ("card no. 5845 2879 2610", "5845 2879 2610", STRONG),
    ("card number 1234", "", None),
]
LICENCES: list[Row] = [
    ("driver's license no. D123-4567-8901", "D123-4567-8901", STRONG),
    ("MORGA657054SM9IJ", "MORGA657054SM9IJ", STRONG),
    ("driving licence of the applicant", "", None),
]
NATIONAL: list[Row] = [
    ("identity card no. AAB 123", "", None),
    ("national identity number: 850315-1234", "850315-1234", STRONG),
]
NINO: list[Row] = [
    ("QQ 12 34 56 C", "", None),
    ("AB 12 34 56 C", "AB 12 34 56 C", MEDIUM),
]
ORGANIZATIONS: list[Row] = [
    ("between Zyxon Trading Limited and", "Zyxon Trading Limited", MEDIUM),
    ("ZYXON HOLDINGS INC.", "ZYXON HOLDINGS INC.", MEDIUM),
    ("Müller & Söhne GmbH", "Müller & Söhne GmbH", MEDIUM),
    ('Zyxon Trading Limited, a company ("Zyxon")', "Zyxon", STRONG),
    ("Zyxon plc (hereinafter the \u201cZyxon Group\u201d)", "Zyxon Group", STRONG),
    ("a limited liability company", "", None),
    ('a Co. of England (the "Company")', "", None),
]
COMPANY_NUMBERS: list[Row] = [
    ("(registered number 01234567)", "01234567", STRONG),
    ("company no. SC123456", "SC123456", STRONG),
    ("HRB 12345", "HRB 12345", STRONG),
    ("CIN L17110MH1973PLC019786", "L17110MH1973PLC019786", STRONG),
    ("registered number of shares", "", None),
]
VAT: list[Row] = [
    ("VAT registration no. GB 123 4567 89", "GB 123 4567 89", STRONG),
    ("27AAPFU0939F1ZV", "27AAPFU0939F1ZV", STRONG),
    ("VAT at 20 per cent", "", None),
]
ADDRESSES: list[Row] = [
    ("London SW1A 1AA", "SW1A 1AA", MEDIUM),
    ("at 221B Baker Street, London", "221B Baker Street", MEDIUM),
    ("1600 Pennsylvania Avenue, Suite 200", "1600 Pennsylvania Avenue, Suite 200", STRONG),
    ("28245 Puruntie 82 Apt. 595", "28245 Puruntie 82 Apt. 595", STRONG),
    ("28245 Puruntie 82", "28245 Puruntie 82", MEDIUM),
    ("28245 Zyxon 82", "28245 Zyxon 82", WEAK),
    ("Address: Puruntie 82\nEspoo", "Puruntie 82\nEspoo", STRONG),
    ("she lives at 86036 Rua do Arenque, Goiania. Then", "86036 Rua do Arenque, Goiania", STRONG),
    ("zip code 35350", "35350", STRONG),
    ("Springfield, IL 62704", "Springfield, IL 62704", STRONG),
    ("P.O. Box 1234", "P.O. Box 1234", STRONG),
    ("Hauptstraße 12a, 10115 Berlin", "Hauptstraße 12a, 10115 Berlin", STRONG),
    ("12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris", STRONG),
    ("12 Oak Apt. 4, Springfield 62704", "Apt. 4, Springfield 62704", MEDIUM),
    ("Suite 501\nRiisa\nEstonia 62488", "Suite 501\nRiisa\nEstonia 62488", MEDIUM),
    ("in Via dei Fiori 12, Roma", "Via dei Fiori 12", MEDIUM),
    (
        "10963 Rua Vinte e Cinco de Setembro 1257",
        "10963 Rua Vinte e Cinco de Setembro 1257",
        MEDIUM,
    ),
    ("at Mannerheimintie 5 in Helsinki", "Mannerheimintie 5", MEDIUM),
    ("Prinsengracht or Asselsestraat 7", "Asselsestraat 7", MEDIUM),
    ("PSC 7589, Box 0573", "PSC 7589, Box 0573", STRONG),
    ("she lived in 416 Tall Trees until May", "416 Tall Trees until May", MEDIUM),
    ("Via the agreement of 2001, she lived in Rome", "", None),
    ("the property 12 was via a deed", "", None),
    ("Section 12 of the Road Traffic Act", "", None),
    ("3 judges of the High Court", "", None),
]
PHONES: list[Row] = [
    ("+44 20 7946 0958", "+44 20 7946 0958", STRONG),
    ("(212) 555-0123", "(212) 555-0123", MEDIUM),
    ("Tel: 555 0123 456", "555 0123 456", STRONG),
    ("+1-903-140-4508x769", "+1-903-140-4508x769", MEDIUM),
    ("+91 98765 43210", "+91 98765 43210", STRONG),
    ("12/05/2001, 2001-05-12, 1234/05, 10.000.000", "", None),
    ("sums of 1 000 000 and 12 345 678", "", None),
]
EMAILS: list[Row] = [
    ("<j.o'neil+x@mail.example.co.uk>", "j.o'neil+x@mail.example.co.uk", STRONG),
    ("müller@bücher.example", "müller@bücher.example", STRONG),
    ("john [at] example [dot] com", "john [at] example [dot] com", STRONG),
    ("user@localhost and @handle", "", None),
]
URLS: list[Row] = [
    ("see https://www.example.com/a?b=c.", "https://www.example.com/a?b=c", STRONG),
    ("at www.example.com/path", "www.example.com/path", MEDIUM),
    ("e.g. this, i.e. that; no. 5.Then", "", None),
]
PEOPLE: list[Row] = [
    # salutations and closings
    ("Dear Eleanor,\n", "Eleanor", STRONG),
    ("Dear Ms Finch,\n", "Finch", STRONG),
    ("Hi Priya, can you call", "Priya", STRONG),
    ("Dear Sir or Madam,\n", "", None),
    ("Dear All,\n", "", None),
    ("Dear Counsel,\n", "", None),
    ("Kind regards,\nEleanor Finch\n", "Eleanor Finch", MEDIUM),
    ("Smith, John", "Smith, John", MEDIUM),
    ("Custodian: Anna Kowalska", "Anna Kowalska", MEDIUM),
    ("By: ____ Anna Kowalska", "Anna Kowalska", MEDIUM),
    ("Mr Smith said", "Smith", STRONG),
    ("MR. J.R. SMITH", "J.R. SMITH", STRONG),
    ("Mrs Anna van der Berg-O’Brien", "Anna van der Berg-O’Brien", STRONG),  # noqa: RUF001
    ("Mr Justice Foster", "Foster", STRONG),
    ("/s/ Anna Kowalska", "Anna Kowalska", STRONG),
    ("1. Smith, John; Doe, Jane; x", "Doe, Jane", MEDIUM),
    ("To: Smith, John <x>", "Smith, John", MEDIUM),
    ("Conference with Priya Raman (0.5)", "Priya Raman", MEDIUM),
    ("Call to Jan de Vries and Ana Lima re costs", "Ana Lima", MEDIUM),
    ("hi priya,\nsee below", "priya", MEDIUM),
    ("kind regards,\npriya raman", "priya raman", MEDIUM),
    ("from: priya raman <priya@example.com>", "priya raman", MEDIUM),
    ("Her maiden name was Key", "Key", MEDIUM),
    ("Timotea lives on Oak Street", "Timotea", MEDIUM),
    ("Paris, France\nLondon, Ontario;", "", None),
    (
        "Meeting with Opposing Counsel; email to Accounts Payable; call with The Other Side",
        "",
        None,
    ),
    ("hi all,\nthanks,\nthe team", "", None),
    ("to: legal team <team@example.com>", "", None),
    ("He lives in hope", "", None),
    ("Judge of the Court", "", None),
    ("Mr President, Madam", "", None),
    ("Berlin, Germany is a city", "", None),
]

LEGENDS: list[Row] = [
    ("PRIVILEGED AND CONFIDENTIAL", "PRIVILEGED AND CONFIDENTIAL", STRONG),
    ("Privileged & Confidential", "Privileged & Confidential", STRONG),
    ("Re: Legally privileged and confidential", "Re: Legally privileged and confidential", STRONG),
    (
        "ATTORNEY-CLIENT PRIVILEGED COMMUNICATION",
        "ATTORNEY-CLIENT PRIVILEGED COMMUNICATION",
        STRONG,
    ),
    ("Attorney Work Product", "Attorney Work Product", STRONG),
    ("a\nATTORNEYS\u2019 EYES ONLY\nb", "ATTORNEYS\u2019 EYES ONLY", STRONG),
    (
        "HIGHLY CONFIDENTIAL - OUTSIDE COUNSEL ONLY  ACME-0001234",
        "HIGHLY CONFIDENTIAL - OUTSIDE COUNSEL ONLY  ACME-0001234",
        STRONG,
    ),
    (
        "CONFIDENTIAL \u2013 SUBJECT TO PROTECTIVE ORDER IN CASE NO. 21-cv-1",
        "CONFIDENTIAL \u2013 SUBJECT TO PROTECTIVE ORDER IN CASE NO. 21-cv-1",
        STRONG,
    ),
    ("Prepared in anticipation of litigation", "Prepared in anticipation of litigation", STRONG),
    ("FILED UNDER SEAL", "FILED UNDER SEAL", STRONG),
    (
        "This memorandum is protected by attorney-client privilege.",
        " is protected by attorney-client privilege",
        STRONG,
    ),
    (
        "This report was prepared at the request of counsel and must not be copied.",
        " was prepared at the request of counsel",
        STRONG,
    ),
    # what speaks about privilege
    ("The claim to legal professional privilege failed, as the court held.", "", None),
    ("attorney-client privilege.", "", None),
    ("Attorney-client privilege protects what a client tells counsel in confidence.", "", None),
    ("The work product doctrine was adopted in Hickman.", "", None),
    ("The action was dismissed without prejudice.", "", None),
    # markings that keep nothing from a reviewer
    ("CONFIDENTIAL", "", None),
    ("Private and confidential", "", None),
    ("WITHOUT PREJUDICE SAVE AS TO COSTS", "", None),
    # the footers of ordinary mail
    (
        "This e-mail is confidential and may be legally privileged. If you are not the addressee,",
        "",
        None,
    ),
    (
        "This message contains confidential and privileged information. If received in error,",
        "",
        None,
    ),
    (
        "This communication is confidential and privileged. If you are not the intended recipient,",
        "",
        None,
    ),
    ("If you are not the intended recipient: this email is legally privileged.", "", None),
]

TABLES: list[tuple[Callable[[], RuleRecognizer], list[Row]]] = [
    (cases.case_numbers, CASES),
    (matters.matter_numbers, MATTERS),
    (matters.bates_numbers, BATES),
    (births.births, BIRTHS),
    (us_ids.social_security, SSN),
    (us_ids.itin, ITIN),
    (us_ids.ein, EIN),
    (accounts.accounts, ACCOUNTS),
    (accounts.routing, ROUTING),
    (accounts.ibans, IBAN),
    (accounts.cards, CARDS),
    (papers.passports, PASSPORTS),
    (papers.licences, LICENCES),
    (papers.national_ids, NATIONAL),
    (papers.nino, NINO),
    (companies.organizations, ORGANIZATIONS),
    (companies.company_numbers, COMPANY_NUMBERS),
    (companies.vat_numbers, VAT),
    (addresses.addresses, ADDRESSES),
    (phones.PhoneNumbers, PHONES),
    (online.emails, EMAILS),
    (online.urls, URLS),
    (persons.people, PEOPLE),
    (legends.legends, LEGENDS),
]


@pytest.mark.parametrize(
    ("make", "text", "value", "band"),
    [
        pytest.param(make, *row, id=f"{make.__name__}-{row[0][:40]}")
        for make, table in TABLES
        for row in table
    ],
)
def test_recognizer_finds_the_value_with_the_certainty_of_its_form(
    make: Callable[[], RuleRecognizer], text: str, value: str, band: object
) -> None:
    _check(make, text, value, band)
