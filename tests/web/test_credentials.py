"""Passwords: what may be set, what signs in, how guessing is slowed, and that nobody learns who exists."""

import asyncio

import pytest
from argon2 import PasswordHasher, Type

from exchange.demo import people
from tests.web.running import Web, key
from web import credentials
from web.credentials import DECOY, check_new, hash_password, login
from web.errors import Failure
from web.parse import BadInput

MINUTE = 60_000_000

pytestmark = pytest.mark.usefixtures("dear_passwords")


def test_the_demo_password_obeys_the_rule() -> None:
    """Nobody is exempt from the minimum length, not even the demo."""
    for account in people.ACCOUNTS:
        assert check_new(people.PASSWORD, account.login) == people.PASSWORD


@pytest.mark.parametrize(
    "password",
    [
        "",
        "fourteen-chars",
        "x" * 129,
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "my-li.wei-password",
        "nul\0-in-a-long-password",
    ],
)
def test_a_weak_password_is_refused_and_never_shown(password: str) -> None:
    """Too short, too long, too few characters, the login in it, NUL: 422, without the password in the error."""
    with pytest.raises(BadInput) as refused:
        check_new(password, "li.wei")
    assert refused.value.status == 422
    assert not password or password not in str(refused.value)


def test_characters_count_not_bytes_and_forms_are_one() -> None:
    """Fifteen Chinese characters are fifteen; full-width letters are the letters they look like."""
    assert check_new("落槌定音一锤千金成交无悔天地为证", "li.wei")
    assert check_new("ｐａｓｓｗｏｒｄ－ｏｆ－ｆｉｆｔｅｅｎ", "li.wei") == "password-of-fifteen"


def test_hashes_are_argon2id_with_a_salt_each() -> None:
    """The same password gives two hashes, both argon2id, and the decoy has the same price."""
    first, second = hash_password("a long enough password"), hash_password("a long enough password")
    assert first != second
    parameters = first.split("$")[1:4]
    assert parameters == DECOY.split("$")[1:4] == ["argon2id", "v=19", "m=19456,t=2,p=1"]


@pytest.mark.parametrize("text", ["", "a", "-abc", "ab c", "李伟", "a" * 65, "a/b", "x\u202ey"])
def test_a_login_has_one_simple_form(text: str) -> None:
    """Letters, digits and . _ @ - only; capitals are folded."""
    with pytest.raises(BadInput):
        login(text)
    assert login(" Li.Wei@Example ") == "li.wei@example"


async def sign_in(web: Web, account: str, password: str, address: str = "127.0.0.1") -> tuple[int, str]:
    """Try to sign in from an address; status and code."""
    answer = await web.client(address).post(
        "/api/v1/session", json={"account": account, "password": password}
    )
    return answer.status_code, answer.json().get("code", "")


async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(web: Web) -> None:
    """Nothing in the answer tells whether the login exists or is disabled."""
    await web.exchange.registers.accounts.set_enabled("yi", False)
    tries = [
        ("jia", "not the password"),
        ("nobody", people.PASSWORD),
        ("yi", people.PASSWORD),
        ("O'; --", "x"),
    ]
    answers = []
    for account, password in tries:
        answer = await web.client().post("/api/v1/session", json={"account": account, "password": password})
        problem = answer.json()
        problem.pop("request_id")
        answers.append((answer.status_code, problem))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0] == 401
    assert answers[0][1]["code"] == "BAD_CREDENTIALS"


async def test_an_unknown_login_costs_the_same_work(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly one hash is verified whether the login exists or not, and of the same parameters."""
    verified: list[str] = []
    real, dear = credentials._verify, hash_password(people.PASSWORD)
    await web.exchange.registers.accounts.rehash("jia", dear)

    def counted(hashed: str, text: str) -> bool:
        verified.append(hashed)
        return real(hashed, text)

    monkeypatch.setattr(credentials, "_verify", counted)
    await sign_in(web, "jia", "not the password")
    await sign_in(web, "nobody", "not the password")
    assert verified == [dear, DECOY]
    assert dear.split("$")[1:4] == DECOY.split("$")[1:4]


async def test_the_login_is_read_as_people_type_it(web: Web) -> None:
    """Capitals and blanks around it do not matter."""
    assert await sign_in(web, " JIA ", people.PASSWORD) == (200, "")


async def test_guessing_one_login_from_one_address_is_slowed(web: Web) -> None:
    """Five wrong tries, then 429 with Retry-After, even for the right password; half a minute later one more."""
    for _ in range(5):
        assert await sign_in(web, "jia", "wrong") == (401, "BAD_CREDENTIALS")
    refused = await web.client().post("/api/v1/session", json={"account": "jia", "password": people.PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert refused.headers["retry-after"] == "30"
    assert await sign_in(web, "jia", people.PASSWORD, "10.0.0.9") == (200, "")
    web.clock.advance(MINUTE // 2)
    assert await sign_in(web, "jia", people.PASSWORD) == (200, "")


async def test_an_unknown_login_is_slowed_just_the_same(web: Web) -> None:
    """The throttle does not tell who exists either."""
    for _ in range(5):
        await sign_in(web, "nobody", "wrong")
    assert await sign_in(web, "nobody", "wrong") == (429, "TOO_MANY_ATTEMPTS")


async def test_many_logins_from_one_address_are_slowed(web: Web) -> None:
    """A list of stolen passwords tried from one place ends after thirty."""
    results = [await sign_in(web, f"user{n}", "wrong") for n in range(31)]
    assert results == [(401, "BAD_CREDENTIALS")] * 30 + [(429, "TOO_MANY_ATTEMPTS")]


async def test_one_login_from_many_addresses_is_slowed(web: Web) -> None:
    """A crowd of machines gets fifty tries at one login together."""
    results = [await sign_in(web, "jia", "wrong", f"10.0.{n}.1") for n in range(51)]
    assert results == [(401, "BAD_CREDENTIALS")] * 50 + [(429, "TOO_MANY_ATTEMPTS")]


async def test_an_address_claimed_in_a_header_is_not_believed(web: Web) -> None:
    """X-Forwarded-For from anybody changes nothing: the sixth try is refused whoever it says it is."""
    statuses = []
    for n in range(6):
        headers = {
            "x-forwarded-for": f"10.0.0.{n}",
            "forwarded": f"for=10.0.0.{n}",
            "x-real-ip": f"10.0.0.{n}",
        }
        answer = await web.client(**headers).post(
            "/api/v1/session", json={"account": "jia", "password": "wrong"}
        )
        statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429]


async def test_signing_in_rightly_is_not_counted(web: Web) -> None:
    """Forty correct sign-ins in a row all work."""
    assert {await sign_in(web, "jia", people.PASSWORD) for _ in range(40)} == {(200, "")}


async def test_an_old_hash_is_renewed_at_sign_in(web: Web) -> None:
    """A hash of weaker parameters is replaced when its owner shows the password."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID).hash(people.PASSWORD)
    accounts = web.exchange.registers.accounts
    await accounts.rehash("jia", weak)
    assert (await sign_in(web, "jia", people.PASSWORD))[0] == 200
    found = await accounts.credentials("jia")
    assert found is not None
    assert found[1].split("$")[3] == "m=19456,t=2,p=1"
    assert (await sign_in(web, "jia", people.PASSWORD))[0] == 200


async def test_a_hash_that_is_none_lets_nobody_in(web: Web) -> None:
    """A damaged row is a wrong password, not a server error."""
    await web.exchange.registers.accounts.rehash("jia", "not a hash")
    assert (await sign_in(web, "jia", people.PASSWORD))[0] == 401


async def test_hashing_leaves_the_loop_free(web: Web) -> None:
    """While eight people sign in, everybody else is answered in between."""
    answered = 0

    async def others() -> None:
        nonlocal answered
        while True:
            await web.client().get("/healthz")
            answered += 1
            await asyncio.sleep(0.002)

    crowd = asyncio.create_task(others())
    await asyncio.gather(*(sign_in(web, "jia", people.PASSWORD) for _ in range(8)))
    crowd.cancel()
    assert answered > 8


async def test_credentials_raise_failures_of_their_own(web: Web) -> None:
    """Used without HTTP, as a page does, the answer is a Failure with its problem."""
    with pytest.raises(Failure) as failed:
        await web.app.state.credentials.sign_in("jia", f"wrong {key()}", "127.0.0.1")
    assert failed.value.problem.code == "BAD_CREDENTIALS"
