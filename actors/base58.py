"""Base58 with the Bitcoin alphabet, as multibase "z" uses it (draft-msporny-base58)."""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}


class NotBase58(ValueError):
    """The text has a character outside the alphabet."""


def to_base58(raw: bytes) -> str:
    """Encode; leading zero bytes become leading "1"s."""
    number = int.from_bytes(raw)
    letters: list[str] = []
    while number:
        number, value = divmod(number, 58)
        letters.append(_ALPHABET[value])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def from_base58(text: str) -> bytes:
    """Decode; NotBase58 otherwise. Time grows with the square of the length: bound it first."""
    number = 0
    for letter in text:
        value = _VALUES.get(letter)
        if value is None:
            raise NotBase58("not a base58 character")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
