"""The example shop: real services, their history, and the incidents that they can have."""
