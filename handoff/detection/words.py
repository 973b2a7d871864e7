"""Words that legal documents write with a capital and that name nobody.

Each list has its reason; none is taken from a single document. All entries are lower case.
"""

from __future__ import annotations

ROLES = frozenset(
    """
    accused acquirer administrator advisor affiliate agent appellant appellee applicant applicants
    arbitrator assignee assignor attorney auditor author bailee bailor bank bearer beneficiary borrower
    broker buyer captain carrier chair chairman chairperson chairwoman charterer claimant client
    commissioner company complainant consignee consultant contractor corporation counsel
    counterclaimant counterparty creditor customer debtor deceased defence defendant defendants
    deponent depositor director disclosee discloser distributor donee donor employee employer engineer
    escrow executive executor expert father foreman franchisee franchisor government grantee grantor
    guarantor guardian holder husband individual informant inspector insured insurer interpreter
    intervener investor issuer judge jury justice landlord lender lessee lessor licensee licensor
    lord madam magistrate manager master member minister mother mortgagee mortgagor notary obligee
    obligor officer official operator optionee owner parent parties partner party patient payee payer
    petitioner plaintiff plaintiffs pledgee pledgor policyholder president principal promisee
    promisor proprietor prosecution prosecutor provider publisher purchaser rapporteur receiver
    recipient recorder registrar rent respondent respondents secretary seller seller's sellers
    settlor shareholder shareholders signatory sir solicitor spouse sponsor state subcontractor
    sublessee subscriber subsidiary superintendent supplier surety surveyor tenant testator
    transferee transferor treasurer trustee undersigned vendor vendors victim warrantor wife witness
    """.split()
)
"""Parts that people play in a document. They are defined terms ("the Seller"): the vendor cannot
review a contract in which they are gone, and they name nobody."""

INSTRUMENTS = frozenset(
    """
    act addendum affidavit agreement amendment annex annexe annexure appendix application article
    articles assets award bill board bond business by-law bylaws certificate chamber charter claim clause
    closing code collateral commission commitment committee complaint condition conditions
    consideration constitution contract convention cost costs council court covenant day days decision declaration
    decree deed default defense deliverable deliverables deposit deposition directive disclosure
    document documents effective equipment escrow event evidence exhibit expenses facility fee fees filing
    form goods guarantee house indemnity indenture information instrument insurance intellectual
    interest invoice judgment judgement law lease letter liability licence license lien loan losses
    material materials memorandum minutes mortgage motion nda note notes notice opinion option order orders paragraph
    part period permit petition pleading pleadings policy premises price privacy proceeding proceedings
    products project promissory property proposal protocol provision purchase purpose recital recitals
    record records regulation regulations release report request rescission resolution response
    rule rules schedule section securities service services settlement share shares signature software
    specification statement statute stock subpoena summons supplement tax taxes term termination terms
    territory testimony title trademark transaction transcript transfer treaty trial tribunal trust
    undertaking verdict volume warrant warranty warranties will work works writ
    """.split()
)
"""Kinds of documents, their parts and the things they deal with, for the same reason."""

PUBLIC_HEADS = frozenset(
    """
    academy administration agency assembly assize attorney-general authorities authority cabinet chamber chancery
    commission committee congress constabulary constitutional convention council court courts customs delegation
    department directorate embassy executive gendarmerie government inspectorate judiciary
    legislature ministry municipality navy office ombudsman parliament police prefecture presidency
    prison prosecutor prosecutor's prosecutors registry secretariat senate service state states supreme
    treasury tribunal union
    """.split()
)
"""Words one of which the name of a public body has. Courts and authorities are kept: they are what
a reviewer needs in order to understand a proceeding, and they are not personal data."""

FUNCTION = frozenset(
    "a al an and as at by for from in into of on or per re the their this to under upon v vs with within its "
    "our your his her no nos first second third fourth fifth sixth former new other said such each any all".split()
)

TITLES = frozenset(
    """
    adv advocate captain col colonel constable dame detective dr esq fr general hon honorable honourable
    inspector judge justice kumari lady lord lt madam magistrate maj major messrs miss mme mlle mr mrs ms mx
    officer prof professor qc kc rev reverend sgt shri sir smt sri
    """.split()
)

TIME = frozenset(
    """
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday spring summer autumn winter today tomorrow yesterday
    easter christmas date dated
    """.split()
)

COMMON_NAMES = frozenset(
    """
    abbey angel archer art baker banks barber bell best bird bishop black bliss bond booth bowler boy
    brook brooks brown bull bush butler carpenter carter case castle chance chandler chase christian church clark clay close
    coffee cook cooper court cross crown dale day deal dean drew drake duke earl east england english
    farmer faith field fields fisher flood flower ford forest foster fox frank franklin freedom french friend frost gardener gardner
    gates glass glover gold good grace grant gray green grey grove guy hall hand hardy harper hart heath
    high hill holiday holland hood hope house hunt hunter iceland ivy jack jewel joy judge justice kent keys king
    knight lake land lane law lawless lawyer leaf leigh little london long lord love major manning mark marks marsh martin
    mason may mead mercer mercy miles mill miller mills moon moor moore moss nail new noble north office olive page paige
    palace paris park parker parsons patience pen penny piper pike pool pope porter potter power powers price
    prince prior quick race rain read reed rich richer rider ring rivers road roads robin rock rod rose rowe ruler rush
    sage savage scale scholar school sergeant sharp sheppard shepherd short silver singer skinner small smart smith snow
    south spark speaker spring squire stack stanley star steel stern still stock stone street strong summer
    summers swan sweet tailor taylor temple thorn tower towers town trip turner underwood usher vale ventura virginia wade walker wall wall
    walls ward warden waters way weaver weeks wells west wheeler white wild will winter wise wolf wood woods work workman
    worth wright yard york young
    """.split()
)
"""Surnames and given names that are also words or places: found again only as they were written,
beside a capital or a title, never in lower case."""

PLACES = frozenset(
    """
    africa albania america amsterdam ankara argentina armenia asia athens australia austria azerbaijan bangalore bavaria
    belarus belfast belgium berlin bombay boston brazil britain brussels bulgaria calcutta california canada carolina
    chennai chicago china colorado copenhagen croatia cyprus dakota dallas delaware delhi denmark dublin edinburgh
    england estonia europe finland florida france geneva georgia germany glasgow greece hamburg hungary iceland illinois
    india indiana ireland israel istanbul italy jackson japan jersey jordan kiev kolkata kyiv latvia lincoln lisbon
    lithuania liverpool london luxembourg lyon madras madrid maine malta manchester marseille maryland massachusetts mexico
    miami michigan milan minnesota missouri montana montenegro moscow mumbai munich nebraska netherlands nevada
    norway ohio oregon orlando oslo oxford pakistan paris pennsylvania poland portugal prague rome romania russia
    scotland serbia slovakia slovenia spain stockholm strasbourg sweden switzerland sydney tennessee texas tokyo toronto turkey turin
    ukraine utah vermont victoria vienna vietnam wales warsaw washington wellington wisconsin wyoming york zurich
    """.split()
)
"""Countries, states and cities that are surnames or given names as well."""
