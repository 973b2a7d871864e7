"""What must go goes, however a document is drafted: one row a style, all of it invented.

Indian court orders, US filings and exhibits, British witness statements, e-mail chains, engagement
letters, transcripts, signature blocks; German, French, Spanish and Italian papers.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from handoff import assets
from handoff.detection.engine import PresidioDetector
from handoff.detection.propagation import propagate
from handoff.errors import AssetError
from handoff.model import RedactionProfile, TextUnit, UnitKind

ENGLISH: list[tuple[str, tuple[str, ...]]] = [
    (
        (
            "IN THE HIGH COURT OF DELHI AT NEW DELHI\nW.P.(C) 4521/2019 & CM APPL. 20012/2019\n"
            "RAMESH KUMAR SHARMA ..... Petitioner\nThrough: Mr. Arvind Nair, Adv.\nversus\nUNION "
            "OF INDIA & ORS. ..... Respondents\nThrough: Ms. Kavita Menon, CGSC with Mr. Tarun "
            "Bhat, Adv."
        ),
        (
            "4521/2019",
            "20012/2019",
            "RAMESH KUMAR SHARMA",
            "Arvind Nair",
            "Kavita Menon",
            "Tarun Bhat",
        ),
    ),
    (
        (
            "The complainant Smt. Lakshmi Devi w/o Suresh Babu r/o H.No. 12-4/B, Gandhi Nagar, "
            "Warangal lodged FIR No. 213/2018 at P.S. Hanamkonda."
        ),
        (
            "Lakshmi Devi",
            "Suresh Babu",
            "12-4/B",
            "213/2018",
        ),
    ),
    (
        (
            "PW-3 Mohd. Irfan s/o Late Abdul Rashid, aged about 42 years, deposed that accused A-2 "
            "Pintu @ Rajesh ran away."
        ),
        (
            "Irfan",
            "Abdul Rashid",
            "Rajesh",
        ),
    ),
    (
        (
            "CRL.M.C. 2207/2021 and CRL.M.A. 13999/2021 are disposed of. CS(OS) 118/2015; CS(COMM) "
            "640/2022; FAO(OS) 33/2010; O.M.P. (COMM) 14/2020; LPA 77/2016; RFA 910/2017; MAC.APP. "
            "345/2014"
        ),
        (
            "2207/2021",
            "13999/2021",
            "118/2015",
            "640/2022",
            "33/2010",
            "14/2020",
            "77/2016",
            "910/2017",
            "345/2014",
        ),
    ),
    (
        (
            "Arising out of SLP (Crl.) No. 5518 of 2019, Diary No. 31201 of 2019, C.A. Nos. "
            "9036-9038 of 2013."
        ),
        (
            "5518 of 2019",
            "31201 of 2019",
            "9036-9038 of 2013",
        ),
    ),
    (
        (
            "CORAM: HON'BLE MR. JUSTICE V. KAMESWAR RAO\nO R D E R\nAadhaar No. 4991 2836 1121; "
            "PAN: AFZPK7190K; GSTIN 27AAPFU0939F1ZV"
        ),
        (
            "KAMESWAR RAO",
            "4991 2836 1121",
            "AFZPK7190K",
            "27AAPFU0939F1ZV",
        ),
    ),
    (
        (
            "IN WITNESS WHEREOF, the parties have executed this Agreement.\nBLUE RIDGE "
            "BIOSCIENCES, INC.\nBy: /s/ Deborah L. Kowalczyk\nName: Deborah L. Kowalczyk\nTitle: "
            "Chief Financial Officer"
        ),
        (
            "BLUE RIDGE BIOSCIENCES",
            "Deborah L. Kowalczyk",
        ),
    ),
    (
        (
            "By: _______________________\n      Thaddeus Q. Merriweather III\n      Its: Managing "
            "Member"
        ),
        ("Thaddeus Q. Merriweather",),
    ),
    (
        (
            "Exhibit 10.14 EMPLOYMENT AGREEMENT between Corvantis Therapeutics, Inc. (the "
            '"Company") and Nnamdi Okonkwo-Reyes ("Executive"). Executive\'s base salary shall be '
            "paid. Commission File Number 001-38221. I.R.S. Employer Identification No. 47-2031984."
        ),
        (
            "Corvantis Therapeutics",
            "Nnamdi Okonkwo-Reyes",
            "001-38221",
            "47-2031984",
        ),
    ),
    (
        ("I, GARETH PWYLL LLEWELLYN, of 14 Heol y Bryn, Llandeilo, SA19 6AB, WILL SAY as follows:"),
        (
            "GARETH PWYLL LLEWELLYN",
            "14 Heol y Bryn",
            "SA19 6AB",
        ),
    ),
    (
        (
            "Claim No. BL-2021-001734\nIN THE HIGH COURT OF JUSTICE\nBETWEEN:\n(1) ORSOLYA "
            "BENEDEK\n(2) TWYFORD MARITIME SERVICES LIMITED\nClaimants\n-and-\nPIERS ALDOUS "
            "FENWICK-GREY\nDefendant"
        ),
        (
            "BL-2021-001734",
            "ORSOLYA BENEDEK",
            "TWYFORD MARITIME SERVICES",
            "PIERS ALDOUS FENWICK-GREY",
        ),
    ),
    (
        (
            "First witness statement of Mrs Chidinma Eze-Lowther dated 3 March 2022. Exhibit CEL1. "
            "I make this statement on behalf of the Claimant."
        ),
        ("Chidinma Eze-Lowther",),
    ),
    (
        (
            "From: Priyanka Raghunathan <priyanka.r@stonelake.example>\nTo: D'Angelo, Marcus; "
            "'o'neill, siobhan'\nSubject: RE: Tolland matter\n\nmarcus - pls loop in siobhan "
            "o'neill before friday. thx, pri"
        ),
        (
            "Priyanka Raghunathan",
            "priyanka.r@stonelake.example",
            "D'Angelo, Marcus",
            "siobhan o'neill",
        ),
    ),
    (
        (
            "On Tue, Mar 3, 2020 at 9:14 AM Xiomara Villanueva <xvillanueva@corp.example> wrote:\n"
            "> ok w/ me. ask hank dreyfus in AP.\n> xiomara"
        ),
        (
            "Xiomara Villanueva",
            "xvillanueva@corp.example",
            "hank dreyfus",
        ),
    ),
    (
        (
            "Sent from my iPhone\n\nTobias van der Westhuizen | Partner\nVan Niekerk Botha Inc.\nT "
            "+27 21 555 0134 | M 082 555 0199\nE tvdw@vnb.example"
        ),
        (
            "Tobias van der Westhuizen",
            "+27 21 555 0134",
            "082 555 0199",
            "tvdw@vnb.example",
        ),
    ),
    (
        (
            "Dear Ms Abernathy-Cole and Mr bin Rashid,\n\nEngagement of Harcourt Pell LLP - Our "
            "ref: HPL/0093/44-1"
        ),
        (
            "Abernathy-Cole",
            "bin Rashid",
            "Harcourt Pell",
            "HPL/0093/44-1",
        ),
    ),
    (
        (
            "Q. State your name for the record.\nA. Leticia Marisol Zúñiga.\nQ. Ms. Zuniga, who is "
            "Dale?\nA. Dale Hutchcraft, my supervisor at the Pell City plant.\nMR. BROUSSARD: "
            "Objection. Form.\nBY MS. TRAN-NGUYEN:"
        ),
        (
            "Leticia Marisol Zúñiga",
            "Zuniga",
            "Dale Hutchcraft",
            "BROUSSARD",
            "TRAN-NGUYEN",
        ),
    ),
    (
        (
            "THE WITNESS: It was Ofc. J. T. McAllister-Boone, badge number 4471, who took the "
            "statement.\nTHE REPORTER: Spell that.\nTHE WITNESS: M-c-A-l-l-i-s-t-e-r."
        ),
        (
            "McAllister-Boone",
            "4471",
        ),
    ),
    (
        (
            "Cause No. D-1-GN-19-003321; Index No. 652345/2019; Case No. 2:21-cv-00417-JAM-KJN; "
            "No. 20-cv-3010 (APM); Case No. 19STCV04321; Docket No. ESX-L-001234-20; Case "
            "1:20-bk-11563"
        ),
        (
            "D-1-GN-19-003321",
            "652345/2019",
            "2:21-cv-00417-JAM-KJN",
            "20-cv-3010",
            "19STCV04321",
            "ESX-L-001234-20",
            "1:20-bk-11563",
        ),
    ),
    (
        (
            "Superior Court of California, County of Los Angeles, BC654321. No. 18CV012345. "
            "CACE-20-012345. 2019-CA-004567-O. CV-2018-09-3671. 05-20-00123-CV. A-19-789456-C. "
            "37-2020-00012345-CU-BT-CTL"
        ),
        (
            "BC654321",
            "18CV012345",
            "CACE-20-012345",
            "2019-CA-004567-O",
            "CV-2018-09-3671",
            "05-20-00123-CV",
            "A-19-789456-C",
            "37-2020-00012345-CU-BT-CTL",
        ),
    ),
    (
        (
            "Bar No. 24051234 (Tex.); State Bar No. 198765; Cal. Bar #301222; ARDC No. 6301234; "
            "Attorney Reg. No. 4456781"
        ),
        (
            "24051234",
            "198765",
            "301222",
            "6301234",
            "4456781",
        ),
    ),
    (
        (
            "Application No. 40787/98, Case C-311/18, T-201/04, ECLI:EU:C:2020:559. Application "
            "nos. 12313/86 and 13057/87."
        ),
        ("40787/98",),
    ),
    (
        "Defendants JOSÉ LUIS\nECHEVERRÍA MONTALVO and MARÍA D'ÁVILA",
        ("D'ÁVILA",),
    ),
    (
        "Settlement Agreement between Anneke\nvan der Merwe and O.R. Tambo Logistics (Pty) Ltd",
        (
            "van der Merwe",
            "Tambo Logistics",
        ),
    ),
    (
        ("Respondent's counsel, de la Cruz, advised that al-Masri and Ben-David had met McTavish."),
        (
            "de la Cruz",
            "al-Masri",
            "Ben-David",
            "McTavish",
        ),
    ),
    (
        "WITNESS my hand: sd/- (K. Venkataramanan) Deputy Registrar (Judicial)",
        ("Venkataramanan",),
    ),
    (
        (
            "Notary Public: Commission No. 2391844, My commission expires 08/14/2025. Personally "
            "appeared Hyacinth Okeke-Bright, known to me."
        ),
        (
            "2391844",
            "Hyacinth Okeke-Bright",
        ),
    ),
    (
        "cc: R. Blenkinsop; T. Okoro (by e-mail only)\nEncl.",
        (
            "R. Blenkinsop",
            "T. Okoro",
        ),
    ),
    (
        (
            "Attorney for Plaintiff\nEleni Papadimitriou-Ross, Esq.\n1200 Harbor Plaza, 14th "
            "Floor\nStamford, CT 06902\n(203) 555-0148"
        ),
        (
            "Eleni Papadimitriou-Ross",
            "1200 Harbor Plaza",
            "Stamford, CT 06902",
            "(203) 555-0148",
        ),
    ),
    (
        (
            "The api key is sk_test_FAKEa1b2c3d4e5f6a7b8c9 and the AWS key AKIAFAKEFAKEFAKE2345; "
            "password: Tr0ub4dor&3"
        ),
        (
            "sk_test_FAKEa1b2c3d4e5f6a7b8c9",
            "AKIAFAKEFAKEFAKE2345",
            "Tr0ub4dor&3",
        ),
    ),
    (
        (
            "Wallet bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq and "
            "0x742d35Cc6634C0532925a3b844Bc454e4438f44e received it."
        ),
        (
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "0x742d35Cc6634C0532925a3b844Bc454e4438f44e",
        ),
    ),
    (
        (
            "Signed at Mumbai on this 4th day of June 2021.\nSd/-\nFarhan Qureshi\nPartner\n"
            "Membership No. 104532"
        ),
        (
            "Farhan Qureshi",
            "104532",
        ),
    ),
    (
        (
            "the minor child, A.B. (born 12/03/2011), resides with grandmother Ethel Mae "
            "Thibodeaux at 902 Cypress Bend Rd., Houma, La. 70360"
        ),
        (
            "12/03/2011",
            "Ethel Mae Thibodeaux",
            "902 Cypress Bend Rd",
            "70360",
        ),
    ),
    (
        (
            "pursuant to the Note dated May 1, 2015 held by WILMINGTON SAVINGS FUND SOCIETY, FSB, "
            "as trustee; Loan Number 0042318876; MERS MIN 100015700012345678"
        ),
        (
            "WILMINGTON SAVINGS FUND SOCIETY",
            "0042318876",
        ),
    ),
    (
        (
            "Director: QUILLFEATHER, Jocasta Ann (DIN: 07654321); Company Secretary ACS 23456; CIN "
            "U72200KA2010PTC052345"
        ),
        (
            "QUILLFEATHER, Jocasta Ann",
            "07654321",
            "U72200KA2010PTC052345",
        ),
    ),
    (
        (
            "Re: Estate of Cornelius J. Vandergriff, Deceased; File No. 2018-3344/A; Surrogate's "
            "Court, Nassau County"
        ),
        (
            "Cornelius J. Vandergriff",
            "2018-3344/A",
        ),
    ),
    (
        (
            "United States v. Baptiste-Monroe, Cr. No. 18-204 (RDM); Inmate Reg. No. 71234-018; "
            "USMS No. 44321-177"
        ),
        (
            "Baptiste-Monroe",
            "18-204",
            "71234-018",
            "44321-177",
        ),
    ),
    (
        (
            "The cheque drawn on account no. 50100123456789 of HDFC Bank, IFSC HDFC0001234, UPI id "
            "rakesh.jha@okhdfcbank, vehicle DL-8C-AB-1234"
        ),
        (
            "50100123456789",
            "HDFC0001234",
            "rakesh.jha@okhdfcbank",
            "DL-8C-AB-1234",
        ),
    ),
    (
        "Mobile: 98765 43210; Tel.: 011-23456789; +91-9876543210; Ph. 044 2829 1234",
        (
            "98765 43210",
            "011-23456789",
            "+91-9876543210",
            "044 2829 1234",
        ),
    ),
    (
        (
            "Policy No. HO-88-7712345-2 issued to insured DELPHINE ARCENEAUX; Claim #: "
            "59-A1B2-33C; VIN 1HGCM82633A004352; license plate 7ABC123"
        ),
        (
            "HO-88-7712345-2",
            "DELPHINE ARCENEAUX",
            "59-A1B2-33C",
            "1HGCM82633A004352",
            "7ABC123",
        ),
    ),
    (
        "Smith_John_MRN 00482913, DOB 04-11-1962, NPI 1234567893, Medicare no. 1EG4-TE5-MK73",
        (
            "00482913",
            "04-11-1962",
            "1234567893",
            "1EG4-TE5-MK73",
        ),
    ),
    (
        (
            "Facts\n1.  Mwangi wa Kamau and Nguyễn Thị Hồng met Siobhán Ní Dhomhnaill and José "
            "María Aznar-López in Łódź."
        ),
        (
            "Mwangi wa Kamau",
            "Nguyễn Thị Hồng",
            "Siobhán Ní Dhomhnaill",
            "Aznar-López",
        ),
    ),
    (
        (
            "Counsel: Messrs. Pillsworth, Grundy & Crake, solicitors. Tenant: Persephone "
            "Kaplinski. Landlord: Osric Wainwright Holdings LLC."
        ),
        (
            "Pillsworth",
            "Grundy",
            "Crake",
            "Persephone Kaplinski",
            "Osric Wainwright",
        ),
    ),
    (
        (
            "NAME OF EMPLOYEE: Ulrike Stangl-Meyer\nEMPLOYEE ID: 0091827\nSUPERVISOR: Bartholomew "
            "Quigg"
        ),
        (
            "Ulrike Stangl-Meyer",
            "0091827",
            "Bartholomew Quigg",
        ),
    ),
    (
        (
            "per Lord Justice Thrapston-Vale; HHJ Pemberley; DJ Okonjo; Mr Recorder Blyth KC; "
            "Master Quint"
        ),
        (
            "Thrapston-Vale",
            "Pemberley",
            "Okonjo",
            "Blyth",
            "Quint",
        ),
    ),
    (
        (
            "Grantee: Wojciech Szczęsny-Brandt and spouse, Parcel No. 08-14-300-021, recorded as "
            "Instrument No. 2014-0098765"
        ),
        (
            "Wojciech Szczęsny-Brandt",
            "08-14-300-021",
            "2014-0098765",
        ),
    ),
]
CONTINENTAL: list[tuple[str, tuple[str, ...]]] = [
    (
        (
            "Landgericht Köln, Az. 28 O 112/21. In dem Rechtsstreit des Herrn Dr. Klaus-Dieter "
            "Steinmeyer, wohnhaft Aachener Straße 1134, 50858 Köln, geboren am 12. März 1961, "
            "Klägers, vertreten durch Rechtsanwältin Sabine Vogt-Krüger, gegen die Hofmann Bau "
            "GmbH, HRB 44321, Beklagte."
        ),
        (
            "28 O 112/21",
            "Klaus-Dieter Steinmeyer",
            "Aachener Straße 1134",
            "50858 Köln",
            "12. März 1961",
            "Sabine Vogt-Krüger",
            "Hofmann Bau GmbH",
            "44321",
        ),
    ),
    (
        (
            "Die Steuer-ID lautet 65 929 970 489, USt-IdNr. DE136695976, IBAN DE89 3704 0044 0532 "
            "0130 00. Personalausweis-Nr. L01X00T47. Tel. 0221 4710-0."
        ),
        (
            "65 929 970 489",
            "DE136695976",
            "DE89 3704 0044 0532 0130 00",
            "L01X00T47",
        ),
    ),
    (
        (
            "Der Beschluss vom 3. Mai 2019 (XII ZB 345/18) ist der Zeugin Annegret Möllenkamp und "
            "dem Zeugen Olaf Petersen zugestellt worden."
        ),
        (
            "XII ZB 345/18",
            "Annegret Möllenkamp",
            "Olaf Petersen",
        ),
    ),
    (
        (
            "Monsieur Jean-Baptiste Lefèvre, né le 4 juillet 1958 à Nantes, demeurant 14 bis rue "
            "des Lilas, 44000 Nantes, de nationalité française, numéro de sécurité sociale 1 58 07 "
            "44 109 021 22, a été assisté par Maître Solène Kerguélen, avocate au barreau de "
            "Rennes."
        ),
        (
            "Jean-Baptiste Lefèvre",
            "4 juillet 1958",
            "14 bis rue des Lilas",
            "44000 Nantes",
            "1 58 07 44 109 021 22",
            "Solène Kerguélen",
        ),
    ),
    (
        (
            "La société Dupont Matériaux SARL, immatriculée au RCS de Lyon sous le numéro 552 100 "
            "554, dont le siège social est situé 3 quai Perrache, 69002 Lyon, représentée par Mme "
            "Odile Garnier, a formé appel (RG n° 19/04432)."
        ),
        (
            "Dupont Matériaux SARL",
            "552 100 554",
            "3 quai Perrache",
            "69002 Lyon",
            "Odile Garnier",
            "19/04432",
        ),
    ),
    (
        (
            "D. Francisco Javier Ortega Muñoz, con DNI 12345678Z y domicilio en calle Alcalá 45, "
            "28014 Madrid, nacido el 3 de marzo de 1970, comparece representado por la Procuradora "
            "Dña. Pilar Iglesias Vega en el procedimiento ordinario 432/2019, NIG 28079 42 1 2019 "
            "0012345."
        ),
        (
            "Francisco Javier Ortega Muñoz",
            "12345678Z",
            "calle Alcalá 45",
            "28014 Madrid",
            "3 de marzo de 1970",
            "Pilar Iglesias Vega",
            "432/2019",
            "28079 42 1 2019 0012345",
        ),
    ),
    (
        (
            "Il sig. Giovanni Bellucci, nato a Napoli il 12 aprile 1965, residente in via Toledo "
            "22, 80134 Napoli (NA), codice fiscale BLLGNN65D12F839A, è difeso dall'avv. Lucia "
            "Ferrandino nel procedimento R.G. n. 1234/2020 e R.G.N.R. 5567/19. P. IVA 01234567890."
        ),
        (
            "Giovanni Bellucci",
            "12 aprile 1965",
            "via Toledo 22",
            "80134 Napoli",
            "BLLGNN65D12F839A",
            "Lucia Ferrandino",
            "1234/2020",
            "5567/19",
            "01234567890",
        ),
    ),
    (
        (
            "Dear Ms Ashworth, please find the annex below.\n\nLe témoin a déclaré que Bérengère "
            "Castaing avait remis les documents à son frère Thibault pendant la réunion du conseil "
            "à Bordeaux.\n\nKind regards, Nigel Pemberton"
        ),
        (
            "Ashworth",
            "Bérengère Castaing",
            "Thibault",
            "Bordeaux",
            "Nigel Pemberton",
        ),
    ),
]


@pytest.fixture(scope="module")
def polyglot(model: Path, profile: RedactionProfile) -> PresidioDetector:
    """Reads French with its model, German, Spanish and Italian by patterns."""
    others, patterns = ("fr", "de", "es", "it"), frozenset({"de", "es", "it"})
    try:
        optional = assets.optional_paths(["fr"])
    except AssetError as error:
        pytest.skip(f"the French model is missing ({error}): run `handoff setup --all`")
    wanted = replace(profile, other_languages=others, patterns_only=patterns)
    return PresidioDetector(model, wanted, optional=optional)


def _standing(detector: PresidioDetector, text: str, values: tuple[str, ...]) -> list[str]:
    """Those of `values` of which a word is left in `text`."""
    units = [TextUnit("u", UnitKind.BODY, text)]
    found = detector.find(units)
    covered = bytearray(len(text))
    for finding in propagate(units, found, detector.values(units, found)):
        covered[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    return [
        value
        for value in values
        if not all(
            all(covered[text.index(value) + word.start() : text.index(value) + word.end()])
            for word in re.finditer(r"\w+", value)
        )
    ]


@pytest.mark.parametrize(("text", "values"), ENGLISH, ids=[t[:30] for t, _ in ENGLISH])
def test_english(detector: PresidioDetector, text: str, values: tuple[str, ...]) -> None:
    assert _standing(detector, text, values) == []


@pytest.mark.parametrize(("text", "values"), CONTINENTAL, ids=[t[:30] for t, _ in CONTINENTAL])
def test_continental(polyglot: PresidioDetector, text: str, values: tuple[str, ...]) -> None:
    assert _standing(polyglot, text, values) == []


def test_each_paragraph_is_read_in_its_own_language(polyglot: PresidioDetector) -> None:
    """An English model takes half of a French sentence for names."""
    french = "Le tribunal a entendu le témoin et a rejeté la demande de la société au fond."
    units = [TextUnit("u", UnitKind.BODY, f"The parties met in the morning.\n\n{french}")]
    assert [f for f in polyglot.find(units) if f.entity != "DATE_TIME"] == []
