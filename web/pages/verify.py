"""The page on which anybody checks a receipt, in the browser and without sending it anywhere."""

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.rejections import Rejection
from web.i18n import later
from web.pages.journal_words import event_words
from web.pages.shell import Visit, page, script_words

STEPS = {
    "row": later("The row that is told of has the hash of the receipt."),
    "decision": later("The event says what the receipt says."),
    "keys": later("Each key of the house is vouched for by the one before."),
    "signature": later("The house signed the head with key %(key)s."),
    "inclusion": later("Row %(seq)s stands in the signed tree of %(size)s rows."),
    "server": later("The tree that house %(house)s shows now still holds it."),
    "file": later("The head that you kept agrees with the receipt."),
}
SENTENCES = {
    "yes": later("holds"),
    "no": later("does not hold"),
    "unknown": later("not known"),
    "checking": later("Checking …"),
    "holds": later("Everything holds: the house decided this, and it stands in its journal."),
    "holds_alone": later("The receipt holds by itself; something else could not be asked."),
    "broken": later("Something does not hold. Keep the receipt: it may prove that something was changed."),
    "no_receipt": later("This file is no signed receipt."),
    "insecure": later("This browser checks signatures on pages served by https only."),
    "old": later(
        "This browser cannot check Ed25519 signatures. Take a current one, or luochui verify --receipt FILE."
    ),
    "other_house": later("The receipt is one of another house; ask there."),
    "no_server": later("The server did not answer."),
    "no_head": later("The file is no signed head."),
    "older_head": later("The head is older than the receipt."),
}


async def show(visit: Visit) -> Response:
    """The page, with the head and the first key of this house."""
    s, proofs, house = visit.speech, visit.exchange.registers.proofs, visit.exchange.house.name
    keys = await proofs.keys(house)
    words = {
        "step": {name: s.text(text) for name, text in STEPS.items()},
        "say": {name: s.text(text) for name, text in SENTENCES.items()},
        "decision": {"accepted": s.text("accepted"), "refused": s.text("refused:")},
        "event": event_words(s),
        "refusal": s.codes("refusal", [str(code) for code in Rejection]),
    }
    return visit.render(
        "verify.html",
        head=await proofs.latest(house),
        first_key=keys[0].key_id if keys else "",
        words_for_script=script_words(words),
    )


ROUTES: list[Route] = [page("/verify", show)]
"""Only this one: what is checked needs nothing but the operations of proof."""
