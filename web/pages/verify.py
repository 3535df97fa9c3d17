"""The page on which anybody checks a receipt, in the browser and without sending it anywhere."""

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.rejections import Rejection
from web.pages.shell import Visit, page, script_words

STEPS = {
    "row": "The row that is told of has the hash of the receipt.",
    "decision": "The event says what the receipt says.",
    "keys": "Each key of the house is vouched for by the one before.",
    "signature": "The house signed the head with key %(key)s.",
    "inclusion": "Row %(seq)s stands in the signed tree of %(size)s rows.",
    "server": "The tree that house %(house)s shows now still holds it.",
    "file": "The head that you kept agrees with the receipt.",
}
SENTENCES = {
    "yes": "holds",
    "no": "does not hold",
    "unknown": "not known",
    "checking": "Checking …",
    "holds": "Everything holds: the house decided this, and it stands in its journal.",
    "holds_alone": "The receipt holds by itself; something else could not be asked.",
    "broken": "Something does not hold. Keep the receipt: it may prove that something was changed.",
    "no_receipt": "This file is no signed receipt.",
    "insecure": "This browser checks signatures on pages served by https only.",
    "old": "This browser cannot check Ed25519 signatures. Take a current one, or luochui verify --receipt FILE.",
    "other_house": "The receipt is one of another house; ask there.",
    "no_server": "The server did not answer.",
    "no_head": "The file is no signed head.",
    "older_head": "The head is older than the receipt.",
}


async def show(visit: Visit) -> Response:
    """The page, with the head and the first key of this house."""
    s, proofs, house = visit.speech, visit.exchange.registers.proofs, visit.exchange.house.name
    keys = await proofs.keys(house)
    words = {
        "step": {name: s.text(text) for name, text in STEPS.items()},
        "say": {name: s.text(text) for name, text in SENTENCES.items()},
        "decision": {"accepted": s.text("accepted"), "refused": s.text("refused:")},
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
