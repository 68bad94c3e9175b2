"""Stable pseudonyms for what belongs to people: addresses, names, message ids, texts. Pure.

One `Pseudonyms` has a random key that nobody keeps, so nothing leads back. Equal originals get
equal pseudonyms and different ones different ones: joins, counts, uniqueness stay as they were.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import textwrap
from collections.abc import Iterable

DOMAIN = "invalid"  # RFC 2606: nothing is ever delivered there
# In plain texts and in the regular expressions of bans: `joe@x.org`, `^joe\.doe@x[.]org`.
_DOT = r"(?:\\\.|\[\.\]|\.)"
_PLAIN = r"[^\s<>@\"'(),;:/\[\]|{}]{1,64}"
_LOCAL = rf"{_PLAIN}(?:(?:'|\[\.\]){_PLAIN}){{0,4}}"
ADDRESS = re.compile(rf"{_LOCAL}@[A-Za-z0-9-]+(?:{_DOT}[A-Za-z0-9-]+)+")
# The same in bytes of any kind: quick, since most of them are no text.
_SEEN = re.compile(rb"[\w.!#$%&'*+=?^`~\x80-\xff-]{1,80}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ENDINGS = re.compile(r"-(bounces|confirm|join|leave|owner|request|subscribe|unsubscribe)$")
_REPLY = re.compile(r"^((?:\s*(?:re|aw|fwd?|sv|antw)\s*:|\s*\[[^\]]{1,80}\])*\s*)", re.IGNORECASE)
_WORDS = (
    "the post said what many had said before and nobody disagreed so the list went on to other "
    "things while somebody wrote a longer answer with four reasons and a question at its end "
)
_WIDTH = 72
_FILLER_BYTES = 1 << 16


class Pseudonyms:
    """Turns originals into pseudonyms and remembers every address that it turned."""

    def __init__(self, key: bytes, lists: Iterable[str]) -> None:
        """`lists` are posting addresses, which stay as they are with all that end like theirs."""
        self._key = key
        self._lists = {one.lower() for one in lists}
        self.addresses: set[str] = set()
        self._filler = textwrap.fill(_WORDS * (_FILLER_BYTES // len(_WORDS)), _WIDTH)

    def token(self, kind: str, original: str, length: int = 12) -> str:
        """Letters and digits in place of an original of this kind."""
        said = hmac.new(
            self._key, f"{kind} {original}".encode("utf-8", "surrogateescape"), "sha256"
        )
        return said.hexdigest()[:length]

    def is_of_a_list(self, address: str) -> bool:
        """Whether this is a list's own address: `staff@...`, `staff-owner@...`, `staff-confirm+x@`.

        One that carries a member's within it (`staff-bounces+joe=x.org@...`) is not.
        """
        local, _, domain = address.lower().rpartition("@")
        name = local.partition("+")[0]
        names = {f"{name}@{domain}", f"{_ENDINGS.sub('', name)}@{domain}"}
        return "=" not in local and bool(names & self._lists)

    def address(self, original: str) -> str:
        """An address at an address; capitals show as one, so that both forms stay apart."""
        plain = _unescaped(original)
        if self.is_of_a_list(plain):
            return original
        local, _, domain = plain.rpartition("@")
        self.addresses.add(plain.lower())
        there = f"d{self.token('domain', domain.lower(), 8)}.{DOMAIN}"
        here = f"p{self.token('address', plain.lower())}"
        if re.search(r"[*+?]$|\.\*", local) and local.startswith(("^", ".")):
            here = local.lstrip("^")  # a pattern for everybody at that domain
        start = "^" if original.startswith("^") else ""
        made = f"{start}{here if plain == plain.lower() else here.capitalize()}@{there}"
        return made.replace(".invalid", "[.]invalid") if plain != original else made

    def whole(self, original: str) -> str:
        """A value that is one address, whatever it looks like."""
        if not original or "@" in original:
            return self.address(original) if original else original
        return f"p{self.token('address', original.lower())}@{DOMAIN}"

    def embedded(self, original: str) -> str:
        """The same text with every address in it replaced."""
        if "@" not in original:
            return original
        return ADDRESS.sub(lambda found: self.address(found[0]), original)

    def name(self, original: str) -> str:
        """Somebody's name; one that is an address becomes the same as that address."""
        if "@" in original:
            return self.embedded(original) if ADDRESS.search(original) else self.address(original)
        return f"Person {self.token('name', original, 8)}" if original.strip() else original

    def message_id(self, original: str) -> str:
        """A message's id, in the angle brackets that the original has or has not."""
        plain = original.strip().strip("<>")
        made = f"m{self.token('message', plain, 24)}@{DOMAIN}"
        return original.replace(plain, made) if plain else original

    def line(self, original: str) -> str:
        """One line of about the same length; `Re:` and `[a list's prefix]` stay before it."""
        before = _REPLY.match(original)
        kept = before[0] if before else ""
        rest = original[len(kept) :]
        return kept + self._fill(rest, len(rest)).replace("\n", " ")

    def text(self, original: str) -> str:
        """Lines of about the same length."""
        return self._fill(original, len(original))

    def data(self, original: bytes) -> bytes:
        """Bytes of about the same number."""
        digest = hashlib.sha256(self._key + original).digest()
        size = length_class(len(original))
        return (digest * (size // len(digest) + 1))[:size]

    def file_name(self, original: str) -> str:
        """A file's name with the ending that says what is in it."""
        ending = re.search(r"\.[A-Za-z0-9]{1,5}$", original)
        return f"file-{self.token('file', original, 8)}{ending[0] if ending else ''}"

    def left_in(self, value: object) -> bool:
        """Whether a text or some bytes hold an address that was replaced, in capitals or not."""
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogateescape")
        if not isinstance(value, bytes) or b"@" not in value:
            return False
        found = (one.decode("utf-8", "replace").lower() for one in _SEEN.findall(value))
        return any(one in self.addresses for one in found)

    def _fill(self, original: str, length: int) -> str:
        size = length_class(length)
        start = int(self.token("text", original, 4), 16) % 4096
        filler = self._filler[start:]
        return (filler * (size // len(filler) + 1))[:size]


def message_id_hash(message_id: str) -> str:
    """What Core and HyperKitty both make of a Message-ID (RFC 5064's X-Message-ID-Hash)."""
    plain = message_id.strip().strip("<>")
    return base64.b32encode(hashlib.sha1(plain.encode()).digest()).decode()


def length_class(length: int) -> int:
    """The length without its finer digits, never more: an eighth less at most."""
    finer = max(0, length.bit_length() - 4)
    return length >> finer << finer


def _unescaped(address: str) -> str:
    """The address that a regular expression matches."""
    return address.replace("\\", "").replace("[.]", ".").lstrip("^")
