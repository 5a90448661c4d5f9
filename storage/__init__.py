"""The ground: tables, transactions, queues, blobs, migrations."""
