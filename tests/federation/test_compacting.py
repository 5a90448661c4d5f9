"""Real JSON-LD for the few documents that need it: bundled contexts only, bounded."""

import pytest

from federation import parsing
from federation.compacting import compacted, may_compact
from federation.documents import Malformed
from federation.vocabulary import Post

_OTHER_WORDS = {
    "@context": {
        "as": "https://www.w3.org/ns/activitystreams#",
        "kind": "@type",
        "ref": "@id",
    },
    "kind": "as:Note",
    "ref": "https://far.test/n/1",
    "as:content": "Bonjour",
    "as:attributedTo": {"@id": "https://far.test/u/1"},
}


async def test_another_spelling_of_a_note_becomes_a_note() -> None:
    assert may_compact(_OTHER_WORDS)
    found = parsing.thing(await compacted(_OTHER_WORDS), now=0)
    assert isinstance(found, Post)
    assert (found.uri, found.content) == ("https://far.test/n/1", "Bonjour")


async def test_a_context_that_is_not_bundled_is_never_fetched() -> None:
    """J-14."""
    with pytest.raises(Malformed) as refusal:
        await compacted({**_OTHER_WORDS, "@context": "https://far.test/context.json"})
    assert refusal.value.code == "missing_type"


async def test_a_large_document_is_not_looked_into() -> None:
    with pytest.raises(Malformed, match="too large"):
        await compacted({**_OTHER_WORDS, "as:content": "x" * 70_000})


@pytest.mark.parametrize("key", ["@graph", "@included", "@reverse", "signature", "proof"])
def test_what_speaks_of_several_things_is_left_alone(key: str) -> None:
    assert not may_compact({**_OTHER_WORDS, key: {"x": 1}})


def test_a_plain_document_never_goes_there() -> None:
    assert not may_compact({"@context": "https://www.w3.org/ns/activitystreams", "type": "Note"})
