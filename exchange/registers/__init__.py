"""The registers: organisations, accounts with their sign-ins, achievements. Relational rows, every change kept."""

from exchange.registers.access_log import AccessLog
from exchange.registers.accounts import Account, Accounts
from exchange.registers.achievements import Achievement, Achievements
from exchange.registers.contacts import Contacts
from exchange.registers.database import Database
from exchange.registers.demands import Demand, Demands
from exchange.registers.directory import Directory, Entry
from exchange.registers.enrolments import Enrolments
from exchange.registers.evaluations import Appraisal, Appraisals, Evaluation, Evaluations
from exchange.registers.factors import Factors
from exchange.registers.feeds import Feeds
from exchange.registers.follows import Follows
from exchange.registers.grants import Grants
from exchange.registers.nodes import Node, Nodes
from exchange.registers.notices import Notices
from exchange.registers.organisations import Organisation, Organisations
from exchange.registers.people import Mandate, Mandates, People, Person
from exchange.registers.personal import PersonalData
from exchange.registers.proofs import Proofs
from exchange.registers.read_audit import ReadAudit
from exchange.registers.recommendations import Recommendations
from exchange.registers.reports import AnnualEntries, AnnualEntry, IndicatorEntries, IndicatorEntry
from exchange.registers.repository import Item, Items
from exchange.registers.search import Search
from exchange.registers.sessions import Sessions, SignIn
from exchange.registers.signing_keys import SigningKey, SigningKeys
from exchange.registers.webhooks import Webhooks

__all__ = [
    "Account",
    "Achievement",
    "AnnualEntry",
    "Appraisal",
    "Demand",
    "Entry",
    "Evaluation",
    "IndicatorEntry",
    "Item",
    "Mandate",
    "Node",
    "Organisation",
    "Person",
    "Registers",
    "SignIn",
    "SigningKey",
]


class Registers:
    """All registers of one database, by its URL (`sqlite:///file` or `postgresql://…`)."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.accounts = Accounts(self.database)
        self.organisations = Organisations(self.database)
        self.achievements = Achievements(self.database)
        self.sessions = Sessions(self.database)
        self.signing_keys = SigningKeys(self.database)
        self.people = People(self.database)
        self.mandates = Mandates(self.database)
        self.demands = Demands(self.database)
        self.evaluations = Evaluations(self.database)
        self.appraisals = Appraisals(self.database)
        self.items = Items(self.database)
        self.search = Search(self.database)
        self.directory = Directory(self.database)
        self.recommendations = Recommendations(self.database)
        self.indicators = IndicatorEntries(self.database)
        self.annual_reports = AnnualEntries(self.database)
        self.nodes = Nodes(self.database)
        self.feeds = Feeds(self.database)
        self.follows = Follows(self.database)
        self.notices = Notices(self.database)
        self.contacts = Contacts(self.database)
        self.webhooks = Webhooks(self.database)
        self.proofs = Proofs(self.database)
        self.factors = Factors(self.database)
        self.grants = Grants(self.database)
        self.enrolments = Enrolments(self.database)
        self.access = AccessLog(self.database)
        self.reads = ReadAudit(self.database)
        self.personal = PersonalData(self.database)

    async def open(self) -> None:
        """Connect; Unavailable when the database cannot be reached or has no tables yet."""
        await self.database.open()

    async def close(self) -> None:
        """Let go of every connection."""
        await self.reads.close()
        await self.database.close()
