"""What `config.yaml` says of mail: the firm's server, by which vendors hear of their batches."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from handoff.policy.fields import Email
from handoff.policy.yamlfile import StrictModel

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
File = Annotated[str, StringConstraints(pattern=r"^(/.+)?$")]


class MailSchema(StrictModel):
    """The firm's mail server."""

    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls", description="none: only to this very machine, and without a login"
    )
    ca: File = Field(default="", description="PEM file of the authority; empty: the system's own")
    sender: Email = Field(description="the address that the mail comes from")
    login: File = Field(
        default="", description="file, mode 0600: the user's name, and the password below it"
    )
    copies: list[Email] = Field(
        default_factory=list, description="addresses of the firm that get every notice too"
    )
    timeout_seconds: Annotated[int, Field(ge=1, le=300)] = 30

    @model_validator(mode="after")
    def nothing_in_clear(self) -> Self:
        """Refuse what would go over a network unencrypted."""
        if self.tls == "none" and (self.host not in LOOPBACK or self.login):
            raise ValueError("tls: none is for a mail server on this machine, without a login")
        return self
