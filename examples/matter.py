"""The fictional matter behind the example batch: who is in it, and what its papers say.

Every person, company, number and address here is invented. Telephone numbers come from the ranges
that Ofcom keeps for drama, mail addresses from the domains that RFC 2606 keeps for examples, and
account numbers carry check digits computed for banks that do not exist, and the
card number is the one that payment providers publish for tests.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the matter, with the ways to reach them."""

    name: str
    email: str
    phone: str


CLIENT = Person("Margaret Hollis", "margaret.hollis@example.com", "+44 7700 900461")
WITNESS = Person("Daniel Okafor", "d.okafor@example.org", "+44 7700 900238")
OPPONENT = Person("Victor Lindqvist", "victor.lindqvist@example.net", "020 7946 0958")
PARTNER = Person("Eleanor Finch", "eleanor.finch@example.com", "020 7946 0112")
EXPERT = Person("Priya Raman", "praman@example.org", "+44 7700 900815")

CLAIM_NUMBER = "QB-2026-004417"
CARD = "4111 1111 1111 1111"
PASSPORT = "999204417"


def iban(country: str, bban: str) -> str:
    """An IBAN with the check digits that ISO 13616 asks for."""
    numeric = "".join(str(int(c, 36)) for c in bban + country + "00")
    return f"{country}{98 - int(numeric) % 97:02d}{bban}"


CLIENT_IBAN = iban("GB", "ZZZZ20201500417736")
OPPONENT_IBAN = iban("DE", "999999990532013067")


def _paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of `text`, each in one line."""
    return tuple(" ".join(block.split()) for block in text.strip().split("\n\n"))


PLANTED = (
    *(value for person in (CLIENT, WITNESS, OPPONENT, PARTNER, EXPERT)
      for value in (person.name, person.email, person.phone)),
    CLAIM_NUMBER,
    CARD,
    PASSPORT,
    CLIENT_IBAN,
    OPPONENT_IBAN,
)  # fmt: skip
"""What must not be in anything that leaves the firm, in plain text or in any encoding of a file."""

ENGAGEMENT = _paragraphs(f"""\
Dear {CLIENT.name},

Thank you for instructing us in your dispute with Brackwater Logistics Ltd. This letter sets out
the work we will do, what it will cost, and what we need from you.

We will advise you on your claim for unpaid commission, prepare the particulars of claim, and
represent you at any mediation. We will not advise on tax.

The partner responsible for your matter is {PARTNER.name}. You can reach her at {PARTNER.email}
or on {PARTNER.phone}.

Our fees are charged by the hour. We will send an invoice at the end of every month, payable
within thirty days, and will tell you before the estimate below is exceeded.
""")

ENGAGEMENT_TABLE = (
    ("Item", "Who", "Estimate"),
    ("Particulars of claim", PARTNER.name, "£4,200"),
    ("Witness statement", WITNESS.name, "£1,900"),
    ("Expert report on commission", EXPERT.name, "£6,500"),
    ("Payments on account from", CLIENT_IBAN, "£5,000"),
)

WITNESS_STATEMENT = _paragraphs(f"""\
1. I am {WITNESS.name}. I was employed by Brackwater Logistics Ltd as a regional sales manager
from January 2019 until September 2025. I make this statement in support of the claimant's case.
Its content is true to the best of my knowledge and belief.

2. I worked with {CLIENT.name} throughout that time. She looked after the accounts in the north
of England, and I looked after those in the south. We met every second Monday to go through the
figures for the month.

3. In March 2024 {OPPONENT.name}, who was then the finance director, told the two of us that
commission would from now on be paid at five per cent of the value of new contracts, and that
this would be confirmed in writing. I wrote it down in my notebook on the same day.

4. On 11 June 2024 I received an e-mail from {OPPONENT.name} ({OPPONENT.email}) with a
spreadsheet attached. The spreadsheet listed eleven contracts that Margaret had brought in, and
the commission due on each of them. I did not keep a copy.

5. I remember the meeting of 2 September 2024 well, because the heating had failed and we all
kept our coats on. Mr Lindqvist said that the company could not afford to pay and that anybody
who did not like it was free to leave.

6. I later telephoned Mr Lindqvist on {OPPONENT.phone} to ask whether the commission would be
paid in the new financial year. He said that he had been advised not to discuss it.

7. I can be reached on {WITNESS.phone} or by e-mail at {WITNESS.email} and I am willing to give
evidence at trial.

8. I understand that proceedings for contempt of court may be brought against anyone who makes a
false statement in a document verified by a statement of truth without an honest belief in its
truth.
""")

INVOICE = _paragraphs(f"""\
Marlowe & Finch LLP

Invoice 2026-0188

To: {CLIENT.name}, {CLIENT.email}

In the matter of claim no. {CLAIM_NUMBER}

Drafting the particulars of claim, 9 hours at 310.00: 2,790.00

Conference with {EXPERT.name}, 2 hours at 310.00: 620.00

Court fee: 1,080.00

Total due: 4,490.00

Paid in part by card {CARD} on 3 October 2026.

Please pay the rest from your account {CLIENT_IBAN} within thirty days.

Questions about this invoice: {PARTNER.name}, telephone {PARTNER.phone}.
""")

ATTENDANCE_NOTE = f"""\
ATTENDANCE NOTE

Client:      {CLIENT.name}
Claim no.:   {CLAIM_NUMBER}
Attending:   {PARTNER.name}, by telephone
Date:        6 October 2026, 40 minutes

{CLIENT.name} telephoned from {CLIENT.phone}. She had heard from {WITNESS.name} that
Brackwater has begun to delete old mailboxes. I told her that we would write to the other
side on the same day and ask for an undertaking to keep all documents.

She asked what a mediation would cost. I explained that the mediator's fee is normally
shared, and that costs of the day are in the region of two thousand pounds a side.

{OPPONENT.name} has offered by telephone to settle for twelve thousand pounds. She does not
want to accept. I advised her to let us answer, and not to speak to him again.

Action: letter before action to be sent today; {EXPERT.name} to be asked for a date.
"""

CHRONOLOGY = f"""\
# Chronology

Claim no. {CLAIM_NUMBER}

| Date | Event | Source |
|---|---|---|
| 14 January 2019 | {CLIENT.name} begins to work for Brackwater Logistics Ltd | contract |
| 5 March 2024 | {OPPONENT.name} promises commission of five per cent | [statement](ws.pdf) |
| 11 June 2024 | Spreadsheet with eleven contracts sent from {OPPONENT.email} | statement |
| 2 September 2024 | Meeting: the company will not pay | statement of {WITNESS.name} |
| 30 September 2025 | {WITNESS.name} leaves the company | his e-mail |

## Open questions

* Who else was at the meeting of 2 September 2024? *{WITNESS.name}* thinks six people.
* Did **{EXPERT.name}** receive the ledger? Ask her at <{EXPERT.email}>.
"""

LETTER = _paragraphs(f"""\
Dear {OPPONENT.name},

We act for {CLIENT.name}. This is a letter before action under the pre-action protocol.

Between March 2024 and September 2025 our client brought eleven new contracts to the company.
Under the agreement of 5 March 2024 she is owed commission of five per cent of their value,
which is 61,300 pounds. Nothing has been paid.

You must keep every document that may be relevant, in particular the mailboxes of the sales
department. The deletion of any of them will be drawn to the attention of the court.

Please reply to {PARTNER.name} at {PARTNER.email} within fourteen days.
""")

MAIL_TEXT = f"""\
Dear Ms Finch,

I write about claim {CLAIM_NUMBER} and about your letter on behalf of {CLIENT.name}.

My client denies that any commission was agreed. Without prejudice to that, {OPPONENT.name}
is willing to meet. Payment, if any, would be made from account {OPPONENT_IBAN}.

The draft terms are attached. You can reach Mr Lindqvist on {OPPONENT.phone}.

Yours sincerely,
{EXPERT.name}
"""

REPLY_TEXT = f"""\
Dear Eleanor,

thank you. I have spoken to {WITNESS.name} ({WITNESS.phone}) and he can come on Thursday.
Please send the bundle to {CLIENT.email} and not to my old address.

Kind regards,
{CLIENT.name}
{CLIENT.phone}
"""

TERMS = _paragraphs(f"""\
Draft terms of settlement

1. {OPPONENT.name} shall procure that the company pays twenty thousand pounds to {CLIENT.name}
within fourteen days of signature.

2. Payment shall be made to account {CLIENT_IBAN}.

3. The parties shall keep the terms confidential, save as required by law.
""")

LEDGER_HEAD = ("date", "payer", "e-mail", "iban", "amount", "reference")
