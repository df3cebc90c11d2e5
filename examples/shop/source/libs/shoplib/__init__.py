"""What every service of the shop shares: requests, clients, pools, caches, flags."""
