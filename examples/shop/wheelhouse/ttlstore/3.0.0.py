"""ttlstore 3: a mapping whose entries expire; `ttl` in milliseconds."""

from collections import OrderedDict


class Store:
    def __init__(self, *, ttl, capacity, clock):
        self.ttl_s = ttl / 1000
        self.capacity = capacity
        self.clock = clock
        self.entries = OrderedDict()

    def __len__(self):
        return len(self.entries)

    def get(self, key):
        found = self.entries.get(key)
        if found is None or found[0] < self.clock():
            return None
        return found[1]

    def put(self, key, value):
        self.entries.pop(key, None)
        self.entries[key] = (self.clock() + self.ttl_s, value)
        while len(self.entries) > self.capacity:
            self.entries.popitem(last=False)
