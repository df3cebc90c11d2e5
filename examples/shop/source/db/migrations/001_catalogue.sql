CREATE TABLE prices (sku TEXT PRIMARY KEY, category TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE promotions (id INTEGER PRIMARY KEY, category TEXT NOT NULL, percent INTEGER NOT NULL, active INTEGER NOT NULL);
CREATE INDEX promotions_by_category ON promotions (category);
