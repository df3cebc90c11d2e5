CREATE TABLE outbox (id INTEGER PRIMARY KEY, topic TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'new');
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE TABLE shipments (order_id TEXT PRIMARY KEY, carrier TEXT NOT NULL, weight_g INTEGER NOT NULL);
