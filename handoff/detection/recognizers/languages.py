"""People, births and addresses as German, French, Spanish and Italian documents write them.

Looked for only where the profile names the language. A title, a label or a formula says that a name
follows; where there is no model of the language, a name without any of these is missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handoff.detection.recognizers.base import RuleRecognizer, rule
from handoff.detection.recognizers.persons import _GAP, FULL, NAME, TWO, names_somebody

_UPPER_WORD = r"[A-ZÀ-Þ][\w'’\-]{1,24}"


@dataclass(frozen=True, slots=True)
class Wording:
    """What one language says before a name, a birth and an address.

    Attributes:
        titles: forms of address and professions, written before a name.
        labels: what stands before a name and a colon, or before a name in a formula.
        months: the months, abbreviated ones too.
        born: what stands before a date of birth.
        living: what stands before an address.
        town: a postcode with its town.
    """

    titles: str
    labels: str
    months: str
    born: str
    living: str
    town: str


GERMAN = Wording(
    r"Herrn?|Frau|Fräulein|Dr\.|Prof\.|RA|RAin|Rechtsanw(?:alt|ältin)|Richter(?:in)?|Notar(?:in)?"
    r"|Zeug(?:e|en|in)|Kläger(?:in|s)?|Beklagte[rn]?|Antragsteller(?:in)?|Antragsgegner(?:in)?"
    r"|Geschäftsführer(?:in)?|Eheleute|Familie|Schuldner(?:in)?|Gläubiger(?:in)?|Erblasser(?:in)?",
    r"(?:Name|Vorname|Nachname|Familienname|Geburtsname|Unterschrift|Ansprechpartner(?:in)?"
    r"|Sachbearbeiter(?:in)?)[ ]?:|vertreten[ ]durch(?:[ ]d(?:en|ie)[ ]\w{5,30})?|gez\."
    r"|geborene[r]?"
    r"|geb\.(?=[ ][A-ZÄÖÜ])|Mit[ ]freundlichen[ ]Grüßen[ ,]{0,2}\n",
    r"Jan(?:uar)?|Feb(?:ruar)?|März|Mrz|Apr(?:il)?|Mai|Juni?|Juli?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Okt(?:ober)?|Nov(?:ember)?|Dez(?:ember)?|Jänner",
    r"geboren(?:[ ]am)?|geb\.(?:[ ]am)?|Geburtsdatum|Geburtstag",
    r"wohnhaft(?:[ ]in)?|wohnt[ ]in|Anschrift|Adresse|Wohnort|ansässig[ ]in|geschäftsansässig",
    r"(?<![\w.,/\-])(?:D[ \-]|A[ \-]|CH[ \-])?\d{5}[ ][A-ZÄÖÜ][a-zäöüß]{2,25}"
    r"(?:[ \-](?:am|an[ ]der|im|bei|ob[ ]der)[ ][A-ZÄÖÜ][a-zäöüß]{2,20}"
    r"|[\-/][A-ZÄÖÜ][a-zäöüß]{2,20})?",
)
FRENCH = Wording(
    r"M\.|MM\.|Mmes?|Mlles?|Messieurs|Monsieur|Madame|Mademoiselle|Mesdames|Ma[îi]tres?|Me|Mes"
    r"|Dr|Docteur|Pr|Professeur|(?:le|la)[ ]juge|(?:le|du|au)[ ]témoin|(?:la|le)[ ]notaire"
    r"|veuve|époux"
    r"|épouse|consorts",
    r"(?:Nom|Prénoms?|Nom[ ]de[ ]naissance|Signataire|Signature|Interlocut(?:eur|rice))[ ]?:"
    r"|représentée?s?[ ]par|assistée?s?[ ](?:de|par)|né[e]?(?=[ ][A-Z])|dite?|fait[ ]par",
    r"janv(?:ier|\.)|févr(?:ier|\.)|mars|avr(?:il|\.)|mai|juin|juil(?:let|\.)|août|sept(?:embre|\.)"
    r"|oct(?:obre|\.)|nov(?:embre|\.)|déc(?:embre|\.)",
    r"née?s?[ ]le|date[ ]de[ ]naissance",
    r"demeurant(?:[ ](?:à|au))?|domiciliée?s?(?:[ ](?:à|au))?|résidant(?:[ ](?:à|au))?|adresse"
    r"|dont[ ]le[ ]siège(?:[ ]social)?[ ]est(?:[ ]situé)?(?:[ ](?:à|au))?|sise?[ ](?:à|au)?",
    r"(?<![\w.,/\-])(?:F-)?\d{5}[ ][A-ZÀ-Þ][\wÀ-ÿ'’]{1,25}(?:[ \-][A-ZÀ-Þ][\wÀ-ÿ'’]{1,20}"
    r"|-(?:sur|sous|en|le|la|les|de|du)-[A-ZÀ-Þ][\wÀ-ÿ]{2,20}){0,3}(?:[ ]CEDEX(?:[ ]\d{1,2})?)?",
)
SPANISH = Wording(
    r"D\.|D[ªa]\.?|Dña\.?|Dn\.|[Dd]on|[Dd]oña|Sres?\.|Sras?\.|Srta\.?|Señor(?:es|a|ita)?|Letrad[oa]"
    r"|Procurador(?:a)?|Abogad[oa]|Notari[oa]|[Tt]estigo|Magistrad[oa]|Juez(?:a)?|Dr\.|Dra\.|Excmo\."
    r"|Ilm[oa]\.",
    r"(?:Nombre(?:[ ]y[ ]apellidos)?|Apellidos|Firmado(?:[ ]por)?|Fdo\.?|Titular|Firma)[ ]?:"
    r"|Fdo\.|representad[oa]s?[ ]por|asistid[oa]s?[ ](?:de|por)|en[ ]nombre[ ]de|hij[oa][ ]de"
    r"|casad[oa][ ]con|alias",
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre",
    r"nacid[oa]s?(?:[ ]en[ ][A-ZÀ-Þ]\w{2,20})?[ ]el(?:[ ]día)?|fecha[ ]de[ ]nacimiento",
    r"con[ ]domicilio(?:[ ]social)?[ ]en|domiciliad[oa]s?[ ]en|vecin[oa][ ]de|reside(?:nte)?[ ]en"
    r"|domicilio(?:[ ]en)?|dirección",
    r"(?<![\w.,/\-])\d{5}[ ][A-ZÀ-Þ][\wÀ-ÿ]{2,25}(?:[ ](?:de[ ]"
    r"(?:la[ ])?)?[A-ZÀ-Þ][\wÀ-ÿ]{2,20}){0,2}",
)
ITALIAN = Wording(
    r"[Ss]ig(?:g|nor[ae]?|\.ra|\.na)?\.?|[Aa]vv(?:\.ti|ocat[oa])?\.?|[Dd]ott(?:\.ssa|or|oressa)?\.?"
    r"|[Ii]ng\.|[Gg]eom\.|[Rr]ag\.|[Aa]rch\.|[Pp]rof(?:\.ssa)?\.?|[Oo]n\.|[Nn]otaio|[Tt]este"
    r"|[Gg]iudice|[Cc]oniugi|[Ii]mputat[oa]",
    r"(?:Nome(?:[ ]e[ ]cognome)?|Cognome|Firmato(?:[ ]da)?|Firma|Titolare)[ ]?:|F\.?to\.?"
    r"|rappresentat[oaie][ ]e[ ]difes[oaie]|rappresentat[oaie][ ]d(?:a|all['’]avv\.?)"
    r"|difes[oa][ ]dall['’]avv\.|assistit[oa][ ]dall['’]avv\.|in[ ]persona[ ]di|detto",
    r"gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    r"nat[oaie](?:[ ]a[ ][A-ZÀ-Þ][\w'’ ]{2,25}?(?:[ ]\([A-Z]{2}\))?)?,?[ ]il|data[ ]di[ ]nascita",
    r"residente[ ](?:in|a)|domiciliat[oa](?:[ ](?:in|a|presso))?"
    r"|con[ ]sede(?:[ ]legale)?[ ](?:in|a)"
    r"|indirizzo|corrente[ ]in",
    r"(?<![\w.,/\-])(?:I-)?\d{5}[ ][A-ZÀ-Þ][\wÀ-ÿ'’]{2,25}(?:[ ][A-ZÀ-Þ][\wÀ-ÿ'’]{2,20}){0,2}"
    r"(?:[ ]\([A-Z]{2}\))?",
)

WORDINGS: Mapping[str, Wording] = {
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
}


def people(language: str) -> RuleRecognizer:
    """People after a title, a label or a formula of `language`."""
    wording = WORDINGS[language]
    titled = rule(
        "title and name",
        rf"(?<![\w.])(?:{wording.titles}){_GAP}(?:(?:{wording.titles}){_GAP}){{0,3}}"
        rf"(?P<value>{FULL})",
        0.8,
        any_case=False,
        check=names_somebody,
    )
    labelled = rule(
        "label and name",
        rf"(?<![\w.])(?i:{wording.labels})[ ]{{0,3}}(?:(?:{wording.titles}){_GAP}){{0,3}}"
        rf"(?P<value>{TWO}|{NAME}(?=[ ]{{0,3}}(?:$|[,;])))",
        0.65,
        any_case=False,
        check=names_somebody,
    )
    return RuleRecognizer("PERSON", (titled, labelled))


def births(language: str) -> RuleRecognizer:
    """Dates of birth after the words of `language`, in figures and with the month in words."""
    wording = WORDINGS[language]
    date = (
        rf"(?:\d{{1,2}}(?:\.|er|º)?[ ](?:de[ ])?(?:{wording.months})\.?[ ](?:de[l]?[ ])?\d{{4}}"
        r"|\d{1,2}[./\-]\d{1,2}[./\-](?:\d{4}|\d{2}))"
    )
    born = rule("born", rf"(?<!\w)(?:{wording.born})[ :]{{1,3}}(?P<value>{date})(?!\d)", 0.9)
    return RuleRecognizer("DATE_OF_BIRTH", (born,))


def addresses(language: str) -> RuleRecognizer:
    """Towns with their postcode, and what follows "demeurant" or "wohnhaft in"."""
    wording = WORDINGS[language]
    town = rule("postcode and town", wording.town + r"(?!\w)", 0.6, any_case=False)
    living = rule(
        "where somebody lives",
        rf"(?<!\w)(?i:{wording.living})[ ]?:?[ ]{{1,2}}(?P<value>[^\n;]{{0,60}}?\d[^\n;.,]{{0,20}}"
        rf"(?:,[ ]?(?:\d{{4,5}}[ ])?{_UPPER_WORD}(?:[ \-]{_UPPER_WORD}){{0,3}}){{0,2}})",
        0.75,
        any_case=False,
    )
    return RuleRecognizer("ADDRESS", (town, living))
