"""The words of every note, for searching: FTS5 on SQLite, a tsvector on PostgreSQL.

Both are written and asked the same way: `rowid` is the note's row key, `words` its folded words
(see `storage.fulltext`), `facets` what is counted beside the results, a line each.
"""

from sqlalchemy import Column, Index, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from storage.tables.columns import key, metadata, text

# Its own content table, since a contentless one cannot forget a row before SQLite 3.43. The facets
# stand first: reading them then never walks through the pages of a long text. Marks belong to
# words: outside Latin they may be vowels. Sizes of columns would serve ranking, and we don't rank.
_FTS5 = """\
CREATE VIRTUAL TABLE note_words USING fts5(
    facets UNINDEXED, words, columnsize = 0,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
)"""

note_words = Table(
    "note_words",
    metadata,
    key("rowid"),
    text("facets"),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
    info={"sqlite": _FTS5},
)
# Notes whose words are still to be written: indexing many at once costs a tenth of one at a time,
# and nobody who posts or sends a note waits for it.
unindexed = Table("unindexed", metadata, key("note_id"))

Index(
    "ix_note_words_words",
    note_words.c.words,
    postgresql_using="gin",
).ddl_if(dialect="postgresql")
