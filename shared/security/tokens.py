"""JWTs (RFC 7519) that say who is asking: signed by an issuer whose name and public keys are configured."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet, OKPKey
from joserfc.jwt import JWTClaimsRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.clock import Clock, SystemClock
from shared.errors import ProblemError, problem
from shared.security.keys import ALGORITHM, load_keys

ISSUER = "kakehashi-local"
AUDIENCE = "kakehashi"
ALGORITHMS = (ALGORITHM, "ES256", "RS256")
"""Ours, and those that OpenID providers sign with. All are by key pairs: a public key proves, and cannot sign."""
TYPES = ("JWT", "at+jwt")
"""RFC 7519's, and RFC 9068's for access tokens."""
SKEW = 60
"""Seconds that the issuer's clock may be off from ours."""
Role = Literal["submitter", "operator", "service"]
"""A national system that hands in messages, a person who watches queues, a service of ours."""


class Actor(BaseModel):
    """Who acts. As text, in messages and receipts: `<role>:<sub>@<party or ->`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: str = Field(min_length=1)
    role: Role
    party: str | None = Field(None, pattern=r"^[a-z]{2}$")
    """The country it acts for, if for one."""

    def __str__(self) -> str:
        return f"{self.role}:{self.sub}@{self.party or '-'}"


class TokenIssuer:
    """Makes tokens. `key` is a private Ed25519 key with a `kid`."""

    def __init__(self, key: OKPKey, clock: Clock | None = None) -> None:
        self._key = key
        self._clock = clock or SystemClock()

    def issue(self, actor: Actor, lifetime: timedelta = timedelta(hours=12)) -> str:
        """A token that says its bearer is this actor, until its lifetime is over."""
        now = self._clock.now()
        claims: dict[str, Any] = actor.model_dump(exclude_none=True) | {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Tells the actor of a token of `issuer` that one of `keys` (found by `kid`) has signed."""

    def __init__(self, keys: KeySet, clock: Clock | None = None, issuer: str = ISSUER) -> None:
        self._keys = keys
        clock = clock or SystemClock()
        required: Any = {"essential": True}
        self._claims = JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=SKEW,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": AUDIENCE},
            exp=required,
            sub=required,
            role=required,
        )

    @classmethod
    def from_file(cls, path: Path, issuer: str) -> TokenVerifier:
        """With the public keys of a file. Raises KeySetError."""
        return cls(load_keys(path), issuer=issuer)

    def verify(self, token: str) -> Actor:
        """The actor. Raises ProblemError: `expired-token`, or `bad-token` for whatever else cannot be trusted."""
        try:
            decoded = jwt.decode(token, self._keys, algorithms=list(ALGORITHMS))
            # Without a kid the library would try a key at random.
            if decoded.header.get("typ") not in TYPES or "kid" not in decoded.header:
                raise _bad("It is not headed as a JWT that names its key.")
            self._claims.validate(decoded.claims)
            return Actor.model_validate(decoded.claims)
        except ExpiredTokenError as error:
            raise ProblemError(problem("expired-token", "The time of this token is over.")) from error
        except ValidationError as error:
            raise _bad(f"Its claim {error.errors()[0]['loc'][0]} is not one of ours.") from error
        except (JoseError, ValueError) as error:
            raise _bad(str(error)) from error


def _bad(why: str) -> ProblemError:
    return ProblemError(problem("bad-token", why))
