"""The templates: every clause says which law it follows, and articles count in Chinese."""

import re

import pytest

from settlement.templates import assignment, consulting, development, licence, service
from settlement.templates.parts import Clause, Draft, Section, written
from tests.settlement.test_drafting import KINDS

LAW = re.compile(r"(法|细则|条例|司法解释|办法|规定|民法典)\d*")
DRAFTS = {
    "assignment": assignment.draft,
    "licence": licence.draft,
    "development": development.draft,
    "consulting": consulting.draft,
    "service": service.draft,
}


def drafts(name: str) -> Draft:
    """The draft of a deal."""
    return DRAFTS[KINDS[name].kind](KINDS[name], "")


@pytest.mark.parametrize("name", KINDS)
def test_every_clause_names_its_law(name: str) -> None:
    """No clause is without its source, and articles of the code that are special to the kind are among them."""
    clauses = [clause for section in drafts(name).sections for clause in section.clauses]
    assert [clause.text for clause in clauses if not LAW.search(clause.law)] == []
    special = {
        "assignment": "872",
        "licence": "867",
        "development": "858",
        "consulting": "881",
        "service": "88[47]",
    }
    assert any(re.search(special[KINDS[name].kind], clause.law) for clause in clauses)


def test_articles_and_clauses_are_numbered() -> None:
    """第一条 with 1.1 and 1.2, then 第二条."""
    sections = [
        Section("甲", (Clause("民法典1", "x"), Clause("民法典2", "y"))),
        Section("乙", (Clause("民法典3", "z"),)),
    ]
    assert written(sections) == "第一条 甲\n1.1 x\n1.2 y\n\n第二条 乙\n2.1 z"
