CREATE TABLE stock (sku TEXT PRIMARY KEY, quantity INTEGER NOT NULL);
CREATE TABLE reservations (id INTEGER PRIMARY KEY, sku TEXT NOT NULL, quantity INTEGER NOT NULL, order_id TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE INDEX reservations_by_sku ON reservations (sku);
CREATE INDEX reservations_by_expiry ON reservations (expires_at);
CREATE INDEX reservations_by_order ON reservations (order_id);
