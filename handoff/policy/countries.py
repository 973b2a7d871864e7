"""Countries, and which of them the EU and the UK hold adequate for personal data. Data only.

ISO 3166-1 alpha-2 codes as of 2024. Adequacy as of `AS_OF`: a lawyer's question that changes; look
at the sources before relying on it, and correct this file.

EU: decisions under Art. 45 GDPR, as listed by the Commission
(https://commission.europa.eu/law/law-topic/data-protection/international-dimension-data-protection/adequacy-decisions_en);
Brazil: Implementing Decision (EU) 2026/179 of 26 January 2026; United Kingdom: renewed in December
2025, until 27 December 2031. UK: UK GDPR Art. 45A and DPA 2018 Sch. 21 para. 4, as the ICO
lists them.
"""

from __future__ import annotations

from datetime import date


def _codes(listed: str) -> frozenset[str]:
    """Codes side by side, as they can be checked against the standard."""
    return frozenset(listed.split())


AS_OF = date(2026, 11, 25)

COUNTRIES = _codes(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
    "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
    "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
    "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW"
)

# The 27 members and Iceland, Liechtenstein, Norway; with the outermost regions of Art. 349 TFEU
# and the Aland Islands, where the GDPR holds too.
EEA = _codes(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO "
    "AX GF GP MF MQ RE YT"
)

_SINCE_THE_DIRECTIVE = _codes("AD AR CH FO GG IL IM JE JP NZ UY")
# Whole countries, with the last day where the decision has one.
EU_ADEQUATE: dict[str, date | None] = {
    **dict.fromkeys(sorted(_SINCE_THE_DIRECTIVE)),
    "KR": None,
    "BR": None,
    "GB": date(2031, 12, 27),
}
UK_ADEQUATE: dict[str, date | None] = {
    **dict.fromkeys(sorted(_SINCE_THE_DIRECTIVE | EEA)),
    "KR": None,
    "GI": None,
}
# Part of a country only: organisations certified under the Data Privacy Framework (for the UK:
# with its extension, the "data bridge"); commercial organisations under PIPEDA. Whether the vendor
# is one of them the policy must say, by naming `adequacy`.
PARTLY_ADEQUATE = frozenset({"US", "CA"})
