CREATE TABLE cart_items (cart_id TEXT NOT NULL, sku TEXT NOT NULL, quantity INTEGER NOT NULL, cents INTEGER NOT NULL);
CREATE INDEX cart_items_by_cart ON cart_items (cart_id);
CREATE TABLE orders (id TEXT PRIMARY KEY, cart_id TEXT NOT NULL, customer TEXT NOT NULL, cents INTEGER NOT NULL, placed_at REAL NOT NULL);
CREATE INDEX orders_by_customer ON orders (customer);
CREATE TABLE charges (order_id TEXT PRIMARY KEY, cents INTEGER NOT NULL, reference TEXT NOT NULL);
